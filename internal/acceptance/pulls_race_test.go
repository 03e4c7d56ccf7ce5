package acceptance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// between stands between the product and GitHub: it tells what checks were written, one after the other, and can
// do something before a request is passed on.
type between struct {
	t      testing.TB
	mu     sync.Mutex
	before func(n int) // of the n-th request since it was set
	n      int
	puts   []putRun
}

// putRun is a check run as it stood after one write of the product's.
type putRun struct {
	Name, Conclusion, Status string
	Head                     string `json:"head_sha"`
}

// watch puts a between in the product's way, which begins anew for that.
func (w *world) watch() *between {
	w.t.Helper()
	p := w.sys.product
	target, err := url.Parse(p.apiURL)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &between{t: w.t}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host})
			r.Out.Host = target.Host
		},
		ModifyResponse: b.note,
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b.pass()
		proxy.ServeHTTP(rw, r)
	}))
	p.stop()
	direct := p.apiURL
	p.apiURL = server.URL + target.Path
	p.start()
	w.t.Cleanup(func() { // before the system's own cleanup
		p.stop()
		p.apiURL = direct
		server.Close()
	})
	w.settle()
	return b
}

// each has do called before each of the product's requests from now on; nil ends that.
func (b *between) each(do func(n int)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before, b.n = do, 0
}

func (b *between) pass() {
	b.mu.Lock()
	b.n++
	do, n := b.before, b.n
	b.mu.Unlock()
	if do != nil {
		do(n)
	}
}

// count is how many requests came since each was called.
func (b *between) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n
}

func (b *between) note(r *http.Response) error {
	if r.Request.Method == http.MethodGet || !strings.Contains(r.Request.URL.Path, "/check-runs") || r.StatusCode/100 != 2 {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var run putRun
	if err := json.Unmarshal(body, &run); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.puts = append(b.puts, run)
	return nil
}

// approvedOnly fails if phasegate/roles ever said success on a commit that is not one of those.
func (b *between) approvedOnly(fine map[string]bool) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	successes := 0
	for _, p := range b.puts {
		if p.Name != "phasegate/roles" || p.Conclusion != "success" {
			continue
		}
		successes++
		if !fine[p.Head] {
			b.t.Errorf("phasegate/roles said success on %.7s, whose content nobody approved", p.Head)
		}
	}
	if successes == 0 {
		b.t.Error("phasegate/roles never said success: nothing was tested")
	}
}

// A push between any two requests of the look that an approval causes: never success on what was not approved,
// and in the end each head stands as it should.
func TestPushDuringALook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		before bool // it is approved before
		least  int  // requests of a look
		say    func(w *world, n int, head string) (last string)
	}{
		{"a review", false, 2, func(w *world, n int, head string) string { w.yes(n, head); return head }},
		{"a comment", false, 3, func(w *world, n int, head string) string { w.post(n, "tomas-ds", "/approve"); return head }},
		{"a commit that is named", false, 3, func(w *world, n int, head string) string { w.post(n, "tomas-ds", "/approve "+head); return head }},
		{"a push of the same content", true, 4, func(w *world, n int, head string) string {
			return w.send("sara-ds", commit{branch: "model", parents: []string{head}, message: "Again"})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := inDevelopment(t, "")
			b := w.watch()
			n, head := w.change("sara-ds", "model", train("good()\n"))
			fine := map[string]bool{}
			for k := 1; ; k++ {
				bad := w.write("sara-ds", commit{branch: "model", parents: []string{head}, files: []file{train(fmt.Sprintf("bad(%d)\n", k))}})
				w.later()
				if c.before {
					w.yes(n, head)
					w.settle()
					w.later()
				}
				var once sync.Once
				b.each(func(i int) {
					if i == k {
						once.Do(func() { b.push(w, bad) })
					}
				})
				fine[head] = true
				last := c.say(w, n, head)
				fine[last] = true
				w.settle()
				if b.count() < k { // the look has fewer requests: all were tried
					b.each(nil)
					head = last
					if k <= c.least {
						t.Errorf("a look of %d requests cannot be", k-1)
					}
					t.Logf("pushed before each of %d requests", k-1)
					break
				}
				b.each(nil)
				w.stand(fmt.Sprintf("%s, a push before request %d", c.what, k), bad, "roles", "in_progress", "tomas-ds")
				head = w.pushed("sara-ds", "model", train(fmt.Sprintf("good(%d)\n", k)))
				w.stand("pushed anew", head, "roles", "in_progress")
				if k > 40 {
					t.Fatal("a look has no end")
				}
			}
			w.stand("no push", head, "roles", "success")
			b.approvedOnly(fine)
		})
	}
}

// yes submits an approving review of tomas-ds's and waits for nothing.
func (w *world) yes(n int, head string) {
	w.t.Helper()
	w.as("tomas-ds", "POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": "APPROVE", "commit_id": head})
}

// push moves the branch of the story's model while the product waits for an answer.
func (b *between) push(w *world, sha string) {
	a, err := w.raw("PATCH", w.sys.APIURL+repoPath+"/git/refs/heads/model", "sim-sara-ds", map[string]any{"sha": sha, "force": true}, nil)
	if err != nil || a.status != http.StatusOK {
		b.t.Errorf("push during a look: %d %.200s, %v", a.status, a.body, err)
	}
}

// A push before every request of a look: it is given up and taken up again, and the last head is judged.
func TestPushBeforeEveryRequest(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	b := w.watch()
	n, head := w.change("sara-ds", "model", train("good()\n"))
	var heads []string
	for i := range 8 {
		heads = append(heads, w.write("sara-ds", commit{branch: "model", parents: []string{head}, files: []file{train(fmt.Sprintf("bad(%d)\n", i))}}))
	}
	w.later()
	b.each(func(i int) {
		if i <= len(heads) {
			b.push(w, heads[i-1])
		}
	})
	w.as("tomas-ds", "POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": "APPROVE", "commit_id": head})
	w.settle()
	b.each(nil)
	last := heads[len(heads)-1]
	w.stand("the last of many pushes", last, "roles", "in_progress", "tomas-ds")
	w.move("sara-ds", "model", head)
	w.settle()
	w.stand("back at what was approved", head, "roles", "success")
	b.approvedOnly(map[string]bool{head: true})
}

// What takes a yes back while it is being counted holds in the end.
func TestTakenBackDuringALook(t *testing.T) {
	t.Parallel()
	w := inDevelopment(t, "")
	b := w.watch()
	n, head := w.change("sara-ds", "model", train("good()\n"))
	for k := 1; ; k++ {
		w.later()
		var once sync.Once
		b.each(func(i int) {
			if i != k {
				return
			}
			once.Do(func() {
				a, err := w.raw("POST", w.sys.APIURL+repoPath+fmt.Sprintf("/issues/%d/comments", n), "sim-tomas-ds", map[string]any{"body": "/object wait"}, nil)
				if err != nil || a.status != http.StatusCreated {
					t.Errorf("object during a look: %d, %v", a.status, err)
				}
			})
		})
		w.as("tomas-ds", "POST", fmt.Sprintf("/pulls/%d/reviews", n), map[string]any{"event": "APPROVE", "commit_id": head})
		w.settle()
		if b.count() < k {
			if k < 3 {
				t.Errorf("a look of %d requests cannot be", k-1)
			}
			break
		}
		b.each(nil)
		w.stand(fmt.Sprintf("an objection before request %d", k), head, "roles", "failure", "tomas-ds")
		if k > 40 {
			t.Fatal("a look has no end")
		}
	}
	b.each(nil)
	w.stand("no objection any more", head, "roles", "success")
}
