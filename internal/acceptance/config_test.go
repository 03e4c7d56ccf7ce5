package acceptance_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// configPath is where a branch has its config.
const configPath = ".github/phasegate.yml"

// valid fails where a file is a config that cannot be read: what a test means to see by it would be seen without it.
func valid(t testing.TB, path, content string) {
	t.Helper()
	if path != configPath {
		return
	}
	if _, problems := policy.Parse([]byte(content)); len(problems) > 0 {
		t.Fatalf("the config is invalid, and the test does not say that it is meant to be: %v\n%s", problems, content)
	}
}

// writeConfig commits a config to the default branch and returns the commit.
func (w *world) writeConfig(content string) string {
	w.t.Helper()
	valid(w.t, configPath, content)
	return w.breakConfig(content)
}

// breakConfig is writeConfig with one that may be invalid.
func (w *world) breakConfig(content string) string {
	w.t.Helper()
	change := map[string]any{"message": "Change the rules", "content": base64.StdEncoding.EncodeToString([]byte(content))}
	change["sha"] = w.as("mina-mle", "GET", "/contents/.github/phasegate.yml", nil).field("sha")
	a := w.as("mina-mle", "PUT", "/contents/.github/phasegate.yml", change)
	w.settle()
	commit, _ := a.field("commit").(map[string]any)
	sha, _ := commit["sha"].(string)
	return sha
}

// runsOn lists the states of the bot's config check on a commit.
func (w *world) runsOn(sha string) []string {
	w.t.Helper()
	var out []string
	for _, r := range w.runs() {
		if r.Head == sha && r.Name == "phasegate/config" {
			out = append(out, r.state())
		}
	}
	return out
}

// A config that cannot be read: one failed check on its commit, a note in every sticky, and the rules
// from before stay in force; mended, the note goes.
func TestBrokenConfig(t *testing.T) {
	t.Parallel()
	w := newProject(t)
	w.open(1, "helena-bs", problemTitle, form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), "kind:problem")
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, same("#1"))), "kind:deliverable")
	w.open(3, "dora-de", dataTitle, form(lifecycle.Data, w.lang, dataForm().with(lifecycle.SecParent, same("#2"))), "kind:data")

	broken := w.breakConfig(strings.Replace(config(w.lang), "roles:", "rolls:", 1))
	if got := w.runsOn(broken); !slices.Equal(got, []string{"failure"}) {
		t.Errorf("the config check of a broken config is %v", got)
	}
	var notes []struct {
		Path, Message string
		Line          int `json:"start_line"`
	}
	for _, r := range w.runs() {
		if r.Head == broken {
			w.read("/check-runs/"+fmt.Sprint(r.ID)+"/annotations", &notes)
		}
	}
	if len(notes) == 0 || notes[0].Line != 4 || notes[0].Path != ".github/phasegate.yml" || !strings.Contains(notes[0].Message, "roles") {
		t.Errorf("the check does not point at line 4 and say what would be right: %+v", notes)
	}
	s := w.look()
	for n := 1; n <= 3; n++ {
		w.says(fmt.Sprintf("the sticky of #%d", n), s.issue(n).sticky().Body, same(".github/phasegate.yml"), text{"last valid rules || older rules", ""})
	}

	w.at("2026-01-06 12:00")
	w.comment(3, "dora-de", "/approve")
	w.at("2026-01-06 12:10")
	w.comment(3, "rui-sme", "/approve")
	if got := w.look().issue(3).Labels; !slices.Contains(got, lifecycle.DataValidated) {
		t.Errorf("the rules from before are not in force: #3 has %v", got)
	}
	ds := w.deliveries()
	i := slices.IndexFunc(ds, func(d delivery) bool { return d.Event == "push" })
	w.looksOnly("the push again", func() { w.redeliver(ds[i].ID) })

	mended := w.writeConfig(config(w.lang))
	if got := w.runsOn(mended); slices.Contains(got, "failure") {
		t.Errorf("the config check of a mended config is %v", got)
	}
	s = w.look()
	for n := 1; n <= 3; n++ {
		w.silent(fmt.Sprintf("the sticky of #%d", n), s.issue(n).sticky().Body, text{"valid rules", ""})
	}
}
