package main

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// list says what became of each file. It reports whether something was kept that is not what init
// would have written.
func (c *initCommand) list(s *session, done []outcome) bool {
	lang, differs := c.lang(), false
	for _, o := range done {
		switch o.Change {
		case wrote:
			fmt.Fprintf(s.Out, "%s %s\n", in(lang, "wrote", "escrito"), o.Path)
		case same:
			fmt.Fprintf(s.Out, "%s %s\n", in(lang, "as it should be", "já como deve ser"), o.Path)
		case kept:
			differs = true
			fmt.Fprintf(s.Out, in(lang, "kept %s: it was there already; --force overwrites it\n", "mantido %s: já existia; --force o substitui\n"), o.Path)
		case other:
			differs = true
			fmt.Fprintf(s.Out, in(lang, "kept %s: put this line into it: %s\n", "mantido %s: acrescente esta linha: %s\n"), o.Path, deliverableLine(lang))
		}
	}
	return differs
}

// deliverableLine is the line of the pull request template that names the deliverable.
func deliverableLine(lang lifecycle.Lang) string {
	for line := range strings.Lines(string(templates.PullRequest(lang).Content)) {
		if strings.HasSuffix(line, ": #\n") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// next says what is to be done once the files are there.
func (c *initCommand) next(s *session, set setup) {
	fmt.Fprintf(s.Out, "\n%s\n", in(set.Lang, "What to do next:", "O que fazer agora:"))
	for i, step := range c.steps(set) {
		fmt.Fprintf(s.Out, "%d. %s\n", i+1, step)
	}
}

func (c *initCommand) steps(set setup) []string {
	lang := set.Lang
	var steps []string
	if len(set.Holders) == 0 {
		steps = append(steps, fmt.Sprintf(in(lang,
			"Write into %s who holds which role: the lines under \"roles:\" show how.",
			"Escreva em %s quem tem cada papel: as linhas sob \"roles:\" mostram como."), policy.File))
	}
	steps = append(steps,
		fmt.Sprintf(in(lang, "Check it: phasegate validate %s", "Confira: phasegate validate %s"), quoted(c.Dir)),
		fmt.Sprintf(in(lang, "Commit these files and merge them into %s. The labels come by themselves.",
			"Faça o commit destes arquivos e integre-os em %s. As etiquetas aparecem sozinhas."), c.Branch))
	if set.Runner == policy.RunnerAction {
		steps = append(steps, in(lang, "No server is needed: the workflow applies the rules from then on.",
			"Nenhum servidor é necessário: a partir daí o workflow aplica as regras."))
	} else {
		steps = append(steps, fmt.Sprintf(in(lang, "Install the App on the repository; its server is \"phasegate serve\". How to go without one stands at the top of %s.",
			"Instale o App no repositório; o servidor dele é \"phasegate serve\". Como dispensá-lo está no começo de %s."), templates.WorkflowFile))
	}
	return append(steps, fmt.Sprintf(in(lang, "Open the first issue with the form \"%s\", then one with the form \"%s\".",
		"Abra a primeira issue com o formulário \"%s\", depois uma com o formulário \"%s\"."),
		labelText(lang, lifecycle.Problem), labelText(lang, lifecycle.Deliverable)))
}

// labelText is the kind in words.
func labelText(lang lifecycle.Lang, k lifecycle.Kind) string {
	for _, l := range lifecycle.Labels() {
		if l.Name == k.Label() {
			return l.Text[lang]
		}
	}
	return string(k)
}

// quoted is an argument as a shell takes it.
func quoted(arg string) string {
	if strings.ContainsFunc(arg, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return arg
}

const plainRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"
