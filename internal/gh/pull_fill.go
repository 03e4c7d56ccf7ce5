package gh

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
)

// FillPull implements [engine.Hub]: for each commit whose files were not read before a request for its tree, where
// they are many, else one for each 250 files; one for each two commits of which it is asked where they parted; one
// for the earlier roles run, and one for how checks and statuses stand.
func (g *GitHub) FillPull(ctx context.Context, s *engine.PullSnapshot, lack engine.PullLack) error {
	c, err := g.client(s.Key)
	if err != nil {
		return err
	}
	if err := g.contents(ctx, c, s, lack.Contents); err != nil {
		return fmt.Errorf("read files of #%d at commits: %w", s.Key.Number, err)
	}
	if err := g.forked(ctx, c, s, lack.Forked); err != nil {
		return fmt.Errorf("read where commits of #%d parted: %w", s.Key.Number, err)
	}
	if lack.Earlier {
		if s.Earlier, err = g.earlier(ctx, c, s); err != nil {
			return fmt.Errorf("read the earlier checks of #%d: %w", s.Key.Number, err)
		}
		s.Asked.Earlier = true
	}
	if lack.States {
		states := map[string]facts.Fact[[]facts.CheckState]{}
		if err := g.checksOn(ctx, c, s.Key, []string{s.Pull.Head}, states); err != nil {
			return fmt.Errorf("of #%d: %w", s.Key.Number, err)
		}
		s.States, s.Asked.States = states[s.Pull.Head], true
	}
	return nil
}

// forked reads merge bases, each once: it stays what it is. The second page of a comparison has it, and no files.
func (g *GitHub) forked(ctx context.Context, c *client, s *engine.PullSnapshot, spans []facts.Span) error {
	s.Forked = nonNil(s.Forked)
	for _, span := range spans {
		s.Asked.Forked = append(s.Asked.Forked, span)
		at := contentsAt(s.Key, span.Base+"..."+span.Head)
		var known string
		g.cache.with(func() { known = g.cache.pulls.forked[at] })
		if known != "" {
			s.Forked[span] = facts.Known(known)
			continue
		}
		s.Forked[span] = facts.Unknown[string](facts.CommitGone)
		if !commitHash.MatchString(span.Base) || !commitHash.MatchString(span.Head) {
			continue
		}
		answer, _, err := c.Repositories.CompareCommits(ctx, s.Key.Owner, s.Key.Repo, span.Base, span.Head, &github.ListOptions{Page: 2, PerPage: 1})
		switch status(err) {
		case http.StatusNotFound, http.StatusUnprocessableEntity:
			continue
		}
		if err != nil {
			return fmt.Errorf("compare %.7s with %.7s: %w", span.Base, span.Head, limited(err))
		}
		if sha := answer.GetMergeBaseCommit().GetSHA(); sha != "" {
			g.cache.with(func() { g.cache.pulls.forked[at] = sha })
			s.Forked[span] = facts.Known(sha)
		}
	}
	return nil
}

// spot is a file at a commit.
type spot struct{ commit, path string }

// maxSpots is how many are asked for at once.
const maxSpots = 250

var commitHash = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// contents reads files at commits. What a commit has stays as it is, so each is asked for once.
func (g *GitHub) contents(ctx context.Context, c *client, s *engine.PullSnapshot, lack map[string][]string) error {
	found, gone := map[spot]facts.Content{}, map[string]bool{}
	rest, err := g.readTrees(ctx, c, s.Key, g.unread(s.Key, lack, found, gone), found)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rest, maxSpots) {
		if err := g.readSpots(ctx, c, s.Key, some, found, gone); err != nil {
			return err
		}
	}
	s.Contents, s.Asked.Contents = nonNil(s.Contents), nonNil(s.Asked.Contents)
	for commit, paths := range lack {
		s.Asked.Contents[commit] = append(s.Asked.Contents[commit], paths...)
		if gone[commit] {
			s.Contents[commit] = facts.Unknown[facts.ContentsAt](facts.CommitGone)
			continue
		}
		before, _ := s.Contents[commit].Get()
		all := nonNil(maps.Clone(before))
		for _, path := range paths {
			all[path] = found[spot{commit, path}]
		}
		s.Contents[commit] = facts.Known(all)
	}
	return nil
}

func nonNil[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}

func contentsAt(key engine.Key, commit string) string {
	return strings.ToLower(key.FullName()) + "@" + commit
}

// unread lists what is lacking and not kept, in order; what is kept is found. What is no commit's hash is gone.
func (g *GitHub) unread(key engine.Key, lack map[string][]string, found map[spot]facts.Content, gone map[string]bool) []spot {
	var out []spot
	g.cache.with(func() {
		for _, commit := range slices.Sorted(maps.Keys(lack)) {
			if gone[commit] = !commitHash.MatchString(commit); gone[commit] {
				continue
			}
			known := g.cache.pulls.contents[contentsAt(key, commit)]
			for _, path := range lack[commit] {
				if content, have := known[path]; have {
					found[spot{commit, path}] = content
				} else {
					out = append(out, spot{commit, path})
				}
			}
		}
	})
	return out
}

// readSpots asks for some files, and keeps what there is.
func (g *GitHub) readSpots(ctx context.Context, c *client, key engine.Key, some []spot, found map[spot]facts.Content, gone map[string]bool) error {
	q := newSpotQuery(key, some)
	var a struct {
		Repository map[string]map[string]json.RawMessage
	}
	if err := c.query(ctx, q.document(), q.vars, &a); err != nil {
		return err
	}
	if a.Repository == nil {
		return engine.ErrGone
	}
	for _, at := range some {
		object := a.Repository[fmt.Sprintf("c%d", q.commits[at.commit])]
		if string(object["__typename"]) != `"Commit"` {
			gone[at.commit] = true
			continue
		}
		content, err := contentOf(object[fmt.Sprintf("f%d", q.paths[at.path])])
		if err != nil {
			return fmt.Errorf("%q at %.7s: %w", at.path, at.commit, err)
		}
		found[at] = content
		g.cache.with(func() {
			in := contentsAt(key, at.commit)
			g.cache.pulls.contents[in] = nonNil(g.cache.pulls.contents[in])
			g.cache.pulls.contents[in][at.path] = content
		})
	}
	return nil
}

// spotQuery asks for files at commits. A path may hold anything, so it goes as a variable.
type spotQuery struct {
	commits, paths numbered
	fields         map[string]string // by commit
	vars           map[string]any
}

func newSpotQuery(key engine.Key, some []spot) spotQuery {
	q := spotQuery{numbered{}, numbered{}, map[string]string{}, variables(key)}
	for _, at := range some {
		commit, path := q.commits.of(at.commit), q.paths.of(at.path)
		q.fields[at.commit] += fmt.Sprintf(" f%d: file(path: $p%d) { oid mode }", path, path)
		q.vars[fmt.Sprintf("c%d", commit)], q.vars[fmt.Sprintf("p%d", path)] = at.commit, at.path
	}
	return q
}

func (q spotQuery) document() string {
	var head, body strings.Builder
	for i := range len(q.commits) {
		fmt.Fprintf(&head, ", $c%d: GitObjectID!", i)
	}
	for i := range len(q.paths) {
		fmt.Fprintf(&head, ", $p%d: String!", i)
	}
	for _, commit := range slices.Sorted(maps.Keys(q.commits)) {
		fmt.Fprintf(&body, "\nc%d: object(oid: $c%d) { __typename ... on Commit {%s } }", q.commits[commit], q.commits[commit], q.fields[commit])
	}
	return "query($owner: String!, $repo: String!" + head.String() + ") { repository(owner: $owner, name: $repo) {" + body.String() + "\n} }"
}

// numbered gives each text a number, in the order in which they come.
type numbered map[string]int

func (n numbered) of(text string) int {
	i, known := n[text]
	if !known {
		i = len(n)
		n[text] = i
	}
	return i
}

// contentOf reads a tree's entry; the zero Content where there is none.
func contentOf(text json.RawMessage) (facts.Content, error) {
	var entry *struct {
		Oid  string
		Mode int
	}
	if err := json.Unmarshal(text, &entry); err != nil || entry == nil {
		return facts.Content{}, err
	}
	return facts.Content{Blob: entry.Oid, Mode: entry.Mode}, nil
}

// earlierNode is a commit that was the head, perhaps.
type earlierNode struct {
	Oid   string
	Roles list[suiteNode]
}

// earlier are the roles runs on what was the pull request's head before, the newest first: on its other commits,
// and on what force pushes replaced.
func (g *GitHub) earlier(ctx context.Context, c *client, s *engine.PullSnapshot) ([]facts.Run, error) {
	filters := g.filters()
	vars := variables(s.Key, "number", s.Key.Number, "suites", g.suitesOfCommit(), "roles", filters["roles"], "rolesRuns", filters["rolesRuns"])
	var a struct {
		Repository *struct {
			PullRequest *struct {
				Commits       list[struct{ Commit earlierNode }]
				TimelineItems list[struct{ BeforeCommit *earlierNode }]
			}
		}
	}
	if err := c.query(ctx, earlierDocument, vars, &a); err != nil {
		return nil, err
	}
	if a.Repository == nil || a.Repository.PullRequest == nil {
		return nil, fmt.Errorf("it is not there any more")
	}
	commits := map[string]earlierNode{}
	for _, n := range a.Repository.PullRequest.Commits.Nodes {
		commits[n.Commit.Oid] = n.Commit
	}
	for _, n := range a.Repository.PullRequest.TimelineItems.Nodes {
		if n.BeforeCommit != nil { // null once git has cleared it away
			commits[n.BeforeCommit.Oid] = *n.BeforeCommit
		}
	}
	delete(commits, s.Pull.Head)
	var out []facts.Run
	for _, n := range commits {
		if r, found := g.newest(n.Roles, n.Oid); found {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b facts.Run) int { return cmp.Or(newer(a, b), cmp.Compare(a.Head, b.Head)) })
	return out, nil
}

// suitesOfCommit is how many check suites of one commit may be ours: an App has one, workflows have several.
func (g *GitHub) suitesOfCommit() int {
	if g.app != nil {
		return 1
	}
	return 5
}
