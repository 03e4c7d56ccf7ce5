package hubsim

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// gqlMutationFields are the writes that GraphQL alone or GraphQL too can do. They go through the same functions as
// those of REST, so that they send the same webhooks.
func gqlMutationFields() map[string]gqlResolver {
	return fieldsOf("Mutation", map[string]gqlResolver{
		"addComment":                mutation(mutateAddComment),
		"updateIssueComment":        mutation(mutateUpdateComment),
		"deleteIssue":               mutation(mutateDeleteIssue),
		"deleteIssueComment":        mutation(mutateDeleteComment),
		"minimizeComment":           mutation(mutateMinimize),
		"unminimizeComment":         mutation(mutateUnminimize),
		"addReaction":               mutation(mutateAddReaction),
		"removeReaction":            mutation(mutateRemoveReaction),
		"addLabelsToLabelable":      mutation(mutateAddLabels),
		"removeLabelsFromLabelable": mutation(mutateRemoveLabels),
		"updateIssue":               mutation(mutateUpdateIssue),
		"closeIssue":                mutation(mutateCloseIssue),
		"reopenIssue":               mutation(mutateReopenIssue),

		"markPullRequestReadyForReview": mutation(mutateDraft(false)),
		"convertPullRequestToDraft":     mutation(mutateDraft(true)),
		"enqueuePullRequest":            mutation(mutateEnqueue),
		"dequeuePullRequest":            mutation(mutateDequeue),
	})
}

// mutation makes a resolver of a function that takes the input object and fills the payload.
func mutation(do func(c *gqlCall, in gqlArgs) (gqlPayload, error)) gqlResolver {
	return func(c *gqlCall, _ any, args gqlArgs) (any, error) {
		in := args.object("input")
		payload, err := do(c, in)
		if err != nil {
			return nil, gqlFromREST(err)
		}
		payload["clientMutationId"] = in["clientMutationId"]
		return payload, nil
	}
}

// gqlFromREST gives an error of the shared functions the type it has in GraphQL.
func gqlFromREST(err error) error {
	var e *apiError
	if !errors.As(err, &e) {
		return err
	}
	kind := map[int]string{http.StatusForbidden: "FORBIDDEN", http.StatusNotFound: "NOT_FOUND", http.StatusGone: "NOT_FOUND"}[e.status]
	if kind == "" {
		kind = "UNPROCESSABLE"
	}
	message := e.message
	for _, detail := range e.errors {
		if f, ok := detail.(fieldError); ok && f.Message != "" {
			message = f.Message
		}
	}
	return gqlErrorf(kind, "%s", message)
}

// target finds a node of the wanted kind by an ID of the input.
func target[T any](c *gqlCall, in gqlArgs, name string) (T, error) {
	node, err := c.node(in.id(name))
	if err != nil {
		var none T
		return none, err
	}
	v, ok := node.(T)
	if !ok {
		return v, gqlErrorf("NOT_FOUND", "Could not resolve to a node with the global id of '%s'", in.id(name))
	}
	return v, nil
}

func (c *gqlCall) write() write { return c.backend.r.write() }

func mutateAddComment(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := target[*issue](c, in, "subjectId")
	if err != nil {
		return nil, err
	}
	if err := c.needWrite(i.repo, levelRead, issueWrite, i.isPull()); err != nil {
		return nil, err
	}
	cm, err := c.backend.s.addComment(c.write(), i, in.str("body"))
	if err != nil {
		return nil, err
	}
	return gqlPayload{"commentEdge": &gqlEdge{cursor: cursorOf(len(i.comments)-1, cm), node: cm}, "subject": i}, nil
}

// ownComment finds a comment that the actor may change.
func ownComment(c *gqlCall, in gqlArgs, name string) (*comment, error) {
	cm, err := target[*comment](c, in, name)
	if err != nil {
		return nil, err
	}
	if !c.backend.s.mayEditComment(c.backend.r.actor, cm) {
		return nil, c.needWrite(cm.issue.repo, levelWrite, issueWrite, cm.issue.isPull())
	}
	return cm, nil
}

func mutateUpdateComment(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	cm, err := ownComment(c, in, "id")
	if err != nil {
		return nil, err
	}
	if err := c.backend.s.editComment(c.write(), cm, in.str("body")); err != nil {
		return nil, err
	}
	return gqlPayload{"issueComment": cm}, nil
}

func mutateDeleteComment(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	cm, err := ownComment(c, in, "id")
	if err != nil {
		return nil, err
	}
	c.backend.s.deleteComment(c.write(), cm)
	return gqlPayload{}, nil
}

// mutateDeleteIssue deletes an issue for good, which only GraphQL can do and only administrators may.
func mutateDeleteIssue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := target[*issue](c, in, "issueId")
	if err != nil {
		return nil, err
	}
	if i.isPull() {
		return nil, gqlErrorf("NOT_FOUND", "Could not resolve to an Issue with the global id of '%s'", in.id("issueId"))
	}
	if err := c.needWrite(i.repo, levelAdmin, "administration:write", false); err != nil {
		return nil, err
	}
	c.backend.s.deleteIssue(c.write(), i)
	return gqlPayload{"repository": i.repo}, nil
}

// mutateMinimize hides a comment. GitHub keeps the reason in lower case with hyphens.
func mutateMinimize(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	cm, err := ownComment(c, in, "subjectId")
	if err != nil {
		return nil, err
	}
	cm.minimizedReason = strings.ReplaceAll(strings.ToLower(in.str("classifier")), "_", "-")
	return gqlPayload{"minimizedComment": cm}, nil
}

func mutateUnminimize(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	cm, err := ownComment(c, in, "subjectId")
	if err != nil {
		return nil, err
	}
	cm.minimizedReason = ""
	return gqlPayload{"unminimizedComment": cm}, nil
}

// reactable finds what a reaction goes to, with its list of reactions.
func reactable(c *gqlCall, in gqlArgs) (any, *repo, *[]*reaction, error) {
	node, err := c.node(in.id("subjectId"))
	if err != nil {
		return nil, nil, nil, err
	}
	var rp *repo
	var list *[]*reaction
	var isPull bool
	switch v := node.(type) {
	case *issue:
		rp, list, isPull = v.repo, &v.reactions, v.isPull()
	case *comment:
		rp, list, isPull = v.issue.repo, &v.reactions, v.issue.isPull()
	default:
		return nil, nil, nil, gqlErrorf("NOT_FOUND", "Could not resolve to a node with the global id of '%s'", in.id("subjectId"))
	}
	return node, rp, list, c.needWrite(rp, levelRead, issueWrite, isPull)
}

func mutateAddReaction(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	subject, rp, list, err := reactable(c, in)
	if err != nil {
		return nil, err
	}
	re, _, err := c.backend.s.addReaction(c.write(), list, restReactionName(in.str("content")))
	if err != nil {
		return nil, err
	}
	return gqlPayload{"reaction": gqlReaction{re, rp}, "reactionGroups": reactionGroups(*list), "subject": subject}, nil
}

// mutateRemoveReaction takes the actor's own reaction back; without one GitHub answers with an error.
func mutateRemoveReaction(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	subject, rp, list, err := reactable(c, in)
	if err != nil {
		return nil, err
	}
	a := c.backend.r.actor
	at := slices.IndexFunc(*list, func(re *reaction) bool {
		return re.user == a.user && gqlReactionName(re.content) == in.str("content")
	})
	if at < 0 {
		return nil, gqlErrorf("UNPROCESSABLE", "%s has not reacted with %s.", a.user.login, in.str("content"))
	}
	re := (*list)[at]
	if err := c.backend.s.removeReaction(a, rp, list, re.id); err != nil {
		return nil, err
	}
	return gqlPayload{"reaction": gqlReaction{re, rp}, "reactionGroups": reactionGroups(*list), "subject": subject}, nil
}

// labelsOf finds the labels of a list of ids, all of one repository.
func (c *gqlCall) labelsOf(rp *repo, ids []string) ([]*label, error) {
	var out []*label
	for _, id := range ids {
		node, err := c.node(id)
		if err != nil {
			return nil, err
		}
		l, ok := node.(gqlLabel)
		if !ok || l.repo != rp {
			return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a node with the global id of '%s'", id)
		}
		out = append(out, l.label)
	}
	return out, nil
}

// labelable finds what gets or loses labels, and the labels.
func labelable(c *gqlCall, in gqlArgs) (*issue, []*label, error) {
	i, err := target[*issue](c, in, "labelableId")
	if err != nil {
		return nil, nil, err
	}
	if err := c.needWrite(i.repo, levelTriage, issueWrite, i.isPull()); err != nil {
		return nil, nil, err
	}
	ids, _ := in.strs("labelIds")
	labels, err := c.labelsOf(i.repo, ids)
	return i, labels, err
}

func mutateAddLabels(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, labels, err := labelable(c, in)
	if err != nil {
		return nil, err
	}
	c.backend.s.addLabels(c.write(), i, labels)
	return gqlPayload{"labelable": i}, nil
}

func mutateRemoveLabels(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, labels, err := labelable(c, in)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		if slices.Contains(i.labels, l) {
			c.backend.s.removeLabel(c.write(), i, l)
		}
	}
	return gqlPayload{"labelable": i}, nil
}

// ownIssue finds an issue that the actor may change.
func ownIssue(c *gqlCall, in gqlArgs, name string) (*issue, error) {
	i, err := target[*issue](c, in, name)
	if err != nil {
		return nil, err
	}
	if i.isPull() {
		return nil, gqlErrorf("NOT_FOUND", "Could not resolve to an Issue with the global id of '%s'", in.id(name))
	}
	if !c.backend.s.mayEdit(c.backend.r.actor, i, levelTriage) {
		return nil, c.needWrite(i.repo, levelTriage, issueWrite, false)
	}
	return i, nil
}

func mutateUpdateIssue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := ownIssue(c, in, "id")
	if err != nil {
		return nil, err
	}
	s := c.backend.s
	title, body := in.pointer("title"), in.pointer("body")
	if (title != nil || body != nil) && !s.mayEdit(c.backend.r.actor, i, levelWrite) {
		return nil, c.needWrite(i.repo, levelWrite, issueWrite, false)
	}
	var labels []*label
	ids, setsLabels := in.strs("labelIds")
	if setsLabels {
		if err := c.needWrite(i.repo, levelTriage, issueWrite, false); err != nil {
			return nil, err
		}
		if labels, err = c.labelsOf(i.repo, ids); err != nil {
			return nil, err
		}
	}
	if err := s.editIssue(c.write(), i, title, body); err != nil {
		return nil, err
	}
	if setsLabels {
		s.setLabels(c.write(), i, labels)
	}
	if state, ok := in.text("state"); ok {
		if err := s.setState(c.write(), i, strings.ToLower(state), ""); err != nil {
			return nil, err
		}
	}
	return gqlPayload{"issue": i}, nil
}

// pointer returns a string argument, nil when it was not given.
func (a gqlArgs) pointer(name string) *string {
	if s, ok := a.text(name); ok {
		return &s
	}
	return nil
}

func mutateCloseIssue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := ownIssue(c, in, "issueId")
	if err != nil {
		return nil, err
	}
	return gqlPayload{"issue": i}, c.backend.s.setState(c.write(), i, "closed", strings.ToLower(in.str("stateReason")))
}

func mutateReopenIssue(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	i, err := ownIssue(c, in, "issueId")
	if err != nil {
		return nil, err
	}
	return gqlPayload{"issue": i}, c.backend.s.setState(c.write(), i, "open", "")
}

// mutateDraft makes a pull request a draft or ready for review, which REST cannot do.
func mutateDraft(draft bool) func(c *gqlCall, in gqlArgs) (gqlPayload, error) {
	return func(c *gqlCall, in gqlArgs) (gqlPayload, error) {
		i, err := target[*issue](c, in, "pullRequestId")
		if err != nil {
			return nil, err
		}
		if !i.isPull() {
			return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a PullRequest with the global id of '%s'", in.id("pullRequestId"))
		}
		if i.author != c.backend.r.actor.user {
			if err := c.needWrite(i.repo, levelWrite, "pull_requests:write", true); err != nil {
				return nil, err
			}
		}
		c.backend.s.setDraft(c.write(), i, draft)
		return gqlPayload{"pullRequest": i}, nil
	}
}
