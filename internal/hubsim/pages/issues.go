package pages

import (
	"slices"
	"strings"
)

// listView is a list of issues or pull requests.
type listView struct {
	paging
	Pulls    bool
	Rows     []IssueRow
	State    string
	States   []choice
	Query    string
	Label    string
	Labels   []Label
	HasPhase bool
}

// issueList shows issues or pull requests, by state, label and words of the title.
func (h *Handler) issueList(v *visit) error {
	q := v.r.URL.Query()
	d := listView{
		Pulls: strings.HasSuffix(v.r.URL.Path, "/pulls"), State: q.Get("state"), Query: cut(q.Get("q"), 200),
		Label: q.Get("label"),
	}
	v.tab = "issues"
	title := "Issues"
	if d.Pulls {
		v.tab, title = "pulls", "Pull requests"
	}
	if d.State != StateClosed && d.State != "all" {
		d.State = StateOpen
	}
	all, err := h.hub.Issues(v.ctx, v.at, d.Pulls)
	if err != nil {
		return err
	}
	if d.Labels, err = h.hub.Labels(v.ctx, v.at); err != nil {
		return err
	}
	fitting := slices.DeleteFunc(all, func(r IssueRow) bool { return !d.fits(r) })
	count := map[string]int{"all": len(fitting)}
	for _, r := range fitting {
		count[openOrClosed(r)]++
	}
	for _, s := range []string{StateOpen, StateClosed, "all"} {
		d.States = append(d.States, choice{Name: s, Path: v.with("state", s, "page", ""), Count: count[s], Current: s == d.State})
	}
	shown := slices.DeleteFunc(fitting, func(r IssueRow) bool { return d.State != "all" && openOrClosed(r) != d.State })
	d.Rows, d.paging = cutPage(v, shown)
	d.HasPhase = slices.ContainsFunc(d.Rows, func(r IssueRow) bool { return phaseOf(r.Labels) != "" })
	return v.show("list", title, d)
}

// fits says whether a row has the label and the words that are looked for.
func (d listView) fits(r IssueRow) bool {
	if d.Label != "" && !slices.ContainsFunc(r.Labels, func(l Label) bool { return strings.EqualFold(l.Name, d.Label) }) {
		return false
	}
	title := strings.ToLower(r.Title)
	for word := range strings.FieldsSeq(strings.ToLower(d.Query)) {
		if !strings.Contains(title, word) {
			return false
		}
	}
	return true
}

// openOrClosed is the state a list is filtered by: a draft is open, a merged pull request closed.
func openOrClosed(r IssueRow) string {
	if r.State == StateOpen || r.State == StateDraft {
		return StateOpen
	}
	return StateClosed
}
