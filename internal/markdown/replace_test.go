package markdown_test

import (
	"testing"

	"github.com/phasegate/phasegate/internal/markdown"
)

func TestReplaceSectionChangesNothingElse(t *testing.T) {
	titles := map[string]string{"Budget": "budget", "Orçamento": "budget", "Risk": "risk"}
	for _, c := range []struct{ name, body, want string }{
		{"in the middle", "x\n\n### Budget\n\nold\nlines\n\n### Risk\n\nlow\n", "x\n\n### Budget\n\nnew\n\n### Risk\n\nlow\n"},
		{"line ends of the web's editor", "### Budget\r\n\r\nold\r\n\r\n### Risk\r\n\r\nlow", "### Budget\r\n\r\nnew\n\r\n### Risk\r\n\r\nlow"},
		{"at the end", "### Orçamento\n\nold", "### Orçamento\n\nnew\n"},
		{"empty", "### Budget\n\n\n### Risk\n\nlow", "### Budget\n\nnew\n\n### Risk\n\nlow"},
		{"empty at the end", "### Budget", "### Budget\n\nnew\n"},
		{"a heading in a fence is none", "### Budget\n\n```\n### Risk\n```\n\n### Risk\n\nlow", "### Budget\n\nnew\n\n### Risk\n\nlow"},
		{"the first of two", "### Budget\n\na\n\n### Budget\n\nb", "### Budget\n\nnew\n\n### Budget\n\nb"},
		{"other headings belong to the answer", "### Budget\n\n### Mine\n\nold\n\n### Risk\n\nlow", "### Budget\n\nnew\n\n### Risk\n\nlow"},
	} {
		got, ok := markdown.ReplaceSection(c.body, titles, "budget", "new\n")
		if !ok || got != c.want {
			t.Errorf("%s: got %q (%v), want %q", c.name, got, ok, c.want)
		}
	}
	if got, ok := markdown.ReplaceSection("### Risk\n\nlow", titles, "budget", "new"); ok || got != "### Risk\n\nlow" {
		t.Errorf("without the section: %q, %v", got, ok)
	}
}

func FuzzReplaceSection(f *testing.F) {
	titles := map[string]string{"Budget": "budget", "Risk": "risk"}
	f.Add("### Budget\r\n\r\nold\r### Risk\n\nlow")
	f.Add("### Budget\n\n<!--\n### Risk")
	f.Fuzz(func(t *testing.T, body string) {
		got, ok := markdown.ReplaceSection(body, titles, "budget", "new")
		before := markdown.Sections(body, titles)
		if !ok {
			return
		}
		after := markdown.Sections(got, titles)
		if len(after) < len(before) {
			t.Fatalf("%q became %q", body, got)
		}
		for i, s := range before {
			if s.Key == "budget" && after[i].Body != "new" {
				t.Errorf("%q: the section says %q", body, after[i].Body)
			}
		}
	})
}

func TestAddLine(t *testing.T) {
	titles := []string{"Actions", "Ações"}
	for _, c := range []struct{ name, body, want string }{
		{"no heading", "Hello\n", "Hello\n\n## Actions\n\n- new\n"},
		{"an empty body", "", "\n\n## Actions\n\n- new\n"},
		{"below the heading", "## Ações\n", "## Ações\n\n- new\n"},
		{"continues the list", "## Actions\n\n- old\n\n## Next\n", "## Actions\n\n- old\n- new\n\n## Next\n"},
		{"after a text", "## Actions\n\nNone yet.\n\n## Next", "## Actions\n\nNone yet.\n\n- new\n\n## Next"},
		{"before a hidden line", "## Actions\n\n- old\n\n<!-- phasegate:meeting v1 e30 -->\n", "## Actions\n\n- old\n- new\n\n<!-- phasegate:meeting v1 e30 -->\n"},
		{"before the next heading at once", "## Actions\n## Next\n", "## Actions\n\n- new\n\n## Next\n"},
		{"a smaller heading belongs to it", "## Actions\n\n### Open\n\n- old\n# Next", "## Actions\n\n### Open\n\n- old\n- new\n\n# Next"},
		{"a heading in a fence is none", "```\n## Actions\n```\n", "```\n## Actions\n```\n\n## Actions\n\n- new\n"},
		{"line ends of the web's editor", "## Actions\r\n\r\n- old\r\n", "## Actions\r\n\r\n- old\r\n- new\n"},
	} {
		if got := markdown.AddLine(c.body, titles, "- new"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
