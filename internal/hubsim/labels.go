package hubsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

const (
	maxLabelName        = 50
	maxLabelDescription = 100
	defaultLabelColor   = "ededed"
)

func (s *Server) addLabelRoutes() {
	labels := "issues:%|pull_requests:%"
	read, write := strings.ReplaceAll(labels, "%", "read"), strings.ReplaceAll(labels, "%", "write")
	s.handle("GET /repos/{owner}/{repo}/labels", access{app: "issues:read"}, s.listLabels)
	s.handle("POST /repos/{owner}/{repo}/labels", access{person: levelWrite, app: "issues:write"}, s.createLabel)
	s.handle("GET /repos/{owner}/{repo}/labels/{name}", access{app: "issues:read"}, s.getLabel)
	s.handle("PATCH /repos/{owner}/{repo}/labels/{name}", access{person: levelWrite, app: "issues:write"}, s.patchLabel)
	s.handle("DELETE /repos/{owner}/{repo}/labels/{name}", access{person: levelWrite, app: "issues:write"}, s.deleteLabel)
	const path = " /repos/{owner}/{repo}/issues/{number}/labels"
	s.handle("GET"+path, access{app: read}, s.listIssueLabels)
	s.handle("POST"+path, access{person: levelTriage, app: write}, s.addIssueLabels)
	s.handle("PUT"+path, access{person: levelTriage, app: write}, s.replaceIssueLabels)
	s.handle("DELETE"+path, access{person: levelTriage, app: write}, s.clearIssueLabels)
	s.handle("DELETE"+path+"/{name}", access{person: levelTriage, app: write}, s.removeIssueLabel)
}

var hexColor = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

// checkLabel refuses a label GitHub refuses.
func checkLabel(name, color, description string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return invalid(fieldError{Resource: "Label", Field: "name", Code: "missing_field"})
	case !hexColor.MatchString(color):
		return invalid(fieldError{Resource: "Label", Field: "color", Code: "invalid", Value: color})
	}
	if err := checkLength("Label", "name", name, maxLabelName); err != nil {
		return err
	}
	return checkLength("Label", "description", description, maxLabelDescription)
}

// newLabel adds a label to a repository and tells of it.
func (s *Server) newLabel(w write, rp *repo, name, color, description string) (*label, error) {
	color = strings.ToLower(cmp.Or(color, defaultLabelColor))
	if err := checkLabel(name, color, description); err != nil {
		return nil, err
	}
	if rp.label(name) != nil {
		return nil, invalid(fieldError{Resource: "Label", Field: "name", Code: "already_exists"})
	}
	l := &label{id: s.st.ids.next(), name: strings.TrimSpace(name), color: color, description: description}
	rp.labels = append(rp.labels, l)
	s.emit(w.user(), "label", "created", rp, obj{"label": s.renderLabel(rp, l)})
	return l, nil
}

// existingLabels finds the labels of names that the repository has, each once.
func existingLabels(rp *repo, names []string) []*label {
	var out []*label
	for _, n := range names {
		if l := rp.label(strings.TrimSpace(n)); l != nil && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// labelsNamed finds labels by name and makes those that are missing, which GitHub does for who may write; others
// are refused.
func (s *Server) labelsNamed(w write, rp *repo, names []string) ([]*label, error) {
	for _, n := range names {
		if rp.label(strings.TrimSpace(n)) == nil {
			if err := checkLabel(n, defaultLabelColor, ""); err != nil {
				return nil, err
			}
			if !s.can(w.actor, rp, levelWrite, issueWrite, true) {
				return nil, fail(403, "Must have push access to create labels.")
			}
		}
	}
	if len(names) > maxLabels {
		return nil, invalid(fieldError{Resource: "Issue", Field: "labels", Code: "custom", Message: "too many labels (maximum is 100)"})
	}
	for _, n := range names {
		if rp.label(strings.TrimSpace(n)) == nil {
			if _, err := s.newLabel(w, rp, n, "", ""); err != nil {
				return nil, err
			}
		}
	}
	return existingLabels(rp, names), nil
}

// setLabels makes exactly these labels stand on an issue, telling of each that goes and comes.
func (s *Server) setLabels(w write, i *issue, ls []*label) {
	for _, l := range slices.Clone(i.labels) {
		if !slices.Contains(ls, l) {
			s.removeLabel(w, i, l)
		}
	}
	s.addLabels(w, i, ls)
}

// addLabels puts labels on an issue; those it has change nothing.
func (s *Server) addLabels(w write, i *issue, ls []*label) {
	for _, l := range ls {
		if slices.Contains(i.labels, l) {
			continue
		}
		i.labels = append(i.labels, l)
		i.updatedAt = w.now
		s.addEvent(w, i, "labeled", func(e *event) { e.label = &labelShot{l.name, l.color} })
		s.emitIssue(w, i, "labeled", obj{"label": s.renderLabel(i.repo, l)})
	}
}

// removeLabel takes a label off an issue.
func (s *Server) removeLabel(w write, i *issue, l *label) {
	if !slices.Contains(i.labels, l) {
		return
	}
	i.labels = without(i.labels, l)
	i.updatedAt = w.now
	s.addEvent(w, i, "unlabeled", func(e *event) { e.label = &labelShot{l.name, l.color} })
	s.emitIssue(w, i, "unlabeled", obj{"label": s.renderLabel(i.repo, l)})
}

func (s *Server) listLabels(r *request) (response, error) {
	list := slices.Clone(r.repo.labels)
	slices.SortFunc(list, func(a, b *label) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return paged(s, r, list, func(l *label) obj { return s.renderLabel(r.repo, l) }), nil
}

func (r *request) labelOf() (*label, error) {
	if l := r.repo.label(r.param("name")); l != nil {
		return l, nil
	}
	return nil, notFound()
}

func (s *Server) getLabel(r *request) (response, error) {
	l, err := r.labelOf()
	if err != nil {
		return response{}, err
	}
	return ok(s.renderLabel(r.repo, l)), nil
}

func (s *Server) createLabel(r *request) (response, error) {
	var in struct{ Name, Color, Description *string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Name == nil {
		return response{}, badShape(`"name" wasn't supplied.`)
	}
	l, err := s.newLabel(r.write(), r.repo, *in.Name, deref(in.Color), deref(in.Description))
	if err != nil {
		return response{}, err
	}
	out := s.renderLabel(r.repo, l)
	return created(out).with("Location", out["url"].(string)), nil
}

func (s *Server) patchLabel(r *request) (response, error) {
	l, err := r.labelOf()
	if err != nil {
		return response{}, err
	}
	var in struct {
		Name, Color, Description *string
		NewName                  *string `json:"new_name"`
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	next, changes := *l, obj{}
	if name := cmp.Or(in.NewName, in.Name); name != nil && *name != l.name {
		next.name, changes["name"] = *name, obj{"from": l.name}
	}
	if in.Color != nil && !strings.EqualFold(*in.Color, l.color) {
		next.color, changes["color"] = strings.ToLower(*in.Color), obj{"from": l.color}
	}
	if in.Description != nil && *in.Description != l.description {
		next.description, changes["description"] = *in.Description, obj{"from": l.description}
	}
	if err := checkLabel(next.name, next.color, next.description); err != nil {
		return response{}, err
	}
	if other := r.repo.label(next.name); other != nil && other != l {
		return response{}, invalid(fieldError{Resource: "Label", Field: "name", Code: "already_exists"})
	}
	*l = next
	if len(changes) > 0 {
		s.emit(r.actor.user, "label", "edited", r.repo, obj{"label": s.renderLabel(r.repo, l), "changes": changes})
	}
	return ok(s.renderLabel(r.repo, l)), nil
}

func (s *Server) deleteLabel(r *request) (response, error) {
	l, err := r.labelOf()
	if err != nil {
		return response{}, err
	}
	r.repo.labels = without(r.repo.labels, l)
	s.emit(r.actor.user, "label", "deleted", r.repo, obj{"label": s.renderLabel(r.repo, l)})
	for _, i := range r.repo.numbered() {
		if slices.Contains(i.labels, l) {
			i.labels = without(i.labels, l)
			s.emitIssue(r.write(), i, "unlabeled", nil) // which names no label: https://github.com/octokit/webhooks/issues/639
		}
	}
	return noContent(), nil
}

// issueLabels answers with the labels an issue carries, in pages if the request asks for them.
func (s *Server) issueLabels(r *request, i *issue) response {
	if r.http.Method == "GET" {
		return paged(s, r, i.labels, func(l *label) obj { return s.renderLabel(r.repo, l) })
	}
	return ok(s.renderLabels(r.repo, i.labels))
}

func (s *Server) listIssueLabels(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return s.issueLabels(r, i), nil
}

// labelNames reads the labels of a body in each form GitHub takes: {"labels": […]}, a bare list, one string.
func (r *request) labelNames() ([]string, error) {
	body := bytes.TrimSpace(r.body)
	var list names
	switch {
	case len(body) == 0:
		return nil, nil
	case body[0] == '[':
		return list, r.decode(&list)
	case body[0] == '"':
		var one string
		err := r.decode(&one)
		return []string{one}, err
	}
	var in struct{ Labels json.RawMessage }
	if err := r.decode(&in); err != nil || in.Labels == nil {
		return nil, err
	}
	if err := json.Unmarshal(in.Labels, &list); err != nil {
		return nil, badShape(`For 'properties/labels', it is not an array.`)
	}
	return list, nil
}

// labelChange finds the issue and the labels of a request that changes an issue's labels.
func (s *Server) labelChange(r *request) (*issue, []*label, error) {
	i, err := r.issueOf()
	if err != nil {
		return nil, nil, err
	}
	list, err := r.labelNames()
	if err != nil {
		return nil, nil, err
	}
	ls, err := s.labelsNamed(r.write(), r.repo, list)
	return i, ls, err
}

func (s *Server) addIssueLabels(r *request) (response, error) {
	i, ls, err := s.labelChange(r)
	if err != nil {
		return response{}, err
	}
	s.addLabels(r.write(), i, ls)
	return s.issueLabels(r, i), nil
}

func (s *Server) replaceIssueLabels(r *request) (response, error) {
	i, ls, err := s.labelChange(r)
	if err != nil {
		return response{}, err
	}
	s.setLabels(r.write(), i, ls)
	return s.issueLabels(r, i), nil
}

func (s *Server) clearIssueLabels(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	s.setLabels(r.write(), i, nil)
	return noContent(), nil
}

func (s *Server) removeIssueLabel(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	l := i.label(r.param("name"))
	if l == nil {
		return response{}, fail(404, "Label does not exist")
	}
	s.removeLabel(r.write(), i, l)
	return s.issueLabels(r, i), nil
}
