package hubsim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The executor's own tests run it on a small schema, so that they say what GraphQL asks of any schema.
const shelfSchema = `
interface Thing { name: String! }
type Book implements Thing { name: String! pages: Int! author: Author notes(first: Int, last: Int, after: String, before: String): NoteConnection! }
type Author implements Thing { name: String! }
union Either = Book | Author
enum Order { UP DOWN }
input Filter { prefix: String! = "b" order: Order }
type NoteConnection { nodes: [String] edges: [NoteEdge] pageInfo: PageInfo! totalCount: Int! }
type NoteEdge { cursor: String! node: String }
type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
type Query { book(id: ID!): Book things: [Thing!]! either: Either strict: Book! echo(f: Filter, n: Int): String }
`

type shelfBook struct {
	name  string
	notes int
}
type shelfAuthor string

func (shelfBook) gqlType() string   { return "Book" }
func (shelfAuthor) gqlType() string { return "Author" }

func shelf(t *testing.T) *gqlEngine {
	t.Helper()
	book := shelfBook{"b1", 5}
	engine, err := loadEngine("shelf", shelfSchema, map[string]gqlResolver{
		"Query.book": func(_ *gqlCall, _ any, args gqlArgs) (any, error) {
			if args.str("id") != "1" {
				return nil, gqlErrorf("NOT_FOUND", "Could not resolve to a Book with the id of '%s'.", args.str("id"))
			}
			return book, nil
		},
		"Query.things": func(*gqlCall, any, gqlArgs) (any, error) { return []any{book, shelfAuthor("ann")}, nil },
		"Query.either": func(*gqlCall, any, gqlArgs) (any, error) { return shelfAuthor("ann"), nil },
		"Query.strict": func(*gqlCall, any, gqlArgs) (any, error) { return nil, gqlErrorf("FORBIDDEN", "no") },
		"Query.echo": func(_ *gqlCall, _ any, args gqlArgs) (any, error) {
			n, _ := args.num("n")
			f := args.object("f")
			return fmt.Sprintf("%s/%s/%d", f.str("prefix"), f.str("order"), n), nil
		},
		"Book.name":   func(_ *gqlCall, b any, _ gqlArgs) (any, error) { return b.(shelfBook).name, nil },
		"Book.pages":  func(*gqlCall, any, gqlArgs) (any, error) { return 7, nil },
		"Book.author": func(*gqlCall, any, gqlArgs) (any, error) { return nil, nil },
		"Book.notes": func(_ *gqlCall, b any, _ gqlArgs) (any, error) {
			var out gqlList
			for i := range b.(shelfBook).notes {
				out = append(out, fmt.Sprintf("n%d", i))
			}
			return out, nil
		},
		"Author.name": func(_ *gqlCall, a any, _ gqlArgs) (any, error) { return string(a.(shelfAuthor)), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if missing := engine.missing(); len(missing) > 0 {
		t.Fatalf("no resolver for %v", missing)
	}
	return engine
}

func TestGraphQLExecution(t *testing.T) {
	for _, tt := range []struct {
		name, query, vars, want string
	}{
		{"fields keep the query's order, aliases rename", `{ book(id:"1") { pages title: name } }`, ``,
			`{"data":{"book":{"pages":7,"title":"b1"}}}`},
		{"a fragment's fields merge with those around it", `{ book(id:"1") { author { name } ...F pages } } fragment F on Book { pages name }`, ``,
			`{"data":{"book":{"author":null,"pages":7,"name":"b1"}}}`},
		{"inline fragments pick by type", `{ things { __typename name ... on Book { pages } } either { ... on Author { n: name } } }`, ``,
			`{"data":{"things":[{"__typename":"Book","name":"b1","pages":7},{"__typename":"Author","name":"ann"}],"either":{"n":"ann"}}}`},
		{"skip and include", `query($y: Boolean!) { book(id:"1") { name @skip(if: $y) pages @include(if: $y) } }`, `{"y":true}`,
			`{"data":{"book":{"pages":7}}}`},
		{"an error nulls a nullable field", `{ book(id:"2") { name } }`, ``,
			`{"data":{"book":null},"errors":[{"type":"NOT_FOUND","path":["book"],"locations":[{"line":1,"column":3}],"message":"Could not resolve to a Book with the id of '2'."}]}`},
		{"an error under a non-null field nulls its parent", `{ strict { name } }`, ``,
			`{"data":null,"errors":[{"type":"FORBIDDEN","path":["strict"],"locations":[{"line":1,"column":3}],"message":"no"}]}`},
		{"input defaults, enums and numbers", `query($f: Filter) { echo(f: $f, n: 3) }`, `{"f":{"order":"UP"}}`,
			`{"data":{"echo":"b/UP/3"}}`},
		{"an enum in the wrong case is refused", `query($f: Filter) { echo(f: $f) }`, `{"f":{"order":"up"}}`,
			`{"errors":[{"locations":[{"line":1,"column":7}],"extensions":{"value":{"order":"up"}},"message":"Variable $f of type Filter was provided invalid value for order (Expected \"up\" to be one of the values of Order)"}]}`},
		{"a missing variable is refused", `query($id: ID!) { book(id: $id) { name } }`, `{}`,
			`{"errors":[{"locations":[{"line":1,"column":7}],"extensions":{"value":null},"message":"Variable $id of type ID! was provided invalid value: Expected value to not be null"}]}`},
		{"unknown field", `{ book(id:"1") { nme } }`, ``,
			`{"errors":[{"locations":[{"line":1,"column":18}],"extensions":{"code":"undefinedField","fieldName":"nme","typeName":"Book"},"message":"Field 'nme' doesn't exist on type 'Book'"}]}`},
		{"empty query", ` `, ``, `{"errors":[{"message":"A query attribute must be specified and must be a string."}]}`},
		{"missing first", `{ book(id:"1") { notes { nodes } } }`, ``,
			"{\"data\":{\"book\":null},\"errors\":[{\"type\":\"MISSING_PAGINATION_BOUNDARIES\",\"path\":[\"book\",\"notes\"],\"locations\":[{\"line\":1,\"column\":18}],\"message\":\"You must provide a `first` or `last` value to properly paginate the `notes` connection.\"}]}"},
		{"a count needs no first", `{ book(id:"1") { notes { totalCount } } }`, ``, `{"data":{"book":{"notes":{"totalCount":5}}}}`},
		{"last page", `{ book(id:"1") { notes(last: 2) { nodes pageInfo { hasNextPage hasPreviousPage } } } }`, ``,
			`{"data":{"book":{"notes":{"nodes":["n3","n4"],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			params := gqlParams{Query: tt.query}
			if tt.vars != "" {
				if err := json.Unmarshal([]byte(tt.vars), &params.Variables); err != nil {
					t.Fatal(err)
				}
			}
			got, err := json.Marshal(shelf(t).execute(params, gqlBackend{}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestGraphQLCursorsWalkAList(t *testing.T) {
	engine := shelf(t)
	after, got := "null", []string(nil)
	for range 10 {
		query := fmt.Sprintf(`{ book(id:"1") { notes(first: 2, after: %s) { edges { node cursor } pageInfo { hasNextPage endCursor } } } }`, after)
		raw, err := json.Marshal(engine.execute(gqlParams{Query: query}, gqlBackend{}))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Data struct {
				Book struct {
					Notes struct {
						Edges    []struct{ Node, Cursor string }
						PageInfo struct {
							HasNextPage bool
							EndCursor   string
						}
					}
				}
			}
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err)
		}
		notes := answer.Data.Book.Notes
		for _, e := range notes.Edges {
			got = append(got, e.Node)
		}
		if !notes.PageInfo.HasNextPage {
			break
		}
		after = fmt.Sprintf("%q", notes.PageInfo.EndCursor)
	}
	if diff := cmp.Diff([]string{"n0", "n1", "n2", "n3", "n4"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGraphQLRefusesTooMuch(t *testing.T) {
	for query, want := range map[string]string{
		`{ book(id:"1") { notes(first: 101) { nodes } } }`:                                 "Requesting 101 records on the `notes` connection exceeds the `first` limit of 100 records.",
		`{ book(id:"1") { notes(first: 1, last: 1) { nodes } } }`:                          "Passing both `first` and `last`",
		`{ book(id:"1") { notes(first: 1, after: "x") { nodes } } }`:                       "`x` does not appear to be a valid cursor.",
		`{ book(id:"1") { ` + strings.Repeat("notes(first:100) { nodes } ", 25000) + `} }`: "token",
	} {
		raw, err := json.Marshal(shelf(t).execute(gqlParams{Query: query}, gqlBackend{}))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), want) {
			t.Errorf("%.60s: got %s, want an error with %q", query, raw, want)
		}
	}
}
