package action_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/action"
	"github.com/phasegate/phasegate/internal/policy"
)

// workflow is what matters here of a workflow's file.
type workflow struct {
	On          map[string]any
	Permissions map[string]string
	Concurrency struct {
		Group  string
		Cancel bool `yaml:"cancel-in-progress"`
	}
	Jobs map[string]struct {
		Steps []struct {
			Uses, Run string
			With      map[string]string
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile("../" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parse(t *testing.T, text string) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return w
}

// examples are the YAML blocks of the documentation.
func examples(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile("(?s)   ```yaml\n(.*?)   ```").FindAllStringSubmatch(read(t, "docs/action.md"), -1) {
		var b strings.Builder
		for line := range strings.Lines(m[1]) {
			b.WriteString(strings.TrimPrefix(line, "   "))
		}
		out = append(out, b.String())
	}
	if len(out) != 2 {
		t.Fatalf("%d examples in the documentation, want a config and a workflow", len(out))
	}
	return out
}

// The workflow of this repository and that of the documentation start on the events that are acted on,
// grant what the tests run with and no more, run one at a time, and check out no pull request's code.
func TestWorkflows(t *testing.T) {
	for name, text := range map[string]string{"this repository's": read(t, ".github/workflows/phasegate.yml"), "the documentation's": examples(t)[1]} {
		w := parse(t, text)
		events := action.Events()
		slices.Sort(events)
		var on []string
		for e := range w.On {
			on = append(on, e)
		}
		slices.Sort(on)
		if d := cmp.Diff(events, on); d != "" {
			t.Errorf("%s events (-acted on +file):\n%s", name, d)
		}
		if d := cmp.Diff(permissions(), w.Permissions); d != "" {
			t.Errorf("%s permissions (-tested with +file):\n%s", name, d)
		}
		if w.Concurrency.Group == "" || w.Concurrency.Cancel {
			t.Errorf("%s runs may overlap or be cancelled: %+v", name, w.Concurrency)
		}
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if s.Run != "" || s.With["ref"] != "" {
					t.Errorf("%s steps run a script or check something else out: %+v", name, s)
				}
			}
		}
	}
}

func TestDocumentedConfigIsValid(t *testing.T) {
	p, problems := policy.Parse([]byte(examples(t)[0]))
	if len(problems) > 0 || p.Runner != policy.RunnerAction {
		t.Errorf("%v", problems)
	}
}

// Inputs reach the program through its environment alone: an expression inside a script would run what it
// holds. The step that builds has no secrets.
func TestActionFile(t *testing.T) {
	var a struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Using string
			Steps []struct {
				Shell, Run string
				Env        map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "action.yml")), &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) != 2 || len(a.Runs.Steps[0].Env) != 0 {
		t.Fatalf("not a step that builds and a step that runs: %+v", a.Runs)
	}
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("an expression inside a script: %s", s.Run)
		}
	}
	want := map[string]string{"INPUT_GITHUB_TOKEN": "${{ inputs.github-token }}", "INPUT_SIGNING_KEY": "${{ inputs.signing-key }}"}
	if d := cmp.Diff(want, a.Runs.Steps[1].Env); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
	if a.Inputs["github-token"].Default != "${{ github.token }}" || len(a.Inputs) != len(want) {
		t.Errorf("inputs: %+v", a.Inputs)
	}
}
