package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// judgesMetrics is whether what a pull request's metric report says is judged: its check and its comment.
const judgesMetrics = false

// scenario is what the story must come to.
type scenario struct {
	Rows  map[int]effects // by number
	Final struct {
		Labels      map[int][]string
		Open        []int
		BotComments map[int]int `json:"bot_comments"`
	}
	pulls []int // numbers of pull requests
}

// expected reads the effects that each row of the story must have, and how it ends.
func expected(t *testing.T) scenario {
	t.Helper()
	data, err := os.ReadFile("testdata/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Events []struct {
			N int
			effects
			New map[int]struct {
				Type   string
				Labels []string
			}
		}
		scenario
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	out := file.scenario
	out.Rows = map[int]effects{}
	for _, e := range file.Events {
		e.Opened = map[int][]string{}
		for number, n := range e.New {
			switch {
			case n.Type == "PR":
				out.pulls = append(out.pulls, number)
			case slices.Contains(n.Labels, lifecycle.Meeting.Label()), slices.Contains(n.Labels, lifecycle.Incident.Label()):
				e.Opened[number] = n.Labels
			}
		}
		out.Rows[e.N] = e.effects
	}
	return out
}

// expectedFor is what a row of the story must do: the listed effects, the label events that they and
// the row's passing labels make, and nothing else.
func (s scenario) expectedFor(r row) effects {
	e := s.Rows[r.n]
	if r.early {
		return effects{SE: slices.Sorted(slices.Values(e.SE))}
	}
	e.Rewritten = r.rewrites
	pull := func(n int) bool { return slices.Contains(s.pulls, n) }
	if !judgesMetrics {
		e.Checks = withoutMetrics(e.Checks)
	}
	if r.pull && !judgesMetrics {
		e.SE = slices.DeleteFunc(slices.Clone(e.SE), pull)
		e.SP = slices.DeleteFunc(slices.Clone(e.SP), pull)
	}
	for sign, labels := range map[string]map[int][]string{"+": e.Add, "−": e.Rem} {
		for number, names := range labels {
			for _, name := range names {
				e.Events = append(e.Events, fmt.Sprintf("#%d %s%s", number, sign, name))
			}
		}
	}
	for number, names := range e.Opened {
		for _, name := range names {
			e.Events = append(e.Events, fmt.Sprintf("#%d +%s", number, name))
		}
	}
	e.Events = append(e.Events, r.passing...)
	slices.Sort(e.Events)
	slices.Sort(e.SE)
	slices.Sort(e.SP)
	return e
}

// withoutMetrics leaves out what was measured.
func withoutMetrics(checks map[string]map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for pull, states := range checks {
		out[pull] = maps.Clone(states)
		delete(out[pull], "metrics")
	}
	return out
}

// differ says how what was done differs from what was to be done; "" if it does not.
func differ(want, got effects) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// ends compares where the story stands when all was played: labels, what is open, and how many comments
// the bot wrote.
func (s scenario) ends(t *testing.T, got snapshot) {
	t.Helper()
	var open []int
	labels, comments := map[int][]string{}, map[int]int{}
	for _, i := range got.Issues {
		labels[i.Number] = i.Labels
		if i.State == "open" {
			open = append(open, i.Number)
		}
		for _, c := range i.Comments {
			if c.bot() {
				comments[i.Number]++
			}
		}
	}
	want := maps.Clone(s.Final.BotComments)
	maps.DeleteFunc(want, func(n, _ int) bool { return !judgesMetrics && slices.Contains(s.pulls, n) })
	for what, d := range map[string]string{
		"labels":   cmp.Diff(s.Final.Labels, labels, cmpopts.EquateEmpty()),
		"open":     cmp.Diff(s.Final.Open, open),
		"comments": cmp.Diff(want, comments),
	} {
		if d != "" {
			t.Errorf("the story does not end as it must, %s (-want +got):\n%s", what, d)
		}
	}
}

func TestExpectationsAreThoseOfTheStory(t *testing.T) {
	all := expected(t)
	for _, r := range story() {
		if r.early {
			continue
		}
		e, ok := all.Rows[r.n]
		if !ok {
			t.Errorf("row %d is played but not expected", r.n)
		}
		delete(all.Rows, r.n)
		if len(e.React) != r.commands {
			t.Errorf("row %d: %d reactions for %d commands", r.n, len(e.React), r.commands)
		}
		written := 0
		for _, n := range e.C {
			written += n
		}
		if written != len(r.mentions) {
			t.Errorf("row %d: %d new comments, and %d are said whom they mention", r.n, written, len(r.mentions))
		}
	}
	if left := slices.Sorted(maps.Keys(all.Rows)); len(left) > 0 {
		t.Errorf("expected but not played: rows %v", left)
	}
}
