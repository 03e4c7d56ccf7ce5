package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/markdown"
)

// quiet looks once at every issue and fails when a look still finds something to write or to touch.
func (m *memory) quiet(after string) bool {
	m.t.Helper()
	m.writes = nil
	still := true
	before := m.state()
	for n := 1; n < 20; n++ {
		out, err := engine.Reconciler{Hub: m}.Reconcile(context.Background(), m.key(n))
		if err != nil || len(out.Touch) > 0 || len(m.writes) > 0 {
			m.t.Errorf("after %s: #%d touched %v, wrote %v, %v", after, n, out.Touch, m.writes, err)
			m.t.Logf("before\n%s\nnow\n%s", before, m.state())
			for n, i := range m.issues {
				if l := i.listed().Sticky; l != nil {
					m.t.Log(n, l.Body[len(markdown.Visible(l.Body)):])
				}
			}
			m.writes, still = nil, false
		}
	}
	return still
}

// happen does one random thing to the repository; it tells what, and which issue an event names.
func (m *memory) happen(r *rand.Rand) (string, int) {
	people := []string{"helena-bs", "rui-sme", "dora-de", "sara-ds", "tomas-ds", "felix-se", "mina-mle", "bento-be", "stranger"}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	login := pick(people...)
	numbers := []int{}
	for n := range 20 {
		if m.issues[n] != nil {
			numbers = append(numbers, n)
		}
	}
	n := numbers[r.IntN(len(numbers))]
	i := m.issues[n]
	ref := func() string { return fmt.Sprintf("#%d", 1+r.IntN(12)) }
	switch what := r.IntN(20); {
	case what < 9:
		text := pick("/advance development", "/advance development", "/approve", "/approve", "/approve", "/approve as data-engineer", "/object no", "/withdraw", "/return design data: leak",
			"/status", "/aprove", "ok", "/help") // no /delegate: data requirements show it at their next look only
		m.say(n, login, text)
		return login + " says " + text, n
	case what < 12:
		body := pick(churnBody, usageBody, scoreBody(ref(), ref()+" "+ref()), scoreBody("#2", ref()), "### Parent\n\n"+ref()+"\n\n### What is in the way?\n\nx\n\n### Why the deliverable needs it solved\n\ny\n\n### People involved\n\n@rui-sme")
		i.Body, i.BodyEdited = body, m.tick()
		return "edited to " + fmt.Sprintf("%.40q", body), n
	case what < 14:
		i.Closed = !i.Closed
		m.tick()
		return fmt.Sprint("closed ", i.Closed), n
	case what < 16:
		label := pick("kind:problem", "kind:deliverable", "kind:data", "kind:support-problem", "kind:experiment", "phase:development", "gate:requested", "risk:low", "data:validated")
		had := i.Has(label)
		if had {
			i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == label })
		} else {
			i.Labels = append(i.Labels, label)
		}
		i.changes = append(i.changes, facts.LabelChange{ID: fmt.Sprint("E", m.nextID, len(i.changes)), Label: label, Added: !had, Actor: who(login), At: m.tick()})
		return fmt.Sprint("label ", label, " ", !had), n
	case what < 17 && len(i.comments) > 0:
		c := &i.comments[r.IntN(len(i.comments))]
		if c.Own {
			c.Own, c.Touched, c.Edited = false, true, true
			c.Body = "x" + c.Body
		} else if !c.Touched {
			c.Edited = true
		}
		m.tick()
		return "a comment is edited: " + fmt.Sprintf("%.20q", c.Body), n
	case what < 18 && len(i.comments) > 0:
		c := r.IntN(len(i.comments))
		text := fmt.Sprintf("%.20q", i.comments[c].Body)
		i.comments = slices.Delete(i.comments, c, c+1)
		m.tick()
		return "a comment is deleted: " + text, n
	case what < 19 && len(numbers) > 4:
		delete(m.issues, n)
		m.tick()
		return "deleted", n
	}
	for n = 2; m.issues[n] != nil; n++ {
	}
	kind := pick("kind:problem", "kind:deliverable", "kind:data", "kind:support-problem")
	body := map[string]string{"kind:problem": churnBody, "kind:deliverable": scoreBody("#2", ref()), "kind:data": usageBody,
		"kind:support-problem": "### Parent\n\n#3\n\n### What is in the way?\n\nx\n\n### People involved\n\n@rui-sme"}[kind]
	m.open(n, login, "New", body, kind)
	return "opened " + kind, n
}

// seeds is how many random stories are played; each has some forty acts.
const seeds = 2

// Whatever people do, in whatever order, one look at what an event names and at what that touches
// leaves nothing to do anywhere.
func TestNothingIsLeftToDoAfterAnything(t *testing.T) {
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := ready(t)
		m.merged = append(m.merged, facts.MergedPull{Number: 8, Merged: m.now, Files: []facts.File{{Path: "reports/eda/b.md"}}})
		m.settle(2, 3, 5)
		var log []string
		for range 40 {
			what, n := m.happen(r)
			log = append(log, fmt.Sprintf("#%d %s", n, what))
			m.settle(n)
			if !m.quiet(fmt.Sprint("seed ", seed, " ", log[max(0, len(log)-4):])) {
				return
			}
		}
	}
}
