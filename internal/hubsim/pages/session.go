package pages

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	personaPath   = "/_pages/persona"
	stylePath     = "/_pages/style.css"
	avatarPath    = "/avatars/u/"
	sessionCookie = "sim_session"
	personaCookie = "sim_persona"
	flashCookie   = "sim_flash"
)

// visit is one request on its way through a page.
type visit struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context
	at     At
	viewer Person
	people []Person
	repo   *Repo // nil outside of repositories
	tab    string
	flash  *flash
	status int // 0: 200

	refs     map[string]foundRef
	accounts map[string]string // name → path, empty: nobody
}

type foundRef struct {
	ref Ref
	ok  bool
}

// flash is a message shown once, on top of a page.
type flash struct {
	Kind string `json:"k"` // done, wait or error
	Text string `json:"t"`
}

// sheet is what every template gets.
type sheet struct {
	Title  string
	Here   string // the address to come back to
	Viewer Person
	People []Person
	Repo   *Repo
	Tab    string
	Token  string
	Flash  *flash
	Now    time.Time
	Style  string
	Data   any
}

// visit finds out who looks at which repository. The repository's pages answer ErrNotFound if the viewer may not
// see it.
func (h *Handler) visit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v := &visit{h: h, w: w, r: r, ctx: r.Context(), refs: map[string]foundRef{}, accounts: map[string]string{}}
	if r.Method == http.MethodPost {
		if err := h.checkForm(r); err != nil {
			return v, err
		}
	}
	h.keepSession(w, r)
	v.takeFlash()
	owner, name := r.PathValue("owner"), r.PathValue("repo")
	if name != "" {
		v.at.Owner, v.at.Name = owner, name
	}
	if err := v.findViewer(); err != nil {
		return v, err
	}
	if name == "" {
		return v, nil
	}
	repo, err := h.hub.Repo(v.ctx, v.at)
	if err != nil {
		v.at.Owner, v.at.Name = "", ""
		return v, fmt.Errorf("repository %s/%s: %w", owner, name, err)
	}
	v.repo = &repo
	v.at.Owner, v.at.Name = repo.Owner, repo.Name
	return v, nil
}

// findViewer reads who the browser acts as: whoever the form names, else the cookie, else the first person.
func (v *visit) findViewer() error {
	people, err := v.h.hub.People(v.ctx, v.at)
	if err != nil {
		if people, err = v.h.hub.People(v.ctx, At{}); err != nil {
			return fmt.Errorf("list people: %w", err)
		}
	}
	v.people = people
	wanted := ""
	if c, err := v.r.Cookie(cookieName(v.r, personaCookie)); err == nil {
		wanted, _ = url.QueryUnescape(c.Value)
	}
	if v.r.Method == http.MethodPost {
		if as := v.r.PostForm.Get("as"); as != "" {
			wanted = as
		}
	}
	i := slices.IndexFunc(people, func(p Person) bool { return p.Login == wanted })
	if i < 0 {
		i = 0
	}
	if len(people) > 0 {
		v.viewer = people[i]
		v.at.Viewer = v.viewer.Login
	}
	return nil
}

func (h *Handler) keepSession(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName(r, sessionCookie)); err == nil && same(c.Value, h.secret("cookie")) {
		return
	}
	setCookie(w, r, sessionCookie, h.secret("cookie"), 0)
}

// setCookie sets a cookie that scripts cannot read and that other sites' requests do not carry. A negative age
// removes it.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r, name), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// maxFlash keeps a message within what browsers take as a cookie.
const maxFlash = 1500

func (v *visit) setFlash(f flash) {
	f.Text = cut(f.Text, maxFlash)
	raw, err := json.Marshal(f)
	if err != nil {
		return // strings always marshal
	}
	setCookie(v.w, v.r, flashCookie, base64.RawURLEncoding.EncodeToString(raw), 60)
}

func (v *visit) takeFlash() {
	c, err := v.r.Cookie(cookieName(v.r, flashCookie))
	if err != nil || c.Value == "" {
		return
	}
	setCookie(v.w, v.r, flashCookie, "", -1)
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	var f flash
	if err != nil || json.Unmarshal(raw, &f) != nil || !slices.Contains([]string{"done", "wait", "error"}, f.Kind) {
		return
	}
	f.Text = cut(f.Text, maxFlash)
	v.flash = &f
}

// cut shortens a text to at most n bytes without breaking a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// sheet puts together what a template gets.
func (v *visit) sheet(title string, data any) sheet {
	here := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet {
		here = v.r.URL.EscapedPath()
	}
	if v.repo != nil {
		title += " · " + v.repo.FullName()
	}
	return sheet{
		Title: title, Here: here, Viewer: v.viewer, People: v.people, Repo: v.repo, Tab: v.tab, Token: v.h.secret("form"),
		Flash: v.flash, Now: v.h.hub.Now(), Style: styleAddress, Data: data,
	}
}

// redirect leads to another page of this site after a form was taken.
func (v *visit) redirect(to string) error {
	v.w.Header().Set("Location", localPath(to))
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// localPath keeps a redirect on this site.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// switchPersona answers the switch in the head of each page.
func (h *Handler) switchPersona(v *visit) error {
	v.rememberViewer()
	return v.redirect(v.r.PostForm.Get("next"))
}

// rememberViewer keeps who the browser acts as.
func (v *visit) rememberViewer() {
	setCookie(v.w, v.r, personaCookie, url.QueryEscape(v.viewer.Login), 0)
}

// links says how the texts of this page link people and issues.
func (v *visit) links(prefix string) Links {
	return Links{BaseURL: v.h.hub.BaseURL(), Repo: v.at.Repo(), Issue: v.findRef, Account: v.findAccount, Prefix: prefix}
}

// maxLookups bounds how many names and numbers of one page are looked up.
const maxLookups = 2000

func (v *visit) findRef(repo string, number int) (Ref, bool) {
	key := fmt.Sprintf("%s#%d", strings.ToLower(repo), number)
	if found, known := v.refs[key]; known {
		return found.ref, found.ok
	}
	if len(v.refs) >= maxLookups {
		return Ref{}, false
	}
	owner, name, _ := strings.Cut(repo, "/")
	ref, err := v.h.hub.Ref(v.ctx, At{Viewer: v.at.Viewer, Owner: owner, Name: name}, number)
	v.refs[key] = foundRef{ref: ref, ok: err == nil}
	return ref, err == nil
}

func (v *visit) findAccount(name string) (string, bool) {
	key := strings.ToLower(name)
	if path, known := v.accounts[key]; known {
		return path, path != ""
	}
	if len(v.accounts) >= maxLookups {
		return "", false
	}
	path := ""
	if a, err := v.h.hub.Account(v.ctx, name); err == nil {
		path = a.Path()
		if org, slug, isTeam := strings.Cut(name, "/"); isTeam {
			path = "/orgs/" + url.PathEscape(org) + "/teams/" + url.PathEscape(slug)
		}
	}
	v.accounts[key] = path
	return path, path != ""
}
