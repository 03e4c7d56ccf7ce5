package gh_test

import (
	"errors"
	"testing"

	"github.com/phasegate/phasegate/internal/engine"
)

// issueJSON is what REST tells of an issue.
type issueJSON struct {
	ID     int64
	Number int
	Body   string
	Labels []struct{ Name string }
	User   struct{ Login string }
}

func (w *world) try(e engine.Effect) error {
	w.t.Helper()
	return w.hub.Apply(w.t.Context(), w.key, e)
}

func TestOpenIssue(t *testing.T) {
	w := newWorld(t, teamConfig)
	if err := w.try(engine.OpenIssue{Title: "Drift", Body: "### Parent\n\n#1", Labels: []string{"kind:incident"}}); err != nil {
		t.Fatal(err)
	}
	var i issueJSON
	w.do("rui-sme", "GET", "/issues/4", nil, &i)
	if i.Body != "### Parent\n\n#1" || len(i.Labels) != 1 || i.Labels[0].Name != "kind:incident" || i.User.Login != "phasegate[bot]" {
		t.Errorf("%+v", i)
	}
}

// What somebody wrote meanwhile is not overwritten.
func TestEditIssue(t *testing.T) {
	w := newWorld(t, teamConfig)
	edit := engine.EditIssue{Issue: 1, From: "### Parent\n\n#2", Body: "### Parent\n\n#3"}
	if err := w.try(edit); err != nil {
		t.Fatal(err)
	}
	var i issueJSON
	w.do("rui-sme", "GET", "/issues/1", nil, &i)
	if i.Body != edit.Body {
		t.Errorf("body %q", i.Body)
	}
	if err := w.try(edit); err != nil {
		t.Errorf("the same edit again: %v", err)
	}
	w.do("rui-sme", "PATCH", "/issues/1", map[string]string{"body": "mine"}, nil)
	if err := w.try(edit); !errors.Is(err, engine.ErrVanished) {
		t.Errorf("over somebody else's text: %v", err)
	}
	if w.do("rui-sme", "GET", "/issues/1", nil, &i); i.Body != "mine" {
		t.Errorf("what somebody wrote meanwhile is gone: %q", i.Body)
	}
	w.do("rui-sme", "PATCH", "/issues/1", map[string]string{"body": "a\r\nb"}, nil)
	if err := w.try(engine.EditIssue{Issue: 1, From: "a\nb", Body: "c"}); err != nil {
		t.Errorf("other line ends: %v", err)
	}
}

func TestLinkSubIssue(t *testing.T) {
	w := newWorld(t, teamConfig)
	var child, parent issueJSON
	w.do("rui-sme", "GET", "/issues/2", nil, &child)
	link := engine.LinkSubIssue{Parent: 1, Child: 2, ChildID: child.ID}
	for range 2 { // linked already is as good as linked
		if err := w.try(link); err != nil {
			t.Fatal(err)
		}
	}
	link.Parent = 3
	if err := w.try(link); err != nil {
		t.Errorf("of another parent: %v", err)
	}
	if w.do("rui-sme", "GET", "/issues/2/parent", nil, &parent); parent.Number != 1 {
		t.Errorf("the parent is #%d, want the first one", parent.Number)
	}
	link.Parent = 99
	if err := w.try(link); !errors.Is(err, engine.ErrVanished) {
		t.Errorf("a parent that is not there: %v", err)
	}
}
