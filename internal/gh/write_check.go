package gh

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
)

// GitHub's limits on a check run: https://docs.github.com/rest/checks/runs
const (
	maxOutput = 65_535 // of a summary or text. GitHub says characters; counted as bytes it fits either way
	maxNotes  = 50     // annotations in one request
)

// putCheck creates a check run, or updates it. GitHub leaves the status of a run that was completed as it is,
// whatever it is asked (taskcluster/taskcluster#5085, Mergifyio/mergify#1989): where a run does not come to stand as
// it should, a new one of its name takes its place. started_at is GitHub's to say.
func (c *client) putCheck(ctx context.Context, key engine.Key, e engine.PutCheck) error {
	batches := slices.Collect(slices.Chunk(annotations(e.Notes), maxNotes))
	if len(batches) == 0 {
		batches = append(batches, nil)
	}
	id := e.ID
	if id != 0 {
		made, err := c.updateCheck(ctx, key, id, e, checkOutput(e, batches[0]))
		if err != nil {
			return err
		}
		if made.GetStatus() != statusOf(e) || made.GetConclusion() != e.Conclusion {
			id = 0
		}
	}
	if id == 0 {
		made, err := c.createCheck(ctx, key, e, checkOutput(e, batches[0]))
		if err != nil {
			return err
		}
		id = made.GetID()
	}
	for _, more := range batches[1:] {
		if _, err := c.updateCheck(ctx, key, id, e, checkOutput(e, more)); err != nil {
			return err
		}
	}
	return nil
}

func statusOf(e engine.PutCheck) string {
	if e.Conclusion == "" {
		return "in_progress"
	}
	return "completed"
}

func (c *client) createCheck(ctx context.Context, key engine.Key, e engine.PutCheck, out *github.CheckRunOutput) (*github.CheckRun, error) {
	made, _, err := c.Checks.CreateCheckRun(ctx, key.Owner, key.Repo, github.CreateCheckRunOptions{
		Name: e.Name, HeadSHA: e.Head, ExternalID: optional(e.ExternalID), Status: github.String(statusOf(e)), Conclusion: optional(e.Conclusion), Output: out,
	})
	return made, err
}

func (c *client) updateCheck(ctx context.Context, key engine.Key, id int64, e engine.PutCheck, out *github.CheckRunOutput) (*github.CheckRun, error) {
	made, _, err := c.Checks.UpdateCheckRun(ctx, key.Owner, key.Repo, id, github.UpdateCheckRunOptions{
		Name: e.Name, ExternalID: optional(e.ExternalID), Status: github.String(statusOf(e)), Conclusion: optional(e.Conclusion), Output: out,
	})
	return made, err
}

// optional leaves a text that is empty out of a request.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func checkOutput(e engine.PutCheck, notes []*github.CheckRunAnnotation) *github.CheckRunOutput {
	title, summary, text := cut(e.Title), cut(e.Summary), cut(e.Text)
	return &github.CheckRunOutput{Title: &title, Summary: &summary, Text: &text, Annotations: notes}
}

// cut shortens a text to what GitHub takes, at the end of a character.
func cut(text string) string {
	if len(text) <= maxOutput {
		return text
	}
	end := maxOutput
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func annotations(notes []engine.CheckNote) []*github.CheckRunAnnotation {
	out := make([]*github.CheckRunAnnotation, 0, len(notes))
	for _, n := range notes {
		line := max(n.Line, 1)
		a := &github.CheckRunAnnotation{Path: &n.Path, StartLine: &line, EndLine: &line, AnnotationLevel: github.String("failure"), Message: &n.Message}
		if n.Column > 0 {
			a.StartColumn, a.EndColumn = &n.Column, &n.Column
		}
		out = append(out, a)
	}
	return out
}
