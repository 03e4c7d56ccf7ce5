package main

import (
	"context"
	"fmt"
	"os"
	"regexp"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

type initCommand struct {
	Dir      string `arg:"" optional:"" default:"." complete:"dir" help:"The repository's root. Default: here."`
	Language string `enum:"en,pt-BR" default:"en" help:"Language of everything people read: ${enum}."`
	Runner   string `enum:"app,action" default:"app" help:"Who applies the rules: app (a server) or action (workflows only, no server)."`
	Branch   string `default:"main" help:"The repository's default branch."`
	Uses     string `default:"phasegate/phasegate@v0" help:"The Action that the workflow runs, as owner/name@ref; ./ in the repository that holds it."`
	Force    bool   `help:"Overwrite files that are there already."`
}

func (initCommand) Help() string {
	return `It asks who holds which role when somebody sits at the terminal, and writes a config with commented examples otherwise. Nothing is written outside of the directory, and a file that is there already is kept unless --force is given; the exit status is 1 if one was kept that differs.

Example:

    phasegate init --language pt-BR
    phasegate init --runner action ../churn`
}

var (
	branchPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
	usesPattern   = regexp.MustCompile(`^(?:\./[A-Za-z0-9._/-]*|[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._/-]+@[A-Za-z0-9._/-]+)$`)
)

// Validate implements kong's hook: what goes into the workflow must be what it looks like.
func (c *initCommand) Validate() error {
	if !branchPattern.MatchString(c.Branch) {
		return fmt.Errorf("--branch %q: write the name of one branch, for example main", c.Branch)
	}
	if !usesPattern.MatchString(c.Uses) {
		return fmt.Errorf("--uses %q: write owner/name@ref, for example phasegate/phasegate@v0", c.Uses)
	}
	return nil
}

func (c *initCommand) lang() lifecycle.Lang { return lifecycle.Lang(c.Language) }

// Run writes the files and says which, and what is to be done next.
func (c *initCommand) Run(ctx context.Context, s *session) error {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	defer root.Close()
	w := writer{root: root, force: c.Force}

	setup := setup{Lang: c.lang(), Runner: policy.Runner(c.Runner)}
	if s.Interactive && !w.keeps(policy.File) {
		if setup.Holders, err = askRoles(ctx, s, setup.Lang); err != nil {
			return err
		}
	}
	files, err := c.files(setup)
	if err != nil {
		return err
	}
	var done []outcome
	for _, f := range files {
		o, err := w.write(f)
		if err != nil {
			c.list(s, done)
			return err
		}
		done = append(done, o)
	}
	differs := c.list(s, done)
	c.next(s, setup)
	if differs {
		return errProblem
	}
	return nil
}

// files is everything a repository gets.
func (c *initCommand) files(s setup) ([]templates.File, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	files := append([]templates.File{{Path: policy.File, Content: config}}, templates.IssueForms(s.Lang)...)
	workflow := templates.Workflow{Lang: s.Lang, Alone: s.Runner == policy.RunnerAction, Branch: c.Branch, Uses: c.Uses}
	return append(files, templates.Chooser(s.Lang), templates.PullRequest(s.Lang), workflow.File()), nil
}
