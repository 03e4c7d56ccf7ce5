package gh

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
)

// reviewersBody is whom a request asks for a review, or no longer. GitHub wants reviewers even where there are none.
type reviewersBody struct {
	Reviewers []string `json:"reviewers"`
	Teams     []string `json:"team_reviewers"`
}

// reviewers asks for reviews, or takes that back. GitHub refuses the whole request for one who is no
// collaborator, or the author: then each is tried alone, and who is refused is left out. A team of another
// organisation cannot be asked at all.
func (c *client) reviewers(ctx context.Context, key engine.Key, method string, pull int, people, teams []string) error {
	all := reviewersBody{Reviewers: append([]string{}, people...), Teams: []string{}}
	for _, t := range teams {
		if org, slug, ok := strings.Cut(t, "/"); ok && strings.EqualFold(org, key.Owner) {
			all.Teams = append(all.Teams, slug)
		}
	}
	if len(all.Reviewers)+len(all.Teams) == 0 {
		return nil
	}
	err := c.sendReviewers(ctx, key, method, pull, all)
	if mayNotAsk(err) {
		return nil // the checks tell who is awaited all the same; doctor names the permission
	}
	if status(err) != http.StatusUnprocessableEntity {
		return err
	}
	if len(all.Reviewers)+len(all.Teams) == 1 {
		return nil
	}
	for _, one := range all.each() {
		if err := c.sendReviewers(ctx, key, method, pull, one); err != nil && status(err) != http.StatusUnprocessableEntity {
			return err
		}
	}
	return nil
}

// mayNotAsk reports whether the token lacks the permission to ask for reviews, as a workflow's may.
func mayNotAsk(err error) bool {
	var wait *Retry
	return status(err) == http.StatusForbidden && !errors.As(limited(err), &wait)
}

// each takes the request apart.
func (b reviewersBody) each() []reviewersBody {
	var out []reviewersBody
	for _, login := range b.Reviewers {
		out = append(out, reviewersBody{[]string{login}, []string{}})
	}
	for _, slug := range b.Teams {
		out = append(out, reviewersBody{[]string{}, []string{slug}})
	}
	return out
}

func (c *client) sendReviewers(ctx context.Context, key engine.Key, method string, pull int, body reviewersBody) error {
	req, err := c.NewRequest(method, fmt.Sprintf("repos/%s/%s/pulls/%d/requested_reviewers", key.Owner, key.Repo, pull), body)
	if err != nil {
		return err
	}
	_, err = c.Do(ctx, req, nil)
	return err
}
