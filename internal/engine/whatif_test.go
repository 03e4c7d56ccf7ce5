package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// pullHub is an [engine.Hub] with one pull request, in a repository whose default branch is trunk.
type pullHub struct {
	*memory
	world *pullWorld
	base  *policy.Policy // the rules of the branch it goes into; nil for the default branch's
}

func (h pullHub) Pull(_ context.Context, key engine.Key) (engine.PullSnapshot, error) {
	s := h.world.snapshot()
	s.Branch = "trunk"
	if h.base != nil {
		s.Base = h.base
	}
	if key.Number != h.world.pull.Number {
		s.Gone, s.Pull, s.Base = true, facts.Pull{}, nil
	}
	return s, nil
}

func (h pullHub) FillPull(_ context.Context, s *engine.PullSnapshot, lack engine.PullLack) error {
	h.world.fill(s, lack)
	return nil
}

// stand tells an answer in one line: how the roles check stands, and what else there is to say.
func stand(a engine.Answer) string {
	var out []string
	for _, c := range a.Checks {
		if c.Name == engine.RolesCheck {
			out = append(out, c.Conclusion)
		}
	}
	for _, w := range a.Awaited {
		line := strings.Join(w.Can, " ")
		if w.Unsure != "" {
			line += " ?" + w.Unsure
		}
		out = append(out, line)
	}
	for _, n := range a.NotCounted {
		out = append(out, n.Reason)
	}
	return strings.Join(out, "; ")
}

func TestWhatIf(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/usage.py")
	w.pull.BaseRef = "release"
	w.configure(teamConfig + `
paths:
  - {paths: ["features/**"], roles: [data-scientist]}
  - {paths: ["features/**"], roles: [subject-matter-expert], when: {targets_branch: {pattern: "^trunk$"}}}
  - {paths: ["lines/**"], roles: [ml-engineer], when: {modified_lines: {total: "> 500"}}}
  - {paths: ["unsigned/**"], roles: [ml-engineer], when: {has_valid_signatures: false}}
  - {paths: ["signed/**"], roles: [ml-engineer], when: {has_valid_signatures: true}}
  - {paths: ["green/**"], roles: [ml-engineer], when: {has_successful_status: [lint]}}
  - {paths: ["fix/**"], roles: [ml-engineer], when: {title: {matches: ["^fix"]}}}
  - {paths: ["from/**"], roles: [ml-engineer], when: {from_branch: {pattern: "^fix"}}}
  - {paths: ["label/**"], roles: [ml-engineer], when: {has_labels: [urgent]}}
  - {paths: ["own/**"], roles: [ml-engineer], when: {author_is_only_contributor: false}}
  - {paths: ["by/**"], roles: [ml-engineer], when: {has_contributor_in: {users: [tomas-ds]}}}
  - {paths: ["src/**"], roles: [any-technical]}
`)
	own, _ := policy.Parse([]byte(teamConfig + "mode: enforce\npaths:\n  - {paths: [\"**\"], roles: [backend-engineer]}\n"))
	w.states = facts.Known([]facts.CheckState{})
	files := func(paths ...string) []string { return paths }
	for _, c := range []struct {
		name string
		q    engine.WhatIf
		want string
	}{
		{"into the default branch, whatever its name", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se"}, "; sara-ds tomas-ds; rui-sme"},
		{"the same, named", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Base: "trunk"}, "; sara-ds tomas-ds; rui-sme"},
		{"lines", engine.WhatIf{Files: files("lines/a.py"), Author: "sara-ds"}, "; mina-mle ?modified_lines"},
		{"no signature", engine.WhatIf{Files: files("unsigned/a.py"), Author: "sara-ds"}, "; mina-mle ?has_valid_signatures"},
		{"a signature", engine.WhatIf{Files: files("signed/a.py"), Author: "sara-ds"}, "; mina-mle ?has_valid_signatures"},
		{"statuses", engine.WhatIf{Files: files("green/a.py"), Author: "sara-ds"}, "; mina-mle ?has_successful_status"},
		{"a title that is not named", engine.WhatIf{Files: files("fix/a.py"), Author: "sara-ds"}, "; mina-mle ?title"},
		{"a title", engine.WhatIf{Files: files("fix/a.py"), Author: "sara-ds", Title: "feat: x"}, ""},
		{"a branch that is not named", engine.WhatIf{Files: files("from/a.py"), Author: "sara-ds"}, "; mina-mle ?from_branch"},
		{"a branch", engine.WhatIf{Files: files("from/a.py"), Author: "sara-ds", Head: "fix-x"}, "; mina-mle"},
		{"no labels", engine.WhatIf{Files: files("label/a.py"), Author: "sara-ds"}, ""},
		{"labels", engine.WhatIf{Files: files("label/a.py"), Author: "sara-ds", Labels: []string{"urgent"}}, "; mina-mle"},
		{"nobody is said to have written it", engine.WhatIf{Files: files("own/a.py")}, "; mina-mle ?author_is_only_contributor"},
		{"nobody is said to have written it, whoever opened it", engine.WhatIf{Files: files("by/a.py")}, "; mina-mle ?has_contributor_in"},
		{"one person wrote it", engine.WhatIf{Files: files("own/a.py"), Author: "sara-ds"}, ""},
		{"two people wrote it", engine.WhatIf{Files: files("own/a.py"), Author: "sara-ds", Contributors: []string{"tomas-ds"}}, "; mina-mle"},
		{"somebody without a role says yes", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Approved: []string{"tomas-ds", "nobody"}},
			"; rui-sme; approval of nobody would not count: nobody holds no role in this repository"},
		{"as what they are not", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Approved: []string{"tomas-ds", "@rui-sme:software-engineer"}},
			"; rui-sme; approval of rui-sme would not count: rui-sme does not hold the role software engineer"},
		{"in another role", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Approved: []string{"tomas-ds", "rui-sme", "bento-be"}},
			"success; approval of bento-be would not count: bento-be is backend engineer here, and this change asks for a data scientist and a subject matter expert"},
		{"its author", engine.WhatIf{Files: files("src/a.py"), Author: "felix-se", Approved: []string{"felix-se", "bento-be"}},
			"success; approval of felix-se would not count: felix-se opened it or wrote some of it"},
		{"an objection of somebody who is not asked", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Approved: []string{"tomas-ds", "rui-sme"}, Against: []string{"dora-de"}},
			"success; objection of dora-de would not count: dora-de is data engineer here, and this change asks for a data scientist and a subject matter expert"},
		{"an objection", engine.WhatIf{Files: files("features/a.py"), Author: "felix-se", Approved: []string{"tomas-ds", "rui-sme"}, Against: []string{"tomas-ds"}}, "failure; sara-ds tomas-ds"},
		{"nobody is asked", engine.WhatIf{Files: files("label/a.py"), Author: "sara-ds", Approved: []string{"tomas-ds"}}, "neutral; approval of tomas-ds would not count: nobody is asked"},
		{"a pull request as it is, by its branch's rules", engine.WhatIf{Pull: 12}, "; bento-be"},
		{"its branch, named", engine.WhatIf{Pull: 12, Base: "release"}, "; bento-be"},
		{"into the default branch", engine.WhatIf{Pull: 12, Base: "trunk"}, "; tomas-ds; rui-sme"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.q.Repository = "acme/churn"
			a, err := engine.Reconciler{Hub: pullHub{newMemory(t, teamConfig), w, own}}.Simulate(t.Context(), engine.Key{Owner: "acme", Repo: "churn"}, c.q)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if strings.HasPrefix(want, ";") {
				want = "in_progress" + want
			} else if want == "" {
				want = "neutral"
			}
			if got := stand(a); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// Of a pull request that is there, what is not imagined is known.
func TestWhatIfOfAPullThatIsThere(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/usage.py")
	w.configure(teamConfig + `
paths:
  - {paths: ["**"], roles: [ml-engineer], when: {modified_lines: {total: "> 500"}}}
  - {paths: ["**"], roles: [backend-engineer], when: {has_valid_signatures: true}}
  - {paths: ["**"], roles: [data-engineer], when: {has_successful_status: [lint]}}
`)
	w.states = facts.Known([]facts.CheckState{})
	for _, c := range []struct {
		name string
		q    engine.WhatIf
		want string
	}{
		{"as it is", engine.WhatIf{}, "neutral"},
		{"with another label", engine.WhatIf{Labels: []string{"x"}}, "neutral"},
		{"by somebody else", engine.WhatIf{Author: "felix-se"}, "in_progress; bento-be ?has_valid_signatures"},
		{"by somebody else too", engine.WhatIf{Contributors: []string{"felix-se"}}, "in_progress; bento-be ?has_valid_signatures"},
		{"with other files", engine.WhatIf{Files: []string{"features/x.py"}}, "in_progress; mina-mle ?modified_lines; bento-be ?has_valid_signatures; dora-de ?has_successful_status"},
	} {
		c.q.Repository, c.q.Pull = "acme/churn", 12
		a, err := engine.Reconciler{Hub: pullHub{memory: newMemory(t, teamConfig), world: w}}.Simulate(t.Context(), engine.Key{Owner: "acme", Repo: "churn"}, c.q)
		if err != nil || stand(a) != c.want {
			t.Errorf("%s: %s (%v), want %s", c.name, stand(a), err, c.want)
		}
	}
}

func TestWhatIfIntoAnUnknownBranch(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/usage.py")
	w.pull.BaseRef = "release"
	for _, c := range []struct {
		q    engine.WhatIf
		says string
	}{
		{engine.WhatIf{Files: []string{"a"}, Base: "release"}, "trunk, the default branch"},
		{engine.WhatIf{Files: []string{"a"}, Base: "main"}, "trunk, the default branch"},
		{engine.WhatIf{Pull: 12, Base: "nowhere"}, "write release, where #12 goes, or the default branch, trunk"},
	} {
		_, err := engine.Reconciler{Hub: pullHub{memory: newMemory(t, teamConfig), world: w}}.Simulate(t.Context(), engine.Key{Owner: "acme", Repo: "churn"}, c.q)
		if !errors.Is(err, engine.ErrQuestion) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
}

// How the checks stand is told of a pull request with nothing left to write.
func TestStanding(t *testing.T) {
	w := newPull(t, lifecycle.Development, "features/usage.py")
	w.look()
	r := engine.Reconciler{Hub: pullHub{memory: newMemory(t, teamConfig), world: w}}
	key := engine.Key{Owner: "acme", Repo: "churn", Kind: engine.PullKey, Number: 12}
	told := func() []string {
		a, err := r.Standing(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range a.Checks {
			out = append(out, c.Name+" "+c.Conclusion)
		}
		return out
	}
	if got, want := told(), []string{"phasegate/gate success", "phasegate/roles in_progress", "phasegate/metrics in_progress"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	w.config = engine.PullConfig{Hash: "new", Base: "old", Policy: w.rules}
	w.takes(policy.File)
	if got := told(); len(got) != 4 || got[3] != "phasegate/config success" {
		t.Errorf("with a changed config: %v", got)
	}
	w.pull.Closed = true
	if got := told(); got != nil {
		t.Errorf("closed: %v", got)
	}
}
