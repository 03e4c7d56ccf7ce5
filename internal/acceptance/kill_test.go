package acceptance_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// served is `phasegate serve` in a process of its own, which can be killed and started again on the same
// database and port.
type served struct {
	w            *world
	program, dir string
	addr, secret string
	cmd          *exec.Cmd
	log          bytes.Buffer
}

// buildProgram builds cmd/phasegate and returns where it is.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "phasegate")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/phasegate").CombinedOutput(); err != nil {
		t.Fatalf("build cmd/phasegate: %v\n%s", err, out)
	}
	return program
}

// serve takes the product in this process off and connects one in a process of its own instead.
func (w *world) serve(program string) *served {
	w.t.Helper()
	dir := w.t.TempDir()
	s := &served{w: w, dir: dir, program: program, secret: rand.Text()}
	p := w.sys.product
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), p.sim.AppKeyPEM(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port
	if err != nil {
		w.t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	if err := ln.Close(); err != nil {
		w.t.Fatal(err)
	}
	p.stop()
	p.sim.SetWebhook("http://"+s.addr+bot.WebhookPath, s.secret)
	p.sim.SetHooks(s.idle, nil)
	w.t.Cleanup(func() {
		s.kill()
		if w.t.Failed() {
			w.t.Logf("phasegate serve logged:\n%.8000s", s.log.String())
		}
	})
	s.start()
	return s
}

// start starts the process and returns once it takes deliveries.
func (s *served) start() {
	s.w.t.Helper()
	s.cmd = exec.Command(s.program, "serve", "--addr", s.addr, "--github-url", s.w.sys.APIURL, "--app-id", fmt.Sprint(s.w.sys.product.id),
		"--private-key-file", filepath.Join(s.dir, "key.pem"), "--database-url", "sqlite:"+filepath.Join(s.dir, "inbox.db"), "--log-level", "warn")
	s.cmd.Env = []string{"WEBHOOK_SECRET=" + s.secret, "HOME=" + s.dir}
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		s.w.t.Fatal(err)
	}
	s.w.until("phasegate serve is ready", func() bool {
		resp, err := http.Get("http://" + s.addr + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// kill ends the process at once, as SIGKILL does.
func (s *served) kill() {
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		s.w.t.Error(err)
	}
	if err := s.cmd.Wait(); err == nil {
		s.w.t.Error("phasegate serve ended by itself, without an error")
	}
	s.cmd = nil
}

// idle asks the process whether it has nothing to do.
func (s *served) idle(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/debug/idle?timeout=50s", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the product is not idle: %s", resp.Status)
	}
	return nil
}

// until waits for a condition; a minute guards against hanging.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("this never came: %s", what)
		}
	}
}

// accepted reports whether the newest webhook was answered 202.
func (w *world) accepted() bool {
	ds := w.deliveries()
	return len(ds) > 0 && ds[len(ds)-1].StatusCode == http.StatusAccepted
}

// records counts the comments of the bot on #3 that record a passed gate.
func (w *world) records() int {
	n := 0
	for _, c := range w.botComments(3) {
		if hasBlock(c.Body, "passed") {
			n++
		}
	}
	return n
}

// Killed with SIGKILL after a delivery was accepted: before anything was done about it, and after its
// record was written but not the labels. Started again, the effects come, once.
func TestKilledBetweenAnswerAndEffects(t *testing.T) {
	t.Parallel()
	program := buildProgram(t)
	bots := func(method, route string) map[string]any {
		return map[string]any{"actor": botLogin, "method": method, "route": route}
	}
	for _, c := range []struct {
		name   string
		faults []map[string]any
		moment func(w *world) bool // when the process is killed
		wrote  int                 // records that stand by then
	}{
		{"before the first effect", []map[string]any{{"match": bots("", ""), "delay": 300}}, (*world).accepted, 0},
		{"after the record", []map[string]any{
			{"match": bots("", repoPath+"/issues/3/labels*"), "delay": 300},
			{"match": bots("POST", repoPath+"/issues/comments*"), "delay": 300},
			{"match": bots("PATCH", ""), "delay": 300},
		}, func(w *world) bool { return w.records() > 0 }, 1},
		{"after a record whose answer was lost", []map[string]any{
			{"match": bots("POST", repoPath+"/issues/3/comments"), "drop_after_write": true, "times": 1},
			{"match": bots("", repoPath+"/issues/3/labels*"), "delay": 300},
		}, func(w *world) bool { return w.records() > 0 }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := atGate(t)
			w.comment(3, "rui-sme", "/approve")
			s := w.serve(program)
			w.settle()
			w.at("2026-01-13 10:30")
			w.faults(c.faults...)
			w.post(3, "helena-bs", "/approve")
			w.until("the product got as far as it is to be killed", func() bool { return c.moment(w) })
			s.kill()
			w.faults()
			if n := w.records(); n != c.wrote {
				t.Fatalf("%d records stood when the process was killed, not %d: the test shows nothing", n, c.wrote)
			}
			if got := w.look().issue(3).Labels; !strings.Contains(strings.Join(got, " "), lifecycle.Design.Label()) {
				t.Fatalf("the labels were moved before the process was killed: %v", got)
			}
			s.start()
			w.settle()
			if d := cmp.Diff(passedByFour(), w.outcomeOf()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
