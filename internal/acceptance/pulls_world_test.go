package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// ground is a project with deliverables in the phases where a test of pull requests wants them.
type ground struct {
	seed   *hubsim.Seed
	config string // added to the story's
	whole  string // instead of the story's
	phases []lifecycle.Phase
	risk   string
	paths  []string // of the deliverables, by place; "" for none
}

// groundOf plays what a test of pull requests needs to begin: deliverable #1 in the first phase, #2 in the second.
func groundOf(t *testing.T, g ground) *world {
	t.Helper()
	if g.seed == nil {
		g.seed = cast()
	}
	risk := text{"standard", "padrão"}
	if g.risk != "" {
		risk = same(g.risk)
	}
	for i := range g.phases {
		f := scoreForm().with(lifecycle.SecRisk, risk).with(lifecycle.SecParent, text{})
		if i < len(g.paths) {
			f = f.with(lifecycle.SecPaths, same(g.paths[i]))
		}
		g.seed.Issues = append(g.seed.Issues, hubsim.SeedIssue{Title: fmt.Sprintf("Deliverable %d", i+1), Body: form(lifecycle.Deliverable, lifecycle.English, f),
			Labels: []string{lifecycle.Deliverable.Label()}, Author: "sara-ds"})
	}
	if g.whole == "" {
		g.whole = config(lifecycle.English)
	}
	w := projectOf(t, g.seed, g.whole+g.config)
	for i, p := range g.phases {
		if p != lifecycle.Design {
			w.comment(i+1, "helena-bs", "/start "+string(p)+" it exists already")
		}
	}
	return w
}

var development = []lifecycle.Phase{lifecycle.Development}

// inDevelopment is a project with one deliverable in development.
func inDevelopment(t *testing.T, more string) *world {
	t.Helper()
	return groundOf(t, ground{config: more, phases: development})
}

// later moves the clock on by a minute: two things in one second are in no order.
func (w *world) later() { w.t.Helper(); w.in(time.Minute) }

func (w *world) in(d time.Duration) {
	w.t.Helper()
	w.sim("PUT", "/clock", map[string]any{"now": w.now().Add(d).Format(time.RFC3339)})
}

func (w *world) now() time.Time {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, w.sim("GET", "/clock", nil).field("now").(string))
	if err != nil {
		w.t.Fatal(err)
	}
	return at
}

// file is an entry of a commit. Without content and hash it is removed.
type file struct {
	path, content string
	mode          string // 100644 where empty
	sha           string // instead of the content
	gone          bool
	broken        bool // it is meant to be a config that cannot be read
}

func text1(path, content string) file { return file{path: path, content: content} }
func gone(path string) file           { return file{path: path, gone: true} }

// commit is what is pushed at once.
type commit struct {
	repo, branch string // repoPath where repo is empty
	message      string
	parents      []string // the branch's head where empty, or main's
	author       string   // a login; who pushes where empty
	committer    string   // the same; the author where empty
	files        []file
}

// send writes a commit, moves its branch there by force, and returns its hash. Nothing is waited for.
func (w *world) send(login string, c commit) string {
	w.t.Helper()
	if c.repo == "" {
		c.repo = repoPath
	}
	sha := w.write(login, c)
	if w.try(login, "GET", c.repo+"/git/ref/heads/"+c.branch, nil).status == http.StatusNotFound {
		w.as(login, "POST", c.repo+"/git/refs", map[string]any{"ref": "refs/heads/" + c.branch, "sha": sha})
	} else {
		w.move(login, c.branch, sha)
	}
	return sha
}

// move points a branch at a commit, by force.
func (w *world) move(login, branch, sha string) {
	w.t.Helper()
	w.as(login, "PATCH", "/git/refs/heads/"+branch, map[string]any{"sha": sha, "force": true})
}

// write writes a commit that no branch has yet.
func (w *world) write(login string, c commit) string {
	w.t.Helper()
	if c.repo == "" {
		c.repo = repoPath
	}
	if len(c.parents) == 0 {
		head := w.try(login, "GET", c.repo+"/git/ref/heads/"+c.branch, nil)
		if head.status == http.StatusNotFound {
			head = w.as(login, "GET", c.repo+"/git/ref/heads/main", nil)
		}
		object, _ := head.field("object").(map[string]any)
		c.parents = []string{object["sha"].(string)}
	}
	var entries []map[string]any
	for _, f := range c.files {
		e := map[string]any{"path": f.path, "mode": "100644", "type": "blob"}
		if f.mode != "" {
			e["mode"] = f.mode
		}
		if f.mode == "160000" {
			e["type"] = "commit"
		}
		switch {
		case f.gone:
			e["sha"] = nil
		case f.sha != "":
			e["sha"] = f.sha
		default:
			if !f.broken {
				valid(w.t, f.path, f.content)
			}
			e["content"] = f.content
		}
		entries = append(entries, e)
	}
	tree := w.as(login, "GET", c.repo+"/git/commits/"+c.parents[0], nil).field("tree").(map[string]any)["sha"]
	if len(entries) > 0 {
		tree = w.as(login, "POST", c.repo+"/git/trees", map[string]any{"base_tree": tree, "tree": entries}).field("sha")
	}
	made := map[string]any{"message": c.message, "tree": tree, "parents": c.parents}
	if c.message == "" {
		made["message"] = "Work"
	}
	if c.author != "" {
		made["author"] = map[string]any{"name": c.author, "email": w.email(c.author)}
	}
	if c.committer != "" {
		made["committer"] = map[string]any{"name": c.committer, "email": w.email(c.committer)}
	}
	sha, _ := w.as(login, "POST", c.repo+"/git/commits", made).field("sha").(string)
	return sha
}

// email is the address by which GitHub knows an account in a commit; nobody has none.
func (w *world) email(login string) string {
	w.t.Helper()
	if login == "nobody" {
		return "nobody@nowhere.example"
	}
	return fmt.Sprintf("%d+%s@users.noreply.github.com", w.userID(login), login)
}

func (w *world) userID(login string) int64 {
	w.t.Helper()
	a, err := w.raw("GET", w.sys.APIURL+"/users/"+login, "sim-"+reader, nil, nil)
	if err != nil || a.status != http.StatusOK {
		w.t.Fatalf("%s: %d, %v", login, a.status, err)
	}
	return a.id()
}

// pullOf opens a pull request and waits for what follows.
func (w *world) pullOf(login, branch, body string, more ...map[string]any) int {
	w.t.Helper()
	ask := map[string]any{"title": "Work on " + branch, "body": body, "head": branch, "base": "main"}
	for _, m := range more {
		for k, v := range m {
			ask[k] = v
		}
	}
	n := w.as(login, "POST", "/pulls", ask).number()
	w.settle()
	return n
}

// change makes a branch with one commit and a pull request of it, and returns its number and head.
func (w *world) change(login, branch string, files ...file) (int, string) {
	w.t.Helper()
	sha := w.send(login, commit{branch: branch, files: files})
	return w.pullOf(login, branch, ""), sha
}

// pushed sends a commit a minute later and waits for what follows.
func (w *world) pushed(login, branch string, files ...file) string {
	w.t.Helper()
	w.later()
	sha := w.send(login, commit{branch: branch, files: files})
	w.settle()
	return sha
}

// remark writes a comment and waits for what follows; eleven minutes later, so that each refusal has a reply of
// its own.
func (w *world) remark(number int, login, body string) int64 {
	w.t.Helper()
	w.in(11 * time.Minute)
	return w.comment(number, login, body)
}

// review submits a review of a commit, a minute later, and returns its id.
func (w *world) review(number int, login, event, sha string) int64 {
	w.t.Helper()
	w.later()
	id := w.as(login, "POST", fmt.Sprintf("/pulls/%d/reviews", number), map[string]any{"event": event, "commit_id": sha, "body": "See above."}).id()
	w.settle()
	return id
}

// on is the newest run of a check on a commit; the zero run for none.
func (w *world) on(sha, name string) checkRun {
	w.t.Helper()
	var list struct {
		Runs []checkRun `json:"check_runs"`
	}
	w.read("/commits/"+sha+"/check-runs?filter=all&per_page=100&check_name=phasegate/"+name, &list)
	var found checkRun
	for _, r := range list.Runs {
		if r.App.Slug == "phasegate" && r.ID > found.ID {
			found = r
		}
	}
	return found
}

// stand fails unless the check stands so on the commit. The titles say why it does not.
func (w *world) stand(what, sha, name, state string, facts ...string) checkRun {
	w.t.Helper()
	r := w.on(sha, name)
	if r.ID == 0 && state != "" || r.state() != state {
		w.t.Errorf("%s: phasegate/%s on %.7s is %q, want %q: %s", what, name, sha, r.state(), state, r.Output.Title)
	}
	for _, f := range facts {
		if !strings.Contains(seen(w.t, r.Output.Title+"\n\n"+r.Output.Summary), f) {
			w.t.Errorf("%s: phasegate/%s on %.7s does not say %q: %s\n%s", what, name, sha, f, r.Output.Title, seen(w.t, r.Output.Summary))
		}
	}
	return r
}

// reacted fails unless the bot's reactions on a comment are these.
func (w *world) reactedWith(what string, number int, id int64, want ...string) {
	w.t.Helper()
	for _, c := range w.commentsOf(number) {
		if c.ID == id && !slices.Equal(c.Reactions, want) {
			w.t.Errorf("%s: reactions %v, want %v", what, c.Reactions, want)
		}
	}
}

// lastReply is the bot's newest comment on a pull request; "" for none.
func (w *world) lastReply(number int) string {
	w.t.Helper()
	cs := w.botComments(number)
	if len(cs) == 0 {
		return ""
	}
	return cs[len(cs)-1].Body
}

// replied fails unless the bot wrote so many comments on a pull request, and the last one says the facts.
func (w *world) replied(what string, number, count int, facts ...string) {
	w.t.Helper()
	if got := len(w.botComments(number)); got != count {
		w.t.Errorf("%s: %d comments of the bot on #%d, want %d; the last: %s", what, got, number, count, seen(w.t, w.lastReply(number)))
		return
	}
	for _, f := range facts {
		if count > 0 && !strings.Contains(seen(w.t, w.lastReply(number)), f) {
			w.t.Errorf("%s: the reply does not say %q: %s", what, f, seen(w.t, w.lastReply(number)))
		}
	}
}

// graph sends a GraphQL mutation of a person's, and waits for what follows.
func (w *world) graph(login, mutation string, input map[string]any) {
	w.t.Helper()
	name, kind, _ := strings.Cut(mutation, " ")
	a, err := w.raw("POST", w.sys.WebURL+"/api/graphql", "sim-"+login, map[string]any{
		"query":     fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { clientMutationId } }", kind, name),
		"variables": map[string]any{"input": input},
	}, nil)
	if err != nil || a.status != http.StatusOK || a.field("errors") != nil {
		w.t.Fatalf("%s: %d %.300s, %v", name, a.status, a.body, err)
	}
	w.settle()
}

// nodeID is the global id of what a path of REST names.
func (w *world) nodeID(path string) string {
	w.t.Helper()
	id, _ := w.as(reader, "GET", path, nil).field("node_id").(string)
	return id
}

// teamsAsked lists the teams of which a review is asked at the moment.
func (w *world) teamsAsked(number int) []string {
	w.t.Helper()
	var a struct{ Teams []struct{ Slug string } }
	w.read(fmt.Sprintf("/pulls/%d/requested_reviewers", number), &a)
	var slugs []string
	for _, t := range a.Teams {
		slugs = append(slugs, t.Slug)
	}
	slices.Sort(slugs)
	return slugs
}

// askedCount is how often the bot asked each person or team for a review of a pull request.
func (w *world) askedCount(number int) map[string]int {
	w.t.Helper()
	out := map[string]int{}
	for _, d := range w.deliveries() {
		var p struct {
			Sender   wireUser
			Number   int
			Reviewer *wireUser              `json:"requested_reviewer"`
			Team     *struct{ Slug string } `json:"requested_team"`
		}
		if d.Event != "pull_request" || d.Action != "review_requested" || d.Redelivery || json.Unmarshal(d.Request.Payload, &p) != nil {
			continue
		}
		if p.Number != number || p.Sender.Login != botLogin {
			continue
		}
		if p.Reviewer != nil {
			out[p.Reviewer.Login]++
		} else if p.Team != nil {
			out[p.Team.Slug]++
		}
	}
	return out
}

// projectWith is a project with one deliverable in development and some of the config's lines replaced.
func projectWith(t *testing.T, seed *hubsim.Seed, lines ...string) *world {
	t.Helper()
	all := strings.Split(config(lifecycle.English), "\n")
	for _, l := range lines {
		key, _, _ := strings.Cut(l, ":")
		for i := range all {
			if strings.HasPrefix(strings.TrimSpace(all[i]), key+":") {
				all[i] = "  " + l
			}
		}
	}
	return groundOf(t, ground{seed: seed, phases: development, whole: strings.Join(all, "\n")})
}

// pullLooks is how often the product looked at each pull request so far.
func (w *world) pullLooks() map[int]int {
	w.t.Helper()
	w.settle()
	p := w.sys.product
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.looks)
}
