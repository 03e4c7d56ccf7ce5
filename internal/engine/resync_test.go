package engine_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// bulk is a memory that can be read page by page; it counts what it is asked.
type bulk struct {
	*memory
	size                  int // issues on a page
	common, pages, filled int
	reads                 []string                                    // where pages began
	named                 []int                                       // issues that were read since somebody names them
	known                 []engine.Listed                             // what Common lists, where it is behind; nil for what there is
	before                map[facts.Span]facts.Fact[facts.Comparison] // what was compared before
}

var _ engine.Bulk = (*bulk)(nil)

func (b *bulk) Common(ctx context.Context, key engine.Key) (engine.Common, error) {
	b.common++
	s := engine.Common{Snapshot: engine.Snapshot{Key: key, Gone: true, Now: b.now, Rules: b.rules, Roster: b.roster, Finished: b.finished(), People: map[string]facts.Person{}},
		Merges: func(time.Time) facts.Fact[[]facts.MergedPull] { return facts.Known(b.merged) }}
	if s.Compared = b.before; b.deploys != nil {
		s.Deployments = facts.Known(b.deploys)
	}
	if s.Listed = b.known; s.Listed == nil {
		s.Listed = b.listing()
	}
	return s, nil
}

func (b *bulk) listing() []engine.Listed {
	var out []engine.Listed
	for _, i := range b.issues {
		if len(i.KindsOf()) > 0 {
			out = append(out, i.listed())
		}
	}
	return out
}

func (b *bulk) Archive(_ context.Context, _ engine.Key, after string) (engine.ArchivePage, error) {
	b.pages++
	b.reads = append(b.reads, after)
	var page engine.ArchivePage
	for _, n := range slices.Sorted(maps.Keys(b.issues)) {
		i := b.issues[n]
		if len(i.KindsOf()) == 0 || after != "" && fmt.Sprintf("%06d", n) <= after {
			continue
		}
		if len(page.Items) == b.size {
			page.Next = fmt.Sprintf("%06d", page.Items[b.size-1].Issue.Number)
			break
		}
		item := engine.Archived{Issue: i.Issue, Comments: slices.Clone(i.comments), LabelChanges: i.changes}
		item.Issue.Labels = slices.Clone(i.Labels)
		page.Items = append(page.Items, item)
	}
	return page, nil
}

func (b *bulk) Fill(ctx context.Context, s *engine.Snapshot, lack engine.Lack) error {
	b.filled++
	b.named = append(b.named, lack.Issues...)
	return b.memory.Fill(ctx, s, lack)
}

func (b *bulk) Repository(ctx context.Context, key engine.Key) (engine.RepositorySnapshot, error) {
	s, err := b.memory.Repository(ctx, key)
	s.Numbers = []int{1}
	for _, l := range lifecycle.Labels() {
		s.Labels = append(s.Labels, engine.RepositoryLabel{Name: l.Name, Description: l.Text[b.rules.Policy.Language]})
	}
	return s, err
}

// sweep looks at the repository and its pages; it returns what is to be looked at, now and later.
func (b *bulk) sweep(r engine.Reconciler) (now []string, later map[string]string) {
	b.t.Helper()
	later = map[string]string{}
	for queue := []engine.Key{b.key(0).Repository()}; len(queue) > 0; {
		out, err := r.Reconcile(context.Background(), queue[0])
		if err != nil {
			b.t.Fatal(err)
		}
		if len(out.Effects) > 0 {
			b.t.Errorf("a page writes: %v", out.Effects)
		}
		queue = queue[1:]
		for _, k := range out.Touch {
			if _, page := k.Page(); page {
				queue = append(queue, k)
			} else {
				now = append(now, fmt.Sprint(k.Number))
			}
		}
		for _, a := range out.Later {
			later[fmt.Sprint(a.Key.Number)] = a.At.String()
		}
	}
	slices.Sort(now)
	return slices.Compact(now), later
}

// singly is what sweep is to find: it looks at each issue by itself.
func (b *bulk) singly(r engine.Reconciler) (now []string, later map[string]string) {
	b.t.Helper()
	later = map[string]string{}
	for n, i := range b.issues {
		if len(i.KindsOf()) == 0 {
			continue
		}
		plan, err := r.Plan(context.Background(), b.key(n))
		if err != nil {
			b.t.Fatal(err)
		}
		if len(plan.Effects) > 0 {
			now = append(now, fmt.Sprint(n))
		} else if !plan.Due.IsZero() {
			later[fmt.Sprint(n)] = plan.Due.String()
		}
		for _, k := range plan.Touch {
			now = append(now, fmt.Sprint(k.Number))
		}
	}
	slices.Sort(now)
	return slices.Compact(now), later
}

// reviewed is how what a review would do differs from what a look at each issue by itself would do.
func (b *bulk) reviewed(r engine.Reconciler) string {
	b.t.Helper()
	got, want := map[int]string{}, map[int]string{}
	left, err := r.Review(context.Background(), b.key(0).Repository(), func(item engine.Archived, plan engine.Plan) {
		got[item.Issue.Number] = fmt.Sprint(plan.Effects, plan.Touch, plan.Due)
	})
	if err != nil || len(left) > 0 {
		b.t.Fatal(left, err)
	}
	for n := range got {
		plan, err := engine.Reconciler{Hub: b.memory}.Plan(context.Background(), b.key(n))
		if err != nil {
			b.t.Fatal(err)
		}
		want[n] = fmt.Sprint(plan.Effects, plan.Touch, plan.Due)
	}
	return cmp.Diff(want, got)
}

// Looking at a repository page by page finds what looking at each issue by itself finds, whatever people
// did and Phasegate has not seen.
func TestPagesFindWhatSingleLooksFind(t *testing.T) {
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 11))
		m := ready(t)
		m.settle(2, 3, 5)
		b := &bulk{memory: m, size: 2}
		var log []string
		for round := range 40 {
			what, n := m.happen(r)
			log = append(log, fmt.Sprintf("#%d %s", n, what))
			b.filled = 0
			reconciler := engine.Reconciler{Hub: b, Memory: engine.NewMemory()}
			now, later := b.sweep(reconciler)
			wantNow, wantLater := b.singly(engine.Reconciler{Hub: m})
			if diff := cmp.Diff(wantNow, now) + cmp.Diff(wantLater, later) + b.reviewed(reconciler); diff != "" {
				t.Fatalf("seed %d, after %q:\n%s", seed, log, diff)
			}
			if round%3 == 2 { // then Phasegate catches up
				for n := range 20 {
					m.settle(n)
				}
			}
		}
	}
}

// A look at a repository goes on from page to page, each its own key: what was done of it is not done again.
func TestALookAtARepositoryGoesOnWhereItStopped(t *testing.T) {
	m := ready(t)
	m.settle(2, 3, 5)
	for n := 20; n < 60; n++ {
		m.open(n, "sara-ds", "More", "", "kind:experiment")
	}
	b := &bulk{memory: m, size: 5}
	r := engine.Reconciler{Hub: b}
	first, err := r.Reconcile(t.Context(), m.key(0).Repository())
	if err != nil || len(first.Touch) != 1 || b.pages != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	page := first.Touch[0]
	if after, ok := page.Page(); !ok || after != "" || page.Number != 0 || page == m.key(0).Repository() {
		t.Fatalf("the first page is %v", page)
	}
	second, err := r.Reconcile(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	next := second.Touch[len(second.Touch)-1]
	before := slices.Clone(b.reads)
	if after, ok := next.Page(); !ok || after == "" || next.String() == page.String() {
		t.Fatalf("the next page is %v", next)
	}
	// Another process goes on with what is left.
	if _, err := (engine.Reconciler{Hub: b}).Reconcile(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	for _, after := range b.reads[len(before):] {
		if slices.Contains(before, after) {
			t.Errorf("the page after %q is read again", after)
		}
	}
	if b.common != 2 {
		t.Errorf("what all have in common is read %d times for two pages", b.common)
	}
}

// What a page brings is newer than what was known of the issue before, and what others show of it is looked at.
func TestAPageIsNewerThanWhatWasKnown(t *testing.T) {
	m := ready(t)
	m.settle(2, 3, 5)
	b := &bulk{memory: m, size: 1, known: (&bulk{memory: m}).listing()}
	if now, _ := b.sweep(engine.Reconciler{Hub: b}); len(now) > 0 {
		t.Fatalf("%v are looked at though nothing changed", now)
	}
	m.issues[3].Body = scoreBody("#4", "#5")
	if now, _ := b.sweep(engine.Reconciler{Hub: b}); !slices.Contains(now, "3") || !slices.Contains(now, "2") {
		t.Errorf("%v are looked at, not the deliverable and its problem", now)
	}
	m.issues[3].Body = b.known[slices.IndexFunc(b.known, func(l engine.Listed) bool { return l.Issue.Number == 3 })].Issue.Body
	m.open(9, "sara-ds", "New", scoreBody("#2", "#5"), "kind:deliverable")
	if now, _ := b.sweep(engine.Reconciler{Hub: b}); !slices.Contains(now, "9") || !slices.Contains(now, "2") {
		t.Errorf("%v are looked at, not the new deliverable and its problem", now)
	}
}

// A closed data requirement that a deliverable names is known already, and need not be read.
func TestWhatIsNamedIsKnown(t *testing.T) {
	m := ready(t)
	m.settle(2, 3, 5)
	m.open(9, "helena-bs", "Churn", churnBody, "kind:problem") // judged after the deliverable, it must not see what that sees
	m.issues[3].Body = scoreBody("#9", "#5")
	m.issues[5].Closed = true
	m.settle(9, 5, 3, 2, 9)
	b := &bulk{memory: m, size: 3}
	now, _ := b.sweep(engine.Reconciler{Hub: b})
	if want, _ := b.singly(engine.Reconciler{Hub: m}); len(b.named) > 0 || !slices.Equal(now, want) {
		t.Errorf("%v are read again; %v are looked at, want %v", b.named, now, want)
	}
}

// A page that names much that is not there takes a bounded number of requests; what is not judged is left
// alone, and not taken for what it would be without them.
func TestAPageSendsAFewRequestsOnly(t *testing.T) {
	m := ready(t)
	for n := 100; n < 130; n++ {
		m.open(n, "sara-ds", "Lost", scoreBody(fmt.Sprint("#", n+500), "#2"), "kind:deliverable")
	}
	for n := 100; n < 130; n++ {
		m.settle(n)
	}
	b := &bulk{memory: m, size: 40}
	now, _ := b.sweep(engine.Reconciler{Hub: b})
	if b.filled == 0 || b.filled > 12 {
		t.Errorf("%d further requests", b.filled)
	}
	if len(now) > 0 {
		t.Errorf("%v are looked at though nothing is to be done", now)
	}
}

// The work of judging a repository grows with its issues, not with their square: forms are read once.
func TestTwoThousandIssuesAreJudgedInSeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 issues")
	}
	m := ready(t)
	for n := 100; n < 2100; n++ {
		switch n % 4 {
		case 0:
			m.open(n, "dora-de", fmt.Sprint("Data ", n), usageBody+fmt.Sprintf("\n\nTable %d.", n), "kind:data")
		case 1:
			m.open(n, "sara-ds", "Support", fmt.Sprintf("### Parent\n\n#%d\n\n### What is in the way?\n\nx\n\n### People involved\n\n@rui-sme", n+1), "kind:support-problem")
		default:
			m.open(n, "sara-ds", fmt.Sprint("Score ", n), scoreBody("#2", fmt.Sprintf("#%d", n-n%4)), "kind:deliverable")
		}
	}
	b := &bulk{memory: m, size: 25}
	began := time.Now()
	now, _ := b.sweep(engine.Reconciler{Hub: b, Memory: engine.NewMemory()})
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	} else {
		t.Logf("%v for %d issues to look at, %d pages", took, len(now), b.pages)
	}
	if len(now) < 1500 || b.common > 21 {
		t.Errorf("%d issues are to be looked at; what they have in common was read %d times", len(now), b.common)
	}
}
