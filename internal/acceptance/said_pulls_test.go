package acceptance_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// check is the newest run of a check on a head of the story.
func (w *world) check(t told, head, name string) checkRun {
	w.t.Helper()
	var found checkRun
	for _, r := range t.after.Runs {
		if r.Head == w.heads[head] && r.Name == "phasegate/"+name {
			found = r
		}
	}
	if found.ID == 0 {
		w.t.Errorf("there is no phasegate/%s on %s", name, head)
	}
	return found
}

// asked lists who is asked to review a pull request at the moment, sorted.
func (w *world) asked(number int) []string {
	w.t.Helper()
	var a struct{ Users []wireUser }
	w.read(fmt.Sprintf("/pulls/%d/requested_reviewers", number), &a)
	var logins []string
	for _, u := range a.Users {
		logins = append(logins, u.Login)
	}
	slices.Sort(logins)
	return logins
}

func (w *world) asks(number int, want ...string) {
	w.t.Helper()
	if got := w.asked(number); !slices.Equal(got, want) {
		w.t.Errorf("#%d asks %v for a review, want %v", number, got, want)
	}
}

// roles says what the title of phasegate/roles must convey, and that the title mentions nobody.
func (w *world) roles(t told, head string, title ...text) checkRun {
	w.t.Helper()
	run := w.check(t, head, "roles")
	w.says("the title of roles on "+head, run.Output.Title, title...)
	if strings.Contains(run.Output.Title+run.Output.Summary, "@") {
		w.t.Errorf("roles on %s mentions somebody: %s", head, run.Output.Summary)
	}
	return run
}

var (
	dataScientist = text{"data scientist", "cientista de dados"}
	mlEngineer    = text{"ML engineer", "engenheiro(a) de ML"}
	backend       = text{"backend engineer", "engenheiro(a) de backend"}
	olderCommit   = text{"1 approval is for an older commit", "1 aprovação é de um commit anterior"}
)

func saidPull(w *world, t told) {
	run := w.roles(t, "#7@a1", same("tomas-ds"), dataScientist, same("mina-mle"), mlEngineer)
	w.silent("the title of roles", run.Output.Title, same("sara-ds"))
	w.says("roles", run.Output.Summary, same("reports/eda/2026-01.md"), same("docs/design/churn-score.md"), text{"/approve", "/aprovar"}, text{"9 January, 10:00", "9 de janeiro, 10:00"})
	w.says("gate", w.check(t, "#7@a1", "gate").Output.Title, same("#3"), text{"Design", "Desenho"})
	w.asks(7, "mina-mle", "tomas-ds")
}

func saidSecondPush(w *world, t told) {
	w.roles(t, "#7@a2", same("tomas-ds"), dataScientist, same("mina-mle"), olderCommit)
	w.asks(7, "mina-mle", "tomas-ds")
}

func saidReview(w *world, t told) {
	run := w.roles(t, "#7@a2", same("mina-mle"), mlEngineer)
	w.silent("the title of roles", run.Output.Title, same("tomas-ds"), olderCommit)
	w.asks(7, "mina-mle")
}

func saidTraining(w *world, t told) {
	w.says("gate", w.check(t, "#12@b1", "gate").Output.Title, same("deploy/score-job.yml"), same("#3"), text{"Development", "Desenvolvimento"})
	var notes []struct {
		Path    string
		Message string
	}
	w.read(fmt.Sprintf("/check-runs/%d/annotations", w.check(t, "#12@b1", "gate").ID), &notes)
	if len(notes) != 1 || notes[0].Path != "deploy/score-job.yml" {
		w.t.Fatalf("annotations: %+v", notes)
	}
	w.says("the annotation", notes[0].Message, text{"Deployment", "Implantação"}, text{"Monitoring", "Monitoramento"}, same("#3"), text{"Development", "Desenvolvimento"})
	w.roles(t, "#12@b1", same("tomas-ds"), same("mina-mle"), same("bento-be"), backend)
	w.asks(12, "bento-be", "mina-mle", "tomas-ds")
}

// rowWeaker is a pull request that lowers the bar for a gate.
func rowWeaker(w *world) {
	w.at("2026-03-17 10:00")
	weaker := config(w.lang) + "gates:\n"
	for _, g := range []string{"G1", "G2", "G3"} {
		weaker += "  " + g + ":\n"
		for _, r := range lifecycle.Risks {
			var seats []string
			for _, s := range lifecycle.Seats(lifecycle.Gate(g), r) {
				if g != "G2" || s != lifecycle.SubjectMatterExpert {
					seats = append(seats, string(s))
				}
			}
			weaker += fmt.Sprintf("    %s: [%s]\n", r, strings.Join(seats, ", "))
		}
	}
	w.push("felix-se", "weaker", "#23@f1", [2]string{".github/phasegate.yml", weaker})
	w.pull(23, "felix-se", "weaker", "Fewer approvals", "The expert is away often.")
}

func saidWeaker(w *world, t told) {
	w.roles(t, "#23@f1", same("helena-bs"), text{"business stakeholder", "parte interessada do negócio"}, same("mina-mle"), mlEngineer)
	w.says("config", w.check(t, "#23@f1", "config").Output.Summary, text{"subject matter expert || subject-matter-expert", "especialista do domínio || subject-matter-expert"},
		text{"Development → Deployment", "Desenvolvimento → Implantação"})
	w.asks(23, "helena-bs", "mina-mle")
}
