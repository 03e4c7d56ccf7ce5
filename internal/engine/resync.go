package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Archived is an issue of one of the kinds, open or closed, with everything that was written on it:
// all its comments, oldest first, and the newest hundred changes of its labels.
type Archived struct {
	Issue        facts.Issue
	Comments     []facts.Comment
	LabelChanges []facts.LabelChange
}

// ArchivePage is one page of a repository's archive, in the order in which the issues were opened.
type ArchivePage struct {
	Items []Archived
	Next  string // where the next page begins; "" at the end
}

// Bulk is a [Hub] that can read a repository's issues many at a time.
type Bulk interface {
	// Archive reads the page that begins after the cursor; "" is the first one.
	Archive(ctx context.Context, key Key, after string) (ArchivePage, error)
	// Common reads what the looks at all issues of a repository have in common.
	Common(ctx context.Context, key Key) (Common, error)
}

// Common is what the looks at all issues of a repository have in common.
type Common struct {
	// Snapshot is of no issue (Gone), and has what was compared before. Listed are the issues of the kinds, open and
	// closed; a closed one whose sticky was not looked for may be missing.
	Snapshot
	// Merges are the merged pull requests for a deliverable opened then, as [Snapshot.Merged] has them.
	Merges func(opened time.Time) facts.Fact[[]facts.MergedPull]
}

// pagePrefix begins the Ref of a repository's key that stands for a page of its issues; the rest is where
// the page begins.
const pagePrefix = "page:"

// PageKey is the key of the page of k's repository that begins after the cursor; "" is the first one.
func PageKey(k Key, after string) Key {
	k = k.Repository()
	k.Ref = pagePrefix + after
	return k
}

// Page is where the page that the key stands for begins; false for a key of anything else.
func (k Key) Page() (after string, ok bool) {
	if k.Kind != RepositoryKey {
		return "", false
	}
	return strings.CutPrefix(k.Ref, pagePrefix)
}

// Appointment is a look at an object in time, though nothing happens.
type Appointment struct {
	Key Key
	At  time.Time
}

// Bounds of one look at a page, so that a repository of 2,000 issues costs at most 500 requests of REST and
// 500 points of GraphQL.
const (
	pageReads   = 4                // pages of the archive: a hundred issues
	pageLookups = 12               // requests for what single objects lack
	pageTime    = 20 * time.Second // after which the rest is left to the next look
)

// planPage judges the issues of a page without reading each, and says which of them have to be looked at:
// those on which something would be written, and those that show one of the others as it no longer is. The
// page after it is looked at next. So a look at a whole repository goes on where it stopped.
func (r Reconciler) planPage(ctx context.Context, key Key, after string) (Plan, error) {
	hub, ok := r.Hub.(Bulk)
	if !ok {
		return Plan{}, nil
	}
	common, err := hub.Common(ctx, key)
	if err != nil {
		return Plan{}, fmt.Errorf("read what the issues of %s have in common: %w", key.FullName(), err)
	}
	if common.Rules.Policy == nil || r.others(common.Rules) {
		return Plan{}, nil
	}
	round := newRound(r, key, common)
	plan := Plan{at: common.Now}
	began := time.Now()
	for n := 0; n < pageReads && time.Since(began) < pageTime; n++ {
		if after, err = round.page(ctx, hub, after, func(item Archived, own Plan) { plan.take(round.key, item, own) }); err != nil {
			return Plan{}, err
		}
		if after == "" {
			break
		}
	}
	for _, n := range round.alone {
		plan.touch(key.Issue(n))
	}
	if after != "" {
		plan.Touch = append(plan.Touch, PageKey(key, after))
	}
	r.leftOver(ctx, key, round.left)
	return plan, nil
}

// byPages has a repository's issues looked at page by page, where they can be read so, instead of each by
// itself.
func (r Reconciler) byPages(p Plan, rules Rules, key Key) Plan {
	if _, ok := r.Hub.(Bulk); ok && rules.Policy != nil {
		p.Touch = []Key{PageKey(key, "")}
	}
	return p
}

// nightHour is when a repository is looked at each night, by its own clock: some minute of that hour, so
// that not all come at once.
const nightHour = 3

// nextNight is the next such time; zero where it is not known what time it is.
func nextNight(key Key, now time.Time, zone *time.Location) time.Time {
	if now.IsZero() {
		return time.Time{}
	}
	h := fnv.New32()
	_, _ = h.Write([]byte(strings.ToLower(key.FullName())))
	local := now.In(zone)
	for day := 0; ; day++ {
		at := time.Date(local.Year(), local.Month(), local.Day()+day, nightHour, int(h.Sum32()%60), 0, 0, zone)
		if at.After(now) {
			return at
		}
	}
}

func (r Reconciler) leftOver(ctx context.Context, key Key, left []int) {
	if len(left) > 0 && r.Logger != nil {
		r.Logger.WarnContext(ctx, "not judged: what they are judged by would take too many requests at once", "installation", key.Installation, "repo", key.FullName(), "numbers", left)
	}
}

// Review judges every issue of a repository and says what would be done about each, without doing it. It
// returns the numbers of those that were not judged, since that would take too many requests.
func (r Reconciler) Review(ctx context.Context, key Key, each func(Archived, Plan)) (left []int, err error) {
	hub, ok := r.Hub.(Bulk)
	if !ok {
		return nil, fmt.Errorf("the issues of %s cannot be read page by page", key.FullName())
	}
	common, err := hub.Common(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read what the issues of %s have in common: %w", key.FullName(), err)
	}
	if common.Rules.Policy == nil {
		return nil, ErrNoConfig
	}
	round := newRound(r, key, common)
	for after, more := "", true; more; more = after != "" {
		round.budget = pageLookups
		if after, err = round.page(ctx, hub, after, each); err != nil {
			return nil, err
		}
	}
	return append(round.left, round.alone...), nil
}

// ErrNoConfig is returned for a repository without a config: nothing is done there.
var ErrNoConfig = errors.New("the repository has no config that can be read")

// page judges the issues of one page of the archive, and returns where the next one begins.
func (r *round) page(ctx context.Context, hub Bulk, after string, each func(Archived, Plan)) (next string, err error) {
	page, err := hub.Archive(ctx, r.key, after)
	if err != nil {
		return "", fmt.Errorf("read a page of the issues of %s: %w", r.key.FullName(), err)
	}
	for _, item := range page.Items {
		plan, judged, err := r.plan(ctx, item)
		if err != nil {
			return "", err
		}
		if judged {
			each(item, plan)
		}
	}
	return page.Next, nil
}

// take takes into a page's plan who has to be looked at because of one of its issues.
func (p *Plan) take(key Key, item Archived, own Plan) {
	self := key.Issue(item.Issue.Number)
	switch {
	case len(own.Effects) > 0:
		p.touch(self)
	case !own.Due.IsZero():
		p.Later = append(p.Later, Appointment{self, own.Due})
	}
	for _, k := range own.Touch {
		p.touch(k)
	}
}

// touch has an object looked at next, once.
func (p *Plan) touch(k Key) {
	if !slices.Contains(p.Touch, k) {
		p.Touch = append(p.Touch, k)
	}
}

// round is where many issues of a repository are judged one after the other, with one chart for all.
type round struct {
	reconciler Reconciler
	key        Key
	common     Common
	chart      chart
	stickies   map[int]facts.Comment // as they stand in the chart
	spare      map[int]Listed        // those that only a deliverable sees that names them
	guests     []int                 // of them, those in the chart now
	budget     int                   // further requests that may be sent
	left       []int                 // issues that were not judged, since they name too much
	alone      []int                 // deliverables that were not judged, since too much has to be compared: once it was, it is known
}

func newRound(r Reconciler, key Key, common Common) *round {
	common.memory = r.Memory
	rd := &round{reconciler: r, key: key.Repository(), common: common, stickies: map[int]facts.Comment{}, spare: map[int]Listed{}, budget: pageLookups}
	rd.common.Listed = nil
	for _, l := range common.Listed {
		if l.Issue.Closed && !isEvidence(l.Issue) {
			rd.spare[l.Issue.Number] = l
			continue
		}
		rd.common.Listed = append(rd.common.Listed, l)
	}
	rd.common.Key, rd.common.Gone = rd.key, true
	rd.chart = rd.common.chart()
	for _, l := range rd.common.Listed {
		rd.note(l.Issue.Number, l.Sticky)
	}
	return rd
}

// isEvidence reports whether the issue is read by its deliverable when it is closed too.
func isEvidence(i facts.Issue) bool {
	kinds := i.KindsOf()
	return len(kinds) == 1 && (&object{kind: kinds[0]}).evidence()
}

func (r *round) note(number int, sticky *facts.Comment) {
	delete(r.stickies, number)
	if sticky != nil {
		r.stickies[number] = *sticky
	}
}

// invite puts issues into the chart while a deliverable is judged that names them, though they are closed or
// of no kind: nobody else sees them.
func (r *round) invite(o *object) {
	if o.kind != lifecycle.Deliverable || o.Closed {
		return
	}
	for _, n := range append(slices.Clone(o.links), o.form.Parent) {
		if l, ok := r.spare[n]; ok && r.chart.objects[n] == nil {
			r.chart.put(r.common.object(l.Issue, l.Sticky))
			r.guests = append(r.guests, n)
		}
	}
}

// part takes out of the chart who was invited.
func (r *round) part() {
	for _, n := range r.guests {
		r.chart.drop(n)
	}
	r.guests = nil
}

// plan judges one issue; false where what it is judged by would take more requests than are left.
func (r *round) plan(ctx context.Context, item Archived) (Plan, bool, error) {
	s, done := r.seat(item)
	defer done()
	for range maxLookups {
		lack := s.Lacks()
		if lack.Empty() {
			break
		}
		cost := lack.requests()
		switch n := item.Issue.Number; {
		case cost <= r.budget:
		case len(lack.Compare)+len(lack.Checks) > 0:
			r.alone = append(r.alone, n)
			return Plan{}, false, nil
		default:
			r.left = append(r.left, n)
			return Plan{}, false, nil
		}
		r.budget -= cost
		if err := r.fill(ctx, &s, lack); err != nil {
			return Plan{}, false, fmt.Errorf("read what #%d names: %w", item.Issue.Number, err)
		}
	}
	plan, err := s.Plan(r.reconciler.Signer)
	if err != nil {
		return Plan{}, false, fmt.Errorf("judge #%d of %s: %w", item.Issue.Number, r.key.FullName(), err)
	}
	return plan, true, nil
}

// requests is about how many requests it takes to read what is lacking.
func (l Lack) requests() int {
	n := len(l.Compare) + len(l.Checks)
	for _, asked := range []bool{len(l.Issues) > 0, len(l.Logins) > 0, l.Meetings} {
		if asked {
			n++
		}
	}
	return n
}

// fill reads what an issue lacks, for it and for all that come after it.
func (r *round) fill(ctx context.Context, s *Snapshot, lack Lack) error {
	s.Listed = nil
	if err := r.reconciler.Hub.Fill(ctx, s, lack); err != nil {
		return err
	}
	for _, l := range s.Listed {
		r.spare[l.Issue.Number] = l
	}
	if self := s.ready.self; self != nil {
		r.invite(self)
		s.ready = new(r.chart)
		s.ready.self = self
	}
	r.common.Asked, r.common.Meetings, r.common.Compared, r.common.Checks, r.common.People = s.Asked, s.Meetings, s.Compared, s.Checks, s.People
	return nil
}

// seat makes the snapshot of an issue, with its place in the chart as the page has it. done takes back
// what judging it changes there.
func (r *round) seat(item Archived) (s Snapshot, done func()) {
	n := item.Issue.Number
	s = r.common.Snapshot
	s.Key, s.Gone, s.Issue, s.Comments, s.LabelChanges = r.key.Issue(n), false, item.Issue, item.Comments, item.LabelChanges
	r.evidence(&s)
	o, known := r.chart.objects[n], true
	if sticky := stickyOf(item.Comments); o == nil || !r.same(o, item.Issue, sticky) {
		known = o != nil || !item.Issue.Closed
		o = r.common.object(item.Issue, sticky)
		r.chart.put(o)
		r.note(n, sticky)
	}
	o.Issue = item.Issue
	r.invite(o)
	ledger := o.ledger
	s.ready = new(r.chart)
	if o.kind != "" {
		s.ready.self = o
	}
	return s, func() {
		r.part()
		if o.ledger = ledger; !known {
			r.chart.drop(n)
		}
	}
}

// same reports whether the chart has the issue as it stands.
func (r *round) same(o *object, i facts.Issue, sticky *facts.Comment) bool {
	have, has := r.stickies[i.Number]
	if has != (sticky != nil) || has && (have.Body != sticky.Body || have.Own != sticky.Own) {
		return false
	}
	return o.Title == i.Title && o.Body == i.Body && o.Closed == i.Closed && o.Parent == i.Parent && o.Author.Is(i.Author) && slices.Equal(o.Labels, i.Labels)
}

// evidence leaves what a deliverable is judged by to a deliverable.
func (r *round) evidence(s *Snapshot) {
	if s.Issue.Has(lifecycle.Deliverable.Label()) {
		s.Merged = r.common.Merges(s.Issue.Created)
		return
	}
	s.Merged, s.Reports, s.Deployments = facts.Unknown[[]facts.MergedPull](facts.NotNeeded), facts.Unknown[[]facts.Report](facts.NotNeeded), facts.Unknown[[]facts.Deployment](facts.NotNeeded)
}

// NumberedDecision is the number that a decision got, D-n, and the bigger problem it is for; 0 where that is
// not told.
type NumberedDecision struct{ N, Problem int }

// NumberedDecisions are the decisions that an issue numbers, by the command: a bigger problem in its sticky,
// a review meeting in its text. What somebody else edited last is not believed.
func NumberedDecisions(item Archived) map[Ordered]NumberedDecision {
	out := map[Ordered]NumberedDecision{}
	i := item.Issue
	if i.Has(lifecycle.Meeting.Label()) && i.Own && (i.BodyEdited.IsZero() || i.EditedOwn) {
		for o, as := range written(i.Body) {
			out[o] = NumberedDecision{as.n, as.problem}
		}
	}
	if sticky := stickyOf(item.Comments); sticky != nil && sticky.Own && i.Has(lifecycle.Problem.Label()) {
		o := object{kind: lifecycle.Problem}
		o.readLedger(sticky.Body)
		for _, d := range o.ledger.Problem.Decisions {
			out[d.ordered()] = NumberedDecision{d.N, i.Number}
		}
	}
	return out
}
