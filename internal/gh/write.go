package gh

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// Apply implements [engine.Hub]: one effect, as few requests as GitHub allows.
func (g *GitHub) Apply(ctx context.Context, key engine.Key, effect engine.Effect) error {
	c, err := g.client(key)
	if err != nil {
		return err
	}
	switch e := effect.(type) {
	case engine.PostComment:
		var made *github.IssueComment
		made, _, err = c.Issues.CreateComment(ctx, key.Owner, key.Repo, e.Issue, &github.IssueComment{Body: &e.Body})
		g.wrote(key, e.Issue, e.Record, made, false)
	case engine.EditComment:
		var made *github.IssueComment
		made, _, err = c.Issues.EditComment(ctx, key.Owner, key.Repo, e.Comment, &github.IssueComment{Body: &e.Body})
		g.wrote(key, e.Issue, e.Record, made, true)
	case engine.React:
		_, _, err = c.Reactions.CreateIssueCommentReaction(ctx, key.Owner, key.Repo, e.Comment, string(e.Reaction))
	case engine.SetLabels:
		err = c.setLabels(ctx, key, e)
	case engine.OpenIssue:
		err = c.openIssue(ctx, key, e)
	case engine.EditIssue:
		err = c.editIssue(ctx, key, e)
	case engine.LinkSubIssue:
		err = c.linkSubIssue(ctx, key, e)
	case engine.CreateLabel:
		_, _, err = c.Issues.CreateLabel(ctx, key.Owner, key.Repo, &github.Label{Name: &e.Name, Color: &e.Color, Description: &e.Description})
		if status(err) == http.StatusUnprocessableEntity && c.hasLabel(ctx, key, e.Name) {
			err = nil // somebody was faster
		}
	case engine.DescribeLabel:
		err = c.describeLabel(ctx, key, e)
	case engine.PutCheck:
		err = c.putCheck(ctx, key, e)
	case engine.AskReview:
		err = c.reviewers(ctx, key, http.MethodPost, e.Pull, e.People, e.Teams)
	case engine.UnaskReview:
		err = c.reviewers(ctx, key, http.MethodDelete, e.Pull, e.People, e.Teams)
	case engine.AnswerDeployment:
		err = c.answerDeployment(ctx, key, e)
	default:
		return fmt.Errorf("no way is known to carry out %s", effect)
	}
	if gone(err) {
		return fmt.Errorf("%w: %w", engine.ErrVanished, err)
	}
	return limited(err)
}

// wrote notes a sticky in the index as it was written, so that the next look at a neighbour knows it even where
// the writing does not show as a change yet.
func (g *GitHub) wrote(key engine.Key, issue int, record *engine.Record, made *github.IssueComment, edited bool) {
	if record != nil || made.GetID() == 0 {
		return
	}
	u := made.GetUser()
	g.cache.index(key).wrote(issue, facts.Comment{
		ID: made.GetID(), Author: facts.Person{ID: u.GetID(), Login: u.GetLogin(), Bot: u.GetType() == "Bot"}, Own: true,
		Body: made.GetBody(), Created: made.GetCreatedAt().Time, Edited: edited, URL: made.GetHTMLURL(),
	})
}

func (c *client) openIssue(ctx context.Context, key engine.Key, e engine.OpenIssue) error {
	in := &github.IssueRequest{Title: &e.Title, Body: &e.Body}
	if len(e.Labels) > 0 {
		in.Labels = &e.Labels
	}
	_, _, err := c.Issues.Create(ctx, key.Owner, key.Repo, in)
	return err
}

// errChanged is a text that somebody changed since it was read.
var errChanged = fmt.Errorf("%w: the text was changed meanwhile", engine.ErrVanished)

// editIssue looks at the text that stands there now before it replaces it: GitHub takes the last writer's.
// Line ends are no change: whether they are told as they were sent is GitHub's choice.
func (c *client) editIssue(ctx context.Context, key engine.Key, e engine.EditIssue) error {
	now, _, err := c.Issues.Get(ctx, key.Owner, key.Repo, e.Issue)
	if err != nil {
		return err
	}
	switch unixLines(now.GetBody()) {
	case unixLines(e.Body):
		return nil // it was written before
	case unixLines(e.From):
	default:
		return errChanged
	}
	_, _, err = c.Issues.Edit(ctx, key.Owner, key.Repo, e.Issue, &github.IssueRequest{Body: &e.Body})
	return err
}

func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// linkSubIssue adds a native sub-issue. One that is linked already, or that people put elsewhere, stays as it
// is: GitHub refuses both with 422.
func (c *client) linkSubIssue(ctx context.Context, key engine.Key, e engine.LinkSubIssue) error {
	req, err := c.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/issues/%d/sub_issues", key.Owner, key.Repo, e.Parent), map[string]int64{"sub_issue_id": e.ChildID})
	if err != nil {
		return err
	}
	if _, err = c.Do(ctx, req, nil); status(err) == http.StatusUnprocessableEntity {
		return nil
	}
	return err
}

func (c *client) setLabels(ctx context.Context, key engine.Key, e engine.SetLabels) error {
	if len(e.Add) > 0 {
		if _, _, err := c.Issues.AddLabelsToIssue(ctx, key.Owner, key.Repo, e.Issue, e.Add); err != nil {
			return err
		}
	}
	for _, l := range e.Remove {
		if _, err := c.Issues.RemoveLabelForIssue(ctx, key.Owner, key.Repo, e.Issue, l); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) hasLabel(ctx context.Context, key engine.Key, name string) bool {
	_, _, err := c.Issues.GetLabel(ctx, key.Owner, key.Repo, name)
	return err == nil
}

// describeLabel sends what changes and no more: go-github's EditLabel sends a name too, which GitHub
// calls new_name.
func (c *client) describeLabel(ctx context.Context, key engine.Key, e engine.DescribeLabel) error {
	body := map[string]string{"color": e.Color, "description": e.Description}
	req, err := c.NewRequest(http.MethodPatch, fmt.Sprintf("repos/%s/%s/labels/%s", key.Owner, key.Repo, url.PathEscape(e.Name)), body)
	if err != nil {
		return err
	}
	_, err = c.Do(ctx, req, nil)
	return err
}
