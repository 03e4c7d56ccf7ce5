package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

// RepositorySnapshot is what was read of a repository's set-up.
type RepositorySnapshot struct {
	Key      Key
	Rules    Rules
	Head     string           // commit of the default branch; "" for an empty repository
	Problems []policy.Problem // of the default branch's config
	Config   string           // hash of the config's content; "" for none
	Check    *facts.Run       // our newest phasegate/config on Head; nil for none
	Labels   []RepositoryLabel
	Numbers  []int // open issues that have a sticky, where they cannot be read page by page
	Now      time.Time
}

// RepositoryLabel is a label a repository has.
type RepositoryLabel struct{ Name, Description, Color string }

// CreateLabel makes one of Phasegate's labels.
type CreateLabel struct{ Name, Color, Description string }

// DescribeLabel changes the description and colour of one of Phasegate's labels.
type DescribeLabel struct{ Name, Color, Description string }

// CheckNote is an annotation: line and column count from 1; 0 for a note on the whole file.
type CheckNote struct {
	Path         string
	Line, Column int
	Message      string
}

func (e CreateLabel) String() string   { return "create label " + e.Name }
func (e DescribeLabel) String() string { return "describe label " + e.Name }

// Plan says what a repository lacks: labels, and word on a broken config that was pushed. Whatever stands in
// its stickies may have changed with the config, so they are looked at again.
func (s RepositorySnapshot) Plan() Plan {
	var p Plan
	if len(s.Problems) > 0 {
		p.Effects = append(p.Effects, configCheck(s.Rules, s.Head, s.Config, s.Problems).over(s.Check)...)
	}
	if s.Rules.Policy == nil {
		return p
	}
	p.Effects = append(p.Effects, s.labels()...)
	for _, n := range s.Numbers {
		p.Touch = append(p.Touch, s.Key.Issue(n))
	}
	p.Moved = true // its pull requests are judged by the config, and what was missed is found again
	p.Due = nextNight(s.Key, s.Now, s.Rules.Policy.Location)
	return p
}

// labels are created where they are missing, and described in the config's language where they still
// have the other's words: what people wrote there stays.
func (s RepositorySnapshot) labels() []Effect {
	var out []Effect
	lang := s.Rules.Policy.Language
	for _, l := range lifecycle.Labels() {
		want := l.Text[lang]
		i := slices.IndexFunc(s.Labels, func(have RepositoryLabel) bool { return strings.EqualFold(have.Name, l.Name) })
		switch {
		case i < 0:
			out = append(out, CreateLabel{l.Name, l.Color, want})
		case s.Labels[i].Description != want && ours(l, s.Labels[i].Description):
			color := s.Labels[i].Color
			if color == unpainted {
				color = l.Color
			}
			out = append(out, DescribeLabel{s.Labels[i].Name, color, want})
		}
	}
	return out
}

// unpainted is the colour GitHub gives a label that was made by putting it on an issue.
const unpainted = "ededed"

func ours(l lifecycle.Label, description string) bool {
	return description == "" || slices.ContainsFunc(lifecycle.Langs, func(lang lifecycle.Lang) bool { return l.Text[lang] == description })
}

// configID marks the check on a config with the config's hash, so that it is posted once.
func configID(hash string) string { return "config:" + hash }

func configCheck(rules Rules, head, hash string, problems []policy.Problem) PutCheck {
	lang := lifecycle.English
	if rules.Policy != nil {
		lang = rules.Policy.Language
	}
	observing := rules.Policy != nil && rules.Policy.Mode == policy.Observe
	c := PutCheck{Name: ConfigName, Head: head, ExternalID: configID(hash), Conclusion: "success"}
	switch {
	case len(problems) > 0 && observing:
		c.Conclusion = "neutral"
	case len(problems) > 0:
		c.Conclusion = "failure"
	}
	c.Title, c.Summary = templates.ConfigCheck(lang, len(problems), rules.Policy != nil, observing)
	for _, p := range problems[:min(len(problems), maxNotes)] {
		c.Notes = append(c.Notes, CheckNote{policy.File, p.Line, p.Column, p.Text(lang)})
	}
	return c
}

// maxNotes is how many problems of a config are noted at its lines.
const maxNotes = 50

// over is what is left to do where the run is already there: nothing where it says the same.
func (e PutCheck) over(run *facts.Run) []Effect {
	if run == nil {
		return []Effect{e}
	}
	if run.ExternalID == e.ExternalID && run.Conclusion == e.Conclusion {
		return nil
	}
	e.ID = run.ID
	return []Effect{e}
}
