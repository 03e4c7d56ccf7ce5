package hubsim

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// remark is what an issue, a pull request, a comment and a review have in common: a text by somebody, with its
// history and the reactions to it. Comment and Reactable are its interfaces in the schema.
type remark struct {
	id         string
	databaseID int64
	text       *text
	author     *user
	createdAt  time.Time
	updatedAt  time.Time
	repo       *repo
	path       string // of its page
	reactions  []*reaction
	mayWrite   string // the permission an App needs to change it
}

// remarkFields are the fields of Comment, Reactable and what comes with them, for one type.
func remarkFields[T any](typ string, read func(T) remark) map[string]gqlResolver {
	field := func(f func(c *gqlCall, m remark) any) gqlResolver {
		return of(func(c *gqlCall, v T) any { return f(c, read(v)) })
	}
	return fieldsOf(typ, map[string]gqlResolver{
		"id":                field(func(_ *gqlCall, m remark) any { return m.id }),
		"databaseId":        field(func(_ *gqlCall, m remark) any { return m.databaseID }),
		"fullDatabaseId":    field(func(_ *gqlCall, m remark) any { return strconv.FormatInt(m.databaseID, 10) }),
		"body":              field(func(_ *gqlCall, m remark) any { return m.text.body }),
		"author":            field(func(_ *gqlCall, m remark) any { return gqlUser(m.author) }),
		"authorAssociation": field(func(c *gqlCall, m remark) any { return c.backend.s.association(m.repo, m.author) }),
		"createdAt":         field(func(_ *gqlCall, m remark) any { return gqlTime(m.createdAt) }),
		"publishedAt":       field(func(_ *gqlCall, m remark) any { return gqlTime(m.createdAt) }),
		"updatedAt":         field(func(_ *gqlCall, m remark) any { return gqlTime(m.updatedAt) }),
		"lastEditedAt": field(func(_ *gqlCall, m remark) any {
			if e := m.text.lastEdit(); e != nil {
				return gqlTime(e.at)
			}
			return nil
		}),
		"editor": field(func(_ *gqlCall, m remark) any {
			if e := m.text.lastEdit(); e != nil {
				return gqlUser(e.editor)
			}
			return nil
		}),
		"includesCreatedEdit": field(func(_ *gqlCall, m remark) any { return len(m.text.edits) > 0 }),
		"userContentEdits":    field(contentEdits),
		"viewerDidAuthor":     field(func(c *gqlCall, m remark) any { return m.author == c.backend.r.actor.user }),
		"viewerCanUpdate": field(func(c *gqlCall, m remark) any {
			own := m.author == c.backend.r.actor.user && c.backend.r.actor.kind == actorPerson
			return own || c.backend.s.can(c.backend.r.actor, m.repo, levelWrite, m.mayWrite, false)
		}),
		"url":            field(func(c *gqlCall, m remark) any { return c.backend.s.web("%s", m.path) }),
		"resourcePath":   field(func(_ *gqlCall, m remark) any { return m.path }),
		"repository":     field(func(_ *gqlCall, m remark) any { return m.repo }),
		"reactionGroups": field(func(_ *gqlCall, m remark) any { return reactionGroups(m.reactions) }),
		"reactions": with(func(_ *gqlCall, v T, args gqlArgs) (any, error) {
			m := read(v)
			var out gqlList
			for _, re := range m.reactions {
				if content := args.str("content"); content == "" || content == gqlReactionName(re.content) {
					out = append(out, gqlReaction{re, m.repo})
				}
			}
			return out, nil
		}),
	})
}

// gqlEdit is an entry of a text's history.
type gqlEdit struct {
	bodyEdit
	repo *repo
}

func (e gqlEdit) gqlType() string { return "UserContentEdit" }

func (e gqlEdit) gqlKey() string { return nodeID("UCE", e.repo.id, e.id) }

// contentEdits lists a text's history as GitHub does: the newest edit first, the original text last, nothing for a
// text that was never edited.
func contentEdits(_ *gqlCall, m remark) any {
	out := gqlList{}
	for _, e := range slices.Backward(m.text.edits) {
		out = append(out, gqlEdit{e, m.repo})
	}
	return out
}

// gqlContents are the reactions there are, in the order in which reactionGroups lists them.
var gqlContents = []struct{ rest, name string }{
	{"+1", "THUMBS_UP"}, {"-1", "THUMBS_DOWN"}, {"laugh", "LAUGH"}, {"hooray", "HOORAY"},
	{"confused", "CONFUSED"}, {"heart", "HEART"}, {"rocket", "ROCKET"}, {"eyes", "EYES"},
}

func gqlReactionName(rest string) string {
	for _, c := range gqlContents {
		if c.rest == rest {
			return c.name
		}
	}
	return ""
}

func restReactionName(name string) string {
	for _, c := range gqlContents {
		if c.name == name {
			return c.rest
		}
	}
	return ""
}

// reactionGroup is the reactions of one content.
type reactionGroup struct {
	content   string
	reactions []*reaction
}

// reactionGroups sorts reactions by content; like GitHub it has a group for each content, empty ones included.
func reactionGroups(rs []*reaction) []reactionGroup {
	var out []reactionGroup
	for _, c := range gqlContents {
		g := reactionGroup{content: c.name}
		for _, re := range rs {
			if re.content == c.rest {
				g.reactions = append(g.reactions, re)
			}
		}
		out = append(out, g)
	}
	return out
}

// gqlReaction is a reaction in a repository.
type gqlReaction struct {
	*reaction
	repo *repo
}

func (g gqlReaction) gqlKey() string { return nodeID(nodeReaction, g.repo.id, g.id) }

// gqlReactor is the account behind a reaction, with when it reacted for the edge.
type gqlReactor struct {
	*user
	at time.Time
}

func (r gqlReactor) gqlNode() any { return r.user }

func gqlReactionFields() map[string]gqlResolver {
	reactors := func(peopleOnly bool) gqlResolver {
		return of(func(_ *gqlCall, g reactionGroup) any {
			out := gqlList{}
			for _, re := range g.reactions {
				if re.user != nil && (!peopleOnly || re.user.kind == typeUser) {
					out = append(out, gqlReactor{re.user, re.createdAt})
				}
			}
			return out
		})
	}
	out := fieldsOf("ReactionGroup", map[string]gqlResolver{
		"content": of(func(_ *gqlCall, g reactionGroup) any { return g.content }),
		"createdAt": of(func(_ *gqlCall, g reactionGroup) any {
			if len(g.reactions) == 0 {
				return nil
			}
			return gqlTime(g.reactions[0].createdAt)
		}),
		"viewerHasReacted": of(func(c *gqlCall, g reactionGroup) any {
			return slices.ContainsFunc(g.reactions, func(re *reaction) bool { return re.user == c.backend.r.actor.user })
		}),
		"users":    reactors(true),
		"reactors": reactors(false),
	})
	maps.Copy(out, fieldsOf("Reaction", map[string]gqlResolver{
		"id":         of(func(_ *gqlCall, g gqlReaction) any { return g.gqlKey() }),
		"databaseId": of(func(_ *gqlCall, g gqlReaction) any { return g.id }),
		"content":    of(func(_ *gqlCall, g gqlReaction) any { return gqlReactionName(g.content) }),
		"createdAt":  of(func(_ *gqlCall, g gqlReaction) any { return gqlTime(g.createdAt) }),
		"user": of(func(_ *gqlCall, g gqlReaction) any {
			if g.user == nil || g.user.kind != typeUser {
				return nil
			}
			return g.user
		}),
	}))
	for _, typ := range []string{"ReactingUserEdge", "ReactorEdge"} {
		out[typ+".reactedAt"] = of(func(_ *gqlCall, e *gqlEdge) any { return gqlTime(e.node.(gqlReactor).at) })
	}
	maps.Copy(out, fieldsOf("UserContentEdit", map[string]gqlResolver{
		"id":        of(func(_ *gqlCall, e gqlEdit) any { return e.gqlKey() }),
		"createdAt": of(func(_ *gqlCall, e gqlEdit) any { return gqlTime(e.at) }),
		"editedAt":  of(func(_ *gqlCall, e gqlEdit) any { return gqlTime(e.at) }),
		"updatedAt": of(func(_ *gqlCall, e gqlEdit) any { return gqlTime(e.at) }),
		"editor":    of(func(_ *gqlCall, e gqlEdit) any { return gqlUser(e.editor) }),
		"deletedAt": of(func(*gqlCall, gqlEdit) any { return nil }),
		"deletedBy": of(func(*gqlCall, gqlEdit) any { return nil }),
		// GitHub shows the whole text after the edit here, whatever the field's name says.
		"diff": of(func(_ *gqlCall, e gqlEdit) any { return e.body }),
	}))
	return out
}
