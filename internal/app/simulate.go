package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
)

// simulate answers a question of an admin of the repository, read with the App's own rights.
func (w wiring) simulate(ctx context.Context, token bot.Secret, q engine.WhatIf) (engine.Answer, error) {
	owner, repo, ok := strings.Cut(q.Repository, "/")
	if !ok || owner == "" || repo == "" || strings.Contains(repo, "/") {
		return engine.Answer{}, fmt.Errorf("%w: %q is no repository; write it as owner/repo", engine.ErrQuestion, q.Repository)
	}
	key := engine.Key{Owner: owner, Repo: repo, Kind: engine.RepositoryKey}
	admin, err := w.github.IsAdmin(ctx, token.Reveal(), key)
	switch {
	case err != nil:
		return engine.Answer{}, err
	case !admin:
		return engine.Answer{}, bot.ErrNotAdmin
	}
	if key.Installation, err = w.github.InstallationOf(ctx, owner, repo); err != nil {
		return engine.Answer{}, err
	}
	return w.engine.Simulate(ctx, key, q)
}
