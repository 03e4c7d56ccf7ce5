package acceptance_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

const (
	idleTimeout = "60s"            // guards against hanging, judges nothing
	botLogin    = "phasegate[bot]" // as REST names the App's account
	repoPath    = "/repos/acme-telco/churn"
	reader      = "bento-be" // whose token snapshots are read with
)

// world is a running system with what people did in it so far.
type world struct {
	t    testing.TB
	sys  system
	lang lifecycle.Lang

	issues   map[int]written   // by number: what people wrote last
	comments map[int64]string  // by id: people's comments
	commands []int64           // the comments whose answer is watched, since the row began
	checked  int64             // the newest delivery whose sender was looked at
	watched  bool              // texts are checked in the middle of rows
	heads    map[string]string // head of a pull request in the story, "#7@a1" → SHA
	commits  map[string]string // commits of the default branch in the story, "m1" → SHA
	reports  map[int64]string  // metric reports by the id of their check run, which nobody changes
	reacted  map[string]reactionsThen
	stands   *snapshot // how the last row ended; nil before the first
	appToken string    // of the App's installation, once it was needed
}

// written is what people last wrote of an issue or pull request.
type written struct {
	title, body, state string
	labels             []string // those given at the opening
}

// newWorld starts a system with the story's cast.
func newWorld(t testing.TB, lang lifecycle.Lang) *world {
	t.Helper()
	return worldOf(t, lang, cast())
}

// worldOf starts a system with what is given.
func worldOf(t testing.TB, lang lifecycle.Lang, seed *hubsim.Seed) *world {
	t.Helper()
	w := &world{t: t, lang: lang, issues: map[int]written{}, comments: map[int64]string{}, heads: map[string]string{}, commits: map[string]string{}}
	w.sys = start(t, seed)
	return w
}

// answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// field is a top-level field of the answer, as decoded JSON; nil if there is none.
func (a answer) field(name string) any {
	var o map[string]any
	if json.Unmarshal(a.body, &o) != nil {
		return nil
	}
	return o[name]
}

func (a answer) number() int { n, _ := a.field("number").(float64); return int(n) }
func (a answer) id() int64   { n, _ := a.field("id").(float64); return int64(n) }

// raw sends a request; token may be empty.
func (w *world) raw(method, url, token string, body any, header map[string]string) (answer, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		reader = bytes.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, reader)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("User-Agent", "acceptance")
	if token != "" {
		req.Header.Set("Authorization", "token "+token)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data}, err
}

// try sends a person's request and returns the answer, whatever it is. A path without a leading
// "/repos" or "/orgs" is below the story's repository.
func (w *world) try(login, method, path string, body any) answer {
	w.t.Helper()
	if !strings.HasPrefix(path, "/repos/") && !strings.HasPrefix(path, "/orgs/") {
		path = repoPath + path
	}
	a, err := w.raw(method, w.sys.APIURL+path, "sim-"+login, body, nil)
	if err != nil {
		w.t.Fatalf("%s: %s %s: %v", login, method, path, err)
	}
	return a
}

// as sends a person's request, which must succeed, without waiting for what follows from it.
func (w *world) as(login, method, path string, body any) answer {
	w.t.Helper()
	a := w.try(login, method, path, body)
	if a.status/100 != 2 {
		w.t.Fatalf("%s: %s %s: %d %.600s", login, method, path, a.status, a.body)
	}
	return a
}

// read gets a list or an object into v.
func (w *world) read(path string, v any) {
	w.t.Helper()
	a := w.as(reader, "GET", path, nil)
	if err := json.Unmarshal(a.body, v); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
}

// sim asks the simulator's own interface.
func (w *world) sim(method, path string, body any) answer {
	w.t.Helper()
	a, err := w.raw(method, w.sys.WebURL+"/_sim"+path, "", body, nil)
	if err != nil {
		w.t.Fatalf("%s /_sim%s: %v", method, path, err)
	}
	if a.status/100 != 2 {
		w.t.Fatalf("%s /_sim%s: %d %.600s", method, path, a.status, a.body)
	}
	return a
}

// settle waits until no webhook is undelivered and the product has nothing to do.
func (w *world) settle() {
	w.t.Helper()
	w.sim("GET", "/idle?timeout="+idleTimeout, nil)
}

// zone is the project's: São Paulo has been three hours behind UTC, all year, since 2019.
var zone = time.FixedZone("-03", -3*3600)

// at moves the clock to a local time, "2026-01-06 11:00", which returns once what is then due has run.
func (w *world) at(local string) {
	w.t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", local, zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.sim("PUT", "/clock", map[string]any{"now": when.Format(time.RFC3339)})
}

// open opens an issue and waits for what follows from it. It fails when the number is not the story's.
func (w *world) open(number int, login, title, body string, labels ...string) {
	w.t.Helper()
	a := w.as(login, "POST", "/issues", map[string]any{"title": title, "body": body, "labels": append([]string{}, labels...)})
	if a.number() != number {
		w.t.Fatalf("%q became #%d, not #%d", title, a.number(), number)
	}
	w.issues[number] = written{title, body, "open", labels}
	w.settle()
}

// edit replaces an issue's body.
func (w *world) edit(number int, login, body string) {
	w.t.Helper()
	w.as(login, "PATCH", fmt.Sprintf("/issues/%d", number), map[string]any{"body": body})
	i := w.issues[number]
	i.body = body
	w.issues[number] = i
	w.settle()
}

// post writes a comment without waiting for what follows, and returns its id.
func (w *world) post(number int, login, body string) int64 {
	w.t.Helper()
	id := w.as(login, "POST", fmt.Sprintf("/issues/%d/comments", number), map[string]any{"body": body}).id()
	w.comments[id] = body
	w.commands = append(w.commands, id)
	return id
}

// comment writes a comment and waits for what follows from it.
func (w *world) comment(number int, login, body string) int64 {
	w.t.Helper()
	id := w.post(number, login, body)
	w.settle()
	return id
}

// rewrite edits a comment.
func (w *world) rewrite(id int64, login, body string) {
	w.t.Helper()
	w.as(login, "PATCH", fmt.Sprintf("/issues/comments/%d", id), map[string]any{"body": body})
	w.comments[id] = body
	w.settle()
}

// push puts files on a branch, which is made if need be, one commit each, and remembers the last
// commit as a head of the story.
func (w *world) push(login, branch, head string, files ...[2]string) {
	w.t.Helper()
	if w.try(login, "GET", "/git/ref/heads/"+branch, nil).status == http.StatusNotFound {
		var main struct{ Object struct{ SHA string } }
		w.read("/git/ref/heads/main", &main)
		w.as(login, "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": main.Object.SHA})
	}
	for _, f := range files {
		valid(w.t, f[0], f[1])
		change := map[string]any{"message": "Write " + f[0], "branch": branch, "content": base64.StdEncoding.EncodeToString([]byte(f[1]))}
		if there := w.try(login, "GET", "/contents/"+f[0]+"?ref="+branch, nil); there.status == http.StatusOK {
			change["sha"] = there.field("sha")
		}
		a := w.as(login, "PUT", "/contents/"+f[0], change)
		commit, _ := a.field("commit").(map[string]any)
		w.heads[head], _ = commit["sha"].(string)
	}
	w.settle()
}

// pull opens a pull request from a branch to main.
func (w *world) pull(number int, login, branch, title, body string) {
	w.t.Helper()
	a := w.as(login, "POST", "/pulls", map[string]any{"title": title, "body": body, "head": branch, "base": "main"})
	if a.number() != number {
		w.t.Fatalf("%q became #%d, not #%d", title, a.number(), number)
	}
	w.issues[number] = written{title: title, body: body, state: "open"}
	w.settle()
}

// approvePull submits an approving review of a head.
func (w *world) approvePull(number int, login, head string) {
	w.t.Helper()
	w.as(login, "POST", fmt.Sprintf("/pulls/%d/reviews", number), map[string]any{"event": "APPROVE", "commit_id": w.heads[head]})
	w.settle()
}

// merge merges a pull request and returns the merge commit.
func (w *world) merge(number int, login string) string {
	w.t.Helper()
	sha, _ := w.as(login, "PUT", fmt.Sprintf("/pulls/%d/merge", number), map[string]any{}).field("sha").(string)
	i := w.issues[number]
	i.state = "closed"
	w.issues[number] = i
	w.settle()
	return sha
}

// close closes an issue.
func (w *world) close(number int, login string) {
	w.t.Helper()
	w.as(login, "PATCH", fmt.Sprintf("/issues/%d", number), map[string]any{"state": "closed"})
	i := w.issues[number]
	i.state = "closed"
	w.issues[number] = i
	w.settle()
}

// remove deletes a file on a branch and remembers the commit as a head of the story.
func (w *world) remove(login, branch, head, path string) {
	w.t.Helper()
	blob := w.as(login, "GET", "/contents/"+path+"?ref="+branch, nil).field("sha")
	a := w.as(login, "DELETE", "/contents/"+path, map[string]any{"message": "Remove " + path, "branch": branch, "sha": blob})
	commit, _ := a.field("commit").(map[string]any)
	w.heads[head], _ = commit["sha"].(string)
	w.settle()
}

// deploy deploys a ref to production, successfully; payload may be nil.
func (w *world) deploy(login, ref string, payload any) {
	w.t.Helper()
	ask := map[string]any{"ref": ref, "environment": "production", "auto_merge": false, "required_contexts": []string{}}
	if payload != nil {
		ask["payload"] = payload
	}
	id := w.as(login, "POST", "/deployments", ask).id()
	for _, state := range []string{"in_progress", "success"} {
		w.as(login, "POST", fmt.Sprintf("/deployments/%d/statuses", id), map[string]any{"state": state})
	}
	w.settle()
}
