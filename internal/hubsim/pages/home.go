package pages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (h *Handler) home(v *visit) error {
	repos, err := h.hub.Repos(v.ctx, v.at.Viewer)
	if err != nil {
		return err
	}
	return v.show("home", "Repositories", repos)
}

// account shows a person, organisation, team or App.
func (h *Handler) account(v *visit) error {
	name := v.r.PathValue("owner")
	if slug := v.r.PathValue("slug"); slug != "" {
		if name == "" {
			name = "apps"
		}
		name += "/" + slug
	}
	a, err := h.hub.Account(v.ctx, name)
	if err != nil {
		return err
	}
	return v.show("account", a.Shown(), a)
}

// avatar draws the picture whose address GitHub's interface gives as avatar_url.
func (h *Handler) avatar(v *visit) error {
	id, err := strconv.ParseInt(strings.TrimPrefix(v.r.URL.Path, avatarPath), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	who := Person{ID: id, Login: "?", Kind: KindBot}
	for _, p := range v.people {
		if p.ID == id {
			who = p
		}
	}
	v.w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = v.w.Write([]byte(avatarSVG(who))) // the client is gone; nobody to tell
	return nil
}

// repoRoot leads to the issues, which are what this simulator is about.
func (h *Handler) repoRoot(v *visit) error {
	http.Redirect(v.w, v.r, v.repo.Path()+"/issues", http.StatusFound)
	return nil
}

func (h *Handler) labels(v *visit) error {
	v.tab = "labels"
	ls, err := h.hub.Labels(v.ctx, v.at)
	if err != nil {
		return err
	}
	return v.show("labels", "Labels", ls)
}

// rowsPerPage is how many lines a list has before it goes on on another page.
const rowsPerPage = 50

// choice is one of several ways to look at a list.
type choice struct {
	Name, Path string
	Count      int
	Current    bool
}

// paging is the part of a list on one page, with the addresses of its neighbours.
type paging struct{ Newer, Older string }

// cutPage returns the part of a list that the request's page parameter asks for.
func cutPage[T any](v *visit, all []T) ([]T, paging) {
	page, _ := strconv.Atoi(v.r.URL.Query().Get("page"))
	last := max((len(all)+rowsPerPage-1)/rowsPerPage, 1)
	page = min(max(page, 1), last)
	var p paging
	if page > 1 {
		p.Newer = v.with("page", strconv.Itoa(page-1))
	}
	if page < last {
		p.Older = v.with("page", strconv.Itoa(page+1))
	}
	return all[(page-1)*rowsPerPage : min(page*rowsPerPage, len(all))], p
}

// with is the address of this page with other values of its query, given as key, value, key, value, …
func (v *visit) with(pairs ...string) string {
	q := url.Values{}
	for k, vs := range v.r.URL.Query() {
		q[k] = vs
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	if len(q) == 0 {
		return v.r.URL.EscapedPath()
	}
	return v.r.URL.EscapedPath() + "?" + q.Encode()
}
