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
)

// expected reads the effects that each row of the story must have.
func expected(t *testing.T) map[int]effects {
	t.Helper()
	data, err := os.ReadFile("testdata/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Events []struct {
			N int
			effects
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	out := map[int]effects{}
	for _, e := range file.Events {
		out[e.N] = e.effects
	}
	return out
}

// expectedFor is what a row of the story must do: the listed effects, the label events that they and
// the row's passing labels make, and nothing else.
func expectedFor(all map[int]effects, r row) effects {
	e := all[r.n]
	if r.withoutChecks {
		e.Checks = nil
	}
	for sign, labels := range map[string]map[int][]string{"+": e.Add, "−": e.Rem} {
		for number, names := range labels {
			for _, name := range names {
				e.Events = append(e.Events, fmt.Sprintf("#%d %s%s", number, sign, name))
			}
		}
	}
	e.Events = append(e.Events, r.passing...)
	slices.Sort(e.Events)
	slices.Sort(e.SE)
	slices.Sort(e.SP)
	return e
}

// differ says how what was done differs from what was to be done; "" if it does not.
func differ(want, got effects) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

func TestExpectationsAreThoseOfTheStory(t *testing.T) {
	all := expected(t)
	for _, r := range story() {
		e, ok := all[r.n]
		if !ok && !r.between {
			t.Errorf("row %d is played but not expected", r.n)
		}
		delete(all, r.n)
		if len(e.React) != 0 && len(e.React) != r.commands {
			t.Errorf("row %d: %d reactions for %d commands", r.n, len(e.React), r.commands)
		}
	}
	if left := slices.Sorted(maps.Keys(all)); len(left) > 0 {
		t.Errorf("expected but not played: rows %v", left)
	}
}
