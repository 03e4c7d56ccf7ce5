package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/markdown"
)

// snapshot is what stands on GitHub at a moment, as a person reads it through REST.
type snapshot struct {
	Issues []issueState // pull requests too, by number
	Events []labelEvent // every label put on or taken off by the bot, oldest first
	Runs   []checkRun   // the bot's, oldest first
}

// checkRun is a check run of the bot's, on whatever commit.
type checkRun struct {
	ID         int64
	Name       string
	Head       string `json:"head_sha"`
	Status     string
	Conclusion string
	App        struct{ Slug string }
	Output     struct{ Title, Summary, Text string }
}

// state is the run's conclusion, or its status while it has none.
func (r checkRun) state() string {
	if r.Status != "completed" {
		return r.Status
	}
	return r.Conclusion
}

type issueState struct {
	Number             int
	Title, Body, State string
	Author             string
	Pull               bool
	Labels             []string // sorted
	Comments           []commentState
	Reactions          []string // of the bot, on the issue itself
}

type commentState struct {
	ID        int64
	Author    string
	Body      string
	URL       string
	Reactions []string // of the bot
}

// labelEvent is a label that the bot put on or took off.
type labelEvent struct {
	ID   int64
	What string // "#3 +phase:design"
}

// bot reports whether the comment is the bot's.
func (c commentState) bot() bool { return c.Author == botLogin }

// sticky reports whether the comment is the bot's sticky.
func (c commentState) sticky() bool { return c.bot() && hasBlock(c.Body, "sticky") }

func hasBlock(body, kind string) bool {
	return slices.ContainsFunc(markdown.Blocks(body), func(b markdown.Block) bool { return b.Kind == kind })
}

func (s snapshot) issue(number int) *issueState {
	for i := range s.Issues {
		if s.Issues[i].Number == number {
			return &s.Issues[i]
		}
	}
	return nil
}

// sticky is the issue's sticky; nil if it has none.
func (i *issueState) sticky() *commentState {
	if i == nil {
		return nil
	}
	for n := range i.Comments {
		if i.Comments[n].sticky() {
			return &i.Comments[n]
		}
	}
	return nil
}

// wireUser, wireReactions, wireIssue and wireComment are the fields of GitHub's answers that are read.
type (
	wireUser      struct{ Login string }
	wireReactions = json.RawMessage // how many of each kind
	wireIssue     struct {
		Number             int
		Title, Body, State string
		User               wireUser
		Labels             []struct{ Name string }
		Comments           int
		Reactions          wireReactions
		PullRequest        json.RawMessage `json:"pull_request"`
	}
	wireComment struct {
		ID        int64
		Body      string
		User      wireUser
		HTMLURL   string `json:"html_url"`
		IssueURL  string `json:"issue_url"`
		Reactions wireReactions
	}
	wireEvent struct {
		ID    int64
		Event string
		Actor wireUser
		Label struct{ Name string }
		Issue struct{ Number int }
	}
)

// everything reads all pages of a list, a hundred entries each.
func everything[T any](w *world, path string) []T {
	w.t.Helper()
	var all []T
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for page := 1; ; page++ {
		var some []T
		w.read(fmt.Sprintf("%s%sper_page=100&page=%d", path, sep, page), &some)
		all = append(all, some...)
		if len(some) < 100 {
			return all
		}
	}
}

// look takes a snapshot.
func (w *world) look() snapshot {
	w.t.Helper()
	var s snapshot
	comments := map[string][]commentState{}
	for _, c := range everything[wireComment](w, "/issues/comments") {
		number := c.IssueURL[strings.LastIndex(c.IssueURL, "/")+1:]
		comments[number] = append(comments[number], w.commentState(c))
	}
	for _, i := range everything[wireIssue](w, "/issues?state=all&direction=asc") {
		is := issueState{Number: i.Number, Title: i.Title, Body: i.Body, State: i.State, Author: i.User.Login, Pull: i.PullRequest != nil}
		for _, l := range i.Labels {
			is.Labels = append(is.Labels, l.Name)
		}
		slices.Sort(is.Labels)
		is.Reactions = w.reactions(fmt.Sprintf("/issues/%d/reactions", i.Number), i.Reactions)
		is.Comments = comments[strconv.Itoa(i.Number)]
		s.Issues = append(s.Issues, is)
	}
	for _, e := range everything[wireEvent](w, "/issues/events") {
		sign, known := map[string]string{"labeled": "+", "unlabeled": "−"}[e.Event]
		if known && e.Actor.Login == botLogin {
			s.Events = append(s.Events, labelEvent{e.ID, fmt.Sprintf("#%d %s%s", e.Issue.Number, sign, e.Label.Name)})
		}
	}
	slices.SortFunc(s.Events, func(a, b labelEvent) int { return int(a.ID - b.ID) })
	s.Runs = w.runs()
	return s
}

// runs reads the bot's check runs of all commits out of the simulator's state: REST lists them by commit.
func (w *world) runs() []checkRun {
	w.t.Helper()
	var state struct {
		Repositories []struct {
			Runs []checkRun `json:"check_runs"`
		}
	}
	if err := json.Unmarshal(w.sim("GET", "/dump", nil).body, &state); err != nil {
		w.t.Fatal(err)
	}
	var out []checkRun
	for _, r := range state.Repositories {
		for _, run := range r.Runs {
			if run.App.Slug == "phasegate" {
				out = append(out, run)
			}
		}
	}
	slices.SortFunc(out, func(a, b checkRun) int { return int(a.ID - b.ID) })
	return out
}

func (w *world) commentsOf(number int) []commentState {
	w.t.Helper()
	var out []commentState
	for _, c := range everything[wireComment](w, fmt.Sprintf("/issues/%d/comments", number)) {
		out = append(out, w.commentState(c))
	}
	return out
}

func (w *world) commentState(c wireComment) commentState {
	w.t.Helper()
	return commentState{ID: c.ID, Author: c.User.Login, Body: c.Body, URL: c.HTMLURL,
		Reactions: w.reactions(fmt.Sprintf("/issues/comments/%d/reactions", c.ID), c.Reactions)}
}

// reactionsThen are the bot's reactions when there were so many of each kind.
type reactionsThen struct {
	counts string
	bots   []string
}

// reactions lists the bot's reactions; others are left out. They are read again only where the counts
// are other than last time.
func (w *world) reactions(path string, counts wireReactions) []string {
	w.t.Helper()
	var total struct {
		Count int `json:"total_count"`
	}
	if json.Unmarshal(counts, &total) != nil || total.Count == 0 {
		return nil
	}
	if then, ok := w.reacted[path]; ok && then.counts == string(counts) {
		return then.bots
	}
	var out []string
	for _, r := range everything[struct {
		Content string
		User    wireUser
	}](w, path) {
		if r.User.Login == botLogin {
			out = append(out, r.Content)
		}
	}
	if w.reacted == nil {
		w.reacted = map[string]reactionsThen{}
	}
	w.reacted[path] = reactionsThen{string(counts), out}
	return out
}

// effects is what the bot did between two moments, in the shape of testdata/scenario.json.
type effects struct {
	Add    map[int][]string             `json:"add"` // labels
	Rem    map[int][]string             `json:"rem"`
	C      map[int]int                  `json:"C"`      // new comments but stickies, by issue
	SP     []int                        `json:"SP"`     // stickies written
	SE     []int                        `json:"SE"`     // stickies whose visible part changed
	Checks map[string]map[string]string `json:"checks"` // "#1@h1" → name → conclusion, or status while it runs
	React  []string                     `json:"react"`  // on each command comment, in order
	Closed []int                        `json:"close"`  // issues closed

	Opened    map[int][]string `json:"-"` // issues opened, with their labels
	Rewritten []int            `json:"-"` // issues whose text was changed
	Events    []string         `json:"-"` // labels put on and taken off, one by one
	Other     []string         `json:"-"` // everything that must never happen
}

// diff says what the bot did between two moments, given what people did.
func (w *world) diff(before, after snapshot) effects {
	e := effects{Add: map[int][]string{}, Rem: map[int][]string{}, C: map[int]int{}, Checks: map[string]map[string]string{}, Opened: map[int][]string{}}
	for i := range after.Issues {
		w.diffIssue(&e, before.issue(after.Issues[i].Number), &after.Issues[i])
	}
	for _, was := range before.Issues {
		if after.issue(was.Number) == nil {
			e.Other = append(e.Other, fmt.Sprintf("#%d is gone", was.Number))
		}
	}
	for _, id := range w.commands {
		e.React = append(e.React, strings.Join(reactionsOn(after, id), ","))
	}
	for _, ev := range after.Events {
		if len(before.Events) == 0 || ev.ID > before.Events[len(before.Events)-1].ID {
			e.Events = append(e.Events, ev.What)
		}
	}
	for _, r := range after.Runs {
		if !slices.Contains(before.Runs, r) {
			w.diffRun(&e, r)
		}
	}
	w.standing(&e, after)
	slices.Sort(e.SP)
	slices.Sort(e.SE)
	slices.Sort(e.Events)
	return e
}

// standing completes the checks of a head of which one was written: how all of them stand then. Of a pull
// request that had several heads the last one counts.
func (w *world) standing(e *effects, after snapshot) {
	for pull := range e.Checks {
		number, _, _ := strings.Cut(pull, "@")
		maps.DeleteFunc(e.Checks, func(other string, _ map[string]string) bool {
			return strings.HasPrefix(other, number+"@") && other < pull
		})
	}
	for pull, sha := range w.heads {
		if e.Checks[pull] == nil {
			continue
		}
		for _, r := range after.Runs { // the newest of a name last
			if name, ours := strings.CutPrefix(r.Name, "phasegate/"); ours && r.Head == sha && r.Name != reportName && (judgesMetrics || name != "metrics") {
				e.Checks[pull][name] = r.state()
			}
		}
	}
}

// diffRun notes a check run that is new or was changed; the newest of a name stands. Metric reports are
// what the product reads, not what it says.
func (w *world) diffRun(e *effects, r checkRun) {
	if text, ours := w.reports[r.ID]; ours && text == r.Output.Text && r.Name == reportName {
		return
	}
	if r.Conclusion == "stale" {
		return // GitHub gave up on it
	}
	name, ours := strings.CutPrefix(r.Name, "phasegate/")
	for pull, sha := range w.heads {
		if sha != r.Head || !ours {
			continue
		}
		if !judgesMetrics && name == "metrics" {
			return
		}
		if e.Checks[pull] == nil {
			e.Checks[pull] = map[string]string{}
		}
		e.Checks[pull][name] = r.state()
		return
	}
	e.Other = append(e.Other, fmt.Sprintf("check run %s %s on %.7s, which is no head of a pull request: %s", r.Name, r.state(), r.Head, r.Output.Title))
}

func reactionsOn(s snapshot, comment int64) []string {
	for _, i := range s.Issues {
		for _, c := range i.Comments {
			if c.ID == comment {
				return c.Reactions
			}
		}
	}
	return nil
}

func (w *world) diffIssue(e *effects, was, is *issueState) {
	other := func(format string, args ...any) {
		e.Other = append(e.Other, fmt.Sprintf("#%d: ", is.Number)+fmt.Sprintf(format, args...))
	}
	people, known := w.issues[is.Number]
	switch {
	case was == nil && is.Author == botLogin:
		e.Opened[is.Number] = is.Labels
		was = &issueState{Number: is.Number, Labels: is.Labels}
	case !known:
		other("opened by %s: %q", is.Author, is.Title)
		return
	case was == nil:
		was = &issueState{Number: is.Number, Labels: people.labels}
	}
	if known {
		w.diffText(e, people, is, other)
	}
	for _, l := range is.Labels {
		if !slices.Contains(was.Labels, l) {
			e.Add[is.Number] = append(e.Add[is.Number], l)
		}
	}
	for _, l := range was.Labels {
		if !slices.Contains(is.Labels, l) {
			e.Rem[is.Number] = append(e.Rem[is.Number], l)
		}
	}
	if len(is.Reactions) > 0 {
		other("reactions on the issue itself: %v", is.Reactions)
	}
	w.diffComments(e, was, is, other)
}

// diffText compares title, text and state with what was last written there.
func (w *world) diffText(e *effects, last written, is *issueState, other func(string, ...any)) {
	if is.Body != last.body {
		e.Rewritten = append(e.Rewritten, is.Number)
	}
	switch {
	case is.Title != last.title:
		other("the title is not what people last wrote: %q", is.Title)
	case is.State == last.state:
	case is.State == "closed":
		e.Closed = append(e.Closed, is.Number)
	default:
		other("it was opened again")
	}
}

// adopt takes what stands there as what was last written: what the bot did has been judged.
func (w *world) adopt(s snapshot) {
	for _, i := range s.Issues {
		w.issues[i.Number] = written{i.Title, i.Body, i.State, w.issues[i.Number].labels}
	}
}

func (w *world) diffComments(e *effects, was, is *issueState, other func(string, ...any)) {
	old := map[int64]commentState{}
	for _, c := range was.Comments {
		old[c.ID] = c
	}
	for _, c := range is.Comments {
		before, there := old[c.ID]
		delete(old, c.ID)
		switch {
		case !c.bot():
			if c.Body != w.comments[c.ID] {
				other("a comment of %s is not what people last wrote: %.300q", c.Author, c.Body)
			}
			if !slices.Contains(w.commands, c.ID) && !slices.Equal(before.Reactions, c.Reactions) {
				other("reactions on an old comment of %s: %v, before %v", c.Author, c.Reactions, before.Reactions)
			}
		case len(c.Reactions) > 0:
			other("reacted to itself: %v", c.Reactions)
		case !there && c.sticky():
			e.SP = append(e.SP, is.Number)
		case !there:
			e.C[is.Number]++
		case before.Body == c.Body:
		case !c.sticky():
			other("a comment of the bot that is no sticky was edited: %.300q, before %.300q", c.Body, before.Body)
		case markdown.Visible(before.Body) != markdown.Visible(c.Body):
			e.SE = append(e.SE, is.Number)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(old)) {
		other("comment %d is gone", id)
	}
}

// newComments lists the bot's comments on an issue that came between two moments, stickies aside.
func newComments(before, after snapshot, number int) []commentState {
	seen := map[int64]bool{}
	if was := before.issue(number); was != nil {
		for _, c := range was.Comments {
			seen[c.ID] = true
		}
	}
	var out []commentState
	for _, c := range after.issue(number).Comments {
		if c.bot() && !c.sticky() && !seen[c.ID] {
			out = append(out, c)
		}
	}
	return out
}
