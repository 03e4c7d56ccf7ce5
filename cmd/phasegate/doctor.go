package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
	"github.com/phasegate/phasegate/templates"
)

type doctorCommand struct {
	connection
	Repository string `arg:"" placeholder:"OWNER/REPO" help:"The repository to look at."`
	JSON       bool   `name:"json" help:"Print JSON."`
}

func (doctorCommand) Help() string {
	return `Look at a repository and say what is missing for Phasegate to work there, and who can mend it. As the App
itself (APP_ID and PRIVATE_KEY_PATH) it sees permissions, events and the webhook too. The exit status is 1 when
something has to be mended.

Example:

    APP_ID=4711 PRIVATE_KEY_PATH=phasegate.pem phasegate doctor acme/churn`
}

// finding is one thing that was looked at.
type finding struct {
	State string `json:"state"` // ok, mend, note or unknown
	About string `json:"about"`
	Text  string `json:"text"`
}

// The states of a finding.
const (
	fine    = "ok"
	mend    = "mend"
	note    = "note"
	unknown = "unknown"
)

func (c *doctorCommand) Run(ctx context.Context, s *session) error {
	github, err := c.open(s)
	if err != nil {
		return err
	}
	key, err := c.key(ctx, github, c.Repository)
	if err != nil {
		return err
	}
	survey, err := github.Survey(ctx, key)
	if err != nil {
		return fmt.Errorf("look at %s: %w", c.Repository, err)
	}
	findings := diagnose(survey, github.AppID())
	if c.JSON {
		enc := json.NewEncoder(s.Out)
		enc.SetIndent("", "  ")
		err = enc.Encode(findings)
	} else {
		_, err = s.Out.Write([]byte(report(c.Repository, findings)))
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f finding) bool { return f.State == mend }) {
		return errProblem
	}
	return nil
}

func report(repository string, findings []finding) string {
	var b strings.Builder
	problems := 0
	for _, f := range findings {
		fmt.Fprintf(&b, "%-8s %-12s %s\n", f.State, f.About, f.Text)
		if f.State == mend {
			problems++
		}
	}
	switch problems {
	case 0:
		fmt.Fprintf(&b, "\nNothing to mend in %s.\n", repository)
	case 1:
		fmt.Fprintf(&b, "\n1 thing to mend in %s.\n", repository)
	default:
		fmt.Fprintf(&b, "\n%d things to mend in %s.\n", problems, repository)
	}
	return b.String()
}

// diagnose judges a survey; appID is ours, 0 when a token was given.
func diagnose(s gh.Survey, appID int64) []finding {
	return slices.Concat(aboutConfig(s), aboutRoles(s), aboutLabels(s), aboutFiles(s), aboutRules(s, appID), aboutApp(s))
}

func aboutConfig(s gh.Survey) []finding {
	var out []finding
	switch {
	case len(s.Problems) > 0:
		for _, p := range s.Problems {
			out = append(out, finding{mend, "config", policy.File + ":" + p.String()})
		}
		if s.Rules.Policy != nil {
			out = append(out, finding{note, "config", "the last valid rules stay in force until it is mended"})
		}
	case s.Rules.Policy == nil:
		return []finding{{mend, "config", "no " + policy.File + " on " + s.Branch + ": run `phasegate init` and merge what it writes; nothing happens before"}}
	default:
		out = append(out, finding{fine, "config", policy.File + " on " + s.Branch + " is valid"})
	}
	if s.Rules.Shared != "" {
		out = append(out, finding{note, "config", "the rules that the organisation's repositories share count too: " + s.Rules.Shared})
	}
	for _, n := range s.Rules.Notes {
		out = append(out, finding{note, "config", n.Path + ": " + n.Text(lifecycle.English)})
	}
	if s.Rules.Policy != nil {
		for _, w := range s.Rules.Policy.Warnings() {
			out = append(out, finding{note, "config", w.Path + ": " + w.Text(lifecycle.English)})
		}
	}
	return out
}

func aboutRoles(s gh.Survey) []finding {
	roster, read := s.Roster.Get()
	if !read {
		return []finding{{unknown, "roles", s.Roster.Why()}}
	}
	var out []finding
	for _, login := range s.NoAccount {
		out = append(out, finding{mend, "roles", fmt.Sprintf("no account has the login %q: correct it in %s", login, policy.File)})
	}
	for _, role := range lifecycle.Roles {
		if why := roster.Unread[role]; why != "" {
			out = append(out, aboutUnread(role, why))
		} else if len(roster.Holders[role]) == 0 {
			out = append(out, finding{note, "roles", "nobody holds " + string(role)})
		}
	}
	if why := roster.Unread[lifecycle.Validator]; why != "" {
		out = append(out, aboutUnread(lifecycle.Validator, why))
	}
	if len(out) == 0 {
		out = append(out, finding{fine, "roles", "every role is held by somebody who exists"})
	}
	return out
}

// aboutUnread says what keeps a role's holders from being known, and who can mend it.
func aboutUnread(role lifecycle.Role, why string) finding {
	text := fmt.Sprintf("%s: its gates wait: %s", role, templates.Unread(lifecycle.English, why))
	if strings.HasPrefix(why, facts.MembersUnread) { // the others' words say it themselves
		text += ". Give the App the permission members: read, or name people"
	}
	return finding{mend, "roles", text}
}

func aboutLabels(s gh.Survey) []finding {
	var missing []string
	for _, l := range lifecycle.Labels() {
		if !slices.ContainsFunc(s.Labels, func(have engine.RepositoryLabel) bool { return strings.EqualFold(have.Name, l.Name) }) {
			missing = append(missing, l.Name)
		}
	}
	if len(missing) == 0 {
		return []finding{{fine, "labels", fmt.Sprintf("all %d are there", len(lifecycle.Labels()))}}
	}
	return []finding{{mend, "labels", "missing: " + strings.Join(missing, ", ") + ". They are made when a valid config is pushed to " + s.Branch}}
}

func aboutFiles(s gh.Survey) []finding {
	var out []finding
	switch n, read := s.Forms.Get(); {
	case !read:
		out = append(out, finding{unknown, "forms", s.Forms.Why()})
	case n == 0:
		out = append(out, finding{mend, "forms", "no issue form gives a kind label: run `phasegate init`"})
	default:
		out = append(out, finding{fine, "forms", fmt.Sprintf("%d issue forms give a kind label", n)})
	}
	if s.Rules.Policy == nil || s.Rules.Policy.Runner != policy.RunnerAction {
		return out
	}
	if there, read := s.Workflow.Get(); read && !there {
		return append(out, finding{mend, "workflow", "the config says `runner: action`, but there is no .github/workflows/phasegate.yml: run `phasegate init`"})
	}
	return append(out, finding{note, "workflow", "with `runner: action` every workflow of the repository is the same App: whoever can push a workflow can forge a check"})
}

// aboutRules looks at checks that are required and would never come, or that anybody could post.
func aboutRules(s gh.Survey, appID int64) []finding {
	required, read := s.Required.Get()
	if !read {
		return []finding{{unknown, "protection", "the rules of " + s.Branch + " could not be read: " + s.Required.Why()}}
	}
	var out []finding
	for _, r := range required {
		switch {
		case !strings.HasPrefix(r.Name, "phasegate/"):
		case r.Name == "phasegate/config" || r.Name == "phasegate/report" || r.Name == engine.DeploymentCheck:
			out = append(out, finding{mend, "protection", r.Name + " is required on " + s.Branch + ", but is not posted on every pull request: those without it would wait for ever. Take it off the ruleset"})
		case r.App == 0:
			out = append(out, finding{mend, "protection", r.Name + " is required of any source: choose the App as its source in the ruleset, else anybody who can post checks passes it"})
		case appID != 0 && r.App != appID:
			out = append(out, finding{mend, "protection", fmt.Sprintf("%s is pinned to App %d, ours is %d", r.Name, r.App, appID)})
		default:
			out = append(out, finding{fine, "protection", r.Name + " is required and pinned to its App"})
		}
	}
	if len(out) == 0 {
		out = append(out, finding{note, "protection", "no check of Phasegate is required on " + s.Branch + ": it advises and stops nothing"})
	}
	return out
}

func aboutApp(s gh.Survey) []finding {
	granted, read := s.Permissions.Get()
	if !read {
		return []finding{{unknown, "app", s.Permissions.Why()}}
	}
	out := slices.Concat(aboutPermissions(granted), aboutEvents(s, granted))
	if hook, ok := s.Hook.Get(); ok {
		out = append(out, aboutHook(hook)...)
	}
	if failed, ok := s.Failed.Get(); ok && failed > 0 {
		out = append(out, finding{mend, "deliveries", fmt.Sprintf("%d of the last day's deliveries failed: is the server up and its address right? It asks for them again by itself", failed)})
	} else if ok {
		out = append(out, finding{fine, "deliveries", "none of the last day's failed"})
	}
	return out
}

func aboutPermissions(granted map[string]string) []finding {
	var out []finding
	for _, p := range gh.Permissions() {
		has := gh.Level(granted[p.Name])
		switch {
		case has == p.Level || has == gh.Write:
		case p.Optional:
			out = append(out, finding{note, "permission", fmt.Sprintf("%s: %s is not granted; without it Phasegate does not do this: %s", p.Name, p.Level, p.Why)})
		default:
			out = append(out, finding{mend, "permission", fmt.Sprintf("%s: %s is not granted (%s). An owner grants it in the App's settings and accepts it for the organisation", p.Name, p.Level, p.Why)})
		}
	}
	if len(out) == 0 {
		out = append(out, finding{fine, "permission", "all are granted"})
	}
	return out
}

func aboutEvents(s gh.Survey, granted map[string]string) []finding {
	events, _ := s.Events.Get()
	var missing []string
	for _, e := range gh.Events() {
		if p := gh.OptionalEvents()[e]; p != "" && granted[p] == "" {
			continue // it cannot be subscribed to, which the permission's line says
		}
		// GitHub sends these two to every App and does not list them.
		if e != "installation" && e != "installation_repositories" && !slices.Contains(events, e) {
			missing = append(missing, e)
		}
	}
	if len(missing) == 0 {
		return []finding{{fine, "events", "all are subscribed"}}
	}
	return []finding{{mend, "events", "not subscribed: " + strings.Join(missing, ", ") + ". Tick them in the App's settings"}}
}

func aboutHook(h gh.Hook) []finding {
	var out []finding
	if h.URL == "" {
		out = append(out, finding{mend, "webhook", "the App has no webhook address: set it in its settings"})
	}
	if !h.Secret {
		out = append(out, finding{mend, "webhook", "the App has no webhook secret: set one, the same as WEBHOOK_SECRET"})
	}
	if h.ContentType != "" && h.ContentType != "json" {
		out = append(out, finding{mend, "webhook", "the content type is " + h.ContentType + ": choose application/json"})
	}
	if h.Insecure {
		out = append(out, finding{mend, "webhook", "certificates are not verified: turn SSL verification on"})
	}
	if len(out) == 0 {
		out = append(out, finding{fine, "webhook", "signed JSON to " + h.URL})
	}
	return out
}
