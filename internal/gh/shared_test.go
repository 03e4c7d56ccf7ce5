package gh_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

const sharedConfig = "version: 1\nmode: enforce\nroles:\n  business-stakeholder: [tom-ds]\n"

// share writes the config that acme's repositories share, as an owner.
func (w *world) share(text string) {
	w.t.Helper()
	k := w.key
	defer func() { w.key = k }()
	w.key.Repo = policy.SharedRepository
	sha := ""
	req, err := http.NewRequestWithContext(w.t.Context(), "GET", w.api+"/repos/"+w.key.FullName()+"/contents/"+gh.ConfigPath, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sim-helena-bs")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusOK {
		sha = w.blobOf(gh.ConfigPath)
	}
	w.put(gh.ConfigPath, text, sha, "main")
}

func (w *world) blobOf(path string) string {
	w.t.Helper()
	var file struct{ SHA string }
	w.do("helena-bs", "GET", "/contents/"+path, nil, &file)
	return file.SHA
}

func (w *world) hide() {
	w.t.Helper()
	k := w.key
	defer func() { w.key = k }()
	w.key.Repo = policy.SharedRepository
	w.do("helena-bs", "PATCH", "", map[string]any{"private": true}, nil)
}

func stakeholders(s engine.Snapshot) string {
	return loginsOf(s.Roster.Holders[lifecycle.BusinessStakeholder])
}

// What the owner's repositories share counts in each look, and costs no request of its own where all may see it.
func TestSharedRules(t *testing.T) {
	w := newWorld(t, teamConfig)
	s := w.snapshot()
	if s.Rules.Policy.Mode != policy.Observe || s.Rules.Shared != "" {
		t.Fatalf("nothing is shared: %+v", s.Rules)
	}
	w.share(sharedConfig)
	w.snapshot()
	w.wire.sent("")
	s = w.snapshot()
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if s.Rules.Policy.Mode != policy.Enforce || stakeholders(s) != "helena-bs tom-ds" || !strings.HasSuffix(s.Rules.Shared, "/acme/.github/blob/main/.github/phasegate.yml") || s.Rules.Broken != "" {
		t.Errorf("%+v, %s", s.Rules, stakeholders(s))
	}
	key := w.open("x", w.commit(w.head("main"), "x", treeEntry{path: "a", content: "1"}), "main")
	p := w.pull(key)
	if p.Rules.Policy != s.Rules.Policy || p.Base != p.Rules.Policy {
		t.Error("two looks have different rules")
	}
	r, err := w.hub.Repository(t.Context(), w.key.Repository())
	if err != nil || r.Rules.Policy != s.Rules.Policy {
		t.Errorf("the repository's look: %+v, %v", r.Rules, err)
	}
	w.share("version: 1\nrols: {}\n")
	if s = w.snapshot(); s.Rules.Policy.Mode != policy.Enforce || !strings.HasPrefix(s.Rules.Broken, "acme/.github: 2:1: ") {
		t.Errorf("broken: the last valid ones stay: %+v", s.Rules)
	}
	w.share("version: 1\n")
	if s = w.snapshot(); s.Rules.Policy.Mode != policy.Observe || s.Rules.Broken != "" || s.Rules.Shared == "" {
		t.Errorf("mended: %+v", s.Rules)
	}
}

// Shared rules that never were valid are none, and that is said.
func TestSharedRulesBrokenFromTheStart(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.share("version: 1\nrols: {}\n")
	if s := w.snapshot(); s.Rules.Policy == nil || s.Rules.Shared != "" || !strings.HasPrefix(s.Rules.Broken, "acme/.github: 2:1: ") {
		t.Errorf("%+v", s.Rules)
	}
}

// The rules of another base branch, and those that a pull request makes, are judged with what is shared.
func TestSharedRulesOfABranch(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.share(sharedConfig)
	base := w.commit(w.head("main"), "rules", treeEntry{path: gh.ConfigPath, content: teamConfig + "language: pt-BR\n"})
	w.do("sara-ds", "POST", "/git/refs", map[string]string{"ref": "refs/heads/release", "sha": base}, nil)
	s := w.pull(w.open("x", w.commit(base, "x", treeEntry{path: gh.ConfigPath, content: teamConfig + "mode: observe\n"}), "release"))
	if s.Base == s.Rules.Policy || s.Base.Language != lifecycle.Portuguese || s.Base.Mode != policy.Enforce {
		t.Errorf("the base branch's rules: %+v", s.Base)
	}
	if s.Config.Policy.Mode != policy.Enforce || len(policy.Weakenings(s.Base, s.Config.Policy)) != 0 {
		t.Errorf("what the pull request makes of them: %+v", s.Config.Policy)
	}
}

// Where not all may see it, the App reads it with a token of its own: once, until an event says that it changed.
func TestSharedRulesThatAreHidden(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.share(sharedConfig)
	w.hide()
	if s := w.snapshot(); s.Rules.Policy.Mode != policy.Enforce {
		t.Fatalf("%+v", s.Rules)
	}
	w.share("version: 1\n")
	w.wire.sent("")
	if s := w.snapshot(); s.Rules.Policy.Mode != policy.Enforce {
		t.Errorf("read again without an event: %+v", s.Rules)
	}
	if n := w.wire.sent(""); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	c, err := gh.Self{}.Classify("push", []byte(`{"ref":"refs/heads/main","commits":[{"modified":[".github/phasegate.yml"]}],"repository":{"full_name":"acme/.github","default_branch":"main"},"sender":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	w.hub.Forget(c.Stale)
	if s := w.snapshot(); s.Rules.Policy.Mode != policy.Observe {
		t.Errorf("after the event: %+v", s.Rules)
	}
}

// A repository that is not there shares nothing, nor one that the App is not installed on; one that cannot be read
// right now is an error.
func TestSharedRulesThatAreNone(t *testing.T) {
	w := newWorld(t, teamConfig)
	w.share(sharedConfig)
	w.hide()
	token := func(status int) func(*http.Request, string) *http.Response {
		return func(r *http.Request, body string) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/access_tokens") && strings.Contains(body, `".github"`) {
				return respond(r, status, `{"message":"There is at least one repository that does not exist or is not accessible to the parent installation."}`)
			}
			return nil
		}
	}
	w.wire.answer = token(http.StatusBadGateway)
	if s, err := w.hub.Snapshot(t.Context(), w.key); err == nil {
		t.Errorf("GitHub fails: %+v", s.Rules)
	}
	w.wire.answer = token(http.StatusUnprocessableEntity)
	if s := w.snapshot(); s.Rules.Policy.Mode != policy.Observe || s.Rules.Shared != "" {
		t.Errorf("not installed there: %+v", s.Rules)
	}
	w.wire.sent("")
	w.snapshot()
	if n := w.wire.sent("access_tokens"); n != 0 {
		t.Error("what was refused is asked for with each look")
	}
	w.wire.answer = nil
	w.key.Repo = policy.SharedRepository
	key := w.key.Repository()
	r, err := w.hub.Repository(t.Context(), key)
	if err != nil || r.Rules.Policy == nil || r.Rules.Shared != "" {
		t.Errorf("the shared repository itself: %+v, %v", r.Rules, err)
	}
}
