package templates

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// WorkflowFile is where the workflow stands.
const WorkflowFile = ".github/workflows/phasegate.yml"

// Workflow is the workflow that runs the Action.
type Workflow struct {
	Lang   lifecycle.Lang
	Alone  bool   // it applies the rules, without a server; else it lies still until somebody wants that
	Branch string // the repository's default branch
	Uses   string // the Action: owner/name@ref, or "./" in the repository that holds it
}

// File is the workflow as a file. Branch and Uses must be free of quotes and line ends.
//
// It reads through GitHub's interface only and never checks out a pull request. Runs wait for one
// another; a waiting run that a newer one replaces loses nothing, since each looks at all that changed
// since the last one that ended well.
func (w Workflow) File() File {
	say := func(en, pt string) string { return both{en, pt}.in(w.Lang) }
	t := template.Must(template.New("workflow").Delims("[[", "]]").Funcs(template.FuncMap{"say": say}).Parse(workflowText))
	var b bytes.Buffer
	if err := t.Execute(&b, w); err != nil {
		panic(fmt.Sprintf("templates: the workflow cannot be written: %v", err)) // its text is constant
	}
	return File{Path: WorkflowFile, Content: b.Bytes()}
}

// Local reports whether the Action stands in the repository itself, which then has to be checked out.
func (w Workflow) Local() bool { return strings.HasPrefix(w.Uses, "./") }

// Off marks the lines of the triggers that lie still while a server does the work.
func (w Workflow) Off() string {
	if w.Alone {
		return ""
	}
	return "# "
}

const workflowText = `[[if .Alone -]]
# [[say "Applies the rules of .github/phasegate.yml without a server (its key ‘runner: action’)." "Aplica as regras de .github/phasegate.yml sem servidor (a chave ‘runner: action’)."]]
# [[say "It reads through GitHub's interface only and never runs code of a pull request." "Lê só pela interface do GitHub e nunca executa código de um pull request."]]
[[- else -]]
# [[say "With ‘runner: app’ in .github/phasegate.yml the server does the work, and this workflow lies still." "Com ‘runner: app’ em .github/phasegate.yml o servidor faz o trabalho, e este workflow fica parado."]]
# [[say "To go without a server, write ‘runner: action’ there and take the \"# \" off the lines below." "Para dispensar o servidor, escreva ‘runner: action’ lá e retire o \"# \" das linhas abaixo."]]
[[- end]]
name: phasegate
on:
  workflow_dispatch:
[[.Off]]  issues:
[[.Off]]    types: [opened, edited, deleted, transferred, closed, reopened, labeled, unlabeled]
[[.Off]]  issue_comment:
[[.Off]]    types: [created, edited, deleted]
[[.Off]]  pull_request_target:   # [[say "runs the default branch's workflow, also for forks" "executa o workflow do ramo padrão, também para forks"]]
[[.Off]]    types: [opened, synchronize, reopened, edited, closed, ready_for_review, converted_to_draft, labeled, unlabeled, review_requested, review_request_removed]
[[.Off]]  push:
[[.Off]]    branches: ["[[.Branch]]"]   # [[say "the default branch" "o branch padrão"]]
[[.Off]]  schedule:
[[.Off]]    - cron: "17 * * * *"   # [[say "each hour: what is due by now, and what an event missed" "a cada hora: o que venceu, e o que um evento perdeu"]]

# [[say "One run at a time. A waiting run that a newer one replaces is not lost: each looks at everything" "Uma execução por vez. A que espera e é trocada por uma mais nova não se perde: cada uma olha tudo"]]
# [[say "that changed since the last one." "o que mudou desde a última."]]
concurrency:
  group: phasegate
  cancel-in-progress: false

permissions:
  actions: read         # [[say "when the last run was" "quando foi a última execução"]]
  checks: write         # [[say "the checks on pull requests, phasegate/config on the commit" "as verificações dos pull requests, phasegate/config no commit"]]
  contents: read        # [[say "the config" "a configuração"]]
  issues: write         # [[say "labels, comments and reactions" "etiquetas, comentários e reações"]]
  pull-requests: write  # [[say "whom a review is asked of, and merged work that a step needs" "a quem se pede revisão, e trabalho integrado de que um passo precisa"]]

jobs:
  phasegate:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
[[- if .Local]]
      # [[say "The Action's own code, always that of the default branch." "O código da própria Action, sempre o do branch padrão."]]
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.repository.default_branch }}
          persist-credentials: false
[[- end]]
      - uses: [[.Uses]]
`
