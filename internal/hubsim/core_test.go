package hubsim

import (
	"strings"
	"testing"
)

func TestNodeIDsComeApartAgain(t *testing.T) {
	for _, id := range []int64{1, 127, 128, 1 << 31, 1 << 40} {
		for _, repo := range []int64{0, 5, 1_000_000, 1 << 33} {
			s := nodeID(nodeIssue, repo, id)
			prefix, r, n, ok := parseNodeID(s)
			if !ok || prefix != nodeIssue || r != repo || n != id {
				t.Errorf("%s: %s %d %d %t, want %d %d", s, prefix, r, n, ok, repo, id)
			}
		}
	}
	if got := nodeID(nodeIssue, 1_000_000, 1_000_001); !strings.HasPrefix(got, "I_kwDO") {
		t.Errorf("%s does not look like GitHub's", got)
	}
}

func FuzzParseNodeID(f *testing.F) {
	for _, s := range []string{"", "_", "I_", "I_kwDO", "I_kwDOAA9CSc4AD0JR", "U_kgDOAA9CQw", "I_z_____"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		prefix, repo, id, ok := parseNodeID(s)
		if !ok {
			return
		}
		if p, r, n, again := parseNodeID(nodeID(prefix, repo, id)); id >= 0 && repo > 0 && (!again || p != prefix || r != repo || n != id) {
			t.Errorf("%q: %s %d %d, written again %s %d %d", s, prefix, repo, id, p, r, n)
		}
	})
}

func TestRoutes(t *testing.T) {
	s := &Server{}
	for _, p := range []string{
		"GET /issues/comments/{comment_id}", "GET /issues/{number}/comments", "GET /issues/{number}",
		"GET /contents/{path...}", "GET /branches/{branch...}", "GET /branches/{branch...}/protection", "GET /labels/{name}",
	} {
		s.handle(p, access{}, nil)
	}
	for path, want := range map[string]string{
		"/issues/comments/5":             "/issues/comments/{comment_id} comment_id=5",
		"/issues/5/comments":             "/issues/{number}/comments number=5",
		"/issues/comments/comments":      "",
		"/issues/05x":                    "",
		"/contents/a/b%2Fc/d":            "/contents/{path...} path=a/b/c/d",
		"/contents/":                     "",
		"/branches/feature/x":            "/branches/{branch...} branch=feature/x",
		"/branches/feature/x/protection": "/branches/{branch...}/protection branch=feature/x",
		"/labels/kind%3Aproblem%20a%2Fb": "/labels/{name} name=kind:problem a/b",
		"/labels/%zz":                    "",
		"/labels/":                       "",
		"/issues/99999999999999999999":   "",
		"/branches/protection":           "/branches/{branch...} branch=protection",
	} {
		got := ""
		if rt, vars := s.routes.find("GET", path); rt != nil {
			got = rt.pattern
			for k, v := range vars {
				got += " " + k + "=" + v
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]string{
		"#1":                               "#1",
		"(#12), acme/churn#3.":             "#12 acme/churn#3",
		"a#1 &#39; abc/#4 ##5":             "",
		"`#1` ```\n#2\n``` <!-- #3 --> #4": "#4",
		"http://127.0.0.1:8080/acme/churn/issues/7 and https://x.y/a/b/pull/8": "acme/churn#7 a/b#8",
	} {
		var got []string
		for _, m := range reference.FindAllStringSubmatch(withoutCode(text), -1) {
			got = append(got, m[1]+m[3]+"#"+m[2]+m[4])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}
