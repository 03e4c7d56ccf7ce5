package hubsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// serveGraphQL answers POST /graphql. A query that fails is answered with 200 and its errors, as on GitHub.
func serveGraphQL(engine *gqlEngine, s *Server, r *request) (response, error) {
	var params gqlParams
	if err := json.Unmarshal(r.body, &params); err != nil {
		return response{}, fail(http.StatusBadRequest, "Problems parsing JSON")
	}
	return ok(engine.execute(params, gqlBackend{s: s, r: r})), nil
}

func gqlQueryFields() map[string]gqlResolver {
	query := func(answer func(c *gqlCall, args gqlArgs) (any, error)) gqlResolver {
		return func(c *gqlCall, _ any, args gqlArgs) (any, error) { return answer(c, args) }
	}
	out := fieldsOf("Query", map[string]gqlResolver{
		"id":     query(func(*gqlCall, gqlArgs) (any, error) { return nodeID("Q", 0, 1), nil }),
		"viewer": query(func(c *gqlCall, _ gqlArgs) (any, error) { return c.backend.r.actor.user, nil }),
		"user": query(func(c *gqlCall, args gqlArgs) (any, error) {
			if u := c.backend.s.st.account(args.str("login")); u != nil && u.kind == typeUser {
				return u, nil
			}
			return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a User with the login of '%s'.", args.str("login"))
		}),
		"organization": query(func(c *gqlCall, args gqlArgs) (any, error) {
			if u := c.backend.s.st.account(args.str("login")); u != nil && u.kind == typeOrg {
				return u, nil
			}
			return nil, gqlErrorf("NOT_FOUND", "Could not resolve to an Organization with the login of '%s'.", args.str("login"))
		}),
		"repository": query(func(c *gqlCall, args gqlArgs) (any, error) {
			rp := c.backend.s.st.repository(args.str("owner"), args.str("name"))
			if rp == nil || !c.backend.s.canSee(c.backend.r.actor, rp) {
				return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a Repository with the name '%s/%s'.", args.str("owner"), args.str("name"))
			}
			return rp, nil
		}),
		"node": query(func(c *gqlCall, args gqlArgs) (any, error) { return c.node(args.id("id")) }),
		"nodes": query(func(c *gqlCall, args gqlArgs) (any, error) {
			ids, _ := args.strs("ids")
			out := make([]any, len(ids))
			for i, id := range ids {
				node, err := c.node(id)
				if err != nil {
					node = err
				}
				out[i] = node
			}
			return out, nil
		}),
		"rateLimit": query(func(c *gqlCall, _ gqlArgs) (any, error) { return c.rateLimit(), nil }),
	})
	for _, name := range []string{"cost", "limit", "nodeCount", "remaining", "resetAt", "used"} {
		out["RateLimit."+name] = of(func(_ *gqlCall, p gqlPayload) any { return p[name] })
	}
	return out
}

func (c *gqlCall) rateLimit() gqlPayload {
	s := c.backend.s
	w := s.window(c.backend.r.actor, limitGraphQL)
	used := min(w.used+c.cost.points(), s.opt.RateLimit) // this request is counted once it is answered
	return gqlPayload{
		"cost": c.cost.points(), "limit": s.opt.RateLimit, "nodeCount": c.cost.nodes,
		"remaining": s.opt.RateLimit - used, "used": used, "resetAt": w.reset.UTC().Format(time.RFC3339),
	}
}

// node finds what a node id stands for, if the actor may see it.
func (c *gqlCall) node(id string) (any, error) {
	unknown := gqlErrorf("NOT_FOUND", "Could not resolve to a node with the global id of '%s'", id)
	prefix, repoID, own, valid := parseNodeID(id)
	if !valid {
		return nil, unknown
	}
	found, err := c.account(prefix, own)
	if found != nil || err != nil {
		return found, err
	}
	rp := c.backend.s.st.repos[repoID]
	if prefix == nodeRepo {
		rp = c.backend.s.st.repos[own]
	}
	if rp == nil || !c.backend.s.canSee(c.backend.r.actor, rp) {
		return nil, unknown
	}
	if prefix == nodeRepo {
		return rp, nil
	}
	if found, err = c.nodeIn(rp, prefix, own); err != nil {
		return nil, err
	}
	if isNil(found) {
		return nil, unknown
	}
	return found, nil
}

// account finds the nodes that are in no repository.
func (c *gqlCall) account(prefix string, id int64) (any, error) {
	st := c.backend.s.st
	switch prefix {
	case nodeUser, nodeBot, nodeOrg:
		if u := st.users[id]; u != nil && nodePrefix(u) == prefix {
			return u, nil
		}
	case nodeTeam:
		if t := st.teams[id]; t != nil {
			visible, err := c.seeTeam(t)
			if visible {
				return t, err
			}
			return nil, err
		}
	}
	return nil, nil
}

// nodeIn finds the nodes of a repository.
func (c *gqlCall) nodeIn(rp *repo, prefix string, id int64) (any, error) {
	switch prefix {
	case nodeIssue, nodePull:
		for _, i := range rp.issues {
			if i.id == id && i.isPull() == (prefix == nodePull) {
				return i, c.seeIssue(i)
			}
		}
	case nodeComment:
		if cm := rp.comment(id); cm != nil {
			return cm, c.seeIssue(cm.issue)
		}
	case nodeLabel:
		for _, l := range rp.labels {
			if l.id == id {
				return gqlLabel{l, rp}, c.need(rp, readIssues, true)
			}
		}
	case nodeReview:
		return c.reviewNode(rp, id)
	}
	return nil, nil
}

// id returns an ID argument; GraphQL lets a client write it as a number.
func (a gqlArgs) id(name string) string {
	if a[name] == nil {
		return ""
	}
	return fmt.Sprint(a[name])
}
