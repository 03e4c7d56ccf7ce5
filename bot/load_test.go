package bot_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// atOnce sends n deliveries of 25 kB about so many objects at once and returns the status of each
// and the sorted times they took.
func atOnce(url string, n, keys int) (statuses map[int]int, took []time.Duration) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	padding := strings.Repeat("x", 25_000)
	hooks := make([]*http.Request, n)
	for i := range hooks {
		hooks[i] = hook(url, fmt.Sprint("load-", i), "issues", []byte(`{"issue":`+fmt.Sprint(i%keys+1)+`,"padding":"`+padding+`"}`))
	}
	statuses = map[int]int{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for _, req := range hooks {
		group.Go(func() {
			begin := time.Now()
			status := 0
			resp, err := client.Do(req)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				status = resp.StatusCode
			}
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
			took = append(took, time.Since(begin))
		})
	}
	group.Wait()
	slices.Sort(took)
	return statuses, took
}

// Fails when a delivery of many is refused, or its object is not evaluated.
func TestManyDeliveriesAtOnceNoneRefused(t *testing.T) {
	r := newRig(t, nil)
	statuses, _ := atOnce(r.url, atOnceCount, atOnceKeys)
	if statuses[http.StatusAccepted] != atOnceCount {
		t.Errorf("answers: %v", statuses)
	}
	r.idle()
	for n := range atOnceKeys {
		if r.ran(n+1) == 0 {
			t.Errorf("issue %d was not evaluated", n+1)
		}
	}
}

// Fails when each replay of a delivery costs an evaluation.
func TestReplayCostsFewEvaluations(t *testing.T) {
	r := newRig(t, nil)
	begin := time.Now()
	for range replays {
		if status, body := send(t, hook(r.url, "replayed", "issues", []byte(`{"issue":3}`))); status != 202 {
			t.Fatal(status, body)
		}
	}
	r.idle()
	if most := 2 * (1 + int(time.Since(begin)/(10*time.Second))); r.ran(3) > most {
		t.Errorf("%d replays cost %d evaluations, want at most %d: two in ten seconds", replays, r.ran(3), most)
	}
}

// Fails when clients that announce large deliveries and send little keep honest
// ones out, or take more memory than 100 MB.
func TestSlowClientsDoNotKeepOthersOut(t *testing.T) {
	r := newRig(t, nil)
	host := strings.TrimPrefix(r.url, "http://")
	for n := range slowClients {
		start := strings.Repeat("x", 20_000)
		if n < 8 {
			start += start // more than a small body
		}
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, err = fmt.Fprintf(c, "POST /api/github/webhooks HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 26000000\r\n\r\n%s", host, start)
		if err != nil {
			t.Fatal(err)
		}
	}
	for n, size := range []int{10, 60_000, largeBody} {
		body := []byte(`{"issue":1,"padding":"` + strings.Repeat("x", size) + `"}`)
		if status, text := send(t, hook(r.url, fmt.Sprint("honest-", n), "issues", body)); status != 202 {
			t.Errorf("an honest delivery of %d bytes: %d %s", len(body), status, text)
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if used := m.HeapAlloc + m.StackInuse; used > 100<<20 {
		t.Errorf("%d slow clients take %d MB", slowClients, used>>20)
	}
}
