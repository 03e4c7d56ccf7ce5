package templates

import (
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// PullRequestFile is where the pull request template stands.
const PullRequestFile = ".github/pull_request_template.md"

// PullRequest is the text a pull request begins with: the line that names its deliverable. Left as it
// is, it names none.
func PullRequest(lang lifecycle.Lang) File {
	return File{Path: PullRequestFile, Content: []byte(both{
		`<!-- Which deliverable is this for? Write its number right after the #, without a space. -->

Deliverable: #

### What changes, and why

`,
		`<!-- Para qual entrega é isto? Escreva o número logo depois do #, sem espaço. -->

Entrega: #

### O que muda, e por quê

`,
	}.in(lang))}
}
