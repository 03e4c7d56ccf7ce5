package hubsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// Limits of GitHub's on the contents routes, in bytes and entries.
const (
	maxInlineFile = 1 << 20   // larger files come without their content
	maxFile       = 100 << 20 // larger ones not at all
	maxDirEntries = 1000
)

func (s *Server) addContentRoutes() {
	const base = "/repos/{owner}/{repo}"
	read := access{app: "contents:read"}
	s.handle("GET "+base+"/contents", read, s.getContents)
	s.handle("GET "+base+"/contents/{path...}", read, s.getContents)
	s.handle("PUT "+base+"/contents/{path...}", access{person: levelWrite, app: "contents:write"}, s.putContents)
	s.handle("DELETE "+base+"/contents/{path...}", access{person: levelWrite, app: "contents:write"}, s.deleteContents)
	s.handle("GET "+base+"/readme", read, s.getReadme)
}

// contentsAt resolves ?ref= of a contents request.
func (r *request) contentsAt() (commit gitstore.Commit, ref string, err error) {
	if r.repo.isEmpty() {
		return commit, "", fail(http.StatusNotFound, "This repository is empty.")
	}
	ref = r.query.Get("ref")
	if ref == "" {
		ref = r.repo.defaultBranch
	}
	sha, err := r.repo.code().Resolve(ref)
	if err != nil {
		return commit, "", fail(http.StatusNotFound, "No commit found for the ref %s", ref)
	}
	commit, err = r.repo.code().Commit(sha)
	return commit, ref, err
}

func (s *Server) getContents(r *request) (response, error) {
	c, ref, err := r.contentsAt()
	if err != nil {
		return response{}, err
	}
	return s.contentsOf(r, c, ref, strings.Trim(r.param("path"), "/"))
}

func (s *Server) getReadme(r *request) (response, error) {
	c, ref, err := r.contentsAt()
	if err != nil {
		return response{}, err
	}
	for _, dir := range []string{".github/", "", "docs/"} {
		for _, name := range []string{"README.md", "README", "README.txt", "readme.md"} {
			if e, err := r.repo.code().Lookup(c.Tree, dir+name); err == nil && e.Type == gitstore.TypeBlob {
				return s.contentsOf(r, c, ref, dir+name)
			}
		}
	}
	return response{}, notFound()
}

// contentsOf answers with what stands at a path of a commit.
func (s *Server) contentsOf(r *request, c gitstore.Commit, ref, name string) (response, error) {
	e, err := r.repo.code().Lookup(c.Tree, name)
	if err != nil {
		return response{}, notFound()
	}
	switch {
	case e.Type == gitstore.TypeTree:
		return s.dirContents(r, ref, e)
	case e.Mode == gitstore.ModeSubmodule:
		return ok(s.renderSubmodule(r.repo, c, ref, e)), nil
	case e.Mode == gitstore.ModeSymlink:
		target, err := r.repo.code().Blob(e.SHA)
		if err != nil {
			return response{}, err
		}
		at := path.Join(path.Dir(name), string(target))
		to, err := r.repo.code().Lookup(c.Tree, at)
		if err != nil || to.Type != gitstore.TypeBlob || to.Mode == gitstore.ModeSymlink {
			o := s.renderEntry(r.repo, ref, e, "symlink")
			o["target"] = string(target)
			return ok(o), nil
		}
		to.Path = name // GitHub shows the target's content under the link's name
		e = to
	}
	return s.fileContents(r, ref, e)
}

func (s *Server) fileContents(r *request, ref string, e gitstore.Entry) (response, error) {
	if e.Size > maxFile {
		return response{}, &apiError{
			status:  http.StatusForbidden,
			message: "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API, but you can use Git over SSH to request blobs up to 100 MB in size.",
			errors:  []any{fieldError{Resource: "Blob", Field: "data", Code: "too_large"}},
		}
	}
	content, err := r.repo.code().Blob(e.SHA)
	if err != nil {
		return response{}, err
	}
	if r.accepts("raw") {
		return response{status: http.StatusOK, raw: nonNil(content), contentType: "application/vnd.github.raw; charset=utf-8"}, nil
	}
	o := s.renderEntry(r.repo, ref, e, "file")
	o["content"], o["encoding"] = "", "none"
	if e.Size <= maxInlineFile {
		o["content"], o["encoding"] = wrapped(content), "base64"
	}
	return ok(o), nil
}

// wrapped is Base64 in lines of 60 characters, as GitHub writes it.
func wrapped(content []byte) string {
	enc := base64.StdEncoding.EncodeToString(content)
	var b strings.Builder
	for len(enc) > 0 {
		n := min(60, len(enc))
		b.WriteString(enc[:n] + "\n")
		enc = enc[n:]
	}
	return b.String()
}

func (s *Server) dirContents(r *request, ref string, e gitstore.Entry) (response, error) {
	list, err := r.repo.code().Tree(e.SHA, false)
	if err != nil {
		return response{}, err
	}
	entries := []obj{}
	for _, in := range list[:min(len(list), maxDirEntries)] {
		in.Path = path.Join(e.Path, in.Path)
		kind := "file"
		switch {
		case in.Type == gitstore.TypeTree:
			kind = "dir"
		case in.Mode == gitstore.ModeSymlink:
			kind = "symlink"
		}
		entries = append(entries, s.renderEntry(r.repo, ref, in, kind)) // submodules are listed as files, for old clients
	}
	if r.accepts("object") {
		o := s.renderEntry(r.repo, ref, e, "dir")
		o["entries"] = entries
		return ok(o), nil
	}
	return ok(entries), nil
}

// renderEntry is a file, folder or link without its content.
func (s *Server) renderEntry(rp *repo, ref string, e gitstore.Entry, kind string) obj {
	escaped := escapePath(e.Path)
	name := e.Name()
	if e.Path == "" {
		name = ""
	}
	self := withRef(s.api("/repos/%s/contents/%s", rp.fullName(), escaped), ref)
	what, page := "blobs", s.web("/%s/blob/%s/%s", rp.fullName(), escapePath(ref), escaped)
	var download any = s.web("/%s/raw/%s/%s", rp.fullName(), escapePath(ref), escaped)
	if e.Type == gitstore.TypeTree || e.Mode == gitstore.ModeSubmodule {
		what, download = "trees", nil
		page = s.web("/%s/tree/%s/%s", rp.fullName(), escapePath(ref), escaped)
	}
	git := s.api("/repos/%s/git/%s/%s", rp.fullName(), what, e.SHA)
	return obj{
		"type": kind, "name": name, "path": e.Path, "sha": e.SHA, "size": e.Size, "url": self, "html_url": page, "git_url": git,
		"download_url": download, "_links": obj{"self": self, "html": page, "git": git},
	}
}

// renderSubmodule is a submodule, whose repository .gitmodules names.
func (s *Server) renderSubmodule(rp *repo, c gitstore.Commit, ref string, e gitstore.Entry) obj {
	o := s.renderEntry(rp, ref, e, "submodule")
	o["submodule_git_url"], o["git_url"], o["html_url"] = nil, nil, nil
	modules, _, err := rp.code().ReadFile(c.SHA, ".gitmodules")
	if err == nil {
		o["submodule_git_url"] = textOrNull(submoduleURL(string(modules), e.Path))
	}
	self := o["url"]
	o["_links"] = obj{"self": self, "html": nil, "git": nil}
	return o
}

// submoduleURL finds the address of the submodule at a path in a .gitmodules file.
func submoduleURL(modules, at string) string {
	var url, where string
	for line := range strings.Lines(modules + "\n[end]\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch strings.TrimSpace(key) {
		case "path":
			where = strings.TrimSpace(value)
		case "url":
			url = strings.TrimSpace(value)
		}
		if strings.HasPrefix(strings.TrimSpace(line), "[") {
			url, where = "", ""
		}
		if where == at && url != "" {
			return url
		}
	}
	return ""
}

// contentsInput is the body of PUT and DELETE contents.
type contentsInput struct {
	Message   string
	Content   *string
	SHA       string
	Branch    string
	Author    *signatureInput
	Committer *signatureInput
}

// contentsChange reads a request that changes a file and finds what stands there now.
func (s *Server) contentsChange(r *request) (in contentsInput, old gitstore.Entry, err error) {
	if err := r.decode(&in); err != nil {
		return in, old, err
	}
	if len(r.body) == 0 && r.http.Method == http.MethodDelete {
		q := r.query
		in.Message, in.SHA, in.Branch = q.Get("message"), q.Get("sha"), q.Get("branch")
	}
	if in.Message == "" {
		return in, old, badShape(`"message" wasn't supplied.`)
	}
	in.Branch = strings.TrimPrefix(in.Branch, gitstore.HeadsPrefix)
	if in.Branch == "" {
		in.Branch = r.repo.defaultBranch
	}
	tip, err := r.repo.code().Branch(in.Branch)
	if err != nil {
		if r.repo.isEmpty() {
			return in, old, nil
		}
		return in, old, fail(http.StatusNotFound, "Branch %s not found", in.Branch)
	}
	c, err := r.repo.code().Commit(tip)
	if err != nil {
		return in, old, err
	}
	old, err = r.repo.code().Lookup(c.Tree, r.param("path"))
	if err != nil {
		return in, gitstore.Entry{}, nil
	}
	if old.Type != gitstore.TypeBlob {
		return in, old, fail(http.StatusUnprocessableEntity, "path is a directory")
	}
	switch {
	case in.SHA == "":
		return in, old, badShape(`"sha" wasn't supplied.`)
	case in.SHA != old.SHA:
		return in, old, fail(http.StatusConflict, "%s does not match %s", r.param("path"), in.SHA)
	}
	return in, old, nil
}

func (s *Server) putContents(r *request) (response, error) {
	in, old, err := s.contentsChange(r)
	if err != nil {
		return response{}, err
	}
	if in.Content == nil {
		return response{}, badShape(`"content" wasn't supplied.`)
	}
	content, err := decodeBase64(*in.Content)
	if err != nil {
		return response{}, fail(http.StatusUnprocessableEntity, "content is not valid Base64")
	}
	name := r.param("path")
	c, err := s.commitEdit(r, &in, gitstore.Edit{Path: name, Content: content})
	if err != nil {
		return response{}, err
	}
	e, err := r.repo.code().Lookup(c.Tree, name)
	if err != nil {
		return response{}, err
	}
	out := obj{"content": s.renderEntry(r.repo, in.Branch, e, "file"), "commit": s.renderGitCommit(r.repo, c)}
	if old.SHA == "" {
		return created(out), nil
	}
	return ok(out), nil
}

func decodeBase64(text string) ([]byte, error) {
	clean := strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(text)
	content, err := base64.StdEncoding.DecodeString(clean)
	if err != nil {
		content, err = base64.RawStdEncoding.DecodeString(clean)
	}
	return nonNil(content), err
}

func (s *Server) deleteContents(r *request) (response, error) {
	in, old, err := s.contentsChange(r)
	if err != nil {
		return response{}, err
	}
	if old.SHA == "" {
		return response{}, notFound()
	}
	c, err := s.commitEdit(r, &in, gitstore.Edit{Path: r.param("path")})
	if err != nil {
		return response{}, err
	}
	return ok(obj{"content": nil, "commit": s.renderGitCommit(r.repo, c)}), nil
}

// commitEdit commits one change to a branch and pushes it.
func (s *Server) commitEdit(r *request, in *contentsInput, e gitstore.Edit) (gitstore.Commit, error) {
	if !gitstore.ValidPath(e.Path) {
		return gitstore.Commit{}, fail(http.StatusUnprocessableEntity, "path contains a malformed path component")
	}
	w, code := r.write(), r.repo.code()
	committer, err := signatureOf(in.Committer, "committer", s.signature(w.user(), w.now))
	if err != nil {
		return gitstore.Commit{}, err
	}
	author, err := signatureOf(in.Author, "author", committer)
	if err != nil {
		return gitstore.Commit{}, err
	}
	next := gitstore.Commit{Author: author, Committer: committer, Message: in.Message}
	base := ""
	if tip, err := code.Branch(in.Branch); err == nil {
		parent, err := code.Commit(tip)
		if err != nil {
			return gitstore.Commit{}, err
		}
		base, next.Parents = parent.Tree, []string{tip}
	}
	if next.Tree, err = code.WriteTree(base, []gitstore.Edit{e}); err != nil {
		return gitstore.Commit{}, fmt.Errorf("change %s: %w", e.Path, err)
	}
	done, err := code.WriteCommit(next)
	if err != nil {
		return gitstore.Commit{}, err
	}
	s.signForBot(w, done, in.Author == nil && in.Committer == nil)
	return done, s.setRef(w, r.repo, gitstore.HeadsPrefix+in.Branch, done.SHA, false)
}
