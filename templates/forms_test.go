package templates

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// formIn reads a form as strictly as GitHub does: an unknown key is refused.
func formIn(t *testing.T, f File) form {
	t.Helper()
	var read form
	if err := yaml.Load(f.Content, &read, yaml.WithKnownFields()); err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	return read
}

// questions are the elements of a form that are answered.
func questionsOf(f form) []element {
	return slices.DeleteFunc(slices.Clone(f.Body), func(e element) bool { return e.Type == "markdown" })
}

func TestAFormForEveryKindAPersonOpens(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		forms := IssueForms(lang)
		var labels []string
		for _, f := range forms {
			labels = append(labels, formIn(t, f).Labels...)
		}
		var want []string
		for _, k := range lifecycle.Kinds {
			if k != lifecycle.Meeting {
				want = append(want, k.Label())
			}
		}
		if !slices.Equal(labels, want) {
			t.Errorf("%s: forms for %v, want %v", lang, labels, want)
		}
		if !slices.IsSortedFunc(forms, func(a, b File) int { return strings.Compare(a.Path, b.Path) }) {
			t.Errorf("%s: GitHub sorts by file name and would list the forms in another order", lang)
		}
	}
}

// The headings are those the rules read, each once, required where the product says so. A root cause
// is needed to close an incident, and nobody knows it when opening one.
func TestFormsAskWhatTheRulesRead(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		for i, f := range IssueForms(lang) {
			k := lifecycle.Kinds[i]
			asked, sections := questionsOf(formIn(t, f)), lifecycle.Form(k)
			if len(asked) != len(sections) {
				t.Fatalf("%s, %s: %d questions for %d sections", f.Path, lang, len(asked), len(sections))
			}
			for j, s := range sections {
				insists := asked[j].Validations != nil && asked[j].Validations.Required
				late := k == lifecycle.Incident && s.Key == lifecycle.SecRootCause
				if asked[j].Attributes.Label != s.Title[lang] || insists != (s.Required && !late) {
					t.Errorf("%s, %s: question %d is %q (required %v), want %q (required %v)", f.Path, lang, j,
						asked[j].Attributes.Label, insists, s.Title[lang], s.Required)
				}
				if asked[j].Attributes.Description == "" {
					t.Errorf("%s, %s: no help for %q", f.Path, lang, s.Title[lang])
				}
			}
		}
	}
}

var (
	formID  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	boolean = regexp.MustCompile(`(?i)^(?:y|yes|n|no|true|false|on|off)$`) // YAML 1.1 reads them as booleans
)

// What GitHub refuses a form for, as its page "Common validation errors when creating issue forms" lists it.
func TestGitHubTakesTheForms(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		names := map[string]bool{}
		for _, file := range IssueForms(lang) {
			f := formIn(t, file)
			if f.Name == "" || names[f.Name] {
				t.Errorf("%s, %s: the name %q is empty or taken", file.Path, lang, f.Name)
			}
			names[f.Name] = true
			if n := utf8.RuneCountInString(f.Description); n < 3 || n > 200 {
				t.Errorf("%s, %s: the description has %d characters", file.Path, lang, n)
			}
			seen := map[string]bool{}
			for _, e := range f.Body {
				checkElement(t, file.Path+", "+string(lang), e, seen)
			}
		}
	}
}

func checkElement(t *testing.T, where string, e element, seen map[string]bool) {
	t.Helper()
	a := e.Attributes
	if e.Type == "markdown" {
		if strings.TrimSpace(a.Value) == "" || e.ID != "" || e.Validations != nil || a.Label+a.Description+a.Placeholder != "" {
			t.Errorf("%s: a markdown element takes a value and nothing else: %+v", where, e)
		}
		return
	}
	if !formID.MatchString(e.ID) || seen[e.ID] || a.Label == "" || seen[a.Label] {
		t.Errorf("%s: id %q or label %q is empty, taken or not allowed", where, e.ID, a.Label)
	}
	seen[e.ID], seen[a.Label] = true, true
	switch e.Type {
	case "input", "textarea":
		if len(a.Options) > 0 || a.Default != nil {
			t.Errorf("%s: %s is no choice but has options or a default", where, a.Label)
		}
	case "dropdown":
		if len(a.Options) < 2 || a.Placeholder != "" || a.Value != "" || a.Default != nil && (*a.Default < 0 || *a.Default >= len(a.Options)) {
			t.Errorf("%s: %s is no choice GitHub takes: %+v", where, a.Label, a)
		}
		for i, o := range a.Options {
			if o == "" || strings.EqualFold(o, "none") || boolean.MatchString(o) || slices.Index(a.Options, o) != i {
				t.Errorf("%s: %s: the option %q is not allowed", where, a.Label, o)
			}
		}
	default:
		t.Errorf("%s: %s: GitHub knows no %q", where, a.Label, e.Type)
	}
}

func TestTheRiskOffersTheLevels(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		offered := 0
		for _, e := range questionsOf(issueForm(lang, lifecycle.Deliverable)) {
			if e.ID != string(lifecycle.SecRisk) {
				continue
			}
			for i, o := range e.Attributes.Options {
				if r, ok := lifecycle.ParseRisk(o); !ok || r != lifecycle.Risks[i] {
					t.Errorf("%s: the option %q is read as %q", lang, o, r)
				}
				offered++
			}
			if d := e.Attributes.Default; d == nil || lifecycle.Risks[*d] != lifecycle.Standard {
				t.Errorf("%s: the choice does not begin at standard", lang)
			}
		}
		if offered != len(lifecycle.Risks) {
			t.Errorf("%s: %d levels are offered, want %d", lang, offered, len(lifecycle.Risks))
		}
	}
}

// Both languages say everything: a text that stands in one of them stands in the other.
func TestFormTextsStandInBothLanguages(t *testing.T) {
	check := func(what string, b both, needed bool) {
		t.Helper()
		if (b.en == "") != (b.pt == "") || needed && b.en == "" {
			t.Errorf("%s: en %q, pt-BR %q", what, b.en, b.pt)
		}
	}
	for k, w := range formWords {
		check(string(k)+" about", w.about, true)
		check(string(k)+" intro", w.intro, true)
	}
	used := map[fieldAt]bool{}
	for _, k := range lifecycle.Kinds {
		for _, s := range lifecycle.Form(k) {
			used[fieldAt{k, s.Key}], used[fieldAt{key: s.Key}] = true, true
		}
	}
	for at, f := range fields {
		what := string(at.kind) + " " + string(at.key)
		check(what+" help", f.help, true)
		check(what+" example", f.example, false)
		for _, o := range f.options {
			check(what+" option", o, true)
		}
		if !used[at] {
			t.Errorf("%s: no form has this section", what)
		}
	}
}

func TestTheWorkflowRunsTheRulesOrLiesStill(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		alone := triggers(t, Workflow{lang, true, "trunk", "phasegate/phasegate@v0"})
		if want := []string{"issue_comment", "issues", "pull_request_target", "push", "schedule", "workflow_dispatch"}; !slices.Equal(alone, want) {
			t.Errorf("%s: without a server it runs on %v, want %v", lang, alone, want)
		}
		server := Workflow{lang, false, "trunk", "phasegate/phasegate@v0"}
		if got := triggers(t, server); !slices.Equal(got, []string{"workflow_dispatch"}) {
			t.Errorf("%s: with a server it runs on %v", lang, got)
		}
		// What the comment tells people to do makes it the other one.
		server.Alone = true
		woken, _, _ := strings.Cut(string(server.File().Content), "\n\n")
		server.Alone = false
		still, _, _ := strings.Cut(string(server.File().Content), "\n\n")
		_, still, _ = strings.Cut(still, "name: ")
		_, woken, _ = strings.Cut(woken, "name: ")
		if got := strings.ReplaceAll(still, "\n# ", "\n"); got != woken {
			t.Errorf("%s: with \"# \" taken off it reads\n%s\nwant\n%s", lang, got, woken)
		}
	}
}

// triggers lists the events of a workflow, and checks what must hold whatever starts it.
func triggers(t *testing.T, w Workflow) []string {
	t.Helper()
	var read struct {
		On          map[string]any
		Concurrency struct {
			Group  string
			Cancel bool `yaml:"cancel-in-progress"`
		}
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct {
				Uses string
				Run  string
				With map[string]any
			}
		}
	}
	if err := yaml.Load(w.File().Content, &read); err != nil {
		t.Fatal(err)
	}
	writes := 0
	for _, p := range read.Permissions {
		if p == "write" {
			writes++
		}
	}
	if read.Concurrency.Group == "" || read.Concurrency.Cancel || writes != 3 || read.Permissions["contents"] != "read" {
		t.Errorf("concurrency %+v, permissions %v", read.Concurrency, read.Permissions)
	}
	steps := read.Jobs["phasegate"].Steps
	if last := steps[len(steps)-1]; last.Uses != w.Uses || last.Run != "" {
		t.Errorf("the last step is %+v, want %s", last, w.Uses)
	}
	if w.Local() != (len(steps) == 2) || w.Local() && steps[0].With["persist-credentials"] != false {
		t.Errorf("steps %+v", steps)
	}
	var events []string
	for e := range read.On {
		events = append(events, e)
	}
	slices.Sort(events)
	return events
}

func TestAnActionInTheRepositoryIsCheckedOutFirst(t *testing.T) {
	triggers(t, Workflow{lifecycle.English, true, "main", "./"})
}
