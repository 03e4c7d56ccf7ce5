package gh

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
)

// IsAdmin reports whether the owner of a token is an admin of the repository. A token that is not good, or may
// not see the repository, is none of an admin's. The token is used for this one request and not kept.
func (g *GitHub) IsAdmin(ctx context.Context, token string, key engine.Key) (bool, error) {
	base, err := g.connect(g.base)
	if err != nil {
		return false, err
	}
	c := github.NewClient(base.Client.Client()).WithAuthToken(token)
	c.BaseURL = base.BaseURL
	r, _, err := c.Repositories.Get(ctx, key.Owner, key.Repo)
	switch code := status(err); {
	case code == http.StatusUnauthorized, code == http.StatusNotFound, unread(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look whose token it is: %w", limited(err))
	}
	return r.GetPermissions()["admin"], nil
}
