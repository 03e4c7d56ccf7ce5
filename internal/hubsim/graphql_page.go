package hubsim

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// GitHub's limits on one GraphQL request:
// https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
const (
	gqlMaxPage  = 100
	gqlMaxNodes = 500_000
)

// gqlList is what a connection field's resolver returns: everything there is, in order. The executor pages it.
type gqlList []any

// gqlKeyed is an item that has a key of its own, so that a cursor stays right when items before it come or go.
type gqlKeyed interface{ gqlKey() string }

// gqlWrapped is an item of a connection that carries something for its edge beside the node itself.
type gqlWrapped interface{ gqlNode() any }

func unwrap(item any) any {
	if w, ok := item.(gqlWrapped); ok {
		return w.gqlNode()
	}
	return item
}

// gqlPage is a connection cut to the page that was asked for.
type gqlPage struct {
	edges            []*gqlEdge
	total, filtered  int // all items, and those between the cursors
	hasNext, hasPrev bool
}

// gqlEdge is one item of a page with its cursor.
type gqlEdge struct {
	cursor string
	node   any
}

func (p *gqlPage) field(name string) (any, error) {
	switch name {
	case "totalCount":
		return p.total, nil
	case "filteredCount":
		return p.filtered, nil
	case "pageCount":
		return len(p.edges), nil
	case "edges":
		return p.edges, nil
	case "nodes":
		nodes := make([]any, len(p.edges))
		for i, e := range p.edges {
			nodes[i] = unwrap(e.node)
		}
		return nodes, nil
	case "pageInfo":
		info := gqlPayload{"hasNextPage": p.hasNext, "hasPreviousPage": p.hasPrev, "startCursor": nil, "endCursor": nil}
		if n := len(p.edges); n > 0 {
			info["startCursor"], info["endCursor"] = p.edges[0].cursor, p.edges[n-1].cursor
		}
		return info, nil
	}
	return nil, fmt.Errorf("a connection has no field %s", name)
}

func (e *gqlEdge) field(name string) (any, error) {
	switch name {
	case "node":
		if err, refused := e.node.(error); refused {
			return nil, err
		}
		return unwrap(e.node), nil
	case "cursor":
		return e.cursor, nil
	}
	return nil, fmt.Errorf("an edge has no field %s", name)
}

// page cuts a gqlList to the page that first, last, after and before ask for; any other value is passed on.
// As on GitHub a count alone needs no first or last.
func page(value any, args gqlArgs, f *ast.Field, key *gqlField) (any, error) {
	list, ok := value.(gqlList)
	if !ok {
		return value, nil
	}
	first, hasFirst, err := pageSize(args, "first", f)
	if err != nil {
		return nil, err
	}
	last, hasLast, err := pageSize(args, "last", f)
	if err != nil {
		return nil, err
	}
	if hasFirst && hasLast {
		return nil, gqlErrorf("INVALID_PAGINATION", "Passing both `first` and `last` to paginate the `%s` connection is not supported.", f.Name)
	}
	if !hasFirst && !hasLast {
		if selectsItems(key.fields) {
			return nil, gqlErrorf("MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `%s` connection.", f.Name)
		}
		return &gqlPage{total: len(list), filtered: len(list)}, nil
	}
	from, to, err := bounds(list, args)
	if err != nil {
		return nil, err
	}
	filtered := to - from
	if hasFirst && to-from > first {
		to = from + first
	}
	if hasLast && to-from > last {
		from = to - last
	}
	out := &gqlPage{total: len(list), filtered: filtered, hasNext: to < len(list), hasPrev: from > 0}
	for i := from; i < to; i++ {
		out.edges = append(out.edges, &gqlEdge{cursor: cursorOf(i, list[i]), node: list[i]})
	}
	return out, nil
}

func pageSize(args gqlArgs, name string, f *ast.Field) (int, bool, error) {
	n, ok := args.num(name)
	switch {
	case !ok:
		return 0, false, nil
	case n < 0:
		return 0, false, gqlErrorf("INVALID_PAGINATION", "`%s` on the `%s` connection cannot be less than zero.", name, f.Name)
	case n > gqlMaxPage:
		return 0, false, gqlErrorf("EXCESSIVE_PAGINATION", "Requesting %d records on the `%s` connection exceeds the `%s` limit of %d records.", n, f.Name, name, gqlMaxPage)
	}
	return n, true, nil
}

// selectsItems reports whether the selections of a connection ask for items, not only for how many there are.
func selectsItems(fields []*ast.Field) bool {
	found := false
	for _, f := range fields {
		walkFields(f.SelectionSet, func(sub *ast.Field) {
			found = found || sub.Name == "nodes" || sub.Name == "edges"
		})
	}
	return found
}

// walkFields calls visit for each field of a selection set, its fragments included, not for nested ones.
func walkFields(set ast.SelectionSet, visit func(*ast.Field)) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			visit(s)
		case *ast.InlineFragment:
			walkFields(s.SelectionSet, visit)
		case *ast.FragmentSpread:
			walkFields(s.Definition.SelectionSet, visit)
		}
	}
}

// bounds returns the half-open range of the list between the cursors.
func bounds(list gqlList, args gqlArgs) (from, to int, err error) {
	to = len(list)
	if cursor, ok := args.text("after"); ok {
		i, err := locate(list, cursor)
		if err != nil {
			return 0, 0, err
		}
		from = min(i+1, len(list))
	}
	if cursor, ok := args.text("before"); ok {
		i, err := locate(list, cursor)
		if err != nil {
			return 0, 0, err
		}
		to = max(from, min(i, len(list)))
	}
	return from, to, nil
}

const cursorPrefix = "cursor:v2:"

func cursorOf(i int, item any) string {
	text := cursorPrefix + strconv.Itoa(i)
	if keyed, ok := item.(gqlKeyed); ok {
		text += ":" + keyed.gqlKey()
	}
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// locate finds the index a cursor stands for: that of the item with its key or, when that is gone, the one before
// the place where it was.
func locate(list gqlList, cursor string) (int, error) {
	invalid := gqlErrorf("INVALID_CURSOR_ARGUMENTS", "`%s` does not appear to be a valid cursor.", cursor)
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil || !strings.HasPrefix(string(raw), cursorPrefix) {
		return 0, invalid
	}
	number, key, keyed := strings.Cut(strings.TrimPrefix(string(raw), cursorPrefix), ":")
	index, err := strconv.Atoi(number)
	if err != nil || index < 0 {
		return 0, invalid
	}
	if !keyed {
		return index, nil
	}
	for i, item := range list {
		if k, ok := item.(gqlKeyed); ok && k.gqlKey() == key {
			return i, nil
		}
	}
	return index - 1, nil
}

// gqlCost is what a query may cost before it is run, by GitHub's formula.
type gqlCost struct {
	nodes    int // the most nodes it can return
	requests int // the requests needed to fill each connection; a hundred of them are one point
}

// points is the query's price: at least one.
func (c gqlCost) points() int { return max(1, (c.requests+50)/100) }

// measure adds up a selection set's nodes and requests, each connection multiplied by the page sizes around it.
func measure(set ast.SelectionSet, vars map[string]any, around int) gqlCost {
	var sum gqlCost
	walkFields(set, func(f *ast.Field) {
		inner := around
		if f.Definition != nil && strings.HasSuffix(f.Definition.Type.Name(), "Connection") {
			args := gqlArgs(f.ArgumentMap(vars))
			size, ok := args.num("first")
			if !ok {
				size, _ = args.num("last")
			}
			inner = min(around*max(size, 0), 1<<40)
			sum.nodes += inner
			sum.requests += around
		}
		below := measure(f.SelectionSet, vars, inner)
		sum.nodes += below.nodes
		sum.requests += below.requests
	})
	return sum
}

// thousands writes a number as GitHub's messages do: 1010000 is 1,010,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
