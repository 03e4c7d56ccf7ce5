package hubsim

import (
	"errors"
	"maps"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// gqlBranchRef is a branch or tag.
type gqlBranchRef struct {
	repo *repo
	gitstore.Ref
}

func (r gqlBranchRef) gqlKey() string { return gitNodeID("REF", r.repo, r.Name) }

// The objects of git. A commit, tree or blob is known by its repository and hash.
type (
	gqlCommit struct {
		repo *repo
		gitstore.Commit
	}
	gqlTree struct {
		repo *repo
		sha  string
	}
	gqlBlob struct {
		repo *repo
		sha  string
	}
	gqlEntry struct {
		repo *repo
		gitstore.Entry
		commit string // whose tree it was found in, "" if that is not known
	}
)

func (c gqlCommit) gqlType() string { return "Commit" }
func (gqlTree) gqlType() string     { return "Tree" }
func (gqlBlob) gqlType() string     { return "Blob" }

func (c gqlCommit) gqlKey() string { return gitNodeID("C", c.repo, c.SHA) }

// gqlFound turns "not there" into GraphQL's null and passes other errors on.
func gqlFound(v any, err error) (any, error) {
	if errors.Is(err, gitstore.ErrNotFound) || errors.Is(err, gitstore.ErrInvalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// commit reads a commit as GraphQL shows it.
func (c *gqlCall) commit(rp *repo, sha string) (any, error) {
	found, err := rp.code().Commit(sha)
	return gqlFound(gqlCommit{rp, found}, err)
}

// gitObject reads any object by its hash.
func (c *gqlCall) gitObject(rp *repo, sha string) (any, error) {
	kind, err := rp.code().ObjectType(sha)
	if err != nil {
		return gqlFound(nil, err)
	}
	switch kind {
	case gitstore.TypeBlob:
		return gqlBlob{rp, sha}, nil
	case gitstore.TypeTree:
		return gqlTree{rp, sha}, nil
	case gitstore.TypeTag:
		target, err := rp.code().Resolve(sha)
		if err != nil {
			return gqlFound(nil, err)
		}
		return c.commit(rp, target)
	}
	return c.commit(rp, sha)
}

// entryObject is what a tree's entry points to; null for a submodule, which is elsewhere.
func entryObject(rp *repo, e gitstore.Entry) any {
	switch e.Type {
	case gitstore.TypeBlob:
		return gqlBlob{rp, e.SHA}
	case gitstore.TypeTree:
		return gqlTree{rp, e.SHA}
	}
	return nil
}

// expression answers Repository.object(expression: "main:src/model.py").
func (c *gqlCall) expression(rp *repo, expression string) (any, error) {
	rev, file, hasPath := strings.Cut(expression, ":")
	if rev == "HEAD" {
		rev = rp.defaultBranch
	}
	sha, err := rp.code().Resolve(rev)
	if err != nil {
		if gitstore.IsHash(rev) && !hasPath {
			return c.gitObject(rp, rev)
		}
		return gqlFound(nil, err)
	}
	if !hasPath {
		return c.commit(rp, sha)
	}
	commit, err := rp.code().Commit(sha)
	if err != nil {
		return gqlFound(nil, err)
	}
	e, err := rp.code().Lookup(commit.Tree, strings.Trim(file, "/"))
	return gqlFound(entryObject(rp, e), err)
}

func gqlGitFields() map[string]gqlResolver {
	out := map[string]gqlResolver{}
	for _, part := range []map[string]gqlResolver{
		gqlRepositoryCode(), gqlRefFields(), gqlObjectFields(), gqlTreeFields(), gqlCommitFields(), gqlAuthorshipFields(), gqlSubmoduleFields(),
	} {
		maps.Copy(out, part)
	}
	return out
}

// contents refuses an App that may not read code, then answers. What is public in a repository to which its token
// does not reach, it reads like anybody.
func contents(answer func(c *gqlCall, r *repo, args gqlArgs) (any, error)) gqlResolver {
	return with(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
		if a := c.backend.r.actor; a.kind == actorInstallation && !r.private && !a.covers(r) {
			return answer(c, r, args)
		}
		if err := c.need(r, readContents, false); err != nil {
			return nil, err
		}
		return answer(c, r, args)
	})
}

func gqlRepositoryCode() map[string]gqlResolver {
	return fieldsOf("Repository", map[string]gqlResolver{
		"isEmpty": of(func(_ *gqlCall, r *repo) any {
			_, err := r.code().Branch(r.defaultBranch)
			return err != nil
		}),
		"defaultBranchRef": contents(func(_ *gqlCall, r *repo, _ gqlArgs) (any, error) {
			ref, err := r.code().Ref(gitstore.HeadsPrefix + r.defaultBranch)
			return gqlFound(gqlBranchRef{r, ref}, err)
		}),
		"ref": contents(func(_ *gqlCall, r *repo, args gqlArgs) (any, error) {
			name := args.str("qualifiedName")
			for _, full := range []string{name, gitstore.HeadsPrefix + name, gitstore.TagsPrefix + name, "refs/" + name} {
				if ref, err := r.code().Ref(full); err == nil {
					return gqlBranchRef{r, ref}, nil
				}
			}
			return nil, nil
		}),
		"refs": contents(func(_ *gqlCall, r *repo, args gqlArgs) (any, error) {
			out := gqlList{}
			for _, ref := range r.code().Refs(args.str("refPrefix")) {
				if strings.Contains(strings.TrimPrefix(ref.Name, args.str("refPrefix")), args.str("query")) {
					out = append(out, gqlBranchRef{r, ref})
				}
			}
			return out, nil
		}),
		"object": contents(func(c *gqlCall, r *repo, args gqlArgs) (any, error) {
			if oid, ok := args.text("oid"); ok {
				return c.gitObject(r, oid)
			}
			return c.expression(r, args.str("expression"))
		}),
	})
}

// refPrefix splits a reference's full name as Ref.prefix and Ref.name do.
func refPrefix(full string) (prefix, name string) {
	for _, p := range []string{gitstore.HeadsPrefix, gitstore.TagsPrefix} {
		if rest, ok := strings.CutPrefix(full, p); ok {
			return p, rest
		}
	}
	return "refs/", strings.TrimPrefix(full, "refs/")
}

func gqlRefFields() map[string]gqlResolver {
	return fieldsOf("Ref", map[string]gqlResolver{
		"id":         of(func(_ *gqlCall, r gqlBranchRef) any { return r.gqlKey() }),
		"name":       of(func(_ *gqlCall, r gqlBranchRef) any { _, name := refPrefix(r.Name); return name }),
		"prefix":     of(func(_ *gqlCall, r gqlBranchRef) any { prefix, _ := refPrefix(r.Name); return prefix }),
		"repository": of(func(_ *gqlCall, r gqlBranchRef) any { return r.repo }),
		"target": with(func(c *gqlCall, r gqlBranchRef, _ gqlArgs) (any, error) {
			return c.gitObject(r.repo, r.SHA)
		}),
	})
}

// gqlObjectFields are the fields of GitObject, for each of its types.
func gqlObjectFields() map[string]gqlResolver {
	type object struct {
		rp          *repo
		prefix, sha string
	}
	read := func(v any) object {
		switch v := v.(type) {
		case gqlCommit:
			return object{v.repo, "C", v.SHA}
		case gqlTree:
			return object{v.repo, "T", v.sha}
		case gqlBlob:
			return object{v.repo, "B", v.sha}
		}
		return object{}
	}
	out := map[string]gqlResolver{}
	for _, typ := range []string{"Commit", "Tree", "Blob"} {
		maps.Copy(out, fieldsOf(typ, map[string]gqlResolver{
			"id":             of(func(_ *gqlCall, v any) any { o := read(v); return gitNodeID(o.prefix, o.rp, o.sha) }),
			"oid":            of(func(_ *gqlCall, v any) any { return read(v).sha }),
			"abbreviatedOid": of(func(_ *gqlCall, v any) any { return read(v).sha[:7] }),
			"repository":     of(func(_ *gqlCall, v any) any { return read(v).rp }),
			"commitUrl": of(func(c *gqlCall, v any) any {
				o := read(v)
				return c.backend.s.web("/%s/commit/%s", o.rp.fullName(), o.sha)
			}),
			"commitResourcePath": of(func(_ *gqlCall, v any) any { o := read(v); return "/" + o.rp.fullName() + "/commit/" + o.sha }),
		}))
	}
	return out
}

// gqlMaxBlob is where GitHub cuts Blob.text, in bytes; what is cut says so in isTruncated.
const gqlMaxBlob = 512_000

func gqlTreeFields() map[string]gqlResolver {
	out := fieldsOf("Blob", map[string]gqlResolver{
		"byteSize": with(func(_ *gqlCall, b gqlBlob, _ gqlArgs) (any, error) { return b.repo.code().BlobSize(b.sha) }),
		"isBinary": with(func(_ *gqlCall, b gqlBlob, _ gqlArgs) (any, error) {
			content, err := b.repo.code().Blob(b.sha)
			return gitstore.IsBinary(content), err
		}),
		"isTruncated": with(func(_ *gqlCall, b gqlBlob, _ gqlArgs) (any, error) {
			size, err := b.repo.code().BlobSize(b.sha)
			return size > gqlMaxBlob, err
		}),
		"text": with(func(_ *gqlCall, b gqlBlob, _ gqlArgs) (any, error) {
			content, err := b.repo.code().Blob(b.sha)
			if err != nil || gitstore.IsBinary(content) || !utf8.Valid(content) {
				return nil, err
			}
			content = content[:min(len(content), gqlMaxBlob)]
			for !utf8.Valid(content) { // the cut went through a character
				content = content[:len(content)-1]
			}
			return string(content), nil
		}),
	})
	out["Tree.entries"] = with(func(_ *gqlCall, t gqlTree, _ gqlArgs) (any, error) {
		entries, err := t.repo.code().Tree(t.sha, false)
		list := make([]gqlEntry, len(entries))
		for i, e := range entries {
			list[i] = gqlEntry{repo: t.repo, Entry: e}
		}
		return list, err
	})
	maps.Copy(out, fieldsOf("TreeEntry", map[string]gqlResolver{
		"name": of(func(_ *gqlCall, e gqlEntry) any { return e.Name() }),
		"path": of(func(_ *gqlCall, e gqlEntry) any { return e.Path }),
		"mode": of(func(_ *gqlCall, e gqlEntry) any {
			mode, _ := strconv.ParseInt(e.Mode, 8, 64) // gitstore writes it
			return mode
		}),
		"type":       of(func(_ *gqlCall, e gqlEntry) any { return e.Type }),
		"oid":        of(func(_ *gqlCall, e gqlEntry) any { return e.SHA }),
		"size":       of(func(_ *gqlCall, e gqlEntry) any { return e.Size }),
		"extension":  of(func(_ *gqlCall, e gqlEntry) any { return path.Ext(e.Path) }),
		"object":     of(func(_ *gqlCall, e gqlEntry) any { return entryObject(e.repo, e.Entry) }),
		"repository": of(func(_ *gqlCall, e gqlEntry) any { return e.repo }),
	}))
	return out
}

func gqlCommitFields() map[string]gqlResolver {
	actor := func(read func(gqlCommit) gitstore.Signature) gqlResolver {
		return of(func(_ *gqlCall, c gqlCommit) any { return read(c) })
	}
	author := func(c gqlCommit) gitstore.Signature { return c.Author }
	committer := func(c gqlCommit) gitstore.Signature { return c.Committer }
	out := fieldsOf("Commit", map[string]gqlResolver{
		"url":             of(func(c *gqlCall, v gqlCommit) any { return c.backend.s.web("/%s/commit/%s", v.repo.fullName(), v.SHA) }),
		"resourcePath":    of(func(_ *gqlCall, v gqlCommit) any { return "/" + v.repo.fullName() + "/commit/" + v.SHA }),
		"message":         of(func(_ *gqlCall, v gqlCommit) any { return v.Message }),
		"messageHeadline": of(func(_ *gqlCall, v gqlCommit) any { headline, _ := splitMessage(v.Message); return headline }),
		"messageBody":     of(func(_ *gqlCall, v gqlCommit) any { _, body := splitMessage(v.Message); return body }),
		"author":          actor(author),
		"committer":       actor(committer),
		"authoredDate":    of(func(_ *gqlCall, v gqlCommit) any { return gqlTime(v.Author.When) }),
		"committedDate":   of(func(_ *gqlCall, v gqlCommit) any { return gqlTime(v.Committer.When) }),
		"tree":            of(func(_ *gqlCall, v gqlCommit) any { return gqlTree{v.repo, v.Tree} }),
		"parents":         with(commitParents),
		"file":            with(commitFile),
		"history":         with(commitHistory),
		"additions":       changeCount(func(c gitstore.Change) int { return c.Additions }),
		"deletions":       changeCount(func(c gitstore.Change) int { return c.Deletions }),
		"changedFilesIfAvailable": changeCount(func(gitstore.Change) int {
			return 1
		}),
		"associatedPullRequests": with(associatedPulls),
	})
	maps.Copy(out, fieldsOf("GitActor", map[string]gqlResolver{
		"name":  of(func(_ *gqlCall, s gitstore.Signature) any { return s.Name }),
		"email": of(func(_ *gqlCall, s gitstore.Signature) any { return s.Email }),
		"date":  of(func(_ *gqlCall, s gitstore.Signature) any { return s.When.Format(time.RFC3339) }),
		"user": of(func(c *gqlCall, s gitstore.Signature) any {
			if u := c.backend.s.userByEmail(s.Email); u != nil && u.kind == typeUser {
				return u
			}
			return nil
		}),
	}))
	return out
}

// splitMessage takes a commit message apart into its first line and what follows.
func splitMessage(message string) (headline, body string) {
	headline, body, _ = strings.Cut(strings.TrimSpace(message), "\n")
	return headline, strings.TrimSpace(body)
}

func commitParents(c *gqlCall, v gqlCommit, _ gqlArgs) (any, error) {
	out := gqlList{}
	for _, sha := range v.Parents {
		parent, err := c.commit(v.repo, sha)
		if err != nil {
			return nil, err
		}
		out = append(out, parent)
	}
	return out, nil
}

func commitFile(_ *gqlCall, v gqlCommit, args gqlArgs) (any, error) {
	e, err := v.repo.code().Lookup(v.Tree, strings.Trim(args.str("path"), "/"))
	return gqlFound(gqlEntry{v.repo, e, v.SHA}, err)
}

func commitHistory(_ *gqlCall, v gqlCommit, args gqlArgs) (any, error) {
	since, _, err := args.instant("since")
	if err != nil {
		return nil, err
	}
	until, _, err := args.instant("until")
	if err != nil {
		return nil, err
	}
	log, err := v.repo.code().Log(v.SHA, gitstore.LogOptions{Path: strings.Trim(args.str("path"), "/"), Since: since, Until: until})
	out := gqlList{}
	for _, commit := range log {
		out = append(out, gqlCommit{v.repo, commit})
	}
	return out, err
}

// changeCount adds something up over the files that a commit changed against its first parent.
func changeCount(count func(gitstore.Change) int) gqlResolver {
	return with(func(_ *gqlCall, v gqlCommit, _ gqlArgs) (any, error) {
		from := ""
		if len(v.Parents) > 0 {
			from = v.Parents[0]
		}
		changes, err := v.repo.code().Changes(from, v.SHA)
		if err == nil {
			err = v.repo.code().Fill(changes)
		}
		sum := 0
		for _, change := range changes {
			sum += count(change)
		}
		return sum, err
	})
}
