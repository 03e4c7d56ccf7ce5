package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/bot/inbox"
	"github.com/phasegate/phasegate/internal/engine"
)

// Fails when something of a removed installation stays in the database.
func TestForgottenInstallationLeavesNothing(t *testing.T) {
	file := newFile(t)
	in := open(t, file, inbox.Options{Evaluator: newWorld().evaluator(0)})
	h := hint("a", issue(1))
	h.Intents = []inbox.Intent{{Key: issue(2), Name: "x", Data: []byte("{}")}}
	accept(t, in, h)
	for _, table := range []string{"target", "intent", "delivery", "river_job"} {
		if count(t, file, table) == 0 {
			t.Errorf("nothing was in %s: the test shows nothing", table)
		}
	}
	other := issue(1)
	other.Installation = 77
	accept(t, in, inbox.Hint{GUID: "b", Forget: []int64{7}, Keys: []engine.Key{other}})
	stop(t, in)
	for table, want := range map[string]int{"target": 1, "intent": 0, "delivery": 1, "river_job": 1} {
		if n := count(t, file, table); n != want {
			t.Errorf("%d rows in %s, want %d of the other installation", n, table, want)
		}
	}
}

// Fails when a target that is forgotten and made anew during its evaluation is
// taken for the one the evaluation read, and its hint so for handled.
func TestForgottenWhileEvaluatedIsLookedAtAgain(t *testing.T) {
	w := newWorld()
	evaluate := w.evaluator(0)
	begun, release := make(chan struct{}, 10), make(chan struct{})
	in := started(t, inbox.Options{Evaluator: evaluatorFunc(func(ctx context.Context, k engine.Key) (inbox.Result, error) {
		begun <- struct{}{}
		res, err := evaluate(ctx, k)
		select {
		case <-ctx.Done():
		case <-release:
		}
		return res, err
	})})
	accept(t, in, hint("a", issue(1)))
	wait(t, begun, "the first evaluation")
	accept(t, in, inbox.Hint{GUID: "b", Forget: []int64{7}})
	accept(t, in, hint("c", issue(1)))
	close(release)
	idle(t, in)
	if w.ran(issue(1)) != 2 {
		t.Errorf("%d evaluations, want 2", w.ran(issue(1)))
	}
}

// Fails when what was accepted does not outlive a stop in its evaluation, or
// when a stopping inbox still accepts.
func TestQueuedWorkSurvivesAStop(t *testing.T) {
	file := newFile(t)
	begun := make(chan struct{})
	in := open(t, file, inbox.Options{Grace: time.Millisecond, Evaluator: evaluatorFunc(func(ctx context.Context, _ engine.Key) (inbox.Result, error) {
		close(begun)
		<-ctx.Done()
		return inbox.Result{}, ctx.Err()
	})})
	start(t, in)
	accept(t, in, inbox.Hint{GUID: "a", Keys: []engine.Key{issue(1)}})
	<-begun
	stop(t, in)
	if _, err := in.Accept(t.Context(), inbox.Hint{}); !errors.Is(err, inbox.ErrClosed) {
		t.Errorf("accept after stop: %v", err)
	}
	w := newWorld()
	again := open(t, file, inbox.Options{Evaluator: w.evaluator(0)})
	start(t, again)
	idle(t, again)
	if w.ran(issue(1)) != 1 {
		t.Errorf("%d evaluations after the restart, want 1", w.ran(issue(1)))
	}
}

// Fails when idle is waited for though nothing will run any more.
func TestIdleEndsWithTheInbox(t *testing.T) {
	in := open(t, newFile(t), inbox.Options{Evaluator: newWorld().evaluator(0)})
	accept(t, in, hint("a", issue(1))) // never evaluated: no worker was started
	ended := make(chan error, 1)
	go func() { ended <- in.Idle(context.Background()) }()
	stop(t, in)
	if err := wait(t, ended, "the end of the wait"); err == nil {
		t.Error("called idle with a key queued")
	}
}

// Fails when a rebuilding that was cut off is not begun again, or never ends.
func TestFreshUntilRebuilt(t *testing.T) {
	file := newFile(t)
	for n, want := range []bool{true, true, false} {
		in := open(t, file, inbox.Options{Evaluator: newWorld().evaluator(0)})
		if in.Fresh() != want {
			t.Errorf("opened %d times before: fresh = %v", n, in.Fresh())
		}
		if n == 1 {
			if err := in.Rebuilt(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		stop(t, in)
	}
}

// Fails when a pending target that lost its job stays where it is.
func TestOrphanedTargetGetsAJob(t *testing.T) {
	file := newFile(t)
	in := open(t, file, inbox.Options{Evaluator: newWorld().evaluator(0)})
	accept(t, in, inbox.Hint{GUID: "a", Keys: []engine.Key{issue(1)}})
	inbox.ExecOnWriter(t, in, "DELETE FROM river_job")
	stop(t, in)
	w := newWorld()
	in = open(t, file, inbox.Options{Evaluator: w.evaluator(0)})
	start(t, in)
	idle(t, in)
	if w.ran(issue(1)) != 1 {
		t.Errorf("%d evaluations, want 1", w.ran(issue(1)))
	}
}

// Fails when two processes work on one database.
func TestSecondProcessIsRefused(t *testing.T) {
	file := newFile(t)
	open(t, file, inbox.Options{Evaluator: newWorld().evaluator(0)})
	_, err := inbox.Open(t.Context(), "sqlite:"+file, inbox.Options{Evaluator: newWorld().evaluator(0), LockWait: 10 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "another process is using this database") {
		t.Errorf("second open: %v", err)
	}
}

// Fails when a damaged database keeps the inbox from opening, or is thrown away.
func TestDamagedDatabaseIsSetAside(t *testing.T) {
	file := newFile(t)
	in := open(t, file, inbox.Options{Evaluator: newWorld().evaluator(0)})
	for n := range 10 {
		accept(t, in, inbox.Hint{GUID: fmt.Sprint(n), Keys: []engine.Key{issue(n)}})
	}
	if err := in.Rebuilt(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop(t, in)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(data); i++ { // the first page stays: it opens
		data[i] ^= 0x5a
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	in = open(t, file, inbox.Options{Evaluator: w.evaluator(0)})
	if !in.Fresh() {
		t.Error("not called fresh")
	}
	start(t, in)
	accept(t, in, inbox.Hint{GUID: "a", Keys: []engine.Key{issue(1)}})
	idle(t, in)
	aside, _ := filepath.Glob(file + ".damaged-*")
	kept := slices.ContainsFunc(aside, func(name string) bool {
		b, err := os.ReadFile(name)
		return err == nil && len(b) == len(data)
	})
	if !kept || w.ran(issue(1)) != 1 {
		t.Errorf("set aside %v, %d evaluations", aside, w.ran(issue(1)))
	}
}

// Fails when a stored delivery, or one asked for too often, is asked for again.
func TestRedeliveryBookkeeping(t *testing.T) {
	in := open(t, newFile(t), inbox.Options{Evaluator: newWorld().evaluator(0)})
	ctx := t.Context()
	accept(t, in, inbox.Hint{GUID: "stored"})
	for range 3 {
		if err := in.Asked(ctx, "asked"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := in.Missing(ctx, []string{"stored", "asked", "new"})
	if err != nil || !slices.Equal(got, []string{"new"}) {
		t.Errorf("missing: %v, %v", got, err)
	}
	if at, err := in.LastHeard(ctx); err != nil || !at.IsZero() {
		t.Errorf("last heard: %v, %v; want never", at, err)
	}
	want := time.Date(2031, 1, 2, 3, 4, 5, 6, time.UTC)
	if err := in.SetLastHeard(ctx, want); err != nil {
		t.Fatal(err)
	}
	if at, err := in.LastHeard(ctx); err != nil || !at.Equal(want) {
		t.Errorf("last heard: %v, %v", at, err)
	}
	if err := in.Prune(ctx); err != nil {
		t.Error(err)
	}
}

// Fails when a hint is accepted that cannot be stored, when one accepted before
// the fault is lost in it, or when the inbox does not recover.
func TestFullOrReadOnlyDiskRefusesAndResumes(t *testing.T) {
	w := newWorld()
	var disk inbox.Disk
	in := open(t, newFile(t), disk.Under(inbox.Options{Evaluator: w.evaluator(time.Millisecond)}))
	start(t, in)
	key := 0
	tell := func() error { // of another key each time, with a page's worth of text to fill the disk
		key++
		w.happen(issue(key), 1)
		h := hint(fmt.Sprint("d-", key), issue(key))
		h.Event = strings.Repeat("x", 8000)
		_, err := in.Accept(t.Context(), h)
		if err != nil {
			w.happen(issue(key), -1)
		}
		return err
	}
	for _, c := range []struct{ name, fault, mend string }{
		{"full", "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1073741823"},
		{"read-only", "PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		if err := tell(); err != nil {
			t.Fatal(err)
		}
		disk.Break(t, in, c.fault)
		err := tell()
		for n := 0; err == nil && n < 2000; n++ { // a full disk shows when the free pages are used up
			err = tell()
		}
		if err == nil {
			t.Errorf("%s: every delivery was accepted", c.name)
		}
		disk.Mend(t, in, c.mend)
		if err := tell(); err != nil {
			t.Errorf("%s: refused though mended: %v", c.name, err)
		}
	}
	idle(t, in)
	w.check(t, 0)
}
