// Command act plays a story twice: with Phasegate as a server, and as this repository's own workflow, run
// by act on this machine against the simulated GitHub. It fails when what stands on GitHub afterwards
// differs in anything but who wrote it.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/playground"
)

//go:embed seed.yaml
var seedText string

//go:embed story.yaml
var storyText []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "act:", err)
		os.Exit(1)
	}
}

func seed(runner string) (*hubsim.Seed, error) {
	return hubsim.ReadSeed([]byte(strings.ReplaceAll(seedText, "RUNNER", runner)))
}

func run(ctx context.Context) error {
	steps, err := hubsim.ReadScenario(storyText)
	if err != nil {
		return err
	}
	want, err := byServer(ctx, steps)
	if err != nil {
		return fmt.Errorf("with the server: %w", err)
	}
	if err := told(steps, want); err != nil {
		return err
	}
	h, err := newHost(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	differ := 0
	for i, st := range steps {
		got, err := h.step(ctx, st)
		if err != nil {
			return fmt.Errorf("with the workflow: %w", err)
		}
		if d := cmp.Diff(want[i], got); d != "" {
			differ++
			fmt.Printf("after %v the workflow differs (-server +workflow):\n%s\n", st.N, d)
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d steps come out otherwise than with the server", differ, len(steps))
	}
	fmt.Printf("%d runs of the workflow: after each of %d steps the same stands on GitHub as with the server\n", h.runs, len(steps))
	return h.judge()
}

// byServer plays the story with the App's server and returns what stands on GitHub after each step.
func byServer(ctx context.Context, steps []hubsim.Step) ([][]string, error) {
	s, err := seed("app")
	if err != nil {
		return nil, err
	}
	p, err := playground.Start(ctx, playground.Options{Seed: s, Spacing: time.Millisecond})
	if err != nil {
		return nil, err
	}
	defer p.Close(context.WithoutCancel(ctx))
	player := p.Sim.NewPlayer()
	var all [][]string
	for _, st := range steps {
		if _, err := player.Step(ctx, st); err != nil {
			return nil, err
		}
		now, err := stands(ctx, p.Sim)
		if err != nil {
			return nil, err
		}
		all = append(all, now)
	}
	return all, nil
}

// says is what must stand somewhere after a step, so that the two are not the same by doing nothing.
var says = map[string][]string{
	"2 problem":   {"not a target"},
	"4 target":    {"2 goals, 1 limit"},
	"7 too early": {"confused of Phasegate", "#3, comment 3 by Phasegate"},
	"18 third":    {"3 of 4", "@helena-bs"},
	"18 fourth":   {"#3 open kind:deliverable phase:development risk:standard", "+1 of Phasegate"},
}

// told checks what the server's story came to.
func told(steps []hubsim.Step, stands [][]string) error {
	found := 0
	for i, st := range steps {
		text := strings.Join(stands[i], "\n")
		for _, fact := range says[fmt.Sprint(st.N)] {
			found++
			if !strings.Contains(text, fact) {
				return fmt.Errorf("with the server: after %v nothing says %q:\n%s", st.N, fact, text)
			}
		}
	}
	if found < len(says) {
		return fmt.Errorf("the story has other steps than those that are judged")
	}
	return nil
}
