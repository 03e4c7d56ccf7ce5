package hubsim

import (
	"net/http"
	"slices"
	"strings"
)

func (s *Server) listRequested(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	return ok(obj{"users": s.renderUsers(i.pull.reviewers), "teams": renderTeams(i.pull.teams, s.renderTeam)}), nil
}

// reviewersInput is who reviews are asked of.
type reviewersInput struct {
	Reviewers []string `json:"reviewers"`
	Teams     []string `json:"team_reviewers"`
}

// named finds the people and teams of a request, refusing those who may not review here.
func (s *Server) reviewersNamed(i *issue, in *reviewersInput) ([]*user, []*team, error) {
	stranger := fail(http.StatusUnprocessableEntity, "Reviews may only be requested from collaborators. One or more of the users or "+
		"teams you specified is not a collaborator of the %s repository.", i.repo.fullName())
	var users []*user
	for _, login := range in.Reviewers {
		u := s.st.account(login)
		switch {
		case u == nil || u.kind != typeUser || s.grantedLevel(u, i.repo) < levelRead:
			return nil, nil, stranger
		case u == i.author:
			return nil, nil, fail(http.StatusUnprocessableEntity, "Review cannot be requested from pull request author.")
		case !slices.Contains(users, u):
			users = append(users, u)
		}
	}
	var teams []*team
	for _, slug := range in.Teams {
		t := s.st.team(i.repo.owner, slug)
		if t == nil || !s.teamReaches(t, i.repo) {
			return nil, nil, stranger
		}
		if !slices.Contains(teams, t) {
			teams = append(teams, t)
		}
	}
	return users, teams, nil
}

// teamReaches says whether a team has a permission on a repository, itself or through a team above it.
func (s *Server) teamReaches(t *team, rp *repo) bool {
	for up := t; up != nil; up = up.parent {
		if up.repos[rp.id] >= levelRead {
			return true
		}
	}
	return false
}

func (r *request) reviewersInput() (*reviewersInput, error) {
	var in reviewersInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(string(r.body)) == "" {
		return nil, badShape(`"reviewers" wasn't supplied.`)
	}
	return &in, nil
}

func (s *Server) requestReviewers(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	in, err := r.reviewersInput()
	if err != nil {
		return response{}, err
	}
	users, teams, err := s.reviewersNamed(i, in)
	if err != nil {
		return response{}, err
	}
	w, p := r.write(), i.pull
	for _, u := range users {
		if !slices.Contains(p.reviewers, u) {
			p.reviewers = append(p.reviewers, u)
			s.requestChanged(w, i, "review_requested", u, nil)
		}
	}
	for _, t := range teams {
		if !slices.Contains(p.teams, t) {
			p.teams = append(p.teams, t)
			s.requestChanged(w, i, "review_requested", nil, t)
			s.assignMembers(w, i, t)
		}
	}
	return created(s.renderPull(i)), nil
}

// assignMembers asks members of a team in its place, where the team has that set. If nobody is free, the team stays.
func (s *Server) assignMembers(w write, i *issue, t *team) {
	if t.assign == nil {
		return
	}
	if t.assign.Author {
		w.actor = &actor{kind: actorPerson, user: i.author}
	}
	p, asked := i.pull, 0
	members := slices.DeleteFunc(s.st.membersOf(t), func(u *user) bool { return u == i.author })
	for _, u := range members {
		if t.assign.Count && slices.Contains(p.reviewers, u) {
			asked++
		}
	}
	for n, from := 0, t.turn; n < len(members) && asked < t.assign.Members; n++ {
		u := members[(from+n)%len(members)]
		if t.turn++; slices.Contains(p.reviewers, u) {
			continue
		}
		p.reviewers = append(p.reviewers, u)
		s.requestChanged(w, i, "review_requested", u, nil)
		asked++
	}
	if asked > 0 && !t.assign.Keep {
		p.teams = without(p.teams, t)
		s.requestChanged(w, i, "review_request_removed", nil, t)
	}
}

func (s *Server) removeReviewers(r *request) (response, error) {
	i, err := r.pullOf()
	if err != nil {
		return response{}, err
	}
	in, err := r.reviewersInput()
	if err != nil {
		return response{}, err
	}
	users, teams, err := s.reviewersNamed(i, in)
	if err != nil {
		return response{}, err
	}
	w, p := r.write(), i.pull
	for _, u := range users {
		if slices.Contains(p.reviewers, u) {
			p.reviewers = without(p.reviewers, u)
			s.requestChanged(w, i, "review_request_removed", u, nil)
		}
	}
	for _, t := range teams {
		if slices.Contains(p.teams, t) {
			p.teams = without(p.teams, t)
			s.requestChanged(w, i, "review_request_removed", nil, t)
		}
	}
	return ok(s.renderPull(i)), nil
}

// requestChanged tells of one person or team that was asked for a review, or is no more.
func (s *Server) requestChanged(w write, i *issue, kind string, u *user, t *team) {
	i.updatedAt = w.now
	extra := obj{}
	if u != nil {
		extra["requested_reviewer"] = s.renderUser(u)
	} else {
		extra["requested_team"] = s.renderHookTeam(t)
	}
	s.addEvent(w, i, kind, func(e *event) {
		e.extra, e.reviewer = obj{"review_requester": s.renderUser(w.user())}, u
		if t != nil {
			e.reviewer = t
		}
		for k, v := range extra {
			e.extra[k] = v
		}
	})
	s.emitPull(w, i, kind, extra)
}
