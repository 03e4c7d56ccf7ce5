package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// DecisionView is a decision of a bigger problem.
type DecisionView struct {
	N       int    // D-n
	Kind    string // budget, metric or scope
	Text    string // untrusted
	By      string
	At      time.Time
	Meeting int    // where it was taken; 0 on the problem itself
	URL     string // of the comment; "" where it is not known
}

var decisionKinds = map[string]both{
	"budget": {"budget", "orçamento"},
	"metric": {"metric", "métrica"},
	"scope":  {"scope", "escopo"},
}

// decided is a decision in the decision log.
func (p Printer) decided(v DecisionView) string {
	name := fmt.Sprintf("D-%d", v.N)
	if linkable(v.URL) {
		name = "[" + name + "](" + v.URL + ")"
	}
	line := fmt.Sprintf("**%s**, %s", name, decisionKinds[v.Kind].in(p.Lang))
	if v.Text != "" {
		line += ": “" + p.text(v.Text, 200) + "”"
	}
	line += " (" + markdown.Text(v.By)
	if v.Meeting != 0 {
		line += fmt.Sprintf(p.say(both{", in #%d", ", em #%d"}), v.Meeting)
	}
	return line + ")"
}

// linkable reports whether an address can stand in a link as it is.
func linkable(url string) bool {
	return (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) && !strings.ContainsAny(url, " ()<>[]\\\n\"'")
}

// RewriteView is what Phasegate wrote into an issue's text on somebody's behalf.
type RewriteView struct {
	Budget   bool   // the budget section; else the target of Metric
	Metric   string // untrusted
	Old, New string // untrusted; Old is "" where it is not known, or nothing stood there
	By       string // who commanded it
	Reason   string // untrusted
}

// Rewritten writes the record of a `/target` or `/budget`.
func (p Printer) Rewritten(v RewriteView) string {
	return p.fit(func(p Printer) string { return p.rewritten(v) })
}

func (p Printer) rewritten(v RewriteView) string {
	what := p.say(both{"The budget", "O orçamento"})
	if !v.Budget {
		what = fmt.Sprintf(p.say(both{"The target of %s", "A meta de %s"}), markdown.Text(v.Metric))
	}
	var b strings.Builder
	by := markdown.Text(v.By)
	if v.Old == "" {
		fmt.Fprintf(&b, p.say(both{"**%s is now “%s”.** Written into the text above for %s.\n", "**%s agora é “%s”.** Escrito no texto acima a pedido de %s.\n"}), what, p.text(v.New, 500), by)
	} else {
		fmt.Fprintf(&b, p.say(both{"**%s changed: “%s” → “%s”.** Written into the text above for %s.\n", "**%s mudou: “%s” → “%s”.** Escrito no texto acima a pedido de %s.\n"}), what, p.text(v.Old, 500), p.text(v.New, 500), by)
	}
	if v.Reason != "" {
		fmt.Fprintf(&b, p.say(both{"\nReason: “%s”\n", "\nMotivo: “%s”\n"}), p.text(v.Reason, 1000))
	}
	return b.String()
}

// SectionTitle is the heading of a section of kind k's form.
func SectionTitle(lang lifecycle.Lang, k lifecycle.Kind, key lifecycle.SectionKey) string {
	return sectionTitle(lang, k, key)
}

// Month is a month of the form YYYY-MM as people write it; as it stands where it is none.
func Month(lang lifecycle.Lang, s string) string {
	m, err := time.Parse("2006-01", s)
	if err != nil {
		return s
	}
	return fmt.Sprintf(both{"%s %d", "%s de %d"}.in(lang), months[m.Month()-1].in(lang), m.Year())
}
