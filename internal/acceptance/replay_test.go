package acceptance_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/markdown"
)

// maxChanges is how many differences between two states are shown.
const maxChanges = 20

// dumpDiff lists how two states of the simulated GitHub differ, a path a line; "" if they do not.
func dumpDiff(before, after any) string {
	var out []string
	var walk func(path string, a, b any)
	walk = func(path string, a, b any) {
		ao, aIsObject := a.(map[string]any)
		bo, bIsObject := b.(map[string]any)
		al, aIsList := a.([]any)
		bl, bIsList := b.([]any)
		switch {
		case aIsObject && bIsObject:
			for _, k := range slices.Sorted(maps.Keys(bo)) {
				walk(path+"."+k, ao[k], bo[k])
			}
			for _, k := range slices.Sorted(maps.Keys(ao)) {
				if _, there := bo[k]; !there {
					out = append(out, fmt.Sprintf("%s.%s is gone: %.300v", path, k, ao[k]))
				}
			}
		case aIsList && bIsList:
			for i := range max(len(al), len(bl)) {
				switch at := fmt.Sprintf("%s[%d]", path, i); {
				case i >= len(al):
					out = append(out, fmt.Sprintf("%s is new: %.900v", at, bl[i]))
				case i >= len(bl):
					out = append(out, fmt.Sprintf("%s is gone: %.300v", at, al[i]))
				default:
					walk(at, al[i], bl[i])
				}
			}
		case !reflect.DeepEqual(a, b):
			out = append(out, fmt.Sprintf("%s: %.300v → %.300v", path, a, b))
		}
	}
	walk("", before, after)
	if n := len(out); n > maxChanges {
		out = append(out[:maxChanges], fmt.Sprintf("… %d more", n-maxChanges))
	}
	return strings.Join(out, "\n")
}

// endOfStory is what must hold at the end: invariant 2.
func (w *world) endOfStory() {
	w.t.Helper()
	var each []delivery // every delivery once
	seenGUID := map[string]bool{}
	for _, d := range w.deliveries() {
		if !seenGUID[d.GUID] {
			seenGUID[d.GUID] = true
			each = append(each, d)
		}
	}
	if len(each) < 50 {
		w.t.Errorf("only %d deliveries in the whole story", len(each))
	}
	again := func() {
		for _, d := range each {
			w.redeliver(d.ID)
		}
	}
	w.looksOnly("every delivery again, with the same id", again)
	w.looksOnly("every delivery again, with a new id", func() {
		for _, d := range each {
			w.deliverAnew(d)
		}
	})
	w.looksOnly("a new product with an empty database", w.sys.replace)
	w.looksOnly("every delivery to a product with an empty database", again)
}

// looksOnly is noWrite for what the product must look at all the same.
func (w *world) looksOnly(what string, do func()) {
	w.t.Helper()
	w.noWrite(what, do)
	if !slices.ContainsFunc(w.requests(), func(r requestCount) bool { return r.Actor == botLogin }) {
		w.t.Errorf("%s: the product did not even look", what)
	}
}

// yes is how an approval was counted: for which seat or role, and by whose delegation.
type yes struct{ role, by string }

// counted is invariant 6: the newest passed record on an issue lists every counted approval with person,
// role, delegation, time, the comment and its link, and the fingerprint it is for.
func (w *world) counted(t told, number int, want map[string]yes) {
	w.t.Helper()
	is := t.after.issue(number)
	var record struct {
		Repo  string
		Issue int
		Yes   []struct {
			Who         struct{ Login string }
			Role, Until string
			By          *struct{ Login string }
			At          time.Time
			Comment     int64
			URL         string
			Prints      map[string]any
		}
		Signature string `json:"sig"`
	}
	for _, c := range is.Comments {
		for _, b := range markdown.Blocks(c.Body) {
			if c.bot() && b.Kind == "passed" {
				record.Yes, record.Signature = nil, ""
				if err := b.Decode(&record); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
	if record.Signature == "" || record.Repo != strings.TrimPrefix(repoPath, "/repos/") || record.Issue != number {
		w.t.Errorf("the record of #%d is not signed, or for %s#%d", number, record.Repo, record.Issue)
	}
	got := map[string]yes{}
	for _, y := range record.Yes {
		by := ""
		if y.By != nil {
			by = y.By.Login
		}
		got[y.Who.Login] = yes{y.Role, by}
		i := slices.IndexFunc(is.Comments, func(c commentState) bool { return c.ID == y.Comment })
		if i < 0 || is.Comments[i].Author != y.Who.Login || is.Comments[i].URL != y.URL || !strings.HasPrefix(is.Comments[i].Body, "/ap") {
			w.t.Errorf("#%d: the approval of %s leads to comment %d at %q, which is not theirs", number, y.Who.Login, y.Comment, y.URL)
		}
		if y.At.IsZero() || len(y.Prints) == 0 || by != "" && y.Until == "" {
			w.t.Errorf("#%d: the approval of %s lacks its time, fingerprint or end of delegation: %+v", number, y.Who.Login, y)
		}
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("#%d passed with %v, want %v", number, got, want)
	}
}

// outcome is where a deliverable stands, without times and ids: what must come out the same in
// whatever order things arrive.
type outcome struct {
	Labels  map[int][]string
	Passed  []string // one line for each passed record: who answered for which role
	Reacted map[string]string
	Phase   string
}

// outcomeOf reads the outcome of #3.
func (w *world) outcomeOf() outcome {
	w.t.Helper()
	s := w.look()
	w.invariants(s)
	o := outcome{Labels: map[int][]string{}, Reacted: map[string]string{}}
	for _, i := range s.Issues {
		o.Labels[i.Number] = i.Labels
	}
	for _, c := range s.issue(3).Comments {
		if !c.bot() {
			o.Reacted[c.Author+" "+c.Body] = strings.Join(c.Reactions, ",")
			continue
		}
		for _, b := range markdown.Blocks(c.Body) {
			var r struct {
				Yes []struct {
					Who  struct{ Login string }
					Seat string
				}
			}
			if b.Kind != "passed" {
				continue
			}
			if err := b.Decode(&r); err != nil {
				w.t.Fatal(err)
			}
			var who []string
			for _, y := range r.Yes {
				who = append(who, fmt.Sprintf("%s for %s", y.Who.Login, y.Seat))
			}
			slices.Sort(who)
			o.Passed = append(o.Passed, strings.Join(who, ", "))
		}
	}
	for _, l := range o.Labels[3] {
		if strings.HasPrefix(l, "phase:") {
			o.Phase = l
		}
	}
	return o
}
