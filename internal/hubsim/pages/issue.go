package pages

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// issueView is an issue, or the conversation of a pull request.
type issueView struct {
	Issue       Issue
	Pull        *Pull // of a pull request
	Action      string
	BodyHTML    template.HTML
	Items       []itemView
	Draft       draft
	EditTitle   bool
	EditBody    bool
	CanEdit     bool // the viewer may change title and text
	CanLabel    bool
	CanMerge    bool
	OtherLabels []Label    // those it does not carry
	Mentions    []IssueRow // pull requests that mention an issue, with their checks
}

// Editing says whether the draft is that of an edit and not of a new comment.
func (d issueView) Editing() bool {
	return d.EditTitle || d.EditBody || slices.ContainsFunc(d.Items, func(i itemView) bool { return i.Editing })
}

// ReviewDot is the sign of a review's state.
func (d issueView) ReviewDot(state string) string {
	switch state {
	case "APPROVED":
		return "success"
	case "CHANGES_REQUESTED":
		return "failure"
	}
	return "neutral"
}

// itemView is an entry of the timeline as it is shown.
type itemView struct {
	Item
	Anchor         string
	HTML           template.HTML
	Verb           string
	CanEdit        bool
	Editing        bool
	Added, Removed []Label // of label changes that are shown as one
	RepoPath       string
}

// draft is what a person typed and what is not yet taken.
type draft struct{ Title, Body, Review string }

// number reads the number in the path.
func (v *visit) number() (int, error) {
	n, err := strconv.Atoi(v.r.PathValue("number"))
	if err != nil || n < 1 {
		return 0, ErrNotFound
	}
	return n, nil
}

func (h *Handler) issuePage(v *visit) error {
	n, err := v.number()
	if err != nil {
		return err
	}
	return h.showIssue(v, n, nil)
}

// showIssue writes the page of an issue or pull request; typed is what a refused form held, nil for none.
func (h *Handler) showIssue(v *visit, number int, typed *draft) error {
	is, err := h.hub.Issue(v.ctx, v.at, number)
	if err != nil {
		return err
	}
	v.tab = "issues"
	if is.IsPull {
		v.tab = "pulls"
	}
	if wrongKind := is.IsPull != strings.Contains(v.r.URL.Path, "/pull/"); wrongKind {
		http.Redirect(v.w, v.r, is.Path(), http.StatusFound)
		return nil
	}
	d := issueView{Issue: is, Action: is.Path()}
	own := is.Author.Login == v.at.Viewer
	d.CanEdit = own || v.repo.CanWrite()
	d.CanLabel = v.repo.CanTriage()
	if err := h.addContext(v, &d); err != nil {
		return err
	}
	d.BodyHTML = h.markup.Comment(is.Body.Source, v.links("body"))
	edit := v.r.URL.Query().Get("edit")
	d.EditTitle = edit == "title" && d.CanEdit
	d.EditBody = edit == "body" && d.CanEdit
	h.fillItems(v, &d, edit)
	h.fillDraft(&d, typed)
	return v.show("issue", fmt.Sprintf("%s · #%d", is.Title, is.Number), d)
}

// addContext adds what stands around a conversation: the code side, labels to choose from, pull requests.
func (h *Handler) addContext(v *visit, d *issueView) error {
	if d.CanLabel {
		all, err := h.hub.Labels(v.ctx, v.at)
		if err != nil {
			return err
		}
		d.OtherLabels = slices.DeleteFunc(all, func(l Label) bool {
			return slices.ContainsFunc(d.Issue.Labels, func(have Label) bool { return strings.EqualFold(have.Name, l.Name) })
		})
	}
	if d.Issue.IsPull {
		p, err := h.hub.Pull(v.ctx, v.at, d.Issue.Number)
		if err != nil {
			return fmt.Errorf("pull request #%d: %w", d.Issue.Number, err)
		}
		d.Pull = &p
		d.CanMerge = p.Mergeable != nil && *p.Mergeable && !p.Draft
		return nil
	}
	mentioned := map[int]bool{}
	for _, it := range d.Issue.Timeline {
		if e := it.Event; e != nil && e.Source != nil && e.Source.IsPull && strings.EqualFold(e.Source.Repo, v.at.Repo()) {
			mentioned[e.Source.Number] = true
		}
	}
	if len(mentioned) == 0 {
		return nil
	}
	pulls, err := h.hub.Issues(v.ctx, v.at, true)
	if err != nil {
		return err
	}
	d.Mentions = slices.DeleteFunc(pulls, func(r IssueRow) bool { return !mentioned[r.Number] })
	slices.SortFunc(d.Mentions, func(a, b IssueRow) int { return cmp.Compare(a.Number, b.Number) })
	return nil
}

// fillItems renders the timeline.
func (h *Handler) fillItems(v *visit, d *issueView, edit string) {
	for _, it := range d.Issue.Timeline {
		iv := itemView{Item: it, RepoPath: v.repo.Path()}
		switch {
		case it.Comment != nil:
			c := it.Comment
			iv.Anchor = fmt.Sprintf("issuecomment-%d", c.ID)
			iv.CanEdit = c.Author.Login == v.at.Viewer || v.repo.CanWrite()
			iv.Editing = iv.CanEdit && edit == iv.Anchor
			if !iv.Editing {
				iv.HTML = h.markup.Comment(c.Body.Source, v.links(fmt.Sprintf("c%d", c.ID)))
			}
		case it.Review != nil:
			iv.Anchor = fmt.Sprintf("pullrequestreview-%d", it.Review.ID)
			iv.HTML = h.markup.Comment(it.Review.Body.Source, v.links(fmt.Sprintf("r%d", it.Review.ID)))
			iv.Verb = reviewVerb(it.Review.State)
		case it.Event == nil:
			continue
		default:
			if !mergeLabels(d.Items, it) {
				d.Items = append(d.Items, labelItem(iv))
			}
			continue
		}
		d.Items = append(d.Items, iv)
	}
}

func reviewVerb(state string) string {
	switch state {
	case "APPROVED":
		return "approved these changes"
	case "CHANGES_REQUESTED":
		return "requested changes"
	case "DISMISSED":
		return "reviewed (since dismissed)"
	}
	return "reviewed"
}

// togetherWithin is how close label changes of one person are that are shown as one.
const togetherWithin = time.Minute

// labelItem makes a labeled or unlabeled event one that can take up others.
func labelItem(iv itemView) itemView {
	if iv.Event.Kind != "labeled" && iv.Event.Kind != "unlabeled" {
		return iv
	}
	if iv.Event.Kind == "labeled" {
		iv.Added = []Label{iv.Event.Label}
	} else {
		iv.Removed = []Label{iv.Event.Label}
	}
	e := *iv.Event
	e.Kind = "labels"
	iv.Event = &e
	return iv
}

// mergeLabels adds a label change to the entry before it, as GitHub does; false if it stands on its own.
func mergeLabels(items []itemView, it Item) bool {
	e := it.Event
	if len(items) == 0 || e.Kind != "labeled" && e.Kind != "unlabeled" {
		return false
	}
	last := &items[len(items)-1]
	if last.Event == nil || last.Event.Kind != "labels" || last.Event.Actor.Login != e.Actor.Login ||
		it.At.Sub(last.At) > togetherWithin {
		return false
	}
	if e.Kind == "labeled" {
		last.Added = append(last.Added, e.Label)
	} else {
		last.Removed = append(last.Removed, e.Label)
	}
	return true
}

// fillDraft puts into the open form what was typed before, or the text that is to be edited.
func (h *Handler) fillDraft(d *issueView, typed *draft) {
	if typed != nil {
		d.Draft = *typed
		return
	}
	d.Draft.Title = d.Issue.Title
	switch {
	case d.EditBody:
		d.Draft.Body = d.Issue.Body.Source
	default:
		for _, it := range d.Items {
			if it.Editing {
				d.Draft.Body = it.Comment.Body.Source
			}
		}
	}
}
