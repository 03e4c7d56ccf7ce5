package audit

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Difference is something on GitHub that is not as the records and the rules have it.
type Difference struct {
	Issue   int
	Text    string // one line; what it quotes is untrusted
	Pending bool   // it follows from what Phasegate has not done yet: no disagreement
}

// String is the difference in one line.
func (d Difference) String() string {
	if d.Pending {
		return fmt.Sprintf("#%d waits: %s", d.Issue, d.Text)
	}
	return fmt.Sprintf("#%d %s", d.Issue, d.Text)
}

// Check compares the labels and the sticky of an issue with what they should be. The phase is taken from the
// records alone; plan says what Phasegate would change.
func (a Auditor) Check(item engine.Archived, plan engine.Plan) []Difference {
	if item.Issue.Closed {
		return nil // closed issues are left as they are
	}
	c := check{item: item}
	c.phase(a.Repository, a.Keys)
	if waits := waiting(plan.Effects); len(waits) > 0 {
		c.say(true, "%s", strings.Join(waits, ", "))
		return c.out
	}
	for _, e := range plan.Effects {
		switch e := e.(type) {
		case engine.SetLabels:
			c.labels(e)
		case engine.PostComment:
			if e.Record == nil {
				c.say(false, "sticky is missing")
			}
		case engine.EditComment:
			if e.Record == nil {
				c.sticky(e)
			}
		}
	}
	return c.out
}

// check gathers the differences of one issue.
type check struct {
	item engine.Archived
	told bool // of the phase's label
	out  []Difference
}

func (c *check) say(pending bool, format string, args ...any) {
	c.out = append(c.out, Difference{c.item.Issue.Number, fmt.Sprintf(format, args...), pending})
}

// waiting lists what is to be done before labels and sticky can be compared: commands that are not
// answered, records that are not written. Taking a person's change of a label back is none of them.
func waiting(effects []engine.Effect) []string {
	var out []string
	for _, e := range effects {
		switch e := e.(type) {
		case engine.SetLabels:
			continue
		case engine.PostComment:
			if e.Record == nil || e.Record.Kind == engine.Explained {
				continue
			}
		case engine.EditComment:
			if e.Record == nil {
				continue
			}
		}
		_, what, _ := strings.Cut(e.String(), ": ")
		out = append(out, what)
	}
	return out
}

// phase compares the phase's labels with where the records end.
func (c *check) phase(repository string, keys []ed25519.PublicKey) {
	i := c.item.Issue
	if !slices.Equal(i.KindsOf(), []lifecycle.Kind{lifecycle.Deliverable}) {
		return
	}
	place := engine.Place{Repo: repository, RepoID: i.Repository, Issue: i.Number}
	right := engine.Fold(engine.Entries(place, c.item.Comments, keys), nil).Phase.Label()
	var there []string
	for _, p := range lifecycle.Phases {
		if i.Has(p.Label()) {
			there = append(there, p.Label())
		}
	}
	if slices.Equal(there, []string{right}) {
		return
	}
	c.told = true
	if len(there) == 0 {
		c.say(false, "label %s is missing", right)
		return
	}
	c.say(false, "label %s is there; by the records it is %s", strings.Join(there, " and "), right)
}

func (c *check) labels(e engine.SetLabels) {
	for _, l := range e.Remove {
		if !c.isPhase(l) {
			c.say(false, "label %s is there, and should not be", l)
		}
	}
	for _, l := range e.Add {
		if !c.isPhase(l) {
			c.say(false, "label %s is missing", l)
		}
	}
}

// isPhase reports whether the label was told of already.
func (c *check) isPhase(label string) bool { return c.told && strings.HasPrefix(label, "phase:") }

// sticky says where the sticky differs first in what people read. What is hidden in it is only a copy.
func (c *check) sticky(e engine.EditComment) {
	for _, old := range c.item.Comments {
		if old.ID != e.Comment {
			continue
		}
		if old.Touched {
			c.say(false, "sticky was last edited by somebody else; it would be made anew")
			return
		}
		if is, right := firstDifference(markdown.Visible(old.Body), markdown.Visible(e.Body)); is != right {
			c.say(false, "sticky says %q; it would say %q", is, right)
		}
	}
}

// maxQuoted is how many characters of a line are shown.
const maxQuoted = 120

// firstDifference are the first lines in which two texts differ; "" for one that has ended.
func firstDifference(a, b string) (string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	line := func(lines []string, i int) string {
		if i < len(lines) {
			return markdown.Truncate(lines[i], maxQuoted)
		}
		return ""
	}
	for i := range max(len(as), len(bs)) {
		if i >= len(as) || i >= len(bs) || as[i] != bs[i] {
			return line(as, i), line(bs, i)
		}
	}
	return "", ""
}
