package hubsim

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (i *issue) gqlType() string {
	if i.isPull() {
		return "PullRequest"
	}
	return "Issue"
}

func (i *issue) gqlKey() string { return i.nodeID() }

// resourcePath is the path of the issue's page.
func (i *issue) resourcePath() string {
	kind := "issues"
	if i.isPull() {
		kind = "pull"
	}
	return "/" + i.repo.fullName() + "/" + kind + "/" + strconv.Itoa(i.number)
}

func issueRemark(i *issue) remark {
	mayWrite := "issues:write"
	if i.isPull() {
		mayWrite = "pull_requests:write"
	}
	return remark{
		id: i.nodeID(), databaseID: i.id, text: &i.text, author: i.author, createdAt: i.createdAt, updatedAt: i.updatedAt,
		repo: i.repo, path: i.resourcePath(), reactions: i.reactions, mayWrite: mayWrite,
	}
}

// gqlThreadFields are what issues and pull requests have in common beyond a remark.
func gqlThreadFields(typ string) map[string]gqlResolver {
	out := remarkFields(typ, issueRemark)
	maps.Copy(out, fieldsOf(typ, map[string]gqlResolver{
		"number":    of(func(_ *gqlCall, i *issue) any { return i.number }),
		"title":     of(func(_ *gqlCall, i *issue) any { return i.title }),
		"closed":    of(func(_ *gqlCall, i *issue) any { return i.state == "closed" }),
		"closedAt":  of(func(_ *gqlCall, i *issue) any { return gqlTime(i.closedAt) }),
		"locked":    of(func(_ *gqlCall, i *issue) any { return i.locked }),
		"assignees": of(func(_ *gqlCall, i *issue) any { return listOf(i.assignees) }),
		"labels": with(func(_ *gqlCall, i *issue, args gqlArgs) (any, error) {
			return orderLabels(i.repo, i.labels, args), nil
		}),
		"comments": with(func(_ *gqlCall, i *issue, args gqlArgs) (any, error) {
			comments := slices.Clone(i.comments)
			if order := args.object("orderBy"); order != nil {
				slices.SortStableFunc(comments, func(a, b *comment) int { return a.updatedAt.Compare(b.updatedAt) })
				if order.str("direction") == "DESC" {
					slices.Reverse(comments)
				}
			}
			return listOf(comments), nil
		}),
	}))
	return out
}

func gqlIssueFields() map[string]gqlResolver {
	out := gqlThreadFields("Issue")
	maps.Copy(out, fieldsOf("Issue", map[string]gqlResolver{
		"state": of(func(_ *gqlCall, i *issue) any { return strings.ToUpper(i.state) }),
		"stateReason": with(func(_ *gqlCall, i *issue, args gqlArgs) (any, error) {
			if i.stateReason == "duplicate" && !args.flag("enableDuplicate") {
				return "NOT_PLANNED", nil
			}
			return gqlEnum(i.stateReason), nil
		}),
		"parent":    of(func(_ *gqlCall, i *issue) any { return i.parent }),
		"subIssues": of(func(_ *gqlCall, i *issue) any { return listOf(i.subIssues) }),
		"subIssuesSummary": of(func(_ *gqlCall, i *issue) any {
			sum := i.subIssuesSummary()
			return gqlPayload{"total": sum["total"], "completed": sum["completed"], "percentCompleted": sum["percent_completed"]}
		}),
		"participants":  of(func(_ *gqlCall, i *issue) any { return participants(i) }),
		"timelineItems": with(timelineItems),
	}))
	for _, name := range []string{"total", "completed", "percentCompleted"} {
		out["SubIssuesSummary."+name] = of(func(_ *gqlCall, p gqlPayload) any { return p[name] })
	}
	return out
}

// gqlEnum writes one of REST's lower-case words as GraphQL's enums do; null for none.
func gqlEnum(word string) any {
	if word == "" {
		return nil
	}
	return strings.ToUpper(word)
}

// participants are the people who wrote: the author first, then the commenters.
func participants(i *issue) gqlList {
	var out gqlList
	seen := map[*user]bool{}
	add := func(u *user) {
		if u != nil && u.kind == typeUser && !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	add(i.author)
	for _, cm := range i.comments {
		add(cm.author)
	}
	return out
}

func (cm *comment) gqlType() string { return "IssueComment" }

func (cm *comment) gqlKey() string { return nodeID(nodeComment, cm.issue.repo.id, cm.id) }

func gqlCommentFields() map[string]gqlResolver {
	out := remarkFields("IssueComment", func(cm *comment) remark {
		return remark{
			id: cm.gqlKey(), databaseID: cm.id, text: &cm.text, author: cm.author, createdAt: cm.createdAt, updatedAt: cm.updatedAt,
			repo: cm.issue.repo, path: cm.issue.resourcePath() + "#issuecomment-" + strconv.FormatInt(cm.id, 10), reactions: cm.reactions,
			mayWrite: "issues:write",
		}
	})
	maps.Copy(out, fieldsOf("IssueComment", map[string]gqlResolver{
		"issue": of(func(_ *gqlCall, cm *comment) any { return cm.issue }),
		"pullRequest": of(func(_ *gqlCall, cm *comment) any {
			if cm.issue.isPull() {
				return cm.issue
			}
			return nil
		}),
		"isMinimized":     of(func(_ *gqlCall, cm *comment) any { return cm.minimizedReason != "" }),
		"minimizedReason": of(func(_ *gqlCall, cm *comment) any { return textOrNull(cm.minimizedReason) }),
	}))
	return out
}

// issueQuery is the arguments of Repository.issues, Label.issues and Repository.pullRequests.
type issueQuery struct {
	states, labels             []string
	hasStates, hasLabels       bool
	createdBy, assignee        string
	baseRefName, headRefName   string
	hasCreatedBy, hasAssignee  bool
	hasBaseRef, hasHeadRefName bool
}

// threads returns the issues or pull requests that match. Of several labels any one is enough, as on GitHub, where REST
// by contrast asks for all of them.
func (c *gqlCall) threads(rp *repo, pulls bool, args gqlArgs) (gqlList, error) {
	filter := args.object("filterBy")
	since, hasSince, err := filter.instant("since")
	if err != nil {
		return nil, err
	}
	q := newIssueQuery(args, filter)
	var found []*issue
	for _, i := range rp.numbered() {
		if i.isPull() == pulls && q.matches(i) && (!hasSince || !i.updatedAt.Before(since)) {
			found = append(found, i)
		}
	}
	orderIssues(found, args.object("orderBy"))
	return listOf(found), nil
}

func newIssueQuery(args, filter gqlArgs) issueQuery {
	var q issueQuery
	if q.states, q.hasStates = args.strs("states"); !q.hasStates {
		q.states, q.hasStates = filter.strs("states")
	}
	if q.labels, q.hasLabels = args.strs("labels"); !q.hasLabels {
		q.labels, q.hasLabels = filter.strs("labels")
	}
	q.createdBy, q.hasCreatedBy = filter.text("createdBy")
	q.assignee, q.hasAssignee = filter.text("assignee")
	q.baseRefName, q.hasBaseRef = args.text("baseRefName")
	q.headRefName, q.hasHeadRefName = args.text("headRefName")
	return q
}

func (q issueQuery) matches(i *issue) bool {
	switch {
	case q.hasStates && len(q.states) > 0 && !slices.Contains(q.states, gqlState(i)):
		return false
	case q.hasLabels && len(q.labels) > 0 && !slices.ContainsFunc(q.labels, func(l string) bool { return i.label(l) != nil }):
		return false
	case q.hasCreatedBy && (i.author == nil || !strings.EqualFold(i.author.login, q.createdBy)):
		return false
	case q.hasAssignee && !assignedTo(i, q.assignee):
		return false
	}
	return (!q.hasBaseRef || baseRefName(i) == q.baseRefName) && (!q.hasHeadRefName || headRefName(i) == q.headRefName)
}

func assignedTo(i *issue, login string) bool {
	if login == "*" {
		return len(i.assignees) > 0
	}
	return slices.ContainsFunc(i.assignees, func(u *user) bool { return strings.EqualFold(u.login, login) })
}

// gqlState is OPEN or CLOSED and, of a pull request, MERGED.
func gqlState(i *issue) string {
	if i.isPull() && pullMerged(i) {
		return "MERGED"
	}
	return strings.ToUpper(i.state)
}

func orderIssues(issues []*issue, order gqlArgs) {
	if order == nil {
		return // by number, which is by creation
	}
	slices.SortStableFunc(issues, func(a, b *issue) int {
		switch order.str("field") {
		case "UPDATED_AT":
			return a.updatedAt.Compare(b.updatedAt)
		case "COMMENTS":
			return cmp.Compare(len(a.comments), len(b.comments))
		}
		return a.createdAt.Compare(b.createdAt)
	})
	if order.str("direction") == "DESC" {
		slices.Reverse(issues)
	}
}

// gqlLabel is a label in its repository.
type gqlLabel struct {
	*label
	repo *repo
}

func (l gqlLabel) gqlType() string { return "Label" }

func (l gqlLabel) gqlKey() string { return nodeID(nodeLabel, l.repo.id, l.id) }

func (l gqlLabel) resourcePath() string {
	return "/" + l.repo.fullName() + "/labels/" + url.PathEscape(l.name)
}

// orderLabels turns labels into a connection in the order that orderBy asks for: by creation unless it says
// otherwise.
func orderLabels(rp *repo, labels []*label, args gqlArgs) gqlList {
	sorted := slices.Clone(labels)
	order := args.object("orderBy")
	slices.SortStableFunc(sorted, func(a, b *label) int {
		if order.str("field") == "NAME" {
			return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
		}
		return cmp.Compare(a.id, b.id)
	})
	if order.str("direction") == "DESC" {
		slices.Reverse(sorted)
	}
	var out gqlList
	for _, l := range sorted {
		out = append(out, gqlLabel{l, rp})
	}
	return out
}

func gqlLabelFields() map[string]gqlResolver {
	return fieldsOf("Label", map[string]gqlResolver{
		"id":           of(func(_ *gqlCall, l gqlLabel) any { return l.gqlKey() }),
		"name":         of(func(_ *gqlCall, l gqlLabel) any { return l.name }),
		"color":        of(func(_ *gqlCall, l gqlLabel) any { return l.color }),
		"description":  of(func(_ *gqlCall, l gqlLabel) any { return textOrNull(l.description) }),
		"isDefault":    of(func(_ *gqlCall, l gqlLabel) any { return l.standard }),
		"url":          of(func(c *gqlCall, l gqlLabel) any { return c.backend.s.web("%s", l.resourcePath()) }),
		"resourcePath": of(func(_ *gqlCall, l gqlLabel) any { return l.resourcePath() }),
		"repository":   of(func(_ *gqlCall, l gqlLabel) any { return l.repo }),
		"issues": with(func(c *gqlCall, l gqlLabel, args gqlArgs) (any, error) {
			if err := c.need(l.repo, "issues:read", false); err != nil {
				return nil, err
			}
			args = maps.Clone(args)
			args["labels"] = []any{l.name}
			return c.threads(l.repo, false, args)
		}),
	})
}
