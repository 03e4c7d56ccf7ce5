package hubsim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

// newPages returns what is served outside of the interfaces.
func (s *Server) newPages() (*pages.Handler, error) {
	return pages.New(webHub{s}, pages.Options{Logger: s.log})
}

// Pages is what shows the simulated GitHub to a person; a product beside it may add its feeds.
func (s *Server) Pages() *pages.Handler { return s.pages }

// webHub shows the state to the pages. What belongs to code is read through the REST handlers, the rest directly.
type webHub struct{ s *Server }

var _ pages.Hub = webHub{}

func (h webHub) Now() time.Time                   { return h.s.Now() }
func (h webHub) BaseURL() string                  { return h.s.BaseURL() }
func (h webHub) Settle(ctx context.Context) error { return h.s.WaitIdle(ctx) }

func (h webHub) Act(ctx context.Context, persona, method, path string, body []byte) (int, []byte, error) {
	if body == nil {
		return h.s.Do(ctx, persona, method, path, nil)
	}
	return h.s.Do(ctx, persona, method, path, json.RawMessage(body))
}

// visible finds a repository that the viewer may see. The state is locked.
func (h webHub) visible(at pages.At) (*repo, error) {
	rp := h.s.st.repository(at.Owner, at.Name)
	if rp == nil || !h.s.canSee(h.viewer(at.Viewer), rp) {
		return nil, fmt.Errorf("repository %s: %w", at.Repo(), pages.ErrNotFound)
	}
	return rp, nil
}

// viewer is the persona as an actor; nobody if there is no such person. The state is locked.
func (h webHub) viewer(login string) *actor {
	if u := h.s.st.account(login); u != nil && u.kind == typeUser {
		return &actor{kind: actorPerson, user: u}
	}
	return &actor{kind: actorAnonymous}
}

// person is an account as it stands beside what it wrote; rp may be nil.
func (h webHub) person(u *user, rp *repo) pages.Person {
	if u == nil {
		return pages.Person{Login: "ghost", Kind: pages.KindUser}
	}
	p := pages.Person{ID: u.id, Login: u.login, Name: u.name, Kind: u.kind}
	if rp != nil {
		p.Permission = h.s.levelOf(u, rp).role()
		if a := h.s.association(rp, u); a != "NONE" {
			p.Badge = a[:1] + strings.ToLower(a[1:])
		}
	}
	return p
}

func (h webHub) People(_ context.Context, at pages.At) ([]pages.Person, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp := h.s.st.repository(at.Owner, at.Name)
	var out []pages.Person
	for _, u := range sorted(h.s.st.users) {
		if u.kind == typeUser {
			out = append(out, h.person(u, rp))
		}
	}
	return out, nil
}

func (h webHub) repo(rp *repo, a *actor) pages.Repo {
	out := pages.Repo{
		Owner: rp.owner.login, Name: rp.name, Description: rp.description, Private: rp.private, Archived: rp.archived,
		DefaultBranch: rp.defaultBranch, Permission: h.s.levelOf(a.user, rp).role(), UpdatedAt: rp.updatedAt,
	}
	for _, i := range rp.issues {
		switch {
		case i.state != "open":
		case i.isPull():
			out.OpenPulls++
		default:
			out.OpenIssues++
		}
	}
	return out
}

func (h webHub) Repos(_ context.Context, viewer string) ([]pages.Repo, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	a := h.viewer(viewer)
	var out []pages.Repo
	for _, rp := range sorted(h.s.st.repos) {
		if h.s.canSee(a, rp) {
			out = append(out, h.repo(rp, a))
		}
	}
	return out, nil
}

func (h webHub) Repo(_ context.Context, at pages.At) (pages.Repo, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp, err := h.visible(at)
	if err != nil {
		return pages.Repo{}, err
	}
	return h.repo(rp, h.viewer(at.Viewer)), nil
}

func (h webHub) Labels(_ context.Context, at pages.At) ([]pages.Label, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp, err := h.visible(at)
	if err != nil {
		return nil, err
	}
	var out []pages.Label
	for _, l := range rp.labels {
		row := webLabel(l)
		for _, i := range rp.issues {
			if i.state == "open" && slices.Contains(i.labels, l) {
				row.Issues++
			}
		}
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b pages.Label) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, nil
}

func webLabel(l *label) pages.Label {
	return pages.Label{Name: l.name, Color: l.color, Description: l.description}
}

// Account finds a person, organisation, App ("apps/phasegate") or team ("acme/data").
func (h webHub) Account(_ context.Context, name string) (pages.Account, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	if slug, isApp := strings.CutPrefix(name, "apps/"); isApp {
		for _, a := range h.s.st.apps {
			if strings.EqualFold(a.slug, slug) {
				return h.appPage(a), nil
			}
		}
		return pages.Account{}, pages.ErrNotFound
	}
	if owner, slug, isTeam := strings.Cut(name, "/"); isTeam {
		org := h.s.st.account(owner)
		if t := h.s.st.team(org, slug); org != nil && t != nil {
			return h.teamPage(t), nil
		}
		return pages.Account{}, pages.ErrNotFound
	}
	u := h.s.st.account(name)
	if u == nil {
		return pages.Account{}, fmt.Errorf("account %q: %w", name, pages.ErrNotFound)
	}
	return h.accountPage(u), nil
}

func (h webHub) accountPage(u *user) pages.Account {
	out := pages.Account{Person: h.person(u, nil)}
	for _, rp := range sorted(h.s.st.repos) {
		if u.kind == typeOrg && rp.owner == u && !rp.private {
			out.Repos = append(out.Repos, h.repo(rp, h.viewer("")))
		}
		if u.kind == typeUser {
			out.Facts = append(out.Facts, pages.Fact{Term: "Permission on " + rp.fullName(), Text: h.s.levelOf(u, rp).role()})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(u.members)) {
		out.Members = append(out.Members, h.person(h.s.st.users[id], nil))
	}
	for _, t := range sorted(h.s.st.teams) {
		if u.kind == typeUser && t.privacy != "secret" && h.s.inTeam(t, u) {
			out.Facts = append(out.Facts, pages.Fact{Term: "Team", Text: t.org.login + "/" + t.slug})
		}
	}
	return out
}

func (h webHub) teamPage(t *team) pages.Account {
	out := pages.Account{Person: pages.Person{ID: t.id, Login: t.org.login + "/" + t.slug, Name: t.name, Kind: pages.KindTeam}, About: t.description}
	if t.privacy == "secret" {
		return out
	}
	for _, u := range h.s.st.membersOf(t) {
		out.Members = append(out.Members, h.person(u, nil))
	}
	return out
}

func (h webHub) appPage(a *app) pages.Account {
	var granted []string
	for _, name := range slices.Sorted(maps.Keys(a.permissions)) {
		granted = append(granted, name+": "+a.permissions[name])
	}
	return pages.Account{
		Person: pages.Person{ID: a.bot.id, Login: a.bot.login, Name: a.name, Kind: pages.KindBot}, About: a.description,
		Facts: []pages.Fact{
			{Term: "App id", Text: fmt.Sprint(a.id)}, {Term: "Permissions", Text: strings.Join(granted, ", ")},
			{Term: "Events", Text: strings.Join(a.events, ", ")},
		},
	}
}

// Log lists what came in and what was written about a repository, newest first.
func (h webHub) Log(_ context.Context, at pages.At) ([]pages.LogEntry, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp, err := h.visible(at)
	if err != nil {
		return nil, err
	}
	var out []pages.LogEntry
	for _, a := range slices.Backward(h.s.st.activity) {
		if a.repoID == rp.id {
			out = append(out, logEntry(rp, a))
		}
	}
	return out, nil
}

func logEntry(rp *repo, a activity) pages.LogEntry {
	e := pages.LogEntry{At: a.at, Text: a.what, Key: a.actor, Fail: a.status/100 != 2}
	page := "/" + rp.fullName()
	switch {
	case a.kind == activityHook:
		e.Kind, e.Key, e.Link = pages.LogIn, a.what, fmt.Sprintf("%s/log/%d", page, a.delivery)
		e.Text = fmt.Sprintf("webhook to %s: answered %d", a.actor, a.status)
		if a.status == 0 {
			e.Text = "webhook to " + a.actor + ": not delivered"
		}
		return e
	case strings.HasSuffix(a.actor, "[bot]"):
		e.Kind = pages.LogWritten
	default:
		e.Kind = pages.LogPerson
	}
	_, rest, _ := strings.Cut(a.what, "/repos/"+rp.fullName()+"/issues/")
	if number, _, _ := strings.Cut(rest, "/"); isDigits(number) {
		e.Link = page + "/issues/" + number
	}
	if e.Fail {
		e.Text = fmt.Sprintf("%s: answered %d", a.what, a.status)
	}
	return e
}

func (h webHub) Delivery(_ context.Context, at pages.At, id int64) (pages.Delivery, error) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	rp, err := h.visible(at)
	if err != nil {
		return pages.Delivery{}, err
	}
	d := h.s.st.hooks.find(id)
	if d == nil || d.repoID != rp.id {
		return pages.Delivery{}, fmt.Errorf("delivery %d: %w", id, pages.ErrNotFound)
	}
	out := pages.Delivery{
		ID: d.id, GUID: d.guid, Event: d.event, Action: d.action, At: d.deliveredAt, Status: d.status, Code: d.statusCode,
		Redelivery: d.redelivery, Response: d.respBody,
	}
	headers := flatHeader(d.reqHeaders)
	for _, k := range slices.Sorted(maps.Keys(headers)) {
		out.Request = append(out.Request, pages.Fact{Term: k, Text: headers[k]})
	}
	pretty, err := json.MarshalIndent(json.RawMessage(d.body), "", "  ")
	if err != nil {
		return out, fmt.Errorf("show delivery %d: %w", id, err)
	}
	out.Payload = string(pretty)
	return out, nil
}

// peek reads a REST route as the viewer, without counting it as a request.
func (h webHub) peek(viewer, path string, into any) error {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	hr, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/api/v3"+path, nil)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	rest, _ := apiPath(hr.URL.EscapedPath())
	req := &request{http: hr, query: hr.URL.Query(), actor: h.viewer(viewer), now: s.clock.now()}
	if req.route, req.params = s.routes.find(http.MethodGet, rest); req.route == nil {
		return fmt.Errorf("read %s: %w", path, pages.ErrNotFound)
	}
	p, err := s.run(req)
	var refused *apiError
	if errors.As(err, &refused) && refused.status < 500 {
		return fmt.Errorf("read %s: %s: %w", path, refused.message, pages.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := json.Unmarshal(p.raw, into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
