package hubsim

import (
	"cmp"
	"slices"
	"time"
)

func (s *Server) addEventRoutes() {
	const base = "/repos/{owner}/{repo}/issues"
	s.handle("GET "+base+"/{number}/events", access{app: issueRead}, s.listIssueEvents)
	s.handle("GET "+base+"/{number}/timeline", access{app: issueRead}, s.listTimeline)
	s.handle("GET "+base+"/events", access{app: "issues:read"}, s.listRepoEvents)
	s.handle("GET "+base+"/events/{event_id}", access{app: "issues:read"}, s.getEvent)
}

// timelineOnly are the kinds that the timeline shows and the list of events does not.
var timelineOnly = map[string]bool{"cross-referenced": true, "committed": true, "reviewed": true, "line-commented": true}

// eventNodes are the prefixes of the events' node ids.
var eventNodes = map[string]string{
	"labeled": "LE", "unlabeled": "UNLE", "closed": "CE", "reopened": "REE", "renamed": "RTE", "assigned": "AE",
	"unassigned": "UAE", "locked": "LOE", "unlocked": "UNLOE", "cross-referenced": "CRE", "merged": "ME",
	"referenced": "REFE", "comment_deleted": "CDE", "sub_issue_added": "SIAE", "sub_issue_removed": "SIRE",
	"parent_issue_added": "PIAE", "parent_issue_removed": "PIRE", "review_requested": "RRE",
	"review_request_removed": "RRRE", "head_ref_deleted": "HRDE", "head_ref_force_pushed": "HRFPE", "review_dismissed": "RDE",
	"base_ref_changed": "BRCE", "base_ref_deleted": "BRDE", "base_ref_force_pushed": "BRFPE",
	"automatic_base_change_failed": "ABCFE", "automatic_base_change_succeeded": "ABCSE",
}

func (e *event) nodeID() string {
	return nodeID(cmp.Or(eventNodes[e.kind], "EV"), e.issue.repo.id, e.id)
}

// renderEvent is an event as the timeline and the events of one issue show it.
func (s *Server) renderEvent(e *event) obj {
	if e.render != nil {
		o := e.render()
		o["event"] = e.kind
		return o
	}
	if e.kind == "cross-referenced" {
		source := s.renderIssue(e.source)
		source["repository"] = s.renderRepo(e.source.repo)
		return obj{
			"event": e.kind, "actor": s.renderUser(e.actor), "created_at": stamp(e.createdAt),
			"updated_at": stamp(e.createdAt), "source": obj{"type": "issue", "issue": source},
		}
	}
	o := obj{
		"id": e.id, "node_id": e.nodeID(), "url": s.api("/repos/%s/issues/events/%d", e.issue.repo.fullName(), e.id),
		"actor": s.renderUser(e.actor), "event": e.kind, "commit_id": textOrNull(e.commitID), "commit_url": nil,
		"created_at": stamp(e.createdAt), "performed_via_github_app": s.renderApp(e.app),
	}
	if e.commitID != "" {
		o["commit_url"] = s.api("/repos/%s/commits/%s", e.issue.repo.fullName(), e.commitID)
	}
	s.addEventDetails(o, e)
	for k, v := range e.extra {
		o[k] = v
	}
	return o
}

// addEventDetails adds what a kind of event has beyond the common fields.
func (s *Server) addEventDetails(o obj, e *event) {
	switch e.kind {
	case "labeled", "unlabeled":
		o["label"] = obj{"name": e.label.name, "color": e.label.color}
	case "assigned", "unassigned":
		o["assignee"], o["assigner"] = s.renderUser(e.assignee), s.renderUser(e.actor)
	case "renamed":
		o["rename"] = obj{"from": e.from, "to": e.to}
	case "locked", "unlocked":
		o["lock_reason"] = textOrNull(e.reason)
	case "closed", "reopened":
		o["state_reason"] = textOrNull(e.reason)
	case "sub_issue_added", "sub_issue_removed":
		o["sub_issue"] = s.renderIssueReference(e.source)
	case "parent_issue_added", "parent_issue_removed":
		o["parent_issue"] = s.renderIssueReference(e.source)
	}
}

func (s *Server) renderIssueReference(i *issue) obj {
	return obj{
		"number": i.number, "title": i.title, "state": i.state, "state_reason": textOrNull(i.stateReason),
		"repository": s.renderSimpleRepo(i.repo), "issue_type": nil,
	}
}

func (s *Server) listIssueEvents(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	list := slices.DeleteFunc(slices.Clone(i.events), func(e *event) bool { return timelineOnly[e.kind] })
	return paged(s, r, list, s.renderEvent), nil
}

// withIssue is an event as the lists of a repository show it.
func (s *Server) withIssue(e *event) obj {
	o := s.renderEvent(e)
	o["issue"] = s.renderIssue(e.issue)
	return o
}

func (s *Server) listRepoEvents(r *request) (response, error) {
	list := slices.DeleteFunc(slices.Clone(r.repo.events), func(e *event) bool { return timelineOnly[e.kind] })
	slices.Reverse(list) // the newest first
	return paged(s, r, list, s.withIssue), nil
}

func (s *Server) getEvent(r *request) (response, error) {
	for _, e := range r.repo.events {
		if e.id == r.num("event_id") && !timelineOnly[e.kind] {
			return ok(s.withIssue(e)), nil
		}
	}
	return response{}, notFound()
}

// timelineItem is an event or a comment of an issue.
type timelineItem struct {
	at      time.Time
	id      int64
	event   *event
	comment *comment
}

// timeline returns the events and comments of an issue in order of time.
func (i *issue) timeline() []timelineItem {
	var list []timelineItem
	for _, e := range i.events {
		list = append(list, timelineItem{at: e.createdAt, id: e.id, event: e})
	}
	for _, c := range i.comments {
		list = append(list, timelineItem{at: c.createdAt, id: c.id, comment: c})
	}
	slices.SortStableFunc(list, func(a, b timelineItem) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
	})
	return list
}

func (s *Server) listTimeline(r *request) (response, error) {
	i, err := r.issueOf()
	if err != nil {
		return response{}, err
	}
	return paged(s, r, i.timeline(), func(t timelineItem) obj {
		if t.event != nil {
			o := s.renderEvent(t.event)
			delete(o, "assigner") // the list of events has it, the timeline has not
			return o
		}
		o := s.renderComment(t.comment)
		o["event"], o["actor"] = "commented", s.renderUser(t.comment.author)
		return o
	}), nil
}
