package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// whatIf answers what the checks of a pull request would say, if.
func (c *planCommand) whatIf(ctx context.Context, s *session) error {
	q := engine.WhatIf{Files: c.Files, Deliverables: c.Deliverables, Approved: c.Approved, Against: c.Against,
		Author: c.Author, Contributors: c.Contributors, Title: c.Title, Base: c.Base, Head: c.Head, Labels: c.Labels, Hotfix: c.Hotfix}
	repository, digits, numbered := strings.Cut(c.Issue, "#")
	if numbered {
		q.Pull, _ = strconv.Atoi(digits) // Validate has read it
	}
	q.Repository = repository
	github, err := c.open(s)
	if err != nil {
		return err
	}
	key, err := c.key(ctx, github, repository)
	if err != nil {
		return err
	}
	a, err := engine.Reconciler{Hub: github}.Simulate(ctx, key, q)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(a)
	}
	return printAnswer(s, a)
}

// checkLines prints one line for each check.
func checkLines(b *strings.Builder, indent string, checks []engine.CheckAnswer) {
	for _, c := range checks {
		fmt.Fprintf(b, "%s%-18s %-16s %s\n", indent, c.Name, c.Conclusion, c.Title)
	}
}

// printAnswer prints one line for each check, who is missing, and what would not count.
func printAnswer(s *session, a engine.Answer) error {
	var b strings.Builder
	checkLines(&b, "", a.Checks)
	if len(a.Awaited) > 0 {
		b.WriteString("\nStill needed:\n")
	}
	for _, w := range a.Awaited {
		var roles []string
		for _, r := range w.Roles {
			roles = append(roles, templates.Role(lifecycle.English, r))
		}
		can := "nobody can give it"
		if len(w.Can) > 0 {
			can = strings.Join(w.Can, ", ")
		}
		if w.Why != "" {
			can = w.Why
		}
		fmt.Fprintf(&b, "  %s: %s (for %s)", strings.Join(roles, " or "), can, strings.Join(w.Files, ", "))
		if w.Unsure != "" {
			fmt.Fprintf(&b, ", because it is not known: %s", w.Unsure)
		}
		b.WriteString("\n")
	}
	if len(a.NotCounted) > 0 {
		b.WriteString("\n")
	}
	for _, n := range a.NotCounted {
		fmt.Fprintf(&b, "%s\n", n.Reason)
	}
	_, err := s.Out.Write([]byte(b.String()))
	return err
}
