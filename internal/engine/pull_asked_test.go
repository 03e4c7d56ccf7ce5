package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Nothing is read that no answer depends on.
func TestWhatAPullLacks(t *testing.T) {
	one, two, three := commitSHA(1), commitSHA(2), commitSHA(3)
	files := []string{"features/a.py", "docs/design/a.md"}
	earlier := []engine.PullLack{{Contents: map[string][]string{}, Earlier: true}} // something was said, and the head is new
	for _, c := range []struct {
		name string
		with func(*pullWorld)
		want []engine.PullLack
	}{
		{"nobody answered", func(w *pullWorld) { w.push("sara-ds", "features/a.py") }, nil},
		{"a yes to the head", func(w *pullWorld) { w.review("tomas-ds", facts.ReviewApproved) }, earlier},
		{"a yes to an older commit: the files it is for, then and now", func(w *pullWorld) {
			w.review("tomas-ds", facts.ReviewApproved)
			w.push("sara-ds", "docs/design/a.md")
		}, []engine.PullLack{{Earlier: true, Contents: map[string][]string{one: {"features/a.py"}, two: {"features/a.py"}}}}},
		{"by somebody who is not asked", func(w *pullWorld) {
			w.review("felix-se", facts.ReviewApproved)
			w.push("sara-ds", "features/a.py")
		}, earlier},
		{"changes requested", func(w *pullWorld) {
			w.review("tomas-ds", facts.ReviewChanges)
			w.push("sara-ds", "features/a.py")
		}, earlier},
		{"at high risk", func(w *pullWorld) {
			w.phase = ""
			w.listed = []engine.Listed{w.deliverable(3, "Score", lifecycle.Development, strings.Replace(scoreBody("#2", "#5"), "standard", "high", 1))}
			w.review("tomas-ds", facts.ReviewApproved)
			w.push("sara-ds", "features/a.py")
		}, earlier},
		{"a merge by who may approve: what it made of what it merged", func(w *pullWorld) {
			w.push("sara-ds", "features/a.py")
			w.moveBase("docs/design/b.md")
			w.merge("tomas-ds")
		}, []engine.PullLack{{Contents: map[string][]string{two: files, three: files, "base+": files}, Forked: []facts.Span{{Base: two, Head: "base+"}}}, {Contents: map[string][]string{"base": files}}}},
		{"another commit after it: the files there too", func(w *pullWorld) {
			w.merge("tomas-ds")
			w.push("sara-ds", "features/a.py")
		}, []engine.PullLack{{Contents: map[string][]string{one: files, two: files, three: files, "base": files}, Forked: []facts.Span{{Base: one, Head: "base"}}}}},
		{"a merge by who pushed something too", func(w *pullWorld) {
			w.push("tomas-ds", "features/a.py")
			w.with(func(c *facts.PullCommit) { c.Pusher = who("tomas-ds") })
			w.merge("tomas-ds")
			w.with(func(c *facts.PullCommit) { c.Pusher = who("tomas-ds") })
		}, nil},
		{"a merge that came with a commit", func(w *pullWorld) {
			w.push("sara-ds", "features/a.py")
			w.merge("tomas-ds")
			w.with(func(c *facts.PullCommit) { c.Pusher = who("tomas-ds") })
		}, nil},
		{"a merge of three", func(w *pullWorld) {
			w.merge("tomas-ds")
			w.with(func(c *facts.PullCommit) { c.Parents = append(c.Parents, "other") })
		}, nil},
		{"a merge by who holds no role", func(w *pullWorld) { w.merge("nobody") }, nil},
		{"a yes to what a force push replaced", func(w *pullWorld) {
			w.review("tomas-ds", facts.ReviewApproved)
			w.forcePush("sara-ds")
		}, []engine.PullLack{{Earlier: true, Contents: map[string][]string{one: {"features/a.py"}, two: {"features/a.py"}}}, {Contents: map[string][]string{}, Forked: []facts.Span{{Head: one}, {Head: two}}}}},
		{"a merge where the config asks for a new yes", func(w *pullWorld) {
			w.configure(teamConfig + "approvals: {keep_on_base_merge: false}\n")
			w.review("tomas-ds", facts.ReviewApproved)
			w.merge("sara-ds")
		}, earlier},
		{"a merge by who wrote something too", func(w *pullWorld) {
			w.push("tomas-ds", "features/a.py")
			w.merge("tomas-ds")
			w.review("tomas-ds", facts.ReviewApproved)
		}, earlier},
		{"a merge where who wrote it may approve it", func(w *pullWorld) {
			w.configure(teamConfig + "approvals: {contributors: allow}\n")
			w.merge("tomas-ds")
			w.review("tomas-ds", facts.ReviewApproved)
		}, earlier},
		{"a counted yes, and a head whose run is not there yet", func(w *pullWorld) {
			w.look()
			w.say("tomas-ds", "/approve")
			w.look()
			w.push("sara-ds", "docs/design/a.md")
		}, []engine.PullLack{{Contents: map[string][]string{}, Earlier: true}, {Contents: map[string][]string{one: {"features/a.py"}, two: {"features/a.py"}}}}},
		{"rules that look at checks", func(w *pullWorld) {
			w.configure(teamConfig + "paths:\n  - {paths: [\"features/**\"], roles: [data-scientist], when: {has_successful_status: [lint]}}\n")
		}, []engine.PullLack{{Contents: map[string][]string{}, States: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, files...)
			c.with(w)
			w.filled()
			if diff := cmp.Diff(c.want, w.lacked); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	w := newPull(t, lifecycle.Development, files...)
	w.review("tomas-ds", facts.ReviewApproved)
	w.push("sara-ds", "features/a.py")
	for name, with := range map[string]func(*engine.PullSnapshot){
		"gone": func(s *engine.PullSnapshot) { s.Gone = true }, "closed": func(s *engine.PullSnapshot) { s.Pull.Closed = true },
		"no config": func(s *engine.PullSnapshot) { s.Rules.Policy = nil },
	} {
		s := w.snapshot()
		if with(&s); !s.Lacks().Empty() {
			t.Errorf("%s: %+v", name, s.Lacks())
		}
	}
}

// A yes is for what GitHub could not tell any more: it does not count.
func TestWhatCouldNotBeReadIsNotTheSame(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.review("tomas-ds", facts.ReviewApproved)
	w.push("sara-ds", "tests/a.py")
	s := w.snapshot()
	s.Contents = map[string]facts.Fact[facts.ContentsAt]{commitSHA(1): facts.Unknown[facts.ContentsAt](facts.CommitGone)}
	s.Asked = s.Lacks()
	plan, err := s.Plan(engine.Signer{})
	if err != nil || !slices.ContainsFunc(plan.Effects, func(e engine.Effect) bool {
		c, is := e.(engine.PutCheck)
		return is && c.Name == engine.RolesCheck && c.Conclusion == ""
	}) {
		t.Errorf("%v, %v", plan.Effects, err)
	}
}

func (w *pullWorld) asked() string {
	var out []string
	for _, r := range w.pull.Requested {
		out = append(out, r.Person.Login+r.Team)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestWhoIsAskedForAReview(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "docs/design/a.md")
	w.pull.Draft = true
	w.look()
	if w.asked() != "" {
		t.Errorf("of a draft: %s", w.asked())
	}
	w.pull.Draft = false
	w.look()
	if w.asked() != "mina-mle tomas-ds" {
		t.Errorf("ready: %s", w.asked())
	}
	// Somebody takes a request away: it is not made again. Another asks for what nobody needs: that stays.
	w.pull.Requested = []facts.Reviewer{{Person: who("mina-mle")}, {Person: who("felix-se")}}
	w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: facts.Reviewer{Person: who("tomas-ds")}, Removed: true, By: who("sara-ds"), At: w.tick()},
		facts.ReviewRequest{Reviewer: facts.Reviewer{Person: who("felix-se")}, By: who("sara-ds"), At: w.now})
	w.look()
	if w.asked() != "felix-se mina-mle" {
		t.Errorf("after somebody changed it: %s", w.asked())
	}
	// The file leaves the pull request: who is no longer needed is no longer asked.
	w.pull.Files = facts.Known([]facts.PullFile{{Path: "features/a.py"}})
	w.look()
	if w.asked() != "felix-se" {
		t.Errorf("without the design: %s", w.asked())
	}
}

// Teams are asked in place of their members: those in which somebody is awaited.
func TestWhoIsAskedOfTeams(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.configure(strings.Replace(teamConfig, "[sara-ds, tomas-ds]", "[acme/science, Acme/Lab, rui-sme]", 1))
	w.teams = map[string][]string{"acme/science": {"sara-ds"}, "Acme/Lab": {"tomas-ds", "felix-se"}}
	w.look()
	if got := w.asked(); got != "acme/lab rui-sme" {
		t.Errorf("asked: %s", got)
	}
}

// Whoever reviewed is asked again once their yes is void: GitHub took them off the list.
func TestWhoIsAskedAgain(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.tick()
	w.push("sara-ds", "features/a.py")
	w.look()
	if w.asked() != "tomas-ds" {
		t.Errorf("asked: %q", w.asked())
	}
	// Asked again by somebody after a yes to the head: the yes waits, as GitHub shows it.
	w.review("tomas-ds", facts.ReviewApproved)
	w.look()
	w.must(engine.RolesCheck, "success")
	w.pull.Requested = []facts.Reviewer{{Person: who("tomas-ds")}}
	w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: w.pull.Requested[0], By: who("sara-ds"), At: w.tick()})
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	// After a no it stays: whoever asked for changes is not silenced by being asked again.
	w.review("tomas-ds", facts.ReviewChanges)
	w.look()
	w.pull.Requested = []facts.Reviewer{{Person: who("tomas-ds")}}
	w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: w.pull.Requested[0], By: who("sara-ds"), At: w.tick()})
	w.look()
	w.must(engine.RolesCheck, "failure: Changes are asked for by tomas-ds")
}

func TestWhatIsRepliedOnAPull(t *testing.T) {
	for _, c := range []struct {
		name, login, text string
		counts            bool
		says              string
	}{
		{"who opened it", "sara-ds", "/approve", false, "Not counted, sara-ds."},
		{"another role", "felix-se", "/approve", false, "Not counted, felix-se."},
		{"nobody's", "zoe", "/approve", false, "Not counted, zoe."},
		{"no reason", "tomas-ds", "/object", false, "reason"},
		{"a reason", "tomas-ds", "/object it leaks", true, ""},
		{"a no of somebody who is not asked", "felix-se", "/object it leaks", false, "Not counted, felix-se."},
		{"nothing to take back", "tomas-ds", "/withdraw", false, "tomas-ds"},
		{"a command of another place", "tomas-ds", "/advance deployment", false, "tomas-ds"},
		{"help", "zoe", "/help", true, "/approve"},
		{"status", "zoe", "/status", true, ""},
		{"misspelt, by one with a role", "tomas-ds", "/aprove", false, "/approve"},
		{"misspelt, by one without", "zoe", "/aprove", false, "\x00silent"},
		{"no command", "tomas-ds", "Nice work", false, "\x00silent"},
		{"yes in words, by one who is awaited", "tomas-ds", "approved", false, "/approve"},
		{"yes in words, by one who is not", "felix-se", "approved", false, "\x00silent"},
		{"nothing to measure", "tomas-ds", "/no-metrics only a rename", true, ""},
		{"nothing to measure, without a reason", "tomas-ds", "/no-metrics", false, "reason"},
		{"nothing to measure, says who wrote it", "sara-ds", "/no-metrics only a rename", false, "sara-ds"},
		{"nothing to measure, says another role", "felix-se", "/no-metrics only a rename", false, "felix-se"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.look()
			id := w.say(c.login, c.text)
			w.look()
			reaction, reply := w.answer(id)
			if c.says == "\x00silent" {
				if reaction != "" || reply != "" {
					t.Errorf("answered by %s, %q", reaction, reply)
				}
				return
			}
			if (reaction == facts.Counted) != c.counts || !strings.Contains(reply, c.says) || c.says == "" && reply != "" {
				t.Errorf("%s, %q", reaction, reply)
			}
		})
	}
}

func TestAPullExcusedFromMetrics(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	id := w.say("tomas-ds", "/no-metrics only a rename")
	w.look()
	w.must(engine.MetricsCheck, "neutral: No metric report needed, says tomas-ds")
	w.push("sara-ds", "tests/a.py")
	w.look()
	w.must(engine.MetricsCheck, "neutral: No metric report needed, says tomas-ds")
	w.push("sara-ds", "features/a.py") // another model than he said it of
	w.look()
	w.must(engine.MetricsCheck, "in_progress: Waiting for a metric report")
	id = w.say("tomas-ds", "/no-metrics only a comment")
	w.look()
	w.must(engine.MetricsCheck, "neutral")
	i := slices.IndexFunc(w.pull.Comments, func(c facts.Comment) bool { return c.ID == id })
	w.pull.Comments[i].Edited = true
	w.look()
	w.must(engine.MetricsCheck, "in_progress: Waiting for a metric report")
}

// A yes that was edited afterwards counts no longer, and its author is told once.
func TestAnEditedYes(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	id := w.say("tomas-ds", "/approve")
	w.look()
	i := slices.IndexFunc(w.pull.Comments, func(c facts.Comment) bool { return c.ID == id })
	w.pull.Comments[i].Edited = true
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	if _, reply := w.answer(id); !strings.Contains(reply, "tomas-ds") {
		t.Errorf("replied %q", reply)
	}
}

// A run that says who approved is believed only for its own pull request.
func TestALedgerOfAnotherPull(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py", "docs/design/a.md")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.push("sara-ds", "docs/design/a.md")
	w.pull.Number = 13
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds (data scientist) and mina-mle (ML engineer)")
}

// A role is lent for a problem: it counts where that is the problem of every deliverable that the pull request is for.
func TestARoleLentForAnotherProblem(t *testing.T) {
	for _, c := range []struct {
		name, problem string // of #5
		body, want    string
	}{
		{"the same", "#2", "Deliverable: #3, #5", "success: Approved by zoe"},
		{"another", "#7", "Deliverable: #3, #5", "in_progress: Waiting for tomas-ds"},
		{"another, named first", "#7", "Deliverable: #5, #3", "in_progress: Waiting for tomas-ds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPull(t, lifecycle.Development, "features/a.py")
			w.pull.Body = c.body
			number, _ := strings.CutPrefix(c.problem, "#")
			problem := w.deliverable(int(number[0]-'0'), "Churn", lifecycle.Design, churnBody)
			problem.Issue.Labels = []string{"kind:problem"}
			block, err := markdown.EncodeBlock("sticky", engine.ProblemLedger{Delegations: []engine.LedgerDelegation{{
				Role: lifecycle.DataScientist, From: engine.WhoIs(who("tomas-ds")), To: engine.WhoIs(who("zoe")), Until: start.AddDate(0, 1, 0), Day: "2026-02-28", Comment: 1}}})
			if err != nil {
				t.Fatal(err)
			}
			problem.Sticky.Body = "\n" + block + "\n"
			w.listed = []engine.Listed{problem, w.deliverable(5, "Offers", lifecycle.Development, scoreBody(c.problem, "_No response_"))}
			w.look()
			w.say("zoe", "/approve")
			w.look()
			w.must(engine.RolesCheck, c.want)
		})
	}
}

// Who is still asked, and by a request older than those that were read, may have been asked again.
func TestAskedAgainLongAgo(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/a.py")
	w.look()
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success")
	w.tick()
	w.pull.Requested = []facts.Reviewer{{Person: who("tomas-ds")}}
	w.pull.Asked, w.pull.AskedCut = nil, true
	for i := range 100 {
		w.pull.Asked = append(w.pull.Asked, facts.ReviewRequest{Reviewer: facts.Reviewer{Person: who("felix-se")}, Removed: i%2 > 0, By: who("sara-ds"), At: w.tick()})
	}
	w.pull.CodeOwners = w.pull.Requested
	w.look()
	w.must(engine.RolesCheck, "success")
	w.pull.CodeOwners = nil
	w.look()
	w.must(engine.RolesCheck, "in_progress: Waiting for tomas-ds")
	w.say("tomas-ds", "/approve")
	w.look()
	w.must(engine.RolesCheck, "success")
}
