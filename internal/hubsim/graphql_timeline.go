package hubsim

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// timelineTypes says which type of the schema an event of the timeline is, and its name in itemTypes.
var timelineTypes = []struct{ kind, typ, itemType string }{
	{"labeled", "LabeledEvent", "LABELED_EVENT"},
	{"unlabeled", "UnlabeledEvent", "UNLABELED_EVENT"},
	{"closed", "ClosedEvent", "CLOSED_EVENT"},
	{"reopened", "ReopenedEvent", "REOPENED_EVENT"},
	{"comment_deleted", "CommentDeletedEvent", "COMMENT_DELETED_EVENT"},
	{"renamed", "RenamedTitleEvent", "RENAMED_TITLE_EVENT"},
	{"review_requested", "ReviewRequestedEvent", "REVIEW_REQUESTED_EVENT"},
	{"review_request_removed", "ReviewRequestRemovedEvent", "REVIEW_REQUEST_REMOVED_EVENT"},
	{"head_ref_force_pushed", "HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT"},
	{"base_ref_changed", "BaseRefChangedEvent", "BASE_REF_CHANGED_EVENT"},
	{"base_ref_deleted", "BaseRefDeletedEvent", "BASE_REF_DELETED_EVENT"},
	{"base_ref_force_pushed", "BaseRefForcePushedEvent", "BASE_REF_FORCE_PUSHED_EVENT"},
	{"automatic_base_change_failed", "AutomaticBaseChangeFailedEvent", "AUTOMATIC_BASE_CHANGE_FAILED_EVENT"},
	{"automatic_base_change_succeeded", "AutomaticBaseChangeSucceededEvent", "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT"},
}

// What of the timeline is no event.
const (
	commentItem = "ISSUE_COMMENT"
	reviewItem  = "PULL_REQUEST_REVIEW"
)

// gqlType is the event's type in the schema, "" for one that the schema leaves out.
func (e *event) gqlType() string {
	for _, t := range timelineTypes {
		if t.kind == e.kind {
			return t.typ
		}
	}
	return ""
}

func (e *event) itemType() string {
	for _, t := range timelineTypes {
		if t.kind == e.kind {
			return t.itemType
		}
	}
	return ""
}

func (e *event) gqlKey() string { return e.nodeID() }

// timelineItems lists an issue's comments and events in the order in which they came about.
func timelineItems(c *gqlCall, i *issue, args gqlArgs) (any, error) {
	since, hasSince, err := args.instant("since")
	if err != nil {
		return nil, err
	}
	types, filtered := args.strs("itemTypes")
	wanted := func(itemType string, at time.Time) bool {
		return itemType != "" && (!filtered || slices.Contains(types, itemType)) && (!hasSince || !at.Before(since))
	}
	type item struct {
		at    time.Time
		id    int64
		value any
	}
	var items []item
	for _, cm := range i.comments {
		if wanted(commentItem, cm.createdAt) {
			items = append(items, item{cm.createdAt, cm.id, cm})
		}
	}
	if i.isPull() {
		for _, rv := range c.reviews(i) {
			if rv.state != reviewPending && wanted(reviewItem, rv.submittedAt) {
				items = append(items, item{rv.submittedAt, rv.id, rv})
			}
		}
	}
	for _, e := range i.events {
		if wanted(e.itemType(), e.createdAt) {
			items = append(items, item{e.createdAt, e.id, e})
		}
	}
	slices.SortFunc(items, func(a, b item) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	if skip, ok := args.num("skip"); ok {
		items = items[min(max(skip, 0), len(items)):]
	}
	out := gqlList{}
	for _, it := range items {
		out = append(out, it.value)
	}
	return out, nil
}

// eventLabel is the label of an event as it is now or, if it is gone, as it was then.
func eventLabel(e *event) gqlLabel {
	rp := e.issue.repo
	if l := rp.label(e.label.name); l != nil {
		return gqlLabel{l, rp}
	}
	return gqlLabel{&label{name: e.label.name, color: e.label.color}, rp}
}

func gqlTimelineFields() map[string]gqlResolver {
	out := map[string]gqlResolver{}
	for _, t := range timelineTypes {
		maps.Copy(out, fieldsOf(t.typ, map[string]gqlResolver{
			"id":        of(func(_ *gqlCall, e *event) any { return e.gqlKey() }),
			"actor":     of(func(_ *gqlCall, e *event) any { return gqlUser(e.actor) }),
			"createdAt": of(func(_ *gqlCall, e *event) any { return gqlTime(e.createdAt) }),
		}))
	}
	for _, typ := range []string{"LabeledEvent", "UnlabeledEvent"} {
		out[typ+".label"] = of(func(_ *gqlCall, e *event) any { return eventLabel(e) })
		out[typ+".labelable"] = of(func(_ *gqlCall, e *event) any { return e.issue })
	}
	for _, typ := range []string{"ClosedEvent", "ReopenedEvent"} {
		out[typ+".closable"] = of(func(_ *gqlCall, e *event) any { return e.issue })
		out[typ+".stateReason"] = of(func(_ *gqlCall, e *event) any { return gqlEnum(e.reason) })
	}
	path := func(e *event) string { return e.issue.resourcePath() + "#event-" + strconv.FormatInt(e.id, 10) }
	out["ClosedEvent.url"] = of(func(c *gqlCall, e *event) any { return c.backend.s.web("%s", path(e)) })
	out["ClosedEvent.resourcePath"] = of(func(_ *gqlCall, e *event) any { return path(e) })
	out["CommentDeletedEvent.databaseId"] = of(func(_ *gqlCall, e *event) any { return e.id })
	out["CommentDeletedEvent.deletedCommentAuthor"] = of(func(_ *gqlCall, e *event) any { return gqlUser(e.author) })
	out["RenamedTitleEvent.previousTitle"] = of(func(_ *gqlCall, e *event) any { return e.from })
	out["RenamedTitleEvent.currentTitle"] = of(func(_ *gqlCall, e *event) any { return e.to })
	maps.Copy(out, gqlPullEventFields())
	return out
}

// gqlPullEventFields are the fields of the events that only pull requests have.
func gqlPullEventFields() map[string]gqlResolver {
	out := map[string]gqlResolver{}
	pullRequest := of(func(_ *gqlCall, e *event) any { return e.issue })
	for _, typ := range []string{"ReviewRequestedEvent", "ReviewRequestRemovedEvent"} {
		out[typ+".pullRequest"] = pullRequest
		out[typ+".requestedReviewer"] = with(func(c *gqlCall, e *event, _ gqlArgs) (any, error) { return c.reviewer(e.reviewer) })
	}
	commit := func(sha func(*event) string) gqlResolver {
		return with(func(c *gqlCall, e *event, _ gqlArgs) (any, error) { return c.commit(e.issue.repo, sha(e)) })
	}
	forced := func(ref func(*pull) any) map[string]gqlResolver {
		return map[string]gqlResolver{
			"pullRequest":  pullRequest,
			"beforeCommit": commit(func(e *event) string { return e.from }),
			"afterCommit":  commit(func(e *event) string { return e.to }),
			"ref":          of(func(_ *gqlCall, e *event) any { return ref(e.issue.pull) }),
		}
	}
	maps.Copy(out, fieldsOf("HeadRefForcePushedEvent", forced(func(p *pull) any { return branchRef(p.headRepo, p.headRef) })))
	maps.Copy(out, fieldsOf("BaseRefForcePushedEvent", forced(func(p *pull) any { return branchRef(p.issue.repo, p.baseRef) })))
	from := of(func(_ *gqlCall, e *event) any { return e.from })
	to := of(func(_ *gqlCall, e *event) any { return e.to })
	maps.Copy(out, fieldsOf("BaseRefChangedEvent", map[string]gqlResolver{"pullRequest": pullRequest, "previousRefName": from, "currentRefName": to}))
	maps.Copy(out, fieldsOf("BaseRefDeletedEvent", map[string]gqlResolver{"pullRequest": pullRequest, "baseRefName": from}))
	for _, typ := range []string{"AutomaticBaseChangeFailedEvent", "AutomaticBaseChangeSucceededEvent"} {
		maps.Copy(out, fieldsOf(typ, map[string]gqlResolver{"pullRequest": pullRequest, "oldBase": from, "newBase": to}))
	}
	return out
}

// reviewer is who a review is asked of. A team is told only to who may know of it: an App needs the members
// permission, people must be in the organisation.
func (c *gqlCall) reviewer(who gqlKeyed) (any, error) {
	t, isTeam := who.(*team)
	if !isTeam {
		return who, nil
	}
	if visible, err := c.seeTeam(t); !visible || err != nil {
		return nil, err
	}
	return t, nil
}
