package hubsim

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// gitNodeID is the node id of a git object, which is found by its hash.
func gitNodeID(prefix string, r *repo, sha string) string {
	b := append([]byte{0x93, 0, 0xce, byte(r.id >> 24), byte(r.id >> 16), byte(r.id >> 8), byte(r.id), 0xd9, byte(len(sha))}, sha...)
	return prefix + "_" + base64.RawURLEncoding.EncodeToString(b)
}

// escapePath escapes each part of a path for an address.
func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// unsigned is the verification of a commit or tag nobody signed.
func unsigned() obj {
	return obj{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

func renderSignature(sig gitstore.Signature) obj {
	return obj{"name": sig.Name, "email": sig.Email, "date": stamp(sig.When)}
}

// renderAccount is the account a commit's signature belongs to, null if nobody's.
func (s *Server) renderAccount(sig gitstore.Signature) any {
	if sig.Email == "noreply@github.com" {
		return s.renderUser(&user{id: 19864447, login: "web-flow", kind: typeUser})
	}
	if u := s.userByEmail(sig.Email); u != nil {
		return s.renderUser(u)
	}
	return nil
}

// renderCommit is a commit as lists of commits have it.
func (s *Server) renderCommit(r *repo, c gitstore.Commit) obj {
	api, page := s.api("/repos/%s/commits/%s", r.fullName(), c.SHA), s.web("/%s/commit/%s", r.fullName(), c.SHA)
	parents := []obj{}
	for _, p := range c.Parents {
		parents = append(parents, obj{
			"sha": p, "url": s.api("/repos/%s/commits/%s", r.fullName(), p), "html_url": s.web("/%s/commit/%s", r.fullName(), p),
		})
	}
	return obj{
		"sha": c.SHA, "node_id": gitNodeID(nodeCommit, r, c.SHA), "url": api, "html_url": page, "comments_url": api + "/comments",
		"commit": obj{
			"author": renderSignature(c.Author), "committer": renderSignature(c.Committer), "message": c.Message,
			"tree": s.renderTreeLink(r, c.Tree), "url": s.api("/repos/%s/git/commits/%s", r.fullName(), c.SHA),
			"comment_count": 0, "verification": s.verificationOf(c),
		},
		"author": s.renderAccount(c.Author), "committer": s.renderAccount(c.Committer), "parents": parents,
	}
}

func (s *Server) renderTreeLink(r *repo, sha string) obj {
	return obj{"sha": sha, "url": s.api("/repos/%s/git/trees/%s", r.fullName(), sha)}
}

// renderGitCommit is a commit as the git data routes, contents and the timeline have it.
func (s *Server) renderGitCommit(r *repo, c gitstore.Commit) obj {
	parents := []obj{}
	for _, p := range c.Parents {
		parents = append(parents, obj{
			"sha": p, "url": s.api("/repos/%s/git/commits/%s", r.fullName(), p),
			"html_url": s.web("/%s/commit/%s", r.fullName(), p),
		})
	}
	return obj{
		"sha": c.SHA, "node_id": gitNodeID(nodeCommit, r, c.SHA), "url": s.api("/repos/%s/git/commits/%s", r.fullName(), c.SHA),
		"html_url": s.web("/%s/commit/%s", r.fullName(), c.SHA), "author": renderSignature(c.Author),
		"committer": renderSignature(c.Committer), "message": c.Message, "tree": s.renderTreeLink(r, c.Tree),
		"parents": parents, "verification": s.verificationOf(c),
	}
}

// renderFile is a changed file of a pull request, commit or comparison whose head is sha.
func (s *Server) renderFile(r *repo, sha string, c *gitstore.Change) obj {
	path := escapePath(c.Path)
	o := obj{
		"sha": c.SHA, "filename": c.Path, "status": c.Status, "additions": c.Additions, "deletions": c.Deletions,
		"changes":      c.Additions + c.Deletions,
		"blob_url":     s.web("/%s/blob/%s/%s", r.fullName(), sha, path),
		"raw_url":      s.web("/%s/raw/%s/%s", r.fullName(), sha, url.PathEscape(c.Path)),
		"contents_url": s.api("/repos/%s/contents/%s", r.fullName(), path) + "?ref=" + sha,
	}
	if c.Patch != "" {
		o["patch"] = c.Patch
	}
	if c.PreviousPath != "" {
		o["previous_filename"] = c.PreviousPath
	}
	return o
}

// renderHookCommit is a commit as push and check suite events have it.
func (s *Server) renderHookCommit(r *repo, c gitstore.Commit) obj {
	person := func(sig gitstore.Signature) obj {
		o := obj{"name": sig.Name, "email": sig.Email, "date": stamp(sig.When)}
		if u := s.userByEmail(sig.Email); u != nil {
			o["username"] = u.login
		} else if sig.Email == "noreply@github.com" {
			o["username"] = "web-flow"
		}
		return o
	}
	added, removed, modified := []string{}, []string{}, []string{}
	parent := ""
	if len(c.Parents) > 0 {
		parent = c.Parents[0]
	}
	if files, err := r.code().Changes(parent, c.SHA); err == nil { // both were just read
		for _, f := range files {
			switch f.Status {
			case gitstore.StatusAdded:
				added = append(added, f.Path)
			case gitstore.StatusRemoved:
				removed = append(removed, f.Path)
			case gitstore.StatusRenamed:
				added, removed = append(added, f.Path), append(removed, f.PreviousPath)
			default:
				modified = append(modified, f.Path)
			}
		}
	}
	return obj{
		"id": c.SHA, "tree_id": c.Tree, "distinct": true, "message": c.Message, "timestamp": stamp(c.Committer.When),
		"url": s.web("/%s/commit/%s", r.fullName(), c.SHA), "author": person(c.Author), "committer": person(c.Committer),
		"added": added, "removed": removed, "modified": modified,
	}
}

// renderSimpleCommit is a commit as check suites and workflow runs have it.
func (s *Server) renderSimpleCommit(r *repo, sha string) any {
	c, err := r.code().Commit(sha)
	if err != nil {
		return nil
	}
	return obj{
		"id": c.SHA, "tree_id": c.Tree, "message": c.Message, "timestamp": stamp(c.Committer.When),
		"author":    obj{"name": c.Author.Name, "email": c.Author.Email},
		"committer": obj{"name": c.Committer.Name, "email": c.Committer.Email},
	}
}

// renderRef is a reference as git/refs has it.
func (s *Server) renderRef(r *repo, ref gitstore.Ref) obj {
	short := strings.TrimPrefix(ref.Name, "refs/")
	return obj{
		"ref": ref.Name, "node_id": gitNodeID("REF", r, ref.Name),
		"url": s.api("/repos/%s/git/refs/%s", r.fullName(), escapePath(short)),
		"object": obj{
			"sha": ref.SHA, "type": ref.Type, "url": s.api("/repos/%s/git/%ss/%s", r.fullName(), ref.Type, ref.SHA),
		},
	}
}

// renderBranch is a branch as lists have it.
func (s *Server) renderBranch(r *repo, name, sha string) obj {
	o := obj{
		"name": name, "protected": r.isProtected(name),
		"commit": obj{"sha": sha, "url": s.api("/repos/%s/commits/%s", r.fullName(), sha)},
	}
	o["protection"] = s.renderBranchProtection(r, name)
	o["protection_url"] = s.api("/repos/%s/branches/%s/protection", r.fullName(), escapePath(name))
	return o
}

// renderBranchProtection is the summary of a protection that branches carry.
func (s *Server) renderBranchProtection(r *repo, name string) obj {
	level, contexts, checks := "off", []string{}, []obj{}
	if p := r.protection[name]; p != nil {
		if len(p.checks) > 0 {
			level = "non_admins"
			if p.enforceAdmins {
				level = "everyone"
			}
		}
		for _, c := range p.checks {
			contexts = append(contexts, c.context)
			one := obj{"context": c.context, "app_id": nil}
			if c.appID != 0 {
				one["app_id"] = c.appID
			}
			checks = append(checks, one)
		}
	}
	return obj{
		"enabled":                r.protection[name] != nil,
		"required_status_checks": obj{"enforcement_level": level, "contexts": contexts, "checks": checks},
	}
}

// renderTreeEntry is an entry of a tree as git/trees has it.
func (s *Server) renderTreeEntry(r *repo, e gitstore.Entry) obj {
	o := obj{"path": e.Path, "mode": e.Mode, "type": e.Type, "sha": e.SHA}
	switch e.Type {
	case gitstore.TypeBlob:
		o["size"], o["url"] = e.Size, s.api("/repos/%s/git/blobs/%s", r.fullName(), e.SHA)
	case gitstore.TypeTree:
		o["url"] = s.api("/repos/%s/git/trees/%s", r.fullName(), e.SHA)
	}
	return o
}

// renderTag is an annotated tag.
func (s *Server) renderTag(r *repo, t gitstore.Tag) obj {
	return obj{
		"node_id": gitNodeID("TA", r, t.SHA), "tag": t.Name, "sha": t.SHA, "message": t.Message,
		"url":    s.api("/repos/%s/git/tags/%s", r.fullName(), t.SHA),
		"tagger": renderSignature(t.Tagger), "verification": unsigned(),
		"object": obj{
			"sha": t.Target, "type": t.TargetType, "url": s.api("/repos/%s/git/%ss/%s", r.fullName(), t.TargetType, t.Target),
		},
	}
}

// signatureInput is an author, committer or tagger in a request; what is missing is filled in.
type signatureInput struct {
	Name  string
	Email string
	Date  string
}

// signatureOf reads a signature of a request; without one it is fallback.
func signatureOf(in *signatureInput, field string, fallback gitstore.Signature) (gitstore.Signature, error) {
	if in == nil {
		return fallback, nil
	}
	for name, value := range map[string]string{"name": in.Name, "email": in.Email} {
		if value == "" {
			return fallback, badShape("%q wasn't supplied.", cmp.Or(field, "author")+"."+name)
		}
		if strings.ContainsAny(value, "<>\n\x00") {
			return fallback, invalid(fieldError{Resource: "Commit", Field: field, Code: "invalid", Value: value})
		}
	}
	out := gitstore.Signature{Name: in.Name, Email: in.Email, When: fallback.When}
	if in.Date != "" {
		t, err := parseTime(in.Date)
		if err != nil {
			return fallback, badShape("For 'properties/%s/date', %q is not a valid date-time.", field, in.Date)
		}
		out.When = t
	}
	return out, nil
}
