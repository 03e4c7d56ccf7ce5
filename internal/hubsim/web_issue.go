package hubsim

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

func webRef(i *issue) pages.Ref {
	state := i.state
	switch {
	case !i.isPull():
	case !i.pull.mergedTime().IsZero():
		state = pages.StateMerged
	case state == "open" && i.pull.isDraft():
		state = pages.StateDraft
	}
	return pages.Ref{Repo: i.repo.fullName(), Number: i.number, Title: i.title, State: state, IsPull: i.isPull()}
}

func (h webHub) row(i *issue) pages.IssueRow {
	r := pages.IssueRow{
		Ref: webRef(i), Author: h.person(i.author, i.repo), CreatedAt: i.createdAt, Comments: len(i.comments),
	}
	if i.state == "closed" {
		r.Reason = i.stateReason
	}
	for _, l := range i.labels {
		r.Labels = append(r.Labels, webLabel(l))
	}
	return r
}

func (h webHub) Issues(_ context.Context, at pages.At, pulls bool) ([]pages.IssueRow, error) {
	rows, err := h.rows(at, pulls)
	if err != nil || !pulls {
		return rows, err
	}
	for n := range rows {
		p, err := h.pullAnswer(at, rows[n].Number)
		if err != nil {
			return nil, err
		}
		runs, err := h.checks(at, p.Head.SHA)
		if err != nil {
			return nil, err
		}
		rows[n].Checks = pages.TallyOf(runs)
	}
	return rows, nil
}

func (h webHub) rows(at pages.At, pulls bool) ([]pages.IssueRow, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp, err := h.visible(at)
	if err != nil {
		return nil, err
	}
	var out []pages.IssueRow
	for _, i := range slices.Backward(rp.numbered()) {
		if i.isPull() == pulls {
			out = append(out, h.row(i))
		}
	}
	return out, nil
}

// find finds an issue the viewer may see. The state is locked.
func (h webHub) find(at pages.At, number int) (*issue, error) {
	rp, err := h.visible(at)
	if err != nil {
		return nil, err
	}
	i := rp.issues[number]
	if i == nil {
		return nil, fmt.Errorf("%s#%d: %w", at.Repo(), number, pages.ErrNotFound)
	}
	return i, nil
}

func (h webHub) Ref(_ context.Context, at pages.At, number int) (pages.Ref, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	i, err := h.find(at, number)
	if err != nil {
		return pages.Ref{}, err
	}
	return webRef(i), nil
}

func (h webHub) Issue(_ context.Context, at pages.At, number int) (pages.Issue, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	i, err := h.find(at, number)
	if err != nil {
		return pages.Issue{}, err
	}
	out := pages.Issue{
		IssueRow: h.row(i), Body: h.text(&i.text, i.repo), UpdatedAt: i.updatedAt, Reactions: webReactions(i.reactions),
		Locked: i.locked,
	}
	for _, t := range i.timeline() {
		out.Timeline = append(out.Timeline, h.item(t, i.repo))
	}
	for _, u := range i.assignees {
		out.Assignees = append(out.Assignees, h.person(u, i.repo))
	}
	if i.parent != nil {
		ref := webRef(i.parent)
		out.Parent = &ref
	}
	for _, sub := range i.subIssues {
		out.SubIssues = append(out.SubIssues, webRef(sub))
	}
	return out, nil
}

func (h webHub) text(t *text, rp *repo) pages.Text {
	out := pages.Text{Source: t.body}
	if len(t.edits) > 1 {
		for _, e := range t.edits[1:] { // the first is the writing itself
			out.Edits = append(out.Edits, pages.Edit{By: h.person(e.editor, rp), At: e.at})
		}
	}
	return out
}

func webReactions(list []*reaction) []pages.Reaction {
	var out []pages.Reaction
	for _, content := range reactionContents {
		r := pages.Reaction{Content: content}
		for _, re := range list {
			if re.content == content {
				r.By = append(r.By, re.user.login)
			}
		}
		if len(r.By) > 0 {
			out = append(out, r)
		}
	}
	return out
}

func (h webHub) item(t timelineItem, rp *repo) pages.Item {
	out := pages.Item{At: t.at}
	switch {
	case t.comment != nil:
		c := t.comment
		out.Comment = &pages.Comment{
			ID: c.id, Author: h.person(c.author, rp), At: c.createdAt, Body: h.text(&c.text, rp),
			Reactions: webReactions(c.reactions), Hidden: strings.ToLower(c.minimizedReason),
		}
		if c.app != nil {
			out.Comment.Via = c.app.name
		}
	case t.event.kind == "reviewed":
		out.Review = h.review(t.event, rp)
	default:
		out.Event = h.event(t.event, rp)
	}
	return out
}

// review is a review out of the event that the timeline of the REST interface shows.
func (h webHub) review(e *event, rp *repo) *pages.Review {
	o := h.s.renderEvent(e)
	r := &pages.Review{Author: h.person(e.actor, rp)}
	r.ID, _ = o["id"].(int64)
	r.SHA, _ = o["commit_id"].(string)
	r.State, _ = o["state"].(string)
	r.State = strings.ToUpper(r.State)
	r.Body.Source, _ = o["body"].(string)
	return r
}

func (h webHub) event(e *event, rp *repo) *pages.Event {
	out := &pages.Event{Kind: e.kind, Actor: h.person(e.actor, rp), From: e.from, To: e.to, Reason: e.reason, Subject: e.commitID}
	if e.label != nil {
		out.Label = pages.Label{Name: e.label.name, Color: e.label.color}
	}
	if e.assignee != nil {
		out.Subject = e.assignee.login
	}
	if e.source != nil {
		ref := webRef(e.source)
		out.Source = &ref
	}
	o := h.s.renderEvent(e)
	for _, key := range []string{"requested_reviewer", "requested_team", "sha"} {
		switch v := o[key].(type) {
		case obj:
			for _, name := range []string{"login", "slug"} {
				if text, is := v[name].(string); is {
					out.Subject = text
					break
				}
			}
		case string:
			out.Subject = v
		}
	}
	return out
}
