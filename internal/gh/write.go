package gh

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
)

// Apply implements [engine.Hub]: one effect, as few requests as GitHub allows.
func (g *GitHub) Apply(ctx context.Context, key engine.Key, effect engine.Effect) error {
	c, err := g.client(key)
	if err != nil {
		return err
	}
	switch e := effect.(type) {
	case engine.PostComment:
		_, _, err = c.Issues.CreateComment(ctx, key.Owner, key.Repo, e.Issue, &github.IssueComment{Body: &e.Body})
	case engine.EditComment:
		_, _, err = c.Issues.EditComment(ctx, key.Owner, key.Repo, e.Comment, &github.IssueComment{Body: &e.Body})
	case engine.React:
		_, _, err = c.Reactions.CreateIssueCommentReaction(ctx, key.Owner, key.Repo, e.Comment, string(e.Reaction))
	case engine.SetLabels:
		err = c.setLabels(ctx, key, e)
	case engine.CreateLabel:
		_, _, err = c.Issues.CreateLabel(ctx, key.Owner, key.Repo, &github.Label{Name: &e.Name, Color: &e.Color, Description: &e.Description})
		if status(err) == http.StatusUnprocessableEntity && c.hasLabel(ctx, key, e.Name) {
			err = nil // somebody was faster
		}
	case engine.DescribeLabel:
		err = c.describeLabel(ctx, key, e)
	case engine.ConfigCheck:
		err = c.configCheck(ctx, key, e)
	default:
		return fmt.Errorf("no way is known to carry out %s", effect)
	}
	if gone(err) {
		return fmt.Errorf("%w: %w", engine.ErrVanished, err)
	}
	return limited(err)
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

func (c *client) configCheck(ctx context.Context, key engine.Key, e engine.ConfigCheck) error {
	conclusion := "success"
	if e.Failed {
		conclusion = "failure"
	}
	opts := github.CreateCheckRunOptions{Name: configCheckName, HeadSHA: e.Head, ExternalID: &e.ExternalID, Conclusion: &conclusion,
		Output: &github.CheckRunOutput{Title: &e.Title, Summary: &e.Summary}}
	level := "failure"
	for _, n := range e.Problems {
		line := max(n.Line, 1)
		note := &github.CheckRunAnnotation{Path: &n.Path, StartLine: &line, EndLine: &line, AnnotationLevel: &level, Message: &n.Message}
		if n.Column > 0 {
			note.StartColumn, note.EndColumn = &n.Column, &n.Column
		}
		opts.Output.Annotations = append(opts.Output.Annotations, note)
	}
	_, _, err := c.Checks.CreateCheckRun(ctx, key.Owner, key.Repo, opts)
	return err
}

// configCheckName is the check that says whether the config can be read.
const configCheckName = "phasegate/config"
