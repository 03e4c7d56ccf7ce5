package templates

import (
	"fmt"
	"slices"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// File is a file of a repository, to be written as it stands.
type File struct {
	Path    string // from the repository's root, with slashes
	Content []byte
}

// formsFolder is where GitHub looks for issue forms.
const formsFolder = ".github/ISSUE_TEMPLATE/"

// IssueForms are the forms with which people open issues, one for each kind that a person opens, in
// the order GitHub lists them. Headings are those of [lifecycle.Form] in the language, so what GitHub
// makes of a submitted form is what the rules read.
//
// A form cannot be trusted to insist: in private repositories GitHub asks for no field, and a field
// with text to begin with is never empty. Whether something was said is judged later.
// Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
func IssueForms(lang lifecycle.Lang) []File {
	var files []File
	for _, k := range lifecycle.Kinds {
		if lifecycle.Form(k) == nil {
			continue // meetings are opened by Phasegate
		}
		files = append(files, File{
			Path:    fmt.Sprintf("%s%d-%s.yml", formsFolder, len(files)+1, k),
			Content: dump(issueForm(lang, k)),
		})
	}
	return files
}

// Chooser is what GitHub shows beside the forms.
func Chooser(lang lifecycle.Lang) File {
	type link struct {
		Name  string `yaml:"name"`
		URL   string `yaml:"url"`
		About string `yaml:"about"`
	}
	return File{Path: formsFolder + "config.yml", Content: dump(struct {
		Blank bool   `yaml:"blank_issues_enabled"`
		Links []link `yaml:"contact_links"`
	}{true, []link{{
		Name:  both{"How work moves forward here", "Como o trabalho avança aqui"}.in(lang),
		URL:   "https://github.com/phasegate/phasegate#readme",
		About: both{"Which issue to open, who is asked, and what to type.", "Qual issue abrir, quem é consultado e o que digitar."}.in(lang),
	}}})}
}

// form, element and attributes are an issue form in GitHub's words. Optional keys are left out when
// empty: GitHub refuses empty texts.
type form struct {
	Name        string    `yaml:"name"`
	Description string    `yaml:"description"`
	Labels      []string  `yaml:"labels"`
	Body        []element `yaml:"body"`
}

type element struct {
	Type        string       `yaml:"type"`
	ID          string       `yaml:"id,omitempty"`
	Attributes  attributes   `yaml:"attributes"`
	Validations *validations `yaml:"validations,omitempty"`
}

type attributes struct {
	Label       string   `yaml:"label,omitempty"`
	Description string   `yaml:"description,omitempty"`
	Placeholder string   `yaml:"placeholder,omitempty"`
	Value       string   `yaml:"value,omitempty"`
	Options     []string `yaml:"options,omitempty"`
	Default     *int     `yaml:"default,omitempty"` // of a dropdown, from 0
}

type validations struct {
	Required bool `yaml:"required"`
}

func issueForm(lang lifecycle.Lang, k lifecycle.Kind) form {
	words := formWords[k]
	name := kindName(lang, k)
	f := form{
		Name: name, Description: words.about.in(lang), Labels: []string{k.Label()},
		Body: []element{note(words.intro.in(lang) + "\n\n" + welcome.in(lang))},
	}
	for _, s := range lifecycle.Form(k) {
		if s.Key == lifecycle.SecMetrics {
			f.Body = append(f.Body, note(metricGuide(lang, k)))
		}
		f.Body = append(f.Body, question(lang, k, s))
	}
	return f
}

// kindName is the kind in words, as its label describes it.
func kindName(lang lifecycle.Lang, k lifecycle.Kind) string {
	labels := lifecycle.Labels()
	i := slices.IndexFunc(labels, func(l lifecycle.Label) bool { return l.Name == k.Label() })
	return labels[i].Text[lang]
}

// note is text that is shown above what follows and is not submitted.
func note(text string) element {
	return element{Type: "markdown", Attributes: attributes{Value: text}}
}

// question is the field of a section.
func question(lang lifecycle.Lang, k lifecycle.Kind, s lifecycle.Section) element {
	w := fieldFor(k, s.Key)
	e := element{Type: string(w.shape), ID: string(s.Key), Attributes: attributes{
		Label: s.Title[lang], Description: w.help.in(lang), Placeholder: w.example.in(lang),
	}}
	if e.Type == "" {
		e.Type = string(longText)
	}
	for _, o := range w.options {
		e.Attributes.Options = append(e.Attributes.Options, o.in(lang))
	}
	if w.preset > 0 {
		first := w.preset - 1
		e.Attributes.Default = &first
	}
	if s.Key == lifecycle.SecMetrics {
		e.Attributes.Value = blankTable(lang, k)
	}
	if required(k, s) {
		e.Validations = &validations{Required: true}
	}
	return e
}

// required reports whether the form insists on an answer. The root cause of an incident is needed to
// close it; whoever opens it cannot know it yet.
func required(k lifecycle.Kind, s lifecycle.Section) bool {
	return s.Required && (k != lifecycle.Incident || s.Key != lifecycle.SecRootCause)
}

// dump writes v as YAML, long lines whole so that they stay easy to edit.
func dump(v any) []byte {
	out, err := yaml.Dump(v, yaml.WithLineWidth(-1))
	if err != nil {
		panic(fmt.Sprintf("templates: a form is no YAML: %v", err)) // forms hold strings, numbers and lists only
	}
	return out
}
