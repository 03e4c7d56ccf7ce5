package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
)

// connection says how a command reaches a repository: with a token, or as the App.
type connection struct {
	GitHubURL      string `name:"github-url" default:"https://api.github.com" env:"GITHUB_API_URL" help:"GitHub's REST interface; GitHub Enterprise Server has it at https://HOST/api/v3."`
	Token          string `env:"GITHUB_TOKEN" placeholder:"TOKEN" help:"A token that may read the repository."`
	AppID          int64  `name:"app-id" env:"APP_ID" help:"Instead of a token: the App's id, with its key."`
	PrivateKeyFile string `name:"private-key-file" env:"PRIVATE_KEY_PATH" help:"The App's private key, a PEM file."`
	Writer         string `default:"phasegate[bot]" help:"Whose comments are Phasegate's own, where a token is given."`
}

// open connects. With an App's id and key it is the App, else the token's owner.
func (c *connection) open(s *session) (*gh.GitHub, error) {
	o := gh.Options{URL: c.GitHubURL, UserAgent: "phasegate"}
	switch {
	case c.AppID != 0:
		serve := serveCommand{PrivateKeyFile: c.PrivateKeyFile}
		key, err := serve.privateKey(s.Getenv)
		if err != nil {
			return nil, err
		}
		o.AppID, o.PrivateKey = c.AppID, []byte(key.Reveal())
	case c.Token != "":
		o.Token, o.Writer = c.Token, c.Writer
	default:
		return nil, errors.New("no way to sign in: set GITHUB_TOKEN to a token that may read the repository, or APP_ID and PRIVATE_KEY_PATH to the App's")
	}
	return gh.New(o)
}

// key names the repository, with the App's installation where we are the App.
func (c *connection) key(ctx context.Context, github *gh.GitHub, repository string) (engine.Key, error) {
	owner, repo, ok := strings.Cut(repository, "/")
	if !ok || owner == "" || repo == "" || strings.Contains(repo, "/") {
		return engine.Key{}, fmt.Errorf("%q is no repository: write it as owner/repo", repository)
	}
	k := engine.Key{Owner: owner, Repo: repo, Kind: engine.RepositoryKey}
	if c.AppID == 0 {
		return k, nil
	}
	var err error
	k.Installation, err = github.InstallationOf(ctx, owner, repo)
	return k, err
}
