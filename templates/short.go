package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/markdown"
)

// short are the facts behind the question, folded.
func (p Printer) short(b *strings.Builder, v DeliverableView, title both) {
	if p.cut.details < 0 {
		b.WriteString(p.say(both{"What it is about is too long to be shown here; it stands in the text above and in the issues it names.\n", "Do que se trata é longo demais para mostrar aqui; está no texto acima e nas issues que ele cita.\n"}))
		return
	}
	fmt.Fprintf(b, "<details><summary>%s%s</summary>\n\n", p.say(title), p.say(both{" (budget, goals, limits, data)", " (orçamento, metas, limites, dados)"}))
	s := v.Short
	if s.Problem > 0 {
		fmt.Fprintf(b, p.say(both{"- **Problem:** #%d %s", "- **Problema:** #%d %s"}), s.Problem, p.title(s.ProblemTitle))
		if s.Budget != "" {
			fmt.Fprintf(b, p.say(both{" · **Budget:** %s", " · **Orçamento:** %s"}), p.text(s.Budget, 200))
		}
		b.WriteString("\n")
	}
	p.row(b, both{"Goals", "Metas"}, escaped(s.Goals))
	p.row(b, both{"Limits", "Limites"}, escaped(s.Limits))
	p.measured(b, s)
	shown, more := few(s.Data, p.cut.details)
	for _, d := range shown {
		b.WriteString(p.say(both{"- **Data:** ", "- **Dados:** "}) + p.data(d) + "\n")
	}
	if more > 0 {
		b.WriteString("- " + p.more(more) + "\n")
	}
	var docs []string
	for _, d := range s.Docs {
		docs = append(docs, fmt.Sprintf("%s (#%d)", markdown.Code(d.Path), d.Pull))
	}
	p.row(b, both{"To read", "Para ler"}, docs)
	p.around(b, s)
	p.steps(b, v)
	b.WriteString("\n</details>\n")
}

// measured tells what the newest report and people by hand reported.
func (p Printer) measured(b *strings.Builder, s ShortView) {
	p.row(b, both{"Measured", "Medido"}, escaped(s.Measured))
	if s.MeasuredAt != "" {
		p.row(b, both{"Report", "Relatório"}, []string{markdown.Text(s.MeasuredAt)})
	}
	p.row(b, both{"Reported by hand", "Informado à mão"}, escaped(s.Manual))
}

var outcomeNames = map[Outcome]both{Running: {"running", "em andamento"}, Adopted: {"adopted", "adotado"}, Dropped: {"dropped", "descartado"}}

// around lists the issues that hang on a deliverable.
func (p Printer) around(b *strings.Builder, s ShortView) {
	var tried, release, way []string
	for _, x := range s.Experiments {
		tried = append(tried, fmt.Sprintf("#%d %s, %s", x.Number, p.title(x.Title), outcomeNames[x.Outcome].in(p.Lang)))
	}
	for _, n := range s.Release {
		release = append(release, fmt.Sprintf("#%d", n))
	}
	for _, w := range s.Support {
		people := p.say(both{"nobody yet", "ninguém ainda"})
		if len(w.People) > 0 {
			people = p.names(escaped(w.People))
		}
		way = append(way, fmt.Sprintf("#%d %s (%s)", w.Number, p.title(w.Title), people))
	}
	p.row(b, both{"Experiments", "Experimentos"}, tried)
	p.row(b, both{"Deployment plan", "Plano de implantação"}, release)
	p.row(b, both{"In the way", "No caminho"}, way)
}

// day is a date of the form YYYY-MM-DD as people write it; as it stands where it is none.
func (p Printer) day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return p.text(s, 20)
	}
	return Date(p.Lang, t, time.Time{}) // of no year: always with its own
}

func escaped(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = markdown.Text(w)
	}
	return out
}

func (p Printer) row(b *strings.Builder, name both, words []string) {
	if len(words) > 0 {
		shown, more := few(words, p.cut.details)
		if more > 0 {
			shown = append(shown, p.more(more))
		}
		fmt.Fprintf(b, "- **%s:** %s\n", p.say(name), strings.Join(shown, " · "))
	}
}

func (p Printer) data(d DataView) string {
	switch {
	case !d.Exists:
		return fmt.Sprintf(p.say(both{"#%d does not exist yet", "#%d ainda não existe"}), d.Number)
	case !d.Validated:
		return fmt.Sprintf(p.say(both{"#%d %s; not validated", "#%d %s; não validado"}), d.Number, p.title(d.Title))
	}
	return fmt.Sprintf(p.say(both{"#%d %s; validated %s by %s", "#%d %s; validado em %s por %s"}), d.Number, p.title(d.Title), p.date(d.At), p.list(escaped(d.By)))
}

func (p Printer) steps(b *strings.Builder, v DeliverableView) {
	if len(v.Short.Steps) == 0 {
		return
	}
	var words []string
	done := 0
	for _, s := range v.Short.Steps {
		word := stepNames[s.Step].in(p.Lang)
		if s.Done {
			done++
		} else {
			word += p.say(both{" (open)", " (em aberto)"})
		}
		words = append(words, word)
	}
	fmt.Fprintf(b, p.say(both{"- **Steps of %s:** %s: %d of %d done\n", "- **Passos de %s:** %s: %d de %d feitos\n"}), Phase(p.Lang, v.Phase), strings.Join(words, ", "), done, len(words))
}
