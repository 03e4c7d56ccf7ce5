package templates

import (
	"fmt"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/markdown"
)

// RunState says what a run of the Action could do.
type RunState string

// The states of a run.
const (
	RunWorked   RunState = ""          // it applied the rules
	RunNoConfig RunState = "no-config" // the repository has no config
	RunServer   RunState = "server"    // the config leaves the work to the server
	RunNoRules  RunState = "no-rules"  // the config is broken and never was valid
	RunNoEvent  RunState = "no-event"  // the event that started it is none to act on
)

// RunView is a run of the Action, for its job summary.
type RunView struct {
	State    RunState
	Event    string   // what started it
	Events   []string // that are acted on, for RunNoEvent
	Web      string   // the repository's address, to link issues; "" links nothing
	Since    time.Time
	Guessed  bool     // no earlier run is known: Since is only far enough back
	Problems []string // of the config, each with its line
	Looks    []LookView
	Failure  string // why the run ended early; "" when it did not
}

// LookView is an object that a run looked at.
type LookView struct {
	Number int // of the issue; 0 for the repository's set-up
	Writes []WriteView
	Failed string // why the rest could not be written or read; "" when all went well
	Capped bool   // it was asked for again more often than one run looks at one object
}

// WriteKind says what was written.
type WriteKind string

// What a run writes.
const (
	WroteSticky    WriteKind = "sticky"
	EditedSticky   WriteKind = "sticky-edited"
	WroteComment   WriteKind = "comment"
	EditedComment  WriteKind = "comment-edited"
	Reacted        WriteKind = "reaction"
	Labelled       WriteKind = "labels"
	MadeLabel      WriteKind = "new-label"
	DescribedLabel WriteKind = "label-described"
	PostedCheck    WriteKind = "check"
	OpenedIssue    WriteKind = "issue-opened"
	EditedIssue    WriteKind = "issue-edited"
	LinkedIssue    WriteKind = "sub-issue"
	AskedReview    WriteKind = "review-asked"
	UnaskedReview  WriteKind = "review-unasked"

	AnsweredDeployment WriteKind = "deployment-answered"
)

// WriteView is one write of a run.
type WriteView struct {
	Kind   WriteKind
	Record string // what a comment records: request, void, passed, returned, reply, label, pause
	Name   string // of a label, check or environment; title of an issue that was opened
	Number int    // of the issue that became a sub-issue
	Yes    bool   // of a reaction: counted
	Add    []string
	Remove []string
}

// maxRunRows is how many objects a job summary lists.
const maxRunRows = 200

// Run writes the job summary of a run.
func (p Printer) Run(v RunView) string {
	var b strings.Builder
	b.WriteString("### Phasegate\n\n")
	switch v.State {
	case RunNoConfig:
		b.WriteString(p.say(both{"**Nothing was done: this repository has no `.github/phasegate.yml` on its default branch.** `phasegate init` writes one to start from.\n", "**Nada foi feito: este repositório não tem `.github/phasegate.yml` no ramo padrão.** `phasegate init` escreve um para começar.\n"}))
	case RunServer:
		b.WriteString(p.say(both{"**Nothing was done on issues: the config says `runner: app`, so the server applies the rules.** To go without a server, write `runner: action` there.\n", "**Nada foi feito nas issues: a configuração diz `runner: app`, então o servidor aplica as regras.** Para dispensar o servidor, escreva `runner: action` lá.\n"}))
	case RunNoRules:
		b.WriteString(p.say(both{"**Nothing was done: the config has problems, and no earlier version of it was valid.**\n", "**Nada foi feito: a configuração tem problemas, e nenhuma versão anterior era válida.**\n"}))
	case RunNoEvent:
		fmt.Fprintf(&b, p.say(both{"**Nothing was done: %s is no event Phasegate acts on.** Start the workflow on %s.\n", "**Nada foi feito: %s não é um evento em que o Phasegate age.** Inicie o workflow em %s.\n"}), markdown.Code(v.Event), p.either(codes(v.Events)))
	default:
		p.runScope(&b, v)
	}
	p.runProblems(&b, v)
	if v.Failure != "" {
		alert(&b, "CAUTION", "**"+p.say(both{"The run ended early:", "A execução parou antes do fim:"})+"** "+p.text(v.Failure, maxFailure),
			p.say(both{"Nothing is lost: the next run looks at everything since the last one that ended well.", "Nada se perde: a próxima execução olha tudo desde a última que terminou bem."}))
	}
	p.runLooks(&b, v)
	return b.String()
}

func codes(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, markdown.Code(w))
	}
	return out
}

// maxFailure is how many characters of an error are shown.
const maxFailure = 500

func (p Printer) runScope(b *strings.Builder, v RunView) {
	text := both{"Started by %s. Looked at what it names, and at what changed since %s (the last run that ended well).\n\n", "Iniciada por %s. Olhou o que ele nomeia, e o que mudou desde %s (a última execução que terminou bem).\n\n"}
	if v.Guessed {
		text = both{"Started by %s. Looked at what it names, and at what changed since %s (no earlier run is known, so a day back).\n\n", "Iniciada por %s. Olhou o que ele nomeia, e o que mudou desde %s (não se conhece execução anterior, então um dia atrás).\n\n"}
	}
	if v.Since.IsZero() {
		text = both{"Started by %s.\n\n", "Iniciada por %s.\n\n"}
		fmt.Fprintf(b, p.say(text), markdown.Code(v.Event))
		return
	}
	fmt.Fprintf(b, p.say(text), markdown.Code(v.Event), p.dateTime(v.Since))
}

func (p Printer) runProblems(b *strings.Builder, v RunView) {
	if len(v.Problems) == 0 {
		return
	}
	var lines []string
	for _, problem := range v.Problems {
		lines = append(lines, "`.github/phasegate.yml` "+p.text(problem, maxFailure))
	}
	title := both{"**The config has problems; the last valid rules stay in force until it is mended:**", "**A configuração tem problemas; as últimas regras válidas continuam valendo até a correção:**"}
	if v.State == RunNoRules {
		title = both{"**To be mended by whoever can push to the default branch:**", "**A corrigir por quem pode enviar ao ramo padrão:**"}
	}
	fmt.Fprintf(b, "\n%s\n\n", p.say(title))
	for _, l := range lines[:min(len(lines), maxRunRows)] {
		fmt.Fprintf(b, "- %s\n", l)
	}
	p.runMore(b, len(lines)-maxRunRows)
	b.WriteString("\n")
}

func (p Printer) runMore(b *strings.Builder, n int) {
	if n > 0 {
		fmt.Fprintf(b, p.say(both{"\n%d more are not listed.\n", "\nMais %d não estão na lista.\n"}), n)
	}
}

// runLooks lists what was written, then what needed nothing.
func (p Printer) runLooks(b *strings.Builder, v RunView) {
	if v.State != RunWorked || v.Failure != "" && len(v.Looks) == 0 {
		return
	}
	var rows, quiet []string
	for _, l := range v.Looks {
		name := p.runObject(v, l.Number)
		if len(l.Writes) == 0 && l.Failed == "" && !l.Capped {
			quiet = append(quiet, name)
			continue
		}
		rows = append(rows, markdown.Row(name, p.runWrites(l)))
	}
	if len(rows) > 0 {
		b.WriteString(markdown.Row(p.say(both{"Object", "Objeto"}), p.say(both{"What was written", "O que foi escrito"})) + "\n|---|---|\n")
		b.WriteString(strings.Join(rows[:min(len(rows), maxRunRows)], "\n") + "\n")
		p.runMore(b, len(rows)-maxRunRows)
	} else {
		b.WriteString(p.say(both{"Nothing had to be written.\n", "Nada precisou ser escrito.\n"}))
	}
	if len(quiet) > 0 {
		fmt.Fprintf(b, p.say(both{"\nAs it should be: %s\n", "\nJá como deve estar: %s\n"}), strings.Join(quiet[:min(len(quiet), maxRunRows)], ", "))
		p.runMore(b, len(quiet)-maxRunRows)
	}
}

func (p Printer) runObject(v RunView, number int) string {
	switch {
	case number == 0:
		return p.say(both{"labels and config", "etiquetas e configuração"})
	case v.Web == "":
		return fmt.Sprintf("#%d", number)
	}
	return fmt.Sprintf("[#%d](%s/issues/%d)", number, v.Web, number)
}

func (p Printer) runWrites(l LookView) string {
	var parts []string
	for _, w := range l.Writes {
		parts = append(parts, p.runWrite(w))
	}
	if l.Failed != "" {
		parts = append(parts, "**"+p.say(both{"failed:", "falhou:"})+"** "+markdown.Cell(markdown.Truncate(l.Failed, maxFailure)))
	}
	if l.Capped {
		parts = append(parts, p.say(both{"left to the next run", "fica para a próxima execução"}))
	}
	return strings.Join(parts, " · ")
}

var recordNames = map[string]both{
	"request":  {"comment: the next phase is asked for", "comentário: pede-se a próxima fase"},
	"void":     {"comment: what was approved changed", "comentário: o que foi aprovado mudou"},
	"passed":   {"comment: it is in the next phase", "comentário: está na próxima fase"},
	"returned": {"comment: it went back", "comentário: voltou atrás"},
	"reply":    {"reply to a command", "resposta a um comando"},
	"label":    {"comment: a label was put back", "comentário: uma etiqueta foi reposta"},
	"rollback": {"comment: an earlier version was deployed again", "comentário: uma versão anterior foi implantada de novo"},
	"pause":    {"comment: too many commands for now", "comentário: comandos demais por agora"},
}

func (p Printer) runWrite(w WriteView) string {
	switch w.Kind {
	case WroteSticky:
		return p.say(both{"status comment created", "comentário de situação criado"})
	case EditedSticky:
		return p.say(both{"status comment edited", "comentário de situação editado"})
	case Reacted:
		if w.Yes {
			return p.say(both{"reaction 👍", "reação 👍"})
		}
		return p.say(both{"reaction 😕", "reação 😕"})
	case Labelled:
		var parts []string
		for _, l := range w.Add {
			parts = append(parts, "+"+markdown.CodeCell(l))
		}
		for _, l := range w.Remove {
			parts = append(parts, "−"+markdown.CodeCell(l))
		}
		return p.say(both{"labels ", "etiquetas "}) + strings.Join(parts, " ")
	case MadeLabel:
		return p.say(both{"label ", "etiqueta "}) + markdown.CodeCell(w.Name) + p.say(both{" created", " criada"})
	case DescribedLabel:
		return p.say(both{"label ", "etiqueta "}) + markdown.CodeCell(w.Name) + p.say(both{" described", " descrita"})
	case PostedCheck:
		return p.say(both{"check ", "verificação "}) + markdown.CodeCell(w.Name)
	case OpenedIssue:
		return p.say(both{"issue opened: ", "issue aberta: "}) + markdown.Cell(markdown.Truncate(w.Name, maxFailure))
	case EditedIssue:
		return p.say(both{"text of the issue edited", "texto da issue editado"})
	case LinkedIssue:
		return fmt.Sprintf(p.say(both{"#%d made a sub-issue", "#%d virou sub-issue"}), w.Number)
	case AskedReview:
		return p.say(both{"review asked of ", "revisão pedida a "}) + markdown.Cell(strings.Join(w.Add, ", "))
	case UnaskedReview:
		return p.say(both{"review no longer asked of ", "revisão não mais pedida a "}) + markdown.Cell(strings.Join(w.Remove, ", "))
	case AnsweredDeployment:
		return p.say(both{"answer to the deployment to ", "resposta à implantação em "}) + markdown.CodeCell(w.Name)
	}
	text, known := recordNames[w.Record]
	if !known {
		text = both{"comment", "comentário"}
	}
	if w.Kind == EditedComment {
		return p.say(text) + p.say(both{" (edited)", " (edição)"})
	}
	return p.say(text)
}
