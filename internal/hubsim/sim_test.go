package hubsim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phasegate/phasegate/internal/hubsim"
)

func TestETag(t *testing.T) {
	h := newHub(t, nil)
	a := h.do("sara-ds", "GET", base, "").must(t, 200)
	tag := a.header.Get("ETag")
	b := h.do("sara-ds", "GET", base, "", "If-None-Match", tag).must(t, 304)
	if len(b.body) != 0 || b.header.Get("X-RateLimit-Used") != a.header.Get("X-RateLimit-Used") {
		t.Errorf("a 304 has a body or costs: %s", b.header.Get("X-RateLimit-Used"))
	}
	h.do("rui-sme", "GET", base, "", "If-None-Match", tag).must(t, 200)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	h.do("sara-ds", "GET", base, "", "If-None-Match", tag).must(t, 200)
}

func TestPages(t *testing.T) {
	h := newHub(t, nil)
	for i := range 5 {
		h.do("sara-ds", "POST", base+"/issues", fmt.Sprintf(`{"title":"%d"}`, i)).must(t, 201)
	}
	for page, want := range map[int]string{1: "5,4", 2: "3,2", 3: "1", 4: ""} {
		got, link, err := h.list(fmt.Sprintf("%s/issues?per_page=2&page=%d", base, page))
		if err != nil || got != want {
			t.Errorf("page %d has %s (%v), want %s", page, got, err, want)
		}
		if strings.Contains(link, `rel="next"`) != (page < 3) || strings.Contains(link, `rel="prev"`) != (page > 1) {
			t.Errorf("page %d links %s", page, link)
		}
		if page == 1 && !strings.Contains(link, "<"+h.l.APIURL+base+"/issues?") {
			t.Errorf("page 1 links elsewhere: %s", link)
		}
	}
	if got, _, _ := h.list(base + "/issues?per_page=2&page=99999999999"); got != "" {
		t.Errorf("a far page has %s", got)
	}
}

func TestRateLimit(t *testing.T) {
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) { o.RateLimit = 3 })
	for range 3 {
		h.do("sara-ds", "GET", base, "").must(t, 200)
	}
	a := h.do("sara-ds", "GET", base, "").must(t, 403)
	if a.header.Get("X-RateLimit-Remaining") != "0" || !strings.Contains(string(a.body), "rate limit exceeded") {
		t.Errorf("%v %s", a.header, a.body)
	}
	if left := h.do("sara-ds", "GET", "/rate_limit", "").must(t, 200).field("rate", "remaining"); left != 0.0 {
		t.Errorf("%v left", left)
	}
	h.do("rui-sme", "GET", base, "").must(t, 200)
}

func TestClock(t *testing.T) {
	var moved atomic.Value
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) {
		o.OnClock = func(_ context.Context, now time.Time) error { moved.Store(now); return nil }
	})
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-01-12T09:00:00-03:00"}`).must(t, 200)
	if got, _ := moved.Load().(time.Time); !got.Equal(time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("told of %s", got)
	}
	h.do("", "PUT", "/_sim/clock", `{"now":"2026-01-11T09:00:00Z"}`).must(t, 422)
	h.do("", "PUT", "/_sim/clock", `{"now":"tomorrow"}`).must(t, 400)
	a := h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil || !strings.HasPrefix(a.field("created_at").(string), "2026-01-12T12:00") || date.Format("2006-01-02") != "2026-01-12" {
		t.Errorf("created at %v, Date %s", a.field("created_at"), a.header.Get("Date"))
	}
}

func TestIdleAsksTheProduct(t *testing.T) {
	var busy atomic.Bool
	busy.Store(true)
	h := newHub(t, func(_ *hubsimSeed, o *hubsimOptions) {
		o.Idle = func(context.Context) error {
			if busy.Load() {
				return errors.New("busy")
			}
			return nil
		}
	})
	h.do("", "GET", "/_sim/idle?timeout=60ms", "").must(t, 504)
	busy.Store(false)
	h.idle()
	h.do("", "GET", "/_sim/idle?timeout=soon", "").must(t, 400)
}

func TestRequestsAreCounted(t *testing.T) {
	h := newHub(t, nil)
	tag := h.do("sara-ds", "GET", base, "").must(t, 200).header.Get("ETag")
	h.do("sara-ds", "GET", base, "", "If-None-Match", tag).must(t, 304)
	h.do("rui-sme", "GET", base+"/issues/7", "").must(t, 404)
	got := map[string]int{}
	for _, c := range h.s.Requests() {
		got[fmt.Sprintf("%s %s %s %d", c.Actor, c.Method, c.Route, c.Status)] = c.Count
	}
	for _, want := range []string{
		"sara-ds GET /repos/{owner}/{repo} 200", "sara-ds GET /repos/{owner}/{repo} 304",
		"rui-sme GET /repos/{owner}/{repo}/issues/{number} 404",
	} {
		if got[want] != 1 {
			t.Errorf("no count of %s in %v", want, got)
		}
	}
	if n := h.do("", "GET", "/_sim/requests", "").must(t, 200).field("not_modified"); n != 1.0 {
		t.Errorf("not_modified %v", n)
	}
	h.do("", "DELETE", "/_sim/requests", "").must(t, 204)
	if left := h.s.Requests(); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestFaults(t *testing.T) {
	h := newHub(t, nil)
	h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	route := `"route":"/repos/{owner}/{repo}/issues/{number}/comments"`
	h.do("", "PUT", "/_sim/faults", `[{"match":{"method":"POST",`+route+`,"actor":"sara-ds"},"after":1,"times":1,"status":502},
		{"match":{"method":"GET","route":"`+base+`/labels"},"times":1,"retry_after":7},
		{"match":{"method":"GET","route":"`+base+`/issues*"},"times":1,"truncate":10}]`).must(t, 204)
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"passes"}`).must(t, 201)
	h.do("rui-sme", "POST", base+"/issues/1/comments", `{"body":"another actor"}`).must(t, 201)
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"fails"}`).must(t, 502)
	h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"passes again"}`).must(t, 201)
	a := h.do("sara-ds", "GET", base+"/labels", "").must(t, 403)
	if a.header.Get("Retry-After") != "7" || !strings.Contains(string(a.body), "secondary rate limit") {
		t.Errorf("secondary limit: %v %s", a.header, a.body)
	}
	h.do("sara-ds", "GET", base+"/labels", "").must(t, 200)
	if cut := h.do("sara-ds", "GET", base+"/issues", ""); cut.err == nil {
		t.Errorf("a truncated answer reads well: %s", cut.body)
	}

	h.do("", "PUT", "/_sim/faults", `{"match":{`+route+`},"times":1,"drop_after_write":true}`).must(t, 204)
	if a := h.do("sara-ds", "POST", base+"/issues/1/comments", `{"body":"written"}`); a.err == nil {
		t.Errorf("answered %d though the connection was to be dropped", a.status)
	}
	if list := h.do("", "GET", base+"/issues/1/comments", "").must(t, 200); strings.Count(string(list.body), `"body":"written"`) != 1 {
		t.Errorf("the dropped write was not kept once: %s", list.body)
	}
	for _, bad := range []string{`{"match":{}}`, `{"webhook":"eat"}`, `{"status":200}`, `[1]`} {
		h.do("", "PUT", "/_sim/faults", bad).must(t, 400)
	}
}

func TestWebhookFaults(t *testing.T) {
	for rule, want := range map[string]string{
		`{"webhook":"drop","every":2}`:      "1 3",
		`{"webhook":"duplicate","every":2}`: "1 2 2 3",
		`{"webhook":"reorder","every":2}`:   "1 3 2",
	} {
		h := newHub(t, nil)
		h.do("", "PUT", "/_sim/faults", rule).must(t, 204)
		h.answerHooksWith(0)
		for i := range 3 {
			h.do("sara-ds", "POST", base+"/issues", fmt.Sprintf(`{"title":"%d"}`, i+1)).must(t, 201)
		}
		var got []string
		for _, c := range h.take() {
			got = append(got, fmt.Sprint(c.at("issue", "number")))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: delivered %v, want %s", rule, got, want)
		}
		log := h.do("", "GET", "/_sim/deliveries", "").must(t, 200)
		if n := strings.Count(string(log.body), `"delivered":true`); n != 3 {
			t.Errorf("%s: the log has %d deliveries: %s", rule, n, log.body)
		}
	}
}

func TestDeliveriesAfter(t *testing.T) {
	h := newHub(t, nil)
	h.answerHooksWith(0)
	for range 3 {
		h.do("sara-ds", "POST", base+"/issues", `{"title":"x"}`).must(t, 201)
	}
	h.take()
	ids := func(query string) (out []int64) {
		var list []struct{ ID int64 }
		if err := json.Unmarshal(h.do("", "GET", "/_sim/deliveries"+query, "").must(t, 200).body, &list); err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			out = append(out, d.ID)
		}
		return out
	}
	all := ids("")
	if len(all) != 3 {
		t.Fatalf("%d deliveries, want 3", len(all))
	}
	if got := ids(fmt.Sprintf("?after=%d", all[0])); !slices.Equal(got, all[1:]) {
		t.Errorf("after the first: %v, want %v", got, all[1:])
	}
	if got := ids(fmt.Sprintf("?after=%d", all[2])); len(got) != 0 {
		t.Errorf("after the last: %v", got)
	}
	h.do("", "GET", "/_sim/deliveries?after=x", "").must(t, 400)
}

func TestDumpHasNoSecrets(t *testing.T) {
	h := newHub(t, nil)
	h.do("rui-sme", "POST", base+"/issues", `{"title":"x","body":"first"}`).must(t, 201)
	h.do("sara-ds", "PATCH", base+"/issues/1", `{"body":"second"}`).must(t, 200)
	_, _, err := h.bot(nil).Repositories.GetByID(t.Context(), 1)
	if err == nil {
		t.Fatal("no error for an unknown id")
	}
	dump := string(h.do("", "GET", "/_sim/dump", "").must(t, 200).body)
	for _, want := range []string{`"editor":"sara-ds"`, `"body":"first"`, `"acme-telco/churn"`} {
		if !strings.Contains(dump, want) {
			t.Errorf("the dump lacks %s", want)
		}
	}
	for _, secret := range []string{"mina-token", "ghs_", hookSecret, "PRIVATE KEY"} {
		if strings.Contains(dump, secret) {
			t.Errorf("the dump has %s", secret)
		}
	}
}

func TestPlay(t *testing.T) {
	h := newHub(t, nil)
	steps, err := hubsim.ReadScenario([]byte(`
- {n: 1, at: 2026-01-06T11:00:00-03:00, as: rui-sme, method: POST, path: /repos/acme-telco/churn/issues, body: {title: Churn}}
- {n: 2, at: 2026-01-06T11:00:00-03:00, as: sara-ds, method: POST, path: "/repos/acme-telco/churn/issues/${1.number}/comments", body: {body: "by ${1.user.login}"}}
- {n: 3, as: sara-ds, method: POST, path: "/repos/acme-telco/churn/issues", body: {title: Part}}
- {n: 4, as: sara-ds, method: POST, path: /repos/acme-telco/churn/issues/1/sub_issues, body: {sub_issue_id: "${3.id}"}}
- {n: 5, as: rui-sme, method: POST, path: /repos/acme-telco/churn/issues/2/labels, body: [bug], status: 403}
- {n: 6, method: PUT, path: /_sim/clock, body: {now: 2026-01-07T00:00:00Z}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.s.Play(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	a := h.do("", "GET", base+"/issues/1/comments", "").must(t, 200)
	if !strings.Contains(string(a.body), `"body":"by rui-sme"`) || !strings.Contains(string(a.body), "2026-01-06T14:00:0") {
		t.Errorf("comments: %s", a.body)
	}
	if got := namesOf(h.take()); !strings.HasPrefix(got, "issues.opened issue_comment.created issues.opened sub_issues.") {
		t.Errorf("webhooks %s", got)
	}
	bad := []hubsim.Step{{N: "x", As: "rui-sme", Method: "POST", Path: "/repos/acme-telco/churn/issues"}}
	if err := h.s.Play(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "step x") {
		t.Errorf("a refused step: %v", err)
	}
	if _, err := hubsim.ReadScenario([]byte(`[{"n":1,"as":"a","method":"GET"}]`)); err == nil {
		t.Error("a step without a path is read")
	}
}

func TestOnlyLoopbackHosts(t *testing.T) {
	h := newHub(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.l.APIURL+"/zen", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host name is answered %d", resp.StatusCode)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	s, err := hubsim.New(hubsim.Options{Seed: seed(), WebhookURL: "http://127.0.0.1:1/closed"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Do(t.Context(), "sara-ds", "POST", base+"/issues", map[string]string{"title": "x"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	goleak.VerifyNone(t, ignore)
}
