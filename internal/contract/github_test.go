//go:build contract

package contract_test

import (
	"os"
	"testing"

	"github.com/phasegate/phasegate/internal/contract"
)

// descriptions is where fetch.sh put GitHub's descriptions.
func descriptions(t *testing.T) string {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, err := contract.Root(wd)
	if err != nil {
		t.Fatal(err)
	}
	return contract.Dir(os.Getenv, root)
}

func loadGitHub(t *testing.T) *contract.Checker {
	t.Helper()
	checker, err := contract.Load(descriptions(t))
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

func TestGitHubsDescriptionIsRead(t *testing.T) {
	checker := loadGitHub(t)
	if n := checker.API().Operations(); n < 1100 {
		t.Errorf("%d operations, want at least 1100", n)
	}
	if n := len(checker.API().Webhooks()); n < 270 {
		t.Errorf("%d webhooks, want at least 270", n)
	}
}

// The trimmed schema of the simulated GitHub must be GitHub's own in all that it has.
func TestSimulatedSchemaIsGitHubs(t *testing.T) {
	sdl, err := os.ReadFile("../hubsim/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	violations, err := loadGitHub(t).GraphQL().Subset(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Error(v)
	}
}

func TestExampleWebhooksAreRead(t *testing.T) {
	examples, err := contract.LoadExamples(descriptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(examples) < 329 {
		t.Errorf("%d examples, want at least 329", len(examples))
	}
	checker, unknown := loadGitHub(t), 0
	for _, e := range examples {
		if name, _ := checker.API().CheckWebhook(e.Event, e.Payload); name == "" {
			unknown++
		}
	}
	if unknown > len(examples)/10 {
		t.Errorf("%d of %d examples are webhooks that the description does not know", unknown, len(examples))
	}
}
