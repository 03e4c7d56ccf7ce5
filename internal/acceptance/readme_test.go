package acceptance_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/gh"
	"github.com/phasegate/phasegate/internal/playground"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// walk runs a script of the README as printed, but for the port, against a playground, and returns what it prints.
func walk(t *testing.T, name string, tools ...string) string {
	t.Helper()
	for _, tool := range append(tools, "bash") {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	_, after, ok := strings.Cut(readme(t), "<!-- test: "+name+" -->\n```sh\n")
	script, _, closed := strings.Cut(after, "```")
	if !ok || !closed {
		t.Fatalf("the README has no walk with %s", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	steps, err := playground.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	p, err := playground.Start(ctx, playground.Options{Steps: steps, Spacing: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	if !strings.Contains(script, "http://127.0.0.1:8080") {
		t.Fatal("the walk does not use the playground's address")
	}
	c := exec.CommandContext(ctx, "bash", "-euc", strings.ReplaceAll(script, "http://127.0.0.1:8080", p.WebURL))
	c.Dir = filepath.Join("..", "..")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestTheWalkWithCurlInTheREADME(t *testing.T) {
	if got, want := walk(t, "curl", "curl", "grep"), "sara-ds: 201\nhelena-bs: 201\nrui-sme: 201\ndora-de: 201\ntomas-ds: 201\n\"phase:development\"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheWalkWithPlanInTheREADME(t *testing.T) {
	if got := walk(t, "plan", "go"); !strings.Contains(got, "Approved by felix-se") {
		t.Errorf("got %q", got)
	}
}

// The README's table of permissions is that of the code.
func TestThePermissionsInTheREADME(t *testing.T) {
	text := readme(t)
	for _, p := range gh.Permissions() {
		name := p.Name
		if p.Optional {
			name += " (optional)"
		}
		if row := fmt.Sprintf("| %s | %s | %s |", name, p.Level, p.Why); !strings.Contains(text, row) {
			t.Errorf("the README lacks %q", row)
		}
	}
}
