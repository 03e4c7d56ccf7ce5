package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/audit"
	"github.com/phasegate/phasegate/internal/playground"
)

// played is the playground with its built-in story, and a deliverable's first gate passed.
type played struct {
	*playground.Playground
	t *testing.T
}

const playedRepo = "acme-telco/churn"

func play(t *testing.T) played {
	t.Helper()
	steps, err := playground.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	p, err := playground.Start(t.Context(), playground.Options{Steps: steps, Spacing: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return played{p, t}
}

// as sends a request as somebody and waits for the App.
func (p played) as(login, method, path string, in, out any) {
	p.t.Helper()
	status, answer, err := p.Sim.Do(p.t.Context(), login, method, "/repos/"+playedRepo+path, in)
	if err != nil || status/100 != 2 {
		p.t.Fatalf("%s %s: %d %s %v", method, path, status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := p.Sim.WaitIdle(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func (p played) comment(login string, issue int, body string) {
	p.t.Helper()
	p.as(login, "POST", fmt.Sprintf("/issues/%d/comments", issue), map[string]string{"body": body}, nil)
}

// run runs a command as somebody who may only read.
func (p played) run(args ...string) (code int, out, errs string) {
	p.t.Helper()
	p.t.Setenv("GITHUB_API_URL", p.APIURL)
	p.t.Setenv("GITHUB_TOKEN", "sim-rui-sme")
	var stdout, stderr bytes.Buffer
	code = run(p.t.Context(), args, func(string) string { return "" }, stdio{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

// key is the App's public key, as GET /keys shows it.
func (p played) key() string {
	p.t.Helper()
	signer, err := app.SignerOf("", bot.Secret(p.Sim.AppKeyPEM()))
	if err != nil {
		p.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signer.Public())
}

func eventsIn(t *testing.T, jsonl string) []audit.Event {
	t.Helper()
	var events []audit.Event
	for line := range strings.Lines(jsonl) {
		var e audit.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, e)
	}
	return events
}

// A story that ends with a passed gate, audited by somebody who may only read.
func TestAudit(t *testing.T) {
	p := play(t)
	p.comment("rui-sme", 3, "/approve")
	p.comment("helena-bs", 3, "/object not with this budget")
	p.comment("helena-bs", 3, "/withdraw")
	p.comment("helena-bs", 3, "/approve")
	code, out, errs := p.run("audit", playedRepo, "--format", "jsonl", "--deliverable", "3", "--key", p.key())
	if code != exitDone || errs != "" {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	var got []string
	for _, e := range eventsIn(t, out) {
		if len(e.Findings) > 0 || e.Issue != 3 || e.At.IsZero() || e.URL == "" {
			t.Errorf("%+v", e)
		}
		if e.Event == audit.Approval && (e.Record == 0 || e.Seat == "" || len(e.Prints) == 0 || e.PersonID == 0) {
			t.Errorf("an approval without its seat or fingerprints: %+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s", e.Event, e.Person))
	}
	want := []string{"requested sara-ds", "approval dora-de", "approval tomas-ds", "approval rui-sme", "objection helena-bs", "withdrawal helena-bs", "approval helena-bs", "passed sara-ds"}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n"), w) {
			t.Errorf("%q is missing in %q", w, got)
		}
	}
	t.Run("keys in a file", func(t *testing.T) {
		keys := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(keys, fmt.Appendf(nil, `[{"id":"x","algorithm":"ed25519","key":%q}]`, p.key()), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, again, _ := p.run("audit", playedRepo, "--format", "jsonl", "--deliverable", "3", "--key", "@"+keys); again != out {
			t.Errorf("got %s", again)
		}
	})
	t.Run("without a key", func(t *testing.T) {
		code, out, _ := p.run("audit", playedRepo, "--format", "jsonl")
		if code != exitDone || !strings.Contains(out, `"unknown-key"`) {
			t.Errorf("ended with %d: %s", code, out)
		}
	})
	t.Run("since", func(t *testing.T) {
		if _, out, _ := p.run("audit", playedRepo, "--format", "csv", "--since", "2126-01-01"); strings.Count(out, "\n") != 1 {
			t.Errorf("got %s", out)
		}
	})
	t.Run("nothing is written", func(t *testing.T) {
		before := p.bodies(3)
		p.run("audit", playedRepo)
		if after := p.bodies(3); after != before {
			t.Errorf("before %s\nafter %s", before, after)
		}
	})
	p.forge()
}

func (p played) bodies(issue int) string {
	p.t.Helper()
	var list json.RawMessage
	p.as("rui-sme", "GET", fmt.Sprintf("/issues/%d/comments?per_page=100", issue), nil, &list)
	return string(list)
}

// forge has somebody copy the record of the passed gate to another deliverable, and change it in place.
func (p played) forge() {
	var comments []struct {
		ID   int64
		Body string
	}
	if err := json.Unmarshal([]byte(p.bodies(3)), &comments); err != nil {
		p.t.Fatal(err)
	}
	for _, c := range comments {
		if !strings.Contains(c.Body, "<!-- phasegate:passed ") {
			continue
		}
		p.comment("rui-sme", 4, c.Body)
		p.as("mina-mle", "PATCH", fmt.Sprintf("/issues/comments/%d", c.ID), map[string]string{"body": strings.Replace(c.Body, "moved", "never moved", 1)}, nil)
	}
	code, out, errs := p.run("audit", playedRepo, "--key", p.key())
	if code != exitProblem || !strings.Contains(errs, "made up") {
		p.t.Errorf("ended with %d: %s", code, errs)
	}
	for _, want := range []string{"the record is of acme-telco/churn", "in a comment of rui-sme", "last edited by somebody else"} {
		if !strings.Contains(out, want) {
			p.t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestAuditUsage(t *testing.T) {
	for _, args := range [][]string{{"--since", "monday"}, {"--deliverable", "-1"}, {"--check", "--since", "2026-01-01"}, {"--format", "xml"}} {
		if code, _, errs := try(t, append([]string{"audit", "acme/churn"}, args...)...); code != exitUsage || errs == "" {
			t.Errorf("%q ends with %d: %s", args, code, errs)
		}
	}
	t.Setenv("GITHUB_TOKEN", "x")
	for _, key := range []string{"short", "@/no/such/file"} {
		if _, err := publicKeysOf(key); err == nil {
			t.Errorf("--key %s is taken", key)
		}
	}
}

// What the App wrote agrees with its records; what somebody changed behind its back does not.
func TestAuditCheck(t *testing.T) {
	p := play(t)
	if code, out, errs := p.run("audit", "--check", playedRepo); code != exitDone || !strings.Contains(out, "0 disagreements") {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	p.Sim.SetWebhook("", "") // nobody tells the App
	p.as("mina-mle", "POST", "/issues/3/labels", map[string]any{"labels": []string{"phase:monitoring"}}, nil)
	p.as("mina-mle", "DELETE", "/issues/2/labels/data:validated", nil, nil)
	p.comment("helena-bs", 4, "/status")
	code, out, errs := p.run("audit", "--check", playedRepo)
	if code != exitProblem {
		t.Errorf("ended with %d: %s", code, errs)
	}
	for _, want := range []string{"#3 label phase:design and phase:monitoring is there; by the records it is phase:design", "#2 label data:validated is missing", "#4 waits: ", "2 disagreements in " + playedRepo} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// A resync writes what was lost, as the App, and the check agrees again.
func TestResync(t *testing.T) {
	p := play(t)
	p.Sim.SetWebhook("", "")
	p.as("mina-mle", "POST", "/issues/3/labels", map[string]any{"labels": []string{"phase:monitoring"}}, nil)
	p.comment("helena-bs", 4, "/help")
	key := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(key, []byte(p.Sim.AppKeyPEM()), 0o600); err != nil {
		t.Fatal(err)
	}
	resync := []string{"resync", playedRepo, "--app-id", "4711", "--private-key-file", key}
	code, out, errs := p.run(resync...)
	if code != exitDone || !strings.Contains(out, "#3: labels -phase:monitoring") || !strings.Contains(out, "#4: comment reply") {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	if code, out, _ := p.run(resync...); code != exitDone || !strings.HasPrefix(out, "0 objects looked at, 0 things written") {
		t.Errorf("once more: ended with %d: %s", code, out)
	}
	if code, out, _ := p.run("audit", "--check", playedRepo); code != exitDone {
		t.Errorf("ended with %d: %s", code, out)
	}
	if code, _, errs := p.run("resync", playedRepo); code != exitUsage || !strings.Contains(errs, "only the App itself") {
		t.Errorf("without the App's key: ended with %d: %s", code, errs)
	}
}
