package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// chooseView is the list of forms to start an issue with.
type chooseView struct {
	Forms    []form
	Contacts []contactView
	Blank    bool
}

type contactView struct{ Name, About, URL string }

// newView is a form to be filled in.
type newView struct {
	Form     form
	Title    string
	Body     string // of a blank issue or template
	Fields   []fieldView
	Labels   []Label
	Problems map[string]string
}

// fieldView is a field with what was typed into it.
type fieldView struct {
	ID      string
	Field   formField
	Value   string
	Text    template.HTML // of a markdown element
	Hint    template.HTML
	Choices []choiceView
	Empty   bool // a dropdown that may be left unanswered, or is not yet answered
	Wide    bool // room for a table
	Problem string
}

type choiceView struct {
	ID, Value string
	Label     template.HTML
	Chosen    bool
	Required  bool
}

func ignoreMissing(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (h *Handler) chooseForm(v *visit) error {
	v.tab = "issues"
	forms, chooser, err := h.forms(v)
	if err != nil {
		return err
	}
	d := chooseView{Forms: forms, Blank: chooser.Blank == nil || *chooser.Blank}
	for _, c := range chooser.Contacts {
		if u, err := url.Parse(c.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			d.Contacts = append(d.Contacts, contactView{Name: c.Name, About: c.About, URL: c.URL})
		}
	}
	return v.show("choose", "New issue", d)
}

// findForm returns the form of that file name; an empty name is a blank issue.
func (h *Handler) findForm(v *visit, file string) (form, error) {
	if file == "" {
		return form{}, nil
	}
	forms, _, err := h.forms(v)
	if err != nil {
		return form{}, err
	}
	for _, f := range forms {
		if f.File == file && f.Problem == "" {
			return f, nil
		}
	}
	return form{}, fmt.Errorf("issue form %s: %w", file, ErrNotFound)
}

func (h *Handler) newIssue(v *visit) error {
	q := v.r.URL.Query()
	f, err := h.findForm(v, q.Get("template"))
	if err != nil {
		return err
	}
	title, body := f.Title, f.Body
	if t := q.Get("title"); t != "" {
		title = t
	}
	if b := q.Get("body"); b != "" && len(f.Fields) == 0 {
		body = b
	}
	return h.showForm(v, newView{Form: f, Title: title, Body: body}, nil)
}

// showForm writes a form; values is what was submitted, nil for a form that is shown for the first time.
func (h *Handler) showForm(v *visit, d newView, values url.Values) error {
	v.tab = "issues"
	for i, f := range d.Form.Fields {
		d.Fields = append(d.Fields, h.fieldView(v, f, f.input(i), values, d.Problems[f.input(i)]))
	}
	known, err := h.hub.Labels(v.ctx, v.at)
	if err != nil {
		return err
	}
	for _, name := range d.Form.Labels {
		l := Label{Name: name}
		if i := slices.IndexFunc(known, func(k Label) bool { return strings.EqualFold(k.Name, name) }); i >= 0 {
			l = known[i]
		}
		d.Labels = append(d.Labels, l)
	}
	return v.show("new", "New issue", d)
}

func (h *Handler) fieldView(v *visit, f formField, id string, values url.Values, problem string) fieldView {
	d := fieldView{ID: id, Field: f, Value: f.Value, Problem: problem}
	l := v.links(id)
	if f.Type == "markdown" {
		d.Text = h.markup.Document(f.Value, l)
		return d
	}
	d.Hint = h.inline(f.Description, l)
	d.Wide = f.Type == "textarea" && strings.Contains(f.Value, "|")
	if values != nil {
		d.Value = values.Get(id)
	}
	d.Empty = f.Type == "dropdown" && (!f.Required || f.Default < 0)
	for i, o := range f.Options {
		chosen := i == f.Default
		if values != nil {
			chosen = slices.Contains(values[id], o.Label)
		}
		d.Choices = append(d.Choices, choiceView{
			ID: fmt.Sprintf("%s-%d", id, i), Value: o.Label, Label: h.inline(o.Label, l), Chosen: chosen, Required: o.Required,
		})
	}
	return d
}

// inline renders a text that stands within a line.
func (h *Handler) inline(text string, l Links) template.HTML {
	if text == "" {
		return ""
	}
	out := strings.TrimSpace(string(h.markup.Document(text, l)))
	if inner, found := strings.CutPrefix(out, "<p>"); found && strings.Count(out, "<p>") == 1 {
		out = strings.TrimSuffix(inner, "</p>")
	}
	return template.HTML(out) //nolint:gosec // a part of what Document made
}

// createIssue opens an issue with what was submitted.
func (h *Handler) createIssue(v *visit) error {
	values := v.r.PostForm
	f, err := h.findForm(v, values.Get("template"))
	if err != nil {
		return err
	}
	d := newView{Form: f, Title: strings.TrimSpace(values.Get("title")), Body: values.Get("body")}
	body := d.Body
	if len(f.Fields) > 0 {
		body, d.Problems = f.write(values)
	}
	if d.Title == "" {
		if d.Problems == nil {
			d.Problems = map[string]string{}
		}
		d.Problems["title"] = "An issue needs a title."
	}
	if len(d.Problems) > 0 {
		v.status = http.StatusUnprocessableEntity
		v.flash = &flash{Kind: "error", Text: "Something is missing; it is marked below."}
		return h.showForm(v, d, values)
	}
	in := map[string]any{"title": d.Title, "body": body}
	if len(f.Labels) > 0 {
		in["labels"] = f.Labels
	}
	if len(f.Assignees) > 0 {
		in["assignees"] = f.Assignees
	}
	res, err := v.act(http.MethodPost, "/issues", in)
	if err != nil {
		return err
	}
	v.rememberViewer()
	if res.refused() {
		v.status = res.status
		v.flash = &flash{Kind: "error", Text: res.message()}
		return h.showForm(v, d, values)
	}
	var made struct {
		Number int `json:"number"`
	}
	if err := json.Unmarshal(res.body, &made); err != nil || made.Number == 0 {
		return fmt.Errorf("the answer to the new issue has no number: %s", cut(string(res.body), 200))
	}
	v.settle("")
	return v.redirect(fmt.Sprintf("%s/issues/%d", v.repo.Path(), made.Number))
}
