package hubsim

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

//go:embed schema.graphql
var gqlSDL string

// gqlBackend is what the resolvers read: the server, whose lock is held, and the request that is answered.
type gqlBackend struct {
	s *Server
	r *request
}

// newGraphQL builds the engine over GitHub's schema. A field of the schema without an answer is a mistake of the
// programmer and an error here.
func newGraphQL() (*gqlEngine, error) {
	engine, err := loadEngine("schema.graphql", gqlSDL, gqlResolvers())
	if err != nil {
		return nil, err
	}
	if missing := engine.missing(); len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("GraphQL fields without an answer: %s", strings.Join(missing, ", "))
	}
	return engine, nil
}

func gqlResolvers() map[string]gqlResolver {
	all := map[string]gqlResolver{}
	for _, part := range []map[string]gqlResolver{
		gqlQueryFields(), gqlActorFields(), gqlTeamFields(), gqlRepositoryFields(), gqlLabelFields(),
		gqlIssueFields(), gqlCommentFields(), gqlTimelineFields(), gqlReactionFields(), gqlMutationFields(),
		gqlPullFields(), gqlReviewFields(), gqlGitFields(), gqlCheckFields(), gqlDeploymentFields(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// of makes a resolver of a function that reads one field of a T.
func of[T any](read func(c *gqlCall, v T) any) gqlResolver {
	return func(c *gqlCall, obj any, _ gqlArgs) (any, error) {
		v, ok := obj.(T)
		if !ok {
			return nil, fmt.Errorf("the simulator has a %T where it needs a %T", obj, v)
		}
		return read(c, v), nil
	}
}

// with is of for fields that take arguments or may fail.
func with[T any](answer func(c *gqlCall, v T, args gqlArgs) (any, error)) gqlResolver {
	return func(c *gqlCall, obj any, args gqlArgs) (any, error) {
		v, ok := obj.(T)
		if !ok {
			return nil, fmt.Errorf("the simulator has a %T where it needs a %T", obj, v)
		}
		return answer(c, v, args)
	}
}

// fieldsOf names the fields of one type.
func fieldsOf(typ string, fields map[string]gqlResolver) map[string]gqlResolver {
	out := map[string]gqlResolver{}
	for name, r := range fields {
		out[typ+"."+name] = r
	}
	return out
}

// listOf turns items into a connection.
func listOf[T any](items []T) gqlList {
	out := make(gqlList, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out
}

// gqlTime writes a time as DateTime, null for the zero time.
func gqlTime(t time.Time) any { return stamp(t) }

// gqlUser returns an account as an Actor, null for none.
func gqlUser(u *user) any {
	if u == nil {
		return nil
	}
	return u
}

// forbidden is what an App lacking the permission gets, and a person lacking the level.
func forbidden() *gqlError { return gqlErrorf("FORBIDDEN", "Resource not accessible by integration") }

// need refuses an installation token that lacks the permission on the repository; permission is as in access.app.
func (c *gqlCall) need(rp *repo, permission string, isPull bool) error {
	a := c.backend.r.actor
	if a.kind == actorInstallation && !a.canAny(rp, permission, isPull) {
		return forbidden()
	}
	return nil
}

// needWrite is need for mutations; people need a level instead.
func (c *gqlCall) needWrite(rp *repo, person level, permission string, isPull bool) error {
	if c.backend.s.can(c.backend.r.actor, rp, person, permission, isPull) {
		return nil
	}
	if c.backend.r.actor.kind == actorInstallation {
		return forbidden()
	}
	return gqlErrorf("FORBIDDEN", "%s does not have the correct permissions to execute this.", c.backend.r.actor.user.login)
}

// Permissions an App needs to read, in the notation of access.app.
const (
	readIssues   = "issues:read|pull_requests:read"
	readPulls    = "pull_requests:read"
	readContents = "contents:read"
)

// seeIssue refuses an issue or pull request that the actor may not read.
func (c *gqlCall) seeIssue(i *issue) error {
	if i.isPull() {
		return c.need(i.repo, readPulls, true)
	}
	return c.need(i.repo, "issues:read", false)
}
