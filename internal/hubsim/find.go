package hubsim

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// account finds a person, bot or organisation by login, in any case; nil if there is none.
func (st *state) account(login string) *user {
	for _, u := range st.users {
		if strings.EqualFold(u.login, login) {
			return u
		}
	}
	return nil
}

// repository finds a repository by its owner's login and its name, in any case; nil if there is none.
func (st *state) repository(owner, name string) *repo {
	for _, r := range st.repos {
		if strings.EqualFold(r.name, name) && strings.EqualFold(r.owner.login, owner) {
			return r
		}
	}
	return nil
}

// team finds a team of an organisation by slug; nil if there is none.
func (st *state) team(org *user, slug string) *team {
	for _, t := range st.teams {
		if t.org == org && strings.EqualFold(t.slug, slug) {
			return t
		}
	}
	return nil
}

// comment finds a comment of a repository by id; nil if there is none.
func (r *repo) comment(id int64) *comment {
	for _, is := range r.issues {
		for _, c := range is.comments {
			if c.id == id {
				return c
			}
		}
	}
	return nil
}

// label finds a label of a repository by name, in any case; nil if there is none.
func (r *repo) label(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// issue finds an issue or pull request: 410 if it was deleted, 404 if it never was.
func (r *repo) issue(number int64) (*issue, error) {
	if is := r.issues[int(number)]; is != nil {
		return is, nil
	}
	if r.deleted[int(number)] {
		return nil, fail(410, "This issue was deleted")
	}
	return nil, notFound()
}

// numbered returns all issues and pull requests in order of number.
func (r *repo) numbered() []*issue {
	return slices.SortedFunc(maps.Values(r.issues), func(a, b *issue) int { return cmp.Compare(a.number, b.number) })
}

// label finds a label the issue carries, by name in any case; nil if it carries none of that name.
func (i *issue) label(name string) *label {
	for _, l := range i.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// sorted returns the values of a map in order of key.
func sorted[V any](m map[int64]V) []V {
	out := make([]V, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out
}

// issueByID finds an issue in any repository by id; nil if there is none.
func (st *state) issueByID(id int64) *issue {
	for _, r := range st.repos {
		for _, is := range r.issues {
			if is.id == id {
				return is
			}
		}
	}
	return nil
}

// installationOf finds the installation of an App that covers a repository; nil if there is none.
func (st *state) installationOf(a *app, r *repo) *installation {
	for _, i := range sorted(st.installations) {
		if i.app == a && i.covers(r) {
			return i
		}
	}
	return nil
}

// membersOf returns the members of a team and, as GitHub does, of its child teams, in order of id.
func (st *state) membersOf(t *team) []*user {
	set := map[int64]bool{}
	var add func(*team)
	add = func(t *team) {
		for id := range t.members {
			set[id] = true
		}
		for _, c := range st.teams {
			if c.parent == t {
				add(c)
			}
		}
	}
	add(t)
	var out []*user
	for _, id := range slices.Sorted(maps.Keys(set)) {
		if u := st.users[id]; u != nil {
			out = append(out, u)
		}
	}
	return out
}
