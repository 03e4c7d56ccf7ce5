package bot_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/engine"
)

// serveForTest is the process that gets killed. What happened on "GitHub" are
// files truth-N; an evaluation reads one and appends to effects-N what it read.
// While there is a file named hold it reads and goes no further.
func serveForTest(dir string) {
	reconcile := func(ctx context.Context, k engine.Key) (bot.Result, error) {
		read, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("truth-", k.Number)))
		if err != nil {
			return bot.Result{}, err
		}
		if _, err := os.Stat(filepath.Join(dir, "hold")); err == nil {
			<-ctx.Done()
			return bot.Result{}, ctx.Err()
		}
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprint("effects-", k.Number)), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return bot.Result{}, err
		}
		_, err = fmt.Fprintf(f, "%s\n", read)
		return bot.Result{}, errors.Join(err, f.Close())
	}
	s, err := bot.New(context.Background(), bot.Options{
		Secrets: []bot.Secret{secret}, DatabaseURL: databaseIn(dir),
		Classifier: bot.ClassifierFunc(classify), Reconciler: bot.ReconcilerFunc(reconcile), Spacing: 20 * time.Millisecond,
	})
	if err == nil {
		var ln net.Listener
		if ln, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			fmt.Printf("http://%s\n", ln.Addr())
			err = s.Serve(context.Background(), ln)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// child is a running serveForTest.
type child struct {
	url  string
	kill func()
}

func startChild(t testing.TB, dir string) child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "PHASEGATE_TEST_SERVE="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill := func() { // SIGKILL: nothing of it can be caught
		once.Do(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	t.Cleanup(kill)
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	return child{strings.TrimSpace(url), kill}
}

// write makes or replaces a file at once: nobody reads half of it.
func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Error(err)
		return
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Error(err)
	}
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// Fails when what was answered 202 is lost with the process, or done twice.
func TestKilledBetweenAnswerAndEffects(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	dir := newDir(t)
	hold := filepath.Join(dir, "hold")
	write(t, hold, "")
	first := startChild(t, dir)
	const keys = 8
	for n := range keys {
		write(t, filepath.Join(dir, fmt.Sprint("truth-", n+1)), "it happened")
		if status, body := send(t, hook(first.url, fmt.Sprint("c-", n), "issues", fmt.Appendf(nil, `{"issue":%d}`, n+1))); status != 202 {
			t.Fatal(status, body)
		}
	}
	first.kill()
	if err := os.Remove(hold); err != nil {
		t.Fatal(err)
	}
	second := startChild(t, dir)
	waitIdle(t, second.url)
	for n := range keys {
		if got := lines(t, filepath.Join(dir, fmt.Sprint("effects-", n+1))); len(got) != 1 {
			t.Errorf("issue %d: %d effects, want 1", n+1, len(got))
		}
	}
}

// Fails when an event that was answered 202 is never evaluated because the
// process was killed at some moment or other.
func TestKilledUnderLoadLosesNothing(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	dir := newDir(t)
	const keys = 6
	acked := make([]int, keys+1) // the newest event of each key that was answered 202
	count := make([]int, keys+1)
	for round := range kills {
		c := startChild(t, dir)
		var group, underWay sync.WaitGroup // under way: as many as this round is to see were accepted
		most := 1 + rand.IntN(roundEvents)
		underWay.Add(keys * most)
		for k := 1; k <= keys; k++ {
			group.Go(func() {
				left := most
				defer func() { underWay.Add(-left) }()
				for {
					count[k]++
					write(t, filepath.Join(dir, fmt.Sprint("truth-", k)), fmt.Sprint(count[k]))
					resp, err := http.DefaultClient.Do(hook(c.url, fmt.Sprintf("k-%d-%d-%d", round, k, count[k]), "issues", fmt.Appendf(nil, `{"issue":%d}`, k)))
					if err != nil {
						return // it was killed
					}
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusAccepted {
						continue
					}
					acked[k] = count[k]
					if left > 0 {
						left--
						underWay.Done()
					}
				}
			})
		}
		underWay.Wait()
		c.kill()
		group.Wait()
	}
	waitIdle(t, startChild(t, dir).url)
	for k := 1; k <= keys; k++ {
		if acked[k] == 0 {
			t.Errorf("key %d: nothing was ever accepted; the test showed nothing", k)
			continue
		}
		got := lines(t, filepath.Join(dir, fmt.Sprint("effects-", k)))
		last, err := strconv.Atoi(got[len(got)-1])
		if err != nil || last < acked[k] {
			t.Errorf("key %d ended stale: event %d was accepted, the last evaluation read %q", k, acked[k], got[len(got)-1])
		}
	}
}
