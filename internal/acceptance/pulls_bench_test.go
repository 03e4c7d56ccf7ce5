package acceptance_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// What a pull request may cost in requests, answers 304 and tokens apart (docs/pull-requests.md).
const (
	mostWarm  = 6
	mostLarge = 20
	mostBurst = 60
)

// latency is how long each answer of the simulated GitHub takes in the benchmarks.
const latency = 0.05

// teamCast is a team in which each of the seven roles is held by a team of its own.
func teamCast(people int) *hubsim.Seed {
	seed := cast()
	for _, u := range seed.Users {
		_, slug, _ := strings.Cut(u.Login, "-")
		i := slices.IndexFunc(seed.Teams, func(t hubsim.SeedTeam) bool { return t.Slug == slug })
		if i < 0 {
			i, seed.Teams = len(seed.Teams), append(seed.Teams, hubsim.SeedTeam{Slug: slug, Permission: "write"})
		}
		seed.Teams[i].Members = append(seed.Teams[i].Members, u.Login)
	}
	for n := range people {
		seed.Users = append(seed.Users, hubsim.SeedUser{Login: fmt.Sprintf("talker-%d", n), Permission: "read"})
	}
	return seed
}

const teamConfig = `version: 1
roles:
  business-stakeholder: [acme-telco/bs]
  subject-matter-expert: [acme-telco/sme]
  data-engineer: [acme-telco/de]
  data-scientist: [acme-telco/ds]
  software-engineer: [acme-telco/se]
  ml-engineer: [acme-telco/mle]
  backend-engineer: [acme-telco/be]
mode: enforce
`

// benchWorld is a repository with teams as holders, a deliverable in development, and answers that take time.
func benchWorld(b *testing.B, people int) *world {
	b.Helper()
	seed := teamCast(people)
	valid(b, configPath, teamConfig)
	seed.Files[configPath] = teamConfig
	w := worldOf(b, lifecycle.English, seed)
	w.sys.product.spacing = time.Second
	w.open(1, "helena-bs", "Churn", form(lifecycle.Problem, w.lang, problemForm("<= 4.0", "%")), lifecycle.Problem.Label())
	w.open(2, "sara-ds", scoreTitle, form(lifecycle.Deliverable, w.lang, scoreForm().with(lifecycle.SecParent, same("#1"))), lifecycle.Deliverable.Label())
	w.comment(2, "helena-bs", "/start development it runs already")
	w.sys.replace() // with the spacing of a real server
	w.settle()
	w.sim("PUT", "/faults", []map[string]any{{"match": map[string]any{"actor": "app:phasegate"}, "delay": latency}})
	return w
}

// commitTree makes a commit with these files on a new branch in one go.
func (w *world) commitTree(login, branch, message string, files map[string]string) string {
	w.t.Helper()
	var main struct{ Object struct{ SHA string } }
	w.read("/git/ref/heads/main", &main)
	sha := w.commitOn(login, main.Object.SHA, message, files)
	w.as(login, "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": sha})
	return sha
}

// commitOn makes a commit on a parent without moving a branch.
func (w *world) commitOn(login, parent, message string, files map[string]string) string {
	w.t.Helper()
	var entries []map[string]any
	for path, content := range files {
		entries = append(entries, map[string]any{"path": path, "mode": "100644", "type": "blob", "content": content})
	}
	var on struct{ Tree struct{ SHA string } }
	w.read("/git/commits/"+parent, &on)
	tree, _ := w.as(login, "POST", "/git/trees", map[string]any{"base_tree": on.Tree.SHA, "tree": entries}).field("sha").(string)
	sha, _ := w.as(login, "POST", "/git/commits", map[string]any{"message": message, "tree": tree, "parents": []string{parent}}).field("sha").(string)
	return sha
}

// threeRoles are files that three roles have to look at.
var threeRoles = map[string]string{"train/gbm.py": "depth = 6\n", "data/usage.sql": "select 1\n", "serving/score.py": "score = 1\n"}

// openPull opens a pull request with these files on a branch of its own, and waits until it was looked at.
func (w *world) openPull(login, branch string, files map[string]string) int {
	w.t.Helper()
	w.commitTree(login, branch, "Work on "+branch, files)
	n := w.as(login, "POST", "/pulls", map[string]any{"title": branch, "body": "Deliverable: #2", "head": branch, "base": "main"}).number()
	w.settle()
	return n
}

// states are the newest checks on the head of a pull request, by name without "phasegate/".
func (w *world) states(number int) map[string]string {
	w.t.Helper()
	var pull struct{ Head struct{ SHA string } }
	w.read(fmt.Sprintf("/pulls/%d", number), &pull)
	var all struct {
		Runs []checkRun `json:"check_runs"`
	}
	w.read("/commits/"+pull.Head.SHA+"/check-runs?filter=latest&per_page=100", &all)
	out := map[string]string{}
	for _, r := range all.Runs {
		out[strings.TrimPrefix(r.Name, "phasegate/")] = r.state()
	}
	return out
}

func (w *world) sayYes(login string, number int) {
	w.t.Helper()
	w.as(login, "POST", fmt.Sprintf("/pulls/%d/reviews", number), map[string]any{"event": "APPROVE"})
}

// BenchmarkWarmPull is what one review costs on a pull request with three approvers and seven roles held by
// teams, once everything else is known.
func BenchmarkWarmPull(b *testing.B) {
	w := benchWorld(b, 0)
	most, branch := 0, 0
	for b.Loop() {
		b.StopTimer()
		branch++
		n := w.openPull("bento-be", fmt.Sprint("work-", branch), threeRoles)
		b.StartTimer()
		for _, login := range []string{"tomas-ds", "dora-de", "felix-se"} {
			spent, each := w.spent(func() { w.sayYes(login, n) })
			if most = max(most, spent); spent > mostWarm || spent == 0 {
				b.Errorf("a review cost %d requests, want 1 to %d:\n%s", spent, mostWarm, strings.Join(each, "\n"))
			}
		}
		if got := w.states(n)["roles"]; got != "success" {
			b.Fatalf("after three approvals roles is %s", got)
		}
	}
	b.ReportMetric(float64(most), "requests/event")
}

// BenchmarkLargePull is what a look at a large pull request costs: 650 files, 240 commits, 310 people talking.
func BenchmarkLargePull(b *testing.B) {
	const files, commits, people = 650, 240, 310
	w := benchWorld(b, people)
	most, branch := 0, 0
	for b.Loop() {
		b.StopTimer()
		branch++
		name := fmt.Sprint("large-", branch)
		w.largeBranch(name, files, commits)
		n := w.as("bento-be", "POST", "/pulls", map[string]any{"title": name, "body": "Deliverable: #2", "head": name, "base": "main"}).number()
		for p := range people {
			w.as(fmt.Sprintf("talker-%d", p), "POST", fmt.Sprintf("/issues/%d/comments", n), map[string]any{"body": "I have read this with great interest, and I have nothing to add to what was said before."})
		}
		w.settle()
		b.StartTimer()
		spent, each := w.spent(func() { w.sayYes("tomas-ds", n) })
		if most = max(most, spent); spent > mostLarge || spent == 0 {
			b.Errorf("a review cost %d requests, want 1 to %d:\n%s", spent, mostLarge, strings.Join(each, "\n"))
		}
		pushed, each := w.spent(func() {
			w.as("bento-be", "PUT", "/contents/train/one-more.py", map[string]any{"message": "One more", "branch": name, "content": "b25l"})
		})
		if most = max(most, pushed); pushed > mostLarge || pushed == 0 {
			b.Errorf("a push cost %d requests, want 1 to %d:\n%s", pushed, mostLarge, strings.Join(each, "\n"))
		}
	}
	b.ReportMetric(float64(most), "requests/event")
}

// largeBranch makes a branch with so many commits, which change so many files.
func (w *world) largeBranch(name string, files, commits int) {
	w.t.Helper()
	var main struct{ Object struct{ SHA string } }
	w.read("/git/ref/heads/main", &main)
	sha, file := main.Object.SHA, 0
	for c := range commits {
		changed := map[string]string{}
		for ; file < (c+1)*files/commits; file++ {
			changed[fmt.Sprintf("train/step-%03d.py", file)] = fmt.Sprintf("step = %d\n", file)
		}
		sha = w.commitOn("bento-be", sha, fmt.Sprintf("Step %d\n\nCo-authored-by: sara-ds <sara-ds@users.noreply.github.com>", c), changed)
	}
	w.as("bento-be", "POST", "/git/refs", map[string]any{"ref": "refs/heads/" + name, "sha": sha})
}

// BenchmarkBurst is what 300 events on one pull request within 30 seconds cost, and how long after the last
// one its checks are right.
func BenchmarkBurst(b *testing.B) {
	const events, within = 300, 30 * time.Second
	w := benchWorld(b, 0)
	most, latest, branch := 0, time.Duration(0), 0
	for b.Loop() {
		b.StopTimer()
		branch++
		n := w.openPull("bento-be", fmt.Sprint("burst-", branch), threeRoles)
		b.StartTimer()
		spent, each := w.spent(func() {
			tick := time.NewTicker(within / events)
			defer tick.Stop()
			for e := range events {
				<-tick.C
				if e == events-1 { // the last one is what makes it right
					w.sayYes("felix-se", n)
					break
				}
				switch e {
				case 100:
					w.sayYes("tomas-ds", n)
				case 200:
					w.sayYes("dora-de", n)
				default:
					w.as("bento-be", "PATCH", fmt.Sprintf("/pulls/%d", n), map[string]any{"title": fmt.Sprint("Burst ", e)})
				}
			}
			last := time.Now()
			for w.states(n)["roles"] != "success" && time.Since(last) < time.Minute {
				time.Sleep(20 * time.Millisecond)
			}
			latest = max(latest, time.Since(last))
		})
		if most = max(most, spent); spent > mostBurst {
			b.Errorf("%d events cost %d requests, at most %d:\n%s", events, spent, mostBurst, strings.Join(each, "\n"))
		}
		if latest > 2*time.Second {
			b.Errorf("right %v after the last event, want 2 s", latest)
		}
	}
	b.ReportMetric(float64(most), "requests")
	b.ReportMetric(latest.Seconds(), "late-s")
}

// BenchmarkManyPulls sends 2,000 signed deliveries about 400 pull requests, 32 at a time, whose truth changed
// unheard: none is refused, and every pull request's checks come out right.
func BenchmarkManyPulls(b *testing.B) {
	const pulls, deliveries, atOnce = 400, 2000, 32
	w := benchWorld(b, 0)
	w.sim("PUT", "/faults", []any{}) // no waiting while it is set up
	numbers := make([]int, pulls)
	for i := range numbers {
		numbers[i] = w.openPull("bento-be", fmt.Sprint("pull-", i), map[string]string{"train/gbm.py": fmt.Sprintf("depth = %d\n", i)})
	}
	for b.Loop() {
		b.StopTimer()
		w.sim("PUT", "/faults", []map[string]any{{"webhook": "drop"}, {"match": map[string]any{"actor": "app:phasegate"}, "delay": latency}})
		for _, n := range numbers {
			w.sayYes("tomas-ds", n)
		}
		b.StartTimer()
		took, refused := w.flood(numbers, deliveries, atOnce)
		last := time.Now()
		for len(took) > 0 && !w.allApproved(numbers) && time.Since(last) < 10*time.Minute {
			time.Sleep(100 * time.Millisecond)
		}
		late := time.Since(last)
		if refused > 0 {
			b.Errorf("%d of %d deliveries were refused", refused, deliveries)
		}
		if !w.allApproved(numbers) {
			b.Error("not every pull request's checks are right")
		}
		b.ReportMetric(late.Seconds(), "late-s")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(peakMB(b), "peak-MB")
	}
}

// flood sends deliveries about pull requests, as GitHub signs them, and returns how long each answer took,
// sorted, and how many were refused.
func (w *world) flood(numbers []int, deliveries, atOnce int) (took []time.Duration, refused int) {
	w.t.Helper()
	installation, _ := w.installation()
	queue := make(chan int)
	var mu sync.Mutex
	var group sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	defer client.CloseIdleConnections()
	for range atOnce {
		group.Go(func() {
			for i := range queue {
				begin := time.Now()
				status := w.deliver(client, installation, fmt.Sprintf("flood-%d", i), numbers[i%len(numbers)])
				mu.Lock()
				took = append(took, time.Since(begin))
				if status != http.StatusAccepted {
					refused++
				}
				mu.Unlock()
			}
		})
	}
	for i := range deliveries {
		queue <- i
	}
	close(queue)
	group.Wait()
	slices.Sort(took)
	return took, refused
}

// deliver sends one pull_request event and returns the answer's status; 0 where there was none.
func (w *world) deliver(client *http.Client, installation int64, id string, number int) int {
	body, err := json.Marshal(map[string]any{
		"action": "edited", "number": number, "sender": map[string]any{"login": "bento-be", "type": "User"},
		"installation": map[string]any{"id": installation},
		"repository":   map[string]any{"name": "churn", "full_name": "acme-telco/churn", "default_branch": "main"},
		"changes":      map[string]any{"title": map[string]any{"from": "before"}},
		"pull_request": map[string]any{"number": number, "body": "Deliverable: #2", "head": map[string]any{"ref": "x"}, "base": map[string]any{"ref": "main"}, "user": map[string]any{"login": "bento-be", "type": "User"}, "padding": strings.Repeat("x", 25_000)},
	})
	if err != nil {
		return 0
	}
	mac := hmac.New(sha256.New, []byte(w.sys.product.secret))
	mac.Write(body)
	req, err := http.NewRequest(http.MethodPost, w.sys.product.hook, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", "pull_request")
	req.Header.Set("X-GitHub-Delivery", id)
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// allApproved reports whether roles succeeded on the head of every pull request.
func (w *world) allApproved(numbers []int) bool {
	w.t.Helper()
	good := map[string]bool{}
	for _, r := range w.runs() {
		if r.Name == "phasegate/roles" {
			good[r.Head] = r.state() == "success"
		}
	}
	var open []struct {
		Number int
		Head   struct{ SHA string }
	}
	right := 0
	for page := 1; ; page++ {
		w.read(fmt.Sprintf("/pulls?state=open&per_page=100&page=%d", page), &open)
		for _, p := range open {
			if slices.Contains(numbers, p.Number) && good[p.Head.SHA] {
				right++
			}
		}
		if len(open) < 100 {
			return right == len(numbers)
		}
	}
}

// peakMB is the most memory this process ever had, in MB; 0 where the system does not tell.
func peakMB(tb testing.TB) float64 {
	tb.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
