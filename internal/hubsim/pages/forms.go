package pages

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// formsFolder is where GitHub looks for issue forms and templates.
const formsFolder = ".github/ISSUE_TEMPLATE"

// maxFormFile is the largest form file in bytes that is read.
const maxFormFile = 256 << 10

// form is an issue form (YAML) or an issue template (Markdown), of which fields is empty and body set.
// https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms
type form struct {
	File      string
	Name      string
	About     string
	Title     string
	Labels    []string
	Assignees []string
	Fields    []formField
	Body      string
	Problem   string // why it cannot be used
}

// formField is an element of a form's body.
type formField struct {
	Type        string // markdown, input, textarea, dropdown or checkboxes
	ID          string
	Label       string
	Description string
	Placeholder string
	Value       string // the initial value; the text of a markdown element
	Render      string // the language of a textarea that becomes a code block
	Multiple    bool
	Options     []formOption
	Default     int // index of a dropdown's option chosen at first, -1 for none
	Required    bool
}

type formOption struct {
	Label    string
	Required bool
}

// wordList reads a list, or one string with commas, as GitHub takes both for labels and assignees.
type wordList []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *wordList) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		for w := range strings.SplitSeq(n.Value, ",") {
			if w = strings.TrimSpace(w); w != "" {
				*l = append(*l, w)
			}
		}
		return nil
	}
	var list []string
	if err := n.Decode(&list); err != nil {
		return err
	}
	*l = list
	return nil
}

// UnmarshalYAML implements yaml.Unmarshaler: an option is a string, or a label that may have to be ticked.
func (o *formOption) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		o.Label = n.Value
		return nil
	}
	var long struct {
		Label    string `yaml:"label"`
		Required bool   `yaml:"required"`
	}
	if err := n.Decode(&long); err != nil {
		return err
	}
	o.Label, o.Required = long.Label, long.Required
	return nil
}

type formFile struct {
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	About       string   `yaml:"about"` // of a Markdown template
	Title       string   `yaml:"title"`
	Labels      wordList `yaml:"labels"`
	Assignees   wordList `yaml:"assignees"`
	Body        []struct {
		Type       string `yaml:"type"`
		ID         string `yaml:"id"`
		Attributes struct {
			Label       string       `yaml:"label"`
			Description string       `yaml:"description"`
			Placeholder string       `yaml:"placeholder"`
			Value       string       `yaml:"value"`
			Render      string       `yaml:"render"`
			Multiple    bool         `yaml:"multiple"`
			Options     []formOption `yaml:"options"`
			Default     *int         `yaml:"default"`
		} `yaml:"attributes"`
		Validations struct {
			Required bool `yaml:"required"`
		} `yaml:"validations"`
	} `yaml:"body"`
}

// parseForm reads a form or template. What is wrong with one stands in its Problem, as GitHub shows it in the list.
func parseForm(file string, content []byte) form {
	f := form{File: file, Name: file}
	if len(content) > maxFormFile {
		f.Problem = "The file is too large for a form."
		return f
	}
	if path.Ext(file) == ".md" {
		return parseTemplate(f, content)
	}
	var raw formFile
	if err := yaml.Load(content, &raw); err != nil {
		f.Problem = "This form cannot be read: " + err.Error()
		return f
	}
	f.take(raw)
	for i, b := range raw.Body {
		a := b.Attributes
		field := formField{
			Type: b.Type, ID: b.ID, Label: a.Label, Description: a.Description, Placeholder: a.Placeholder, Value: a.Value,
			Render: a.Render, Multiple: a.Multiple, Options: a.Options, Default: -1, Required: b.Validations.Required,
		}
		if a.Default != nil && *a.Default >= 0 && *a.Default < len(a.Options) {
			field.Default = *a.Default
		}
		if problem := field.problem(); problem != "" {
			f.Problem = fmt.Sprintf("This form cannot be used: body[%d]: %s.", i, problem)
			return f
		}
		f.Fields = append(f.Fields, field)
	}
	if raw.Name == "" || raw.Description == "" || len(raw.Body) == 0 {
		f.Problem = "This form cannot be used: it needs name, description and body."
	}
	return f
}

func (f *form) take(raw formFile) {
	if raw.Name != "" {
		f.Name = raw.Name
	}
	f.About = raw.Description + raw.About
	f.Title, f.Labels, f.Assignees = raw.Title, raw.Labels, raw.Assignees
}

// problem says what GitHub would refuse an element for; empty for nothing.
func (f formField) problem() string {
	switch f.Type {
	case "markdown":
		if f.Value == "" {
			return "a markdown element needs a value"
		}
		return ""
	case "input", "textarea":
	case "dropdown", "checkboxes":
		if len(f.Options) == 0 {
			return "a " + f.Type + " element needs options"
		}
	default:
		return fmt.Sprintf("unknown type %q; GitHub knows markdown, input, textarea, dropdown and checkboxes", f.Type)
	}
	if f.Label == "" {
		return "a " + f.Type + " element needs a label"
	}
	return ""
}

// parseTemplate reads a Markdown template with its front matter.
func parseTemplate(f form, content []byte) form {
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	f.Body = text
	rest, found := strings.CutPrefix(text, "---\n")
	if !found {
		return f
	}
	front, body, found := strings.Cut(rest, "\n---\n")
	if !found {
		return f
	}
	var raw formFile
	if err := yaml.Load([]byte(front), &raw); err != nil {
		f.Problem = "The head of this template cannot be read: " + err.Error()
		return f
	}
	f.take(raw)
	f.Body = strings.TrimLeft(body, "\n")
	return f
}

// chooserFile is config.yml beside the forms.
type chooserFile struct {
	Blank    *bool `yaml:"blank_issues_enabled"`
	Contacts []struct {
		Name  string `yaml:"name"`
		URL   string `yaml:"url"`
		About string `yaml:"about"`
	} `yaml:"contact_links"`
}

// input is how a field's name in the page's form: its place, since ids are optional and may repeat.
func (f formField) input(i int) string { return fmt.Sprintf("field-%d", i) }

// noResponse is what GitHub writes for a field that was left empty.
const noResponse = "_No response_"

// write makes the text of the issue of what was submitted, as GitHub does: a heading of level three for each field
// and its value below. problems says, by the name of the input, what is missing.
func (f form) write(values map[string][]string) (body string, problems map[string]string) {
	problems = map[string]string{}
	var parts []string
	for i, field := range f.Fields {
		if field.Type == "markdown" {
			continue
		}
		name := field.input(i)
		text, missing := field.answer(values[name])
		if missing {
			problems[name] = "This has to be filled in."
			if field.Type == "checkboxes" {
				problems[name] = "What is marked with * has to be ticked."
			}
		}
		parts = append(parts, "### "+field.Label+"\n\n"+text)
	}
	return strings.Join(parts, "\n\n"), problems
}

// answer writes the value of one field, and says whether one that is required is missing.
func (f formField) answer(values []string) (text string, missing bool) {
	switch f.Type {
	case "checkboxes":
		var lines []string
		for _, o := range f.Options {
			mark := " "
			if slices.Contains(values, o.Label) {
				mark = "x"
			}
			lines = append(lines, "- ["+mark+"] "+o.Label)
			missing = missing || mark == " " && o.Required
		}
		return strings.Join(lines, "\n"), missing
	case "dropdown":
		var chosen []string
		for _, o := range f.Options {
			if slices.Contains(values, o.Label) && (f.Multiple || len(chosen) == 0) {
				chosen = append(chosen, o.Label)
			}
		}
		text = strings.Join(chosen, ", ")
	default:
		if len(values) > 0 {
			text = values[0]
		}
	}
	if strings.TrimSpace(text) == "" {
		return noResponse, f.Required
	}
	if f.Type == "textarea" && f.Render != "" {
		return "```" + f.Render + "\n" + strings.TrimSuffix(text, "\n") + "\n```", false
	}
	return text, false
}

// forms lists the forms of the repository's default branch in the order of their file names, with what the chooser
// shows besides.
func (h *Handler) forms(v *visit) ([]form, chooserFile, error) {
	var chooser chooserFile
	dir, err := h.hub.Path(v.ctx, v.at, "", formsFolder)
	if err != nil || !dir.IsDir {
		return nil, chooser, ignoreMissing(err)
	}
	var out []form
	for _, e := range dir.Entries {
		ext := path.Ext(e.Name)
		if e.IsDir || ext != ".yml" && ext != ".yaml" && ext != ".md" {
			continue
		}
		file, err := h.hub.Path(v.ctx, v.at, "", path.Join(formsFolder, e.Name))
		if err != nil {
			return nil, chooser, fmt.Errorf("read %s: %w", e.Name, err)
		}
		if e.Name == "config.yml" || e.Name == "config.yaml" {
			_ = yaml.Load(bytes.TrimSpace(file.Content), &chooser) // a broken one is as none
			continue
		}
		out = append(out, parseForm(e.Name, file.Content))
	}
	return out, chooser, nil
}
