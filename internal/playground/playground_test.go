package playground_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/playground"
)

func TestTheBuiltInStoryEndsWithADeliverableThatWaitsForTwo(t *testing.T) {
	steps, err := playground.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := playground.Start(ctx, playground.Options{Steps: steps, Spacing: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	_, answer, err := p.Sim.Do(ctx, "rui-sme", "GET", "/repos/acme-telco/churn/issues/3/comments", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), "2 of 4 have said yes") {
		t.Errorf("no sticky waits for two people: %s", answer)
	}
}
