package templates

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// ReviewState says why a waiting deployment may go on or not.
type ReviewState string

// The reasons.
const (
	ReviewUnruled       ReviewState = "unruled"        // the repository has no config
	ReviewAgain         ReviewState = "again"          // what runs there is deployed again
	ReviewRollback      ReviewState = "rollback"       // an earlier version is deployed again
	ReviewReady         ReviewState = "ready"          // the deliverable is there, and this is what was found ready
	ReviewTooEarly      ReviewState = "too-early"      // the deliverable is not in deployment yet
	ReviewChanged       ReviewState = "changed"        // something that needs a metric report changed since
	ReviewWithout       ReviewState = "without"        // it does not contain what was found ready
	ReviewUnread        ReviewState = "unread"         // what lies between could not be read
	ReviewUnnamed       ReviewState = "unnamed"        // it cannot be told whose it is
	ReviewNoDeliverable ReviewState = "no-deliverable" // it names an issue that is no open deliverable
)

// ReviewView is a deployment that waits for Phasegate's word.
type ReviewView struct {
	State       ReviewState
	Environment string // untrusted
	Commit      string // full SHA
	Number      int    // of the deliverable
	Title       string // of it, untrusted
	Phase       lifecycle.Phase
	Awaited     []string // logins
	Ready       string   // commit that was found ready
	Changed     []string // paths, untrusted
	Observing   bool
}

// maxReview is how many characters GitHub takes in an answer.
const maxReview = 1024

// Review answers a waiting deployment.
func (p Printer) Review(v ReviewView) string {
	return p.Within(maxReview).fit(func(p Printer) string {
		text := p.review(v)
		if v.Observing {
			text = p.say(both{"Observing only; enforced, this would wait. ", "Só observando; valendo, isto esperaria. "}) + text
		}
		return text
	})
}

func (p Printer) review(v ReviewView) string {
	switch v.State {
	case ReviewUnruled:
		return p.say(both{"This repository has no `.github/phasegate.yml`: nothing is enforced.", "Este repositório não tem `.github/phasegate.yml`: nada é imposto."})
	case ReviewAgain:
		return p.say(both{"This commit ran here before.", "Este commit já rodou aqui."})
	case ReviewRollback:
		return p.say(both{"A rollback: this commit ran here before. It is noted on the deliverable.", "Uma reversão: este commit já rodou aqui. Fica anotado na entrega."})
	case ReviewTooEarly:
		text := fmt.Sprintf(p.say(both{"Waiting: #%d is in %s. It goes on by itself when the step to Deployment is approved there.", "Aguardando: #%d está em %s. Segue sozinho quando a etapa para Implantação for aprovada lá."}), v.Number, Phase(p.Lang, v.Phase))
		if len(v.Awaited) > 0 {
			text += fmt.Sprintf(p.say(both{" Still needed: %s.", " Ainda falta: %s."}), p.list(escaped(v.Awaited)))
		}
		return text
	case ReviewChanged:
		return fmt.Sprintf(p.say(both{"Waiting: since `%.7s`, on which #%d was found ready, these changed and were not measured: %s. Deploy what was approved, or have this measured and approved.", "Aguardando: desde `%.7s`, com que #%d foi considerada pronta, estes mudaram e não foram medidos: %s. Implante o que foi aprovado, ou meça e aprove isto."}),
			v.Ready, v.Number, p.names(codes(first(v.Changed, 8))))
	case ReviewWithout:
		return fmt.Sprintf(p.say(both{"Waiting: this commit does not contain `%.7s`, on which #%d was found ready. Deploy one that does.", "Aguardando: este commit não contém `%.7s`, com que #%d foi considerada pronta. Implante um que contenha."}), v.Ready, v.Number)
	case ReviewUnread:
		return fmt.Sprintf(p.say(both{"Waiting: what changed since `%.7s`, on which #%d was found ready, could not be read in full. Deploy a commit nearer to it.", "Aguardando: o que mudou desde `%.7s`, com que #%d foi considerada pronta, não pôde ser lido por inteiro. Implante um commit mais próximo."}), v.Ready, v.Number)
	case ReviewUnnamed:
		return p.say(both{"Waiting: it is not known which deliverable this is for. Name it in the deployment's payload: `{\"deliverable\": 3}`.", "Aguardando: não se sabe a que entrega isto serve. Diga no payload da implantação: `{\"deliverable\": 3}`."})
	case ReviewNoDeliverable:
		return fmt.Sprintf(p.say(both{"#%d, named as deliverable, is no open deliverable. Deploy again with the right number.", "#%d, citado como entrega, não é uma entrega aberta. Implante de novo com o número certo."}), v.Number)
	}
	return fmt.Sprintf(p.say(both{"#%d is in %s, and this is what was found ready.", "#%d está em %s, e isto é o que foi considerado pronto."}), v.Number, Phase(p.Lang, v.Phase))
}

func first(list []string, n int) []string {
	shown, _ := few(list, n)
	return shown
}

// RolledBackView is a rollback, for the deliverable whose version was replaced.
type RolledBackView struct {
	Title       string // untrusted
	Environment string // untrusted
	Commit      string // that is deployed again
	From        string // that ran there
	By          string // login
	Mention     []string
}

// RolledBack tells of a rollback.
func (p Printer) RolledBack(v RolledBackView) string {
	var who []string
	for _, login := range v.Mention {
		who = append(who, "@"+login)
	}
	var b strings.Builder
	if len(who) > 0 {
		fmt.Fprintf(&b, "**%s:** ", p.list(who))
	}
	fmt.Fprintf(&b, p.say(both{"*%s* was rolled back in %s, from `%.7s` to `%.7s`, by %s. Nothing held it up.\n\nIf the version that was taken back is broken, go back with `/return` and the cause, so that it is not forgotten.\n",
		"*%s* foi revertida em %s, de `%.7s` para `%.7s`, por %s. Nada a segurou.\n\nSe a versão retirada está com defeito, volte com `/voltar` e a causa, para que não se esqueça.\n"}),
		p.title(v.Title), markdown.Code(v.Environment), v.From, v.Commit, markdown.Text(v.By))
	return b.String()
}
