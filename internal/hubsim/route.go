package hubsim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// access says who may use a route. The zero value asks for read access of a person and metadata: read of an App.
type access struct {
	// person is the least permission on the repository that a person needs.
	person level
	// app is the permission an App needs, "issues:write"; several alternatives are joined with "|". An
	// alternative of pull_requests counts only where {number} is a pull request. Empty is "metadata:read".
	app string
	// jwt routes are for an App that shows a JWT, and for nobody else.
	jwt bool
	// signedIn refuses anonymous requests even where the route only reads.
	signedIn bool
	// noApps refuses installation tokens: the route is for people.
	noApps bool
}

// handler answers a request. It runs under Server.mu; an error that is no *apiError becomes a 500.
type handler func(*request) (response, error)

type segmentKind int

const (
	segmentLiteral segmentKind = iota
	segmentNumber
	segmentName
	segmentRest
)

type segment struct {
	kind segmentKind
	text string // of a literal the text, else the variable's name
}

// route is one method and path pattern.
type route struct {
	method   string
	pattern  string // without the method
	segments []segment
	access   access
	handle   handler
}

// routeTable finds the route of a request. Unlike http.ServeMux it takes patterns of which none is more specific.
type routeTable struct{ byMethod map[string][]*route }

// numeric variables match digits only, so that /issues/comments/{comment_id} and /issues/{number}/comments
// do not meet.
func numericVariable(name string) bool {
	return name == "number" || name == "id" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_number")
}

// handle adds a route: "GET /repos/{owner}/{repo}/issues/{number}". {x...} matches one or more segments; a
// variable named number, id, …_number or …_id matches digits only. Adding a pattern twice is a mistake of the
// programmer and panics.
func (s *Server) handle(pattern string, a access, h handler) {
	method, path, _ := strings.Cut(pattern, " ")
	rt := &route{method: method, pattern: path, access: a, handle: h}
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		seg := segment{text: part}
		if name, isVar := strings.CutPrefix(part, "{"); isVar {
			seg.text = strings.TrimSuffix(name, "}")
			seg.kind = segmentName
			if base, rest := strings.CutSuffix(seg.text, "..."); rest {
				seg.text, seg.kind = base, segmentRest
			} else if numericVariable(seg.text) {
				seg.kind = segmentNumber
			}
		}
		rt.segments = append(rt.segments, seg)
	}
	if s.routes.byMethod == nil {
		s.routes.byMethod = map[string][]*route{}
	}
	for _, other := range s.routes.byMethod[method] {
		if slices.Equal(other.segments, rt.segments) {
			panic("hubsim: route added twice: " + pattern)
		}
	}
	s.routes.byMethod[method] = append(s.routes.byMethod[method], rt)
}

// find returns the most specific route for an escaped path, and its variables.
func (t *routeTable) find(method, escapedPath string) (*route, map[string]string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var parts []string
	for part := range strings.SplitSeq(strings.Trim(escapedPath, "/"), "/") {
		p, err := url.PathUnescape(part)
		if err != nil {
			return nil, nil
		}
		parts = append(parts, p)
	}
	var best *route
	var bestVars map[string]string
	for _, rt := range t.byMethod[method] {
		if best != nil && !moreSpecific(rt, best) {
			continue
		}
		vars := map[string]string{}
		if matchSegments(rt.segments, parts, vars) {
			best, bestVars = rt, vars
		}
	}
	return best, bestVars
}

// moreSpecific orders two routes by the first segment in which their kinds differ.
func moreSpecific(a, b *route) bool {
	for i := range min(len(a.segments), len(b.segments)) {
		if a.segments[i].kind != b.segments[i].kind {
			return a.segments[i].kind < b.segments[i].kind
		}
	}
	return len(a.segments) > len(b.segments)
}

func matchSegments(segs []segment, parts []string, vars map[string]string) bool {
	for i, seg := range segs {
		if i >= len(parts) {
			return false
		}
		switch seg.kind {
		case segmentLiteral:
			if parts[i] != seg.text {
				return false
			}
		case segmentNumber:
			if !isDigits(parts[i]) {
				return false
			}
			vars[seg.text] = parts[i]
		case segmentName:
			if parts[i] == "" {
				return false
			}
			vars[seg.text] = parts[i]
		case segmentRest:
			return matchRest(segs[i:], parts[i:], vars)
		}
	}
	return len(parts) == len(segs)
}

// matchRest matches a {x...} at the head of segs with as many parts as leave the rest matching.
func matchRest(segs []segment, parts []string, vars map[string]string) bool {
	for n := len(parts); n >= 1; n-- {
		if matchSegments(segs[1:], parts[n:], vars) {
			vars[segs[0].text] = strings.Join(parts[:n], "/")
			return vars[segs[0].text] != ""
		}
	}
	return false
}

func isDigits(s string) bool {
	return s != "" && len(s) < 19 && strings.Trim(s, "0123456789") == ""
}

// checkAccess resolves the repository or organisation of a request and refuses who may not use the route.
func (s *Server) checkAccess(r *request) error {
	a := r.route.access
	if a.jwt {
		if r.actor.kind != actorApp {
			return fail(http.StatusUnauthorized, "A JSON web token could not be decoded")
		}
		return nil
	}
	if r.actor.kind == actorApp {
		return fail(http.StatusForbidden, "This endpoint requires an installation or personal token, not a JSON web token")
	}
	reads := r.route.method == http.MethodGet
	if r.actor.kind == actorAnonymous && (a.signedIn || !reads) {
		return authRequired()
	}
	if a.noApps && r.actor.kind == actorInstallation {
		return notAccessible()
	}
	if strings.HasPrefix(r.route.pattern, "/repos/{owner}/{repo}") {
		return s.checkRepoAccess(r)
	}
	if login, has := r.params["org"]; has {
		r.org = s.st.account(login)
		if r.org == nil || r.org.kind != typeOrg {
			return notFound()
		}
		if r.actor.kind == actorInstallation && a.app != "" && !r.actor.orgCan(r.org, a.app) {
			return notAccessible()
		}
	}
	return nil
}

func (s *Server) checkRepoAccess(r *request) error {
	a := r.route.access
	rp := s.st.repository(r.param("owner"), r.param("repo"))
	if rp == nil || !s.canSee(r.actor, rp) {
		return notFound()
	}
	r.repo = rp
	if rp.archived && r.route.method != http.MethodGet && r.route.pattern != "/repos/{owner}/{repo}" {
		return fail(http.StatusForbidden, "Repository was archived so is read-only.")
	}
	if r.actor.kind == actorInstallation {
		needs := a.app
		if needs == "" {
			needs = "metadata:read"
		}
		isPull := false
		if n, has := r.params["number"]; has && isDigits(n) {
			is := rp.issues[int(r.num("number"))]
			isPull = is != nil && is.isPull()
		}
		if !r.actor.canAny(rp, needs, isPull) {
			return notAccessible()
		}
		return nil
	}
	if s.levelOf(r.actor.user, rp) < a.person {
		return fail(http.StatusForbidden, "Must have %s rights to Repository.", a.person.rights())
	}
	return nil
}

// routeName is what a route is called in counts and faults.
func (rt *route) String() string { return fmt.Sprintf("%s %s", rt.method, rt.pattern) }
