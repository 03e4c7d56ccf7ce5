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
	ReviewMerged        ReviewState = "merged"         // it is there; no commit was found ready, and the default branch contains this one
	ReviewTooEarly      ReviewState = "too-early"      // the deliverable is not in deployment yet
	ReviewChanged       ReviewState = "changed"        // something that needs a metric report changed since
	ReviewWithout       ReviewState = "without"        // it does not contain what was found ready
	ReviewUnread        ReviewState = "unread"         // what lies between could not be read
	ReviewUnmerged      ReviewState = "unmerged"       // no commit was found ready, and the default branch does not contain this one
	ReviewUncompared    ReviewState = "uncompared"     // likewise, but whether it does could not be read
	ReviewUnnamed       ReviewState = "unnamed"        // it cannot be told whose it is
	ReviewUnowned       ReviewState = "unowned"        // whose it is could not be read
	ReviewNoDeliverable ReviewState = "no-deliverable" // it names an issue that is no open deliverable
	ReviewClosed        ReviewState = "closed"         // the deliverable of its newest pull request under deploy/** is closed
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
	Unread      string   // why it could not be read whose it is
	Unbacked    bool     // GitHub records a success of it here, which does not count
	Observing   bool
}

// maxReview is how many characters GitHub takes in an answer.
const maxReview = 1024

// Review answers a waiting deployment.
func (p Printer) Review(v ReviewView) string {
	return p.Within(maxReview).fit(func(p Printer) string {
		text := p.review(v)
		if v.Unbacked {
			text += p.say(both{" GitHub records an earlier success of it here, but Phasegate did not let it in.", " O GitHub registra um sucesso anterior dele aqui, mas o Phasegate não o deixou entrar."})
		}
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
	case ReviewMerged:
		return fmt.Sprintf(p.say(both{"#%d is in %s, and the default branch contains this commit.", "#%d está em %s, e o branch padrão contém este commit."}), v.Number, Phase(p.Lang, v.Phase))
	case ReviewUnmerged:
		return fmt.Sprintf(p.say(both{"Waiting: no metric report names the commit with which #%d was found ready. Until one does, only what the default branch contains is deployed, and `%.7s` is not there. Merge it into the default branch first; this then goes on by itself. Or pass the step to Deployment with a metric report, which names its commit.",
			"Aguardando: nenhum relatório de métricas diz com que commit #%d foi considerada pronta. Até lá, só se implanta o que o branch padrão contém, e `%.7s` não está nele. Faça primeiro o merge dele no branch padrão; depois isto segue sozinho. Ou passe a etapa para Implantação com um relatório de métricas, que diz o seu commit."}), v.Number, v.Commit)
	case ReviewUncompared:
		return fmt.Sprintf(p.say(both{"Waiting: no metric report names the commit with which #%d was found ready, and whether the default branch contains `%.7s` could not be read. Deploy a commit that is merged there.",
			"Aguardando: nenhum relatório de métricas diz com que commit #%d foi considerada pronta, e não foi possível ler se o branch padrão contém `%.7s`. Implante um commit que esteja nele."}), v.Number, v.Commit)
	case ReviewUnnamed:
		return p.say(both{"Waiting: it is not known which deliverable this is for. Merge a change under `deploy/**` with the line `Deliverable: #3` in its pull request, or name it in the deployment's payload: `{\"deliverable\": 3}`.", "Aguardando: não se sabe a que entrega isto serve. Faça o merge de uma mudança em `deploy/**` com a linha `Entrega: #3` no pull request, ou diga no payload da implantação: `{\"deliverable\": 3}`."})
	case ReviewUnowned:
		return fmt.Sprintf(p.say(both{"Waiting: which deliverable this is for could not be read: %s. Name it in the deployment's payload: `{\"deliverable\": 3}`.", "Aguardando: não foi possível ler a que entrega isto serve: %s. Diga no payload da implantação: `{\"deliverable\": 3}`."}), p.unread(v.Unread))
	case ReviewNoDeliverable:
		return fmt.Sprintf(p.say(both{"#%d, named as deliverable, is no open deliverable. Deploy again with the right number.", "#%d, citado como entrega, não é uma entrega aberta. Implante de novo com o número certo."}), v.Number)
	case ReviewClosed:
		return fmt.Sprintf(p.say(both{"The newest change under `deploy/**` here is for #%d, which is closed. Reopen #%d, or merge a change under `deploy/**` that names an open deliverable.", "A mudança mais recente em `deploy/**` aqui é para #%d, que está fechada. Reabra #%d, ou faça o merge de uma mudança em `deploy/**` que cite uma entrega aberta."}), v.Number, v.Number)
	}
	return fmt.Sprintf(p.say(both{"#%d is in %s, and this is what was found ready.", "#%d está em %s, e isto é o que foi considerado pronto."}), v.Number, Phase(p.Lang, v.Phase))
}

// LetIn writes phasegate/deployment: the environments that a commit was let into, which are untrusted.
func (p Printer) LetIn(environments []string) CheckText {
	names, more := few(environments, 5)
	var words []string
	for _, name := range names {
		words = append(words, markdown.Truncate(strings.Join(strings.Fields(name), " "), 40))
	}
	if more > 0 {
		words = append(words, p.more(more))
	}
	return CheckText{
		Title: p.checkTitle(fmt.Sprintf(p.say(both{"Let into %s", "Liberado para %s"}), List(p.Lang, words)), false),
		Summary: p.fit(func(p Printer) string {
			return fmt.Sprintf(p.say(both{"**Nothing to do.** Phasegate let this commit into %s. Once it ran there, deploying it there again needs nobody's yes: a rollback goes on at once.\n",
				"**Nada a fazer.** O Phasegate liberou este commit para %s. Depois que rodou lá, implantá-lo lá de novo não precisa do sim de ninguém: uma reversão segue na hora.\n"}), p.list(codes(environments)))
		}),
	}
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
