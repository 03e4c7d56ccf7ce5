package hubsim

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// maxTreeEntries is how many entries a recursive listing of a tree has before GitHub cuts it.
const maxTreeEntries = 100_000

func (s *Server) addGitDataRoutes() {
	const base = "/repos/{owner}/{repo}/git"
	read, write := access{app: "contents:read"}, access{person: levelWrite, app: "contents:write"}
	s.handle("POST "+base+"/blobs", write, s.createBlob)
	s.handle("GET "+base+"/blobs/{sha}", read, s.getBlob)
	s.handle("POST "+base+"/trees", write, s.createTree)
	s.handle("GET "+base+"/trees/{sha...}", read, s.getTree)
	s.handle("POST "+base+"/commits", write, s.createGitCommit)
	s.handle("GET "+base+"/commits/{sha}", read, s.getGitCommit)
	s.handle("POST "+base+"/tags", write, s.createTag)
	s.handle("GET "+base+"/tags/{sha}", read, s.getTag)
	s.handle("GET "+base+"/ref/{ref...}", read, s.getRef)
	s.handle("GET "+base+"/matching-refs/{ref...}", read, s.matchingRefs)
	s.handle("POST "+base+"/refs", write, s.createRef)
	s.handle("PATCH "+base+"/refs/{ref...}", write, s.patchRef)
	s.handle("DELETE "+base+"/refs/{ref...}", write, s.deleteRef)
}

// refuseEmpty is what git data routes answer in a repository without a commit.
func (r *request) refuseEmpty() error {
	if r.repo.isEmpty() {
		return fail(http.StatusConflict, "Git Repository is empty.")
	}
	return nil
}

// gitError is the refusal of an object in GitHub's words.
func gitError(err error, resource string) error {
	if errors.Is(err, gitstore.ErrInvalid) || errors.Is(err, gitstore.ErrNotFound) {
		return invalid(fieldError{Resource: resource, Code: "custom", Message: err.Error()})
	}
	return err
}

func (s *Server) createBlob(r *request) (response, error) {
	var in struct {
		Content  *string
		Encoding string
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Content == nil {
		return response{}, badShape(`"content" wasn't supplied.`)
	}
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	content := []byte(*in.Content)
	if in.Encoding == "base64" {
		var err error
		if content, err = decodeBase64(*in.Content); err != nil {
			return response{}, invalid(fieldError{Resource: "Blob", Field: "content", Code: "invalid"})
		}
	}
	sha, err := r.repo.code().WriteBlob(content)
	if err != nil {
		return response{}, err
	}
	return created(obj{"sha": sha, "url": s.api("/repos/%s/git/blobs/%s", r.repo.fullName(), sha)}), nil
}

func (s *Server) getBlob(r *request) (response, error) {
	sha := r.param("sha")
	content, err := r.repo.code().Blob(sha)
	if err != nil {
		return response{}, notFound()
	}
	if r.accepts("raw") {
		return response{status: http.StatusOK, raw: nonNil(content), contentType: "application/vnd.github.raw; charset=utf-8"}, nil
	}
	return ok(obj{
		"sha": sha, "node_id": gitNodeID("B", r.repo, sha), "size": len(content), "content": wrapped(content), "encoding": "base64",
		"url": s.api("/repos/%s/git/blobs/%s", r.repo.fullName(), sha),
	}), nil
}

func (s *Server) createTree(r *request) (response, error) {
	var in struct {
		Base string `json:"base_tree"`
		Tree []struct {
			Path, Mode, Type string
			SHA              json.RawMessage
			Content          *string
		}
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.Tree == nil {
		return response{}, badShape(`"tree" wasn't supplied.`)
	}
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	base := in.Base
	if c, err := r.repo.code().Commit(base); err == nil { // GitHub takes a commit's hash, too
		base = c.Tree
	}
	var edits []gitstore.Edit
	for _, t := range in.Tree {
		e := gitstore.Edit{Path: t.Path, Mode: t.Mode}
		switch {
		case t.Content != nil:
			e.Content = []byte(*t.Content)
		case string(t.SHA) == "null":
		default:
			if json.Unmarshal(t.SHA, &e.SHA) != nil || e.SHA == "" {
				return response{}, invalid(fieldError{Resource: "Tree", Code: "custom", Message: "Must supply either tree.sha or tree.content."})
			}
		}
		edits = append(edits, e)
	}
	sha, err := r.repo.code().WriteTree(base, edits)
	if err != nil {
		return response{}, gitError(err, "Tree")
	}
	return s.treeResponse(r, sha, http.StatusCreated, false)
}

func (s *Server) getTree(r *request) (response, error) {
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	sha := r.param("sha")
	if kind, err := r.repo.code().ObjectType(sha); err != nil || kind != gitstore.TypeTree {
		commit, err := r.repo.code().Resolve(sha)
		if err != nil {
			return response{}, notFound()
		}
		c, err := r.repo.code().Commit(commit)
		if err != nil {
			return response{}, err
		}
		sha = c.Tree
	}
	return s.treeResponse(r, sha, http.StatusOK, r.query.Has("recursive"))
}

func (s *Server) treeResponse(r *request, sha string, status int, recursive bool) (response, error) {
	list, err := r.repo.code().Tree(sha, recursive)
	if err != nil {
		return response{}, err
	}
	entries := []obj{}
	for _, e := range list[:min(len(list), maxTreeEntries)] {
		entries = append(entries, s.renderTreeEntry(r.repo, e))
	}
	return response{status: status, body: obj{
		"sha": sha, "url": s.api("/repos/%s/git/trees/%s", r.repo.fullName(), sha), "tree": entries,
		"truncated": len(list) > maxTreeEntries,
	}}, nil
}

func (s *Server) createGitCommit(r *request) (response, error) {
	var in struct {
		Message           *string
		Tree              string
		Parents           []string
		Author, Committer *signatureInput
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	switch {
	case in.Message == nil:
		return response{}, badShape(`"message" wasn't supplied.`)
	case in.Tree == "":
		return response{}, badShape(`"tree" wasn't supplied.`)
	}
	author, err := signatureOf(in.Author, "author", s.signature(r.actor.user, r.now))
	if err != nil {
		return response{}, err
	}
	committer, err := signatureOf(in.Committer, "committer", author)
	if err != nil {
		return response{}, err
	}
	if kind, err := r.repo.code().ObjectType(in.Tree); err != nil || kind != gitstore.TypeTree {
		return response{}, fail(http.StatusUnprocessableEntity, "Tree SHA does not exist")
	}
	for _, p := range in.Parents {
		if kind, err := r.repo.code().ObjectType(p); err != nil || kind != gitstore.TypeCommit {
			return response{}, fail(http.StatusUnprocessableEntity, "Parent SHA does not exist or is not a commit object")
		}
	}
	c, err := r.repo.code().WriteCommit(gitstore.Commit{
		Tree: in.Tree, Parents: in.Parents, Author: author, Committer: committer, Message: *in.Message,
	})
	if err != nil {
		return response{}, gitError(err, "Commit")
	}
	s.signForBot(r.write(), c, in.Author == nil && in.Committer == nil)
	out := s.renderGitCommit(r.repo, c)
	return created(out).with("Location", out["url"].(string)), nil
}

func (s *Server) getGitCommit(r *request) (response, error) {
	c, err := r.repo.code().Commit(r.param("sha"))
	if err != nil {
		return response{}, notFound()
	}
	return ok(s.renderGitCommit(r.repo, c)), nil
}

func (s *Server) createTag(r *request) (response, error) {
	var in struct {
		Tag, Message, Object, Type string
		Tagger                     *signatureInput
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	for name, v := range map[string]string{"tag": in.Tag, "message": in.Message, "object": in.Object, "type": in.Type} {
		if v == "" {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	tagger, err := signatureOf(in.Tagger, "tagger", s.signature(r.actor.user, r.now))
	if err != nil {
		return response{}, err
	}
	if kind, err := r.repo.code().ObjectType(in.Object); err != nil || kind != in.Type {
		return response{}, invalid(fieldError{Resource: "Tag", Field: "object", Code: "invalid"})
	}
	t, err := r.repo.code().WriteTag(gitstore.Tag{Name: in.Tag, Message: in.Message, Target: in.Object, Tagger: tagger})
	if err != nil {
		return response{}, gitError(err, "Tag")
	}
	return created(s.renderTag(r.repo, t)), nil
}

func (s *Server) getTag(r *request) (response, error) {
	t, err := r.repo.code().Tag(r.param("sha"))
	if err != nil {
		return response{}, notFound()
	}
	return ok(s.renderTag(r.repo, t)), nil
}

func (s *Server) getRef(r *request) (response, error) {
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	ref, err := r.repo.code().Ref("refs/" + r.param("ref"))
	if err != nil {
		return response{}, notFound()
	}
	return ok(s.renderRef(r.repo, ref)), nil
}

func (s *Server) matchingRefs(r *request) (response, error) {
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	list := r.repo.code().Refs("refs/" + r.param("ref"))
	return paged(s, r, list, func(ref gitstore.Ref) obj { return s.renderRef(r.repo, ref) }), nil
}

func (s *Server) createRef(r *request) (response, error) {
	var in struct{ Ref, SHA string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	for name, v := range map[string]string{"ref": in.Ref, "sha": in.SHA} {
		if v == "" {
			return response{}, badShape("%q wasn't supplied.", name)
		}
	}
	if err := r.refuseEmpty(); err != nil {
		return response{}, err
	}
	switch {
	case !strings.HasPrefix(in.Ref, "refs/") || strings.Count(in.Ref, "/") < 2:
		return response{}, fail(http.StatusUnprocessableEntity, "Reference name must start with 'refs/' and have at least two slashes.")
	case !gitstore.IsHash(in.SHA):
		return response{}, fail(http.StatusUnprocessableEntity, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	case strings.HasPrefix(in.Ref, "refs/pull/"):
		return response{}, fail(http.StatusUnprocessableEntity, "Reference update failed")
	}
	if _, err := r.repo.code().Ref(in.Ref); err == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "Reference already exists")
	}
	if err := s.setRef(r.write(), r.repo, in.Ref, in.SHA, false); err != nil {
		return response{}, err
	}
	ref, err := r.repo.code().Ref(in.Ref)
	if err != nil {
		return response{}, err
	}
	out := s.renderRef(r.repo, ref)
	return created(out).with("Location", out["url"].(string)), nil
}

func (s *Server) patchRef(r *request) (response, error) {
	var in struct {
		SHA   string
		Force bool
	}
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	if in.SHA == "" {
		return response{}, badShape(`"sha" wasn't supplied.`)
	}
	name := "refs/" + r.param("ref")
	if _, err := r.repo.code().Ref(name); err != nil || strings.HasPrefix(name, "refs/pull/") {
		return response{}, fail(http.StatusUnprocessableEntity, "Reference does not exist")
	}
	if err := s.setRef(r.write(), r.repo, name, in.SHA, in.Force); err != nil {
		return response{}, err
	}
	ref, err := r.repo.code().Ref(name)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderRef(r.repo, ref)), nil
}

func (s *Server) deleteRef(r *request) (response, error) {
	name := "refs/" + r.param("ref")
	if _, err := r.repo.code().Ref(name); err != nil || strings.HasPrefix(name, "refs/pull/") {
		return response{}, fail(http.StatusUnprocessableEntity, "Reference does not exist")
	}
	if name == gitstore.HeadsPrefix+r.repo.defaultBranch {
		return response{}, fail(http.StatusUnprocessableEntity, "Cannot delete the default branch")
	}
	if r.repo.isProtected(strings.TrimPrefix(name, gitstore.HeadsPrefix)) {
		return response{}, fail(http.StatusUnprocessableEntity, "Cannot delete a protected branch")
	}
	if err := s.setRef(r.write(), r.repo, name, zeroSHA, true); err != nil {
		return response{}, err
	}
	return noContent(), nil
}
