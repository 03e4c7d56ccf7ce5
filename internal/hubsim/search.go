package hubsim

import (
	"slices"
	"strings"
)

func (s *Server) addSearchRoutes() {
	s.handle("GET /search/issues", access{}, s.searchIssues)
}

// searchTerms splits a query at spaces outside of quotation marks.
func searchTerms(q string) []string {
	var terms []string
	var term strings.Builder
	quoted := false
	for _, r := range q + " " {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			if term.Len() > 0 {
				terms = append(terms, term.String())
			}
			term.Reset()
		default:
			term.WriteRune(r)
		}
	}
	return terms
}

// searchTest makes a test of one term: repo, org, is, type, state, label, author, assignee, no or a word; a minus
// sign turns a qualifier round. A qualifier the simulator does not know is a 422, so that nobody trusts its answer.
func searchTest(term string) (func(*issue) bool, error) {
	bare, negated := strings.CutPrefix(term, "-")
	key, value, qualified := strings.Cut(bare, ":")
	var test func(*issue) bool
	if !qualified {
		word := strings.ToLower(term)
		return func(i *issue) bool {
			return strings.Contains(strings.ToLower(i.title), word) || strings.Contains(strings.ToLower(i.text.body), word)
		}, nil
	}
	switch key {
	case "repo":
		test = func(i *issue) bool { return strings.EqualFold(i.repo.fullName(), value) }
	case "org", "user":
		test = func(i *issue) bool { return strings.EqualFold(i.repo.owner.login, value) }
	case "is", "type", "state":
		test = func(i *issue) bool {
			return value == i.state || value == "issue" && !i.isPull() || (value == "pr" || value == "pull-request") && i.isPull() ||
				value == "merged" && i.isPull() && !i.pull.mergedTime().IsZero()
		}
	case "label":
		test = func(i *issue) bool { return i.label(value) != nil }
	case "author":
		test = func(i *issue) bool { return strings.EqualFold(i.author.login, value) }
	case "assignee":
		test = func(i *issue) bool { return assigneeFits(i, value) }
	case "in":
		test = func(*issue) bool { return true }
	default:
		return nil, invalid(fieldError{Resource: "Search", Field: "q", Code: "invalid", Message: "the simulated GitHub does not know the qualifier " + key})
	}
	if negated {
		return func(i *issue) bool { return !test(i) }, nil
	}
	return test, nil
}

func (s *Server) searchIssues(r *request) (response, error) {
	q := r.query.Get("q")
	if strings.TrimSpace(q) == "" {
		return response{}, invalid(fieldError{Resource: "Search", Field: "q", Code: "missing"})
	}
	var tests []func(*issue) bool
	for _, term := range searchTerms(q) {
		t, err := searchTest(term)
		if err != nil {
			return response{}, err
		}
		tests = append(tests, t)
	}
	var list []*issue
	for _, rp := range sorted(s.st.repos) {
		if !s.canSee(r.actor, rp) || r.actor.kind == actorInstallation && !r.actor.canAny(rp, "issues:read", false) {
			continue
		}
		for _, i := range rp.numbered() {
			if !slices.ContainsFunc(tests, func(t func(*issue) bool) bool { return !t(i) }) {
				list = append(list, i)
			}
		}
	}
	sortIssues(list, r.query.Get("sort"), r.query.Get("order"))
	p := pagedIn(s, r, "items", list, func(i *issue) obj {
		o := s.renderIssue(i)
		o["score"] = 1
		return o
	})
	p.body.(obj)["incomplete_results"], p.body.(obj)["search_type"] = false, "lexical"
	return p, nil
}
