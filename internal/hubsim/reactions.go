package hubsim

import (
	"net/http"
	"slices"
)

func (s *Server) addReactionRoutes() {
	const base = "/repos/{owner}/{repo}/issues"
	s.handle("GET "+base+"/{number}/reactions", access{app: issueRead}, s.listIssueReactions)
	s.handle("POST "+base+"/{number}/reactions", access{app: issueWrite}, s.reactToIssue)
	s.handle("DELETE "+base+"/{number}/reactions/{reaction_id}", access{app: issueWrite}, s.dropIssueReaction)
	s.handle("GET "+base+"/comments/{comment_id}/reactions", access{}, s.listCommentReactions)
	s.handle("POST "+base+"/comments/{comment_id}/reactions", access{}, s.reactToComment)
	s.handle("DELETE "+base+"/comments/{comment_id}/reactions/{reaction_id}", access{}, s.dropCommentReaction)
}

// addReaction adds a reaction to a list; isNew is false if the user had it there already. GitHub sends no webhook.
func (s *Server) addReaction(w write, list *[]*reaction, content string) (re *reaction, isNew bool, err error) {
	if !slices.Contains(reactionContents, content) {
		return nil, false, invalid(fieldError{Resource: "Reaction", Field: "content", Code: "invalid", Value: content})
	}
	for _, re := range *list {
		if re.user == w.user() && re.content == content {
			return re, false, nil
		}
	}
	re = &reaction{id: s.st.ids.next(), user: w.user(), app: w.actor.via(), content: content, createdAt: w.now}
	*list = append(*list, re)
	return re, true, nil
}

// removeReaction removes a reaction of the actor's own, or any for who may administer the repository.
func (s *Server) removeReaction(a *actor, rp *repo, list *[]*reaction, id int64) error {
	for _, re := range *list {
		if re.id != id {
			continue
		}
		if re.user != a.user && s.levelOf(a.user, rp) < levelAdmin {
			return fail(http.StatusForbidden, "You do not have permission to delete this reaction.")
		}
		*list = without(*list, re)
		return nil
	}
	return notFound()
}

func (s *Server) listReactions(r *request, list []*reaction) response {
	if content := r.query.Get("content"); content != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(re *reaction) bool { return re.content != content })
	}
	return paged(s, r, list, func(re *reaction) obj { return s.renderReaction(r.repo, re) })
}

func (s *Server) react(r *request, list *[]*reaction) (response, error) {
	content, err := r.textField("content")
	if err != nil {
		return response{}, err
	}
	re, isNew, err := s.addReaction(r.write(), list, content)
	if err != nil {
		return response{}, err
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	return response{status: status, body: s.renderReaction(r.repo, re)}, nil
}

func (s *Server) dropReaction(r *request, list *[]*reaction) (response, error) {
	if err := s.removeReaction(r.actor, r.repo, list, r.num("reaction_id")); err != nil {
		return response{}, err
	}
	return noContent(), nil
}

func (s *Server) listIssueReactions(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return s.listReactions(r, i.reactions), nil
}

func (s *Server) reactToIssue(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return s.react(r, &i.reactions)
}

func (s *Server) dropIssueReaction(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return s.dropReaction(r, &i.reactions)
}

func (s *Server) listCommentReactions(r *request) (response, error) {
	c, err := s.commentOf(r, issueRead)
	if err != nil {
		return response{}, err
	}
	return s.listReactions(r, c.reactions), nil
}

func (s *Server) reactToComment(r *request) (response, error) {
	c, err := s.commentOf(r, issueWrite)
	if err != nil {
		return response{}, err
	}
	return s.react(r, &c.reactions)
}

func (s *Server) dropCommentReaction(r *request) (response, error) {
	c, err := s.commentOf(r, issueWrite)
	if err != nil {
		return response{}, err
	}
	return s.dropReaction(r, &c.reactions)
}
