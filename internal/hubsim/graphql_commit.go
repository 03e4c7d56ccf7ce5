package hubsim

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// gqlSignature is the signature of a commit.
type gqlSignature struct {
	commit gqlCommit
	*verification
}

func (gqlSignature) gqlType() string { return "GpgSignature" }

// gqlSubmodule is another repository at a path of this one.
type gqlSubmodule struct {
	entry gqlEntry
	url   string
}

// gqlAuthorshipFields are the fields that say whose a commit is.
func gqlAuthorshipFields() map[string]gqlResolver {
	out := fieldsOf("Commit", map[string]gqlResolver{
		"authors": of(func(_ *gqlCall, v gqlCommit) any { return listOf(authorsOf(v.Commit)) }),
		"signature": of(func(c *gqlCall, v gqlCommit) any {
			found := c.backend.s.st.verified[v.SHA]
			if found == nil {
				return nil
			}
			return gqlSignature{v, found}
		}),
	})
	maps.Copy(out, fieldsOf("GpgSignature", map[string]gqlResolver{
		"email":             of(func(_ *gqlCall, g gqlSignature) any { return g.commit.Committer.Email }),
		"isValid":           of(func(*gqlCall, gqlSignature) any { return true }),
		"signer":            of(func(_ *gqlCall, g gqlSignature) any { return gqlUser(g.signer) }),
		"state":             of(func(*gqlCall, gqlSignature) any { return "VALID" }),
		"verifiedAt":        of(func(_ *gqlCall, g gqlSignature) any { return gqlTime(g.at) }),
		"wasSignedByGitHub": of(func(_ *gqlCall, g gqlSignature) any { return g.byGitHub }),
	}))
	return out
}

// coAuthor is a trailer of a commit message that names another author.
var coAuthor = regexp.MustCompile(`(?i)^co-authored-by:\s*([^<]*?)\s*<([^<>\s]+)>\s*$`)

// authorsOf lists who wrote a commit: the author git knows first, then those its message's trailers name, each
// address once. The trailers are the last paragraph:
// https://docs.github.com/pull-requests/committing-changes-to-your-project/creating-and-editing-commits/creating-a-commit-with-multiple-authors
func authorsOf(c gitstore.Commit) []gitstore.Signature {
	out := []gitstore.Signature{c.Author}
	message := strings.TrimSpace(strings.ReplaceAll(c.Message, "\r\n", "\n"))
	at := strings.LastIndex(message, "\n\n")
	if at < 0 {
		return out // a headline alone has no trailers
	}
	for line := range strings.SplitSeq(message[at:], "\n") {
		m := coAuthor.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		known := slices.ContainsFunc(out, func(a gitstore.Signature) bool { return strings.EqualFold(a.Email, m[2]) })
		if !known {
			out = append(out, gitstore.Signature{Name: m[1], Email: m[2], When: c.Author.When})
		}
	}
	return out
}

// gqlSubmoduleFields are the fields about a submodule, which .gitmodules of the same commit describes.
func gqlSubmoduleFields() map[string]gqlResolver {
	out := fieldsOf("Submodule", map[string]gqlResolver{
		"branch":              of(func(*gqlCall, gqlSubmodule) any { return nil }),
		"gitUrl":              of(func(_ *gqlCall, m gqlSubmodule) any { return m.url }),
		"name":                of(func(_ *gqlCall, m gqlSubmodule) any { return m.entry.Path }),
		"path":                of(func(_ *gqlCall, m gqlSubmodule) any { return m.entry.Path }),
		"subprojectCommitOid": of(func(_ *gqlCall, m gqlSubmodule) any { return m.entry.SHA }),
	})
	// Null for a submodule that .gitmodules does not describe, and for everything else.
	out["TreeEntry.submodule"] = of(func(_ *gqlCall, e gqlEntry) any {
		if e.Type != gitstore.TypeCommit || e.commit == "" {
			return nil
		}
		modules, _, err := e.repo.code().ReadFile(e.commit, ".gitmodules")
		if err != nil {
			return nil
		}
		if address := submoduleURL(string(modules), e.Path); address != "" {
			return gqlSubmodule{e, address}
		}
		return nil
	})
	return out
}
