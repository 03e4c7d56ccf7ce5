package markdown_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/markdown"
)

var titles = map[string]string{
	"Budget": "budget", "Orçamento": "budget", "Key metrics": "metrics", "Métricas-chave": "metrics",
	"What is the bigger problem?": "problem",
}

func TestSections(t *testing.T) {
	body := strings.ReplaceAll(`before
### What is the bigger problem

Churn.

### A heading of my own
#### Budget
## Budget

`+"```"+`
### Budget
`+"```"+`
> ### Budget

<!--
### Budget
-->
- ### Budget

    ### Budget

###   ORCAMENTO:   ###
40000 **BRL**

### Budget
ignored

### Me´tricas
### Metricas-Chave
last
`, "´", "\u0301")
	for _, eol := range []string{"\n", "\r\n"} {
		got := markdown.Sections(strings.ReplaceAll(body, "\n", eol), titles)
		var short []string
		for _, s := range got {
			short = append(short, s.Key+"@"+s.Title)
		}
		if d := cmp.Diff([]string{"problem@What is the bigger problem", "budget@ORCAMENTO:", "metrics@Metricas-Chave"}, short); d != "" {
			t.Fatal(d)
		}
		if !strings.HasPrefix(got[0].Body, "Churn.\n\n### A heading of my own") || !strings.HasSuffix(got[0].Body, "    ### Budget") {
			t.Errorf("first body %q", got[0].Body)
		}
		if got[1].Body != "40000 **BRL**" || got[1].Line != 22 {
			t.Errorf("second section %+v", got[1])
		}
		if got[2].Body != "last" {
			t.Errorf("third body %q", got[2].Body)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, s := range []string{"", " \n\t", "_No response_", "<!-- fill in -->", "<!-- a -->\n\n<!-- b\nc -->", "Say  *how* much", "\u200b"} {
		if !markdown.Empty(s, "Say how much") {
			t.Errorf("%q is not empty", s)
		}
	}
	for _, s := range []string{"none", "0", "<!-- a --> 3", "No response so far", "`x`", "![a](b)"} {
		if markdown.Empty(s, "Say how much") {
			t.Errorf("%q is empty", s)
		}
	}
}

func names(l markdown.CommandList) []string {
	out := []string{}
	for _, c := range l.Commands {
		out = append(out, c.Name)
	}
	return out
}

func TestCommands(t *testing.T) {
	got := markdown.Commands("Hello\r\n/Approve as  data-scientist \r\nBecause.\r\n\r\n- one\r\n- two\r\n\r\n/orçamento 10 mil\r\n```\r\n/help\r\n```\r\n")
	want := markdown.CommandList{Total: 2, Commands: []markdown.Command{
		{Name: "approve", Args: "as  data-scientist", Text: "Because.\n\n- one\n- two", Line: 2},
		{Name: "orçamento", Args: "10 mil", Text: "```\n/help\n```", Line: 8},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	if got := got.Commands[0].Rest(); !strings.HasPrefix(got, "as  data-scientist\nBecause.") {
		t.Errorf("Rest = %q", got)
	}
}

func TestWhatIsACommand(t *testing.T) {
	for _, s := range []string{
		"/approve", "  /approve", "text\n/approve", "/approve\ttab", "*\n/approve", "a `b` c\n/approve", "a ` b\n/approve",
		"/approve\n---", "/approve\n> quoted", "> quoted\n\n/approve", "- a\n\n/approve", "<!-- x -->\n/approve", "<details>x</details>\n\n/approve",
		"a <b>x</b>\n/approve", "<div>\n\n</div>\n\n/approve", "1 < 2 <!- x\n/approve", "\\<!--\n/approve\n-->", "|a|\n|-|\n|b|\n\n/approve", "[a](b)\n/approve",
		"* * * * * * * * * * * * * * *\n/approve", "\\`\n/approve\n`",
	} {
		if got := names(markdown.Commands(s)); len(got) != 1 || got[0] != "approve" {
			t.Errorf("%q: commands %v, want one", s, got)
		}
	}
	for _, s := range []string{
		"> /approve", "> a\n/approve", ">> a\n> /approve", "- /approve", "- a\n/approve", "- a\n\n  /approve", "1. /approve", "    /approve", "\t/approve",
		"```\n/approve\n```", "~~~\n/approve", "`\n/approve\n`", "``a ` \n/approve``", "<!--\n/approve\n-->", "<!--\n\n/approve", "a <!--\n/approve\n-->",
		"<div>\n/approve\n</div>", "<details>\n\n/approve\n\n</details>", "<blockquote>\n\n/approve", "x <details>\n\n/approve", "<pre>\n\n/approve\n</pre>",
		"\\/approve", "/usr/bin/x", "/usr", "// approve", "/ approve", "/1", "／approve", "a /approve", "# /approve", "/approve/x", "/approve(x)", "/approve=1",
		"[a]:\n/approve", "[a](\n/approve\n)", "[a](b \"\n/approve\n\")", "<a title=\"\n/approve\n\">", "|a|\n|-|\n/approve", "<?x\n/approve\n?>", "a <?x\n/approve\n?>",
		strings.Repeat(">", 40) + " a\n/approve", "/" + strings.Repeat("a", 60), "a <![CDATA[\n/approve\n]]>", "[a]: b '\n/approve\n'",
	} {
		if got := names(markdown.Commands(s)); len(got) == 1 && got[0] == "approve" {
			t.Errorf("%q: taken for a command", s)
		}
	}
	if got := names(markdown.Commands("/approve!\n\n/object: late")); !cmp.Equal(got, []string{"approve!", "object:"}) {
		t.Errorf("near misses %v", got)
	}
}

func TestCommandsAreCounted(t *testing.T) {
	got := markdown.Commands(strings.Repeat("/approve\n", 12) + "end")
	if len(got.Commands) != markdown.MaxCommands || got.Total != 12 || !got.Truncated() {
		t.Errorf("%d of %d commands, truncated %v", len(got.Commands), got.Total, got.Truncated())
	}
	if last := got.Commands[9]; last.Text != "" {
		t.Errorf("the tenth command took %q", last.Text)
	}
}

func TestFirstTable(t *testing.T) {
	got := markdown.FirstTable("Intro\n\n> | q |\n> |-|\n> | q |\n\n```\n| x |\n|-|\n```\n\n" +
		"| *Metric* | Target | `Slice` |\n|---|:-:|--|\n| recall\\_top | \\>= **0.40** | a\\|b |\n| `a\\|b` | &lt;= 4 |\n| 1 | 2 | 3 | 4 |\n\n| second |\n|-|\n| y |\n")
	if got == nil {
		t.Fatal("no table")
	}
	var rows [][]string
	for _, r := range append([]markdown.TableRow{got.Header}, got.Rows...) {
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.Text)
		}
		rows = append(rows, cells)
	}
	want := [][]string{{"Metric", "Target", "Slice"}, {"recall_top", ">= 0.40", "a|b"}, {"a|b", "<= 4", ""}, {"1", "2", "3"}}
	if d := cmp.Diff(want, rows); d != "" {
		t.Fatal(d)
	}
	if got.Header.Line != 12 || got.Rows[1].Line != 15 {
		t.Errorf("header in line %d, second row in %d", got.Header.Line, got.Rows[1].Line)
	}
	if markdown.FirstTable("no table | here") != nil {
		t.Error("a table was made up")
	}
}

func TestTasks(t *testing.T) {
	got := markdown.Tasks("- [ ] @ana, **role**\n- [x] b\n  1. [X] c\n- [y] d\n- [ ]\n\n```\n- [ ] e\n```\n[ ] f\n")
	want := []markdown.Task{{false, "@ana, role", 1}, {true, "b", 2}, {true, "c", 3}}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestRefs(t *testing.T) {
	for in, want := range map[string][]int{
		"#5 and (#6), #5": {5, 6}, "GH-7": {7}, "Acme/Churn#8": {8}, "other/churn#8": nil, "a#9": nil, "#9a": nil, "—#10": {10},
		"https://github.com/acme/churn/issues/11#issuecomment-1": {11}, "https://x.example/acme/churn/pull/12/files": {12},
		"http://127.0.0.1:8080/ACME/churn/issues/12": {12},
		"https://github.com/other/churn/issues/13":   nil, "https://x.example/#14": nil, "https://x.example/a #15": {15},
		"`#16`": nil, "```\n#17\n```": nil, "<!-- #18 -->": nil, "- #19\n> #20": {19, 20}, "[x](https://github.com/acme/churn/issues/21)": {21},
		"&#22;": nil, "#0": nil, "#99999999999": nil, "<https://github.com/acme/churn/issues/23>": {23}, "| a |\n|-|\n| #24 |": {24},
		"https://github.com/acme/churn/issues/25.": {25}, "no-gh-26": {26}, "x/y#27": nil, "/#28": nil, "[#29]": {29}, "**#30**": {30}, "<b>#31</b>": {31},
	} {
		if got := markdown.Refs(in, "acme/churn"); !cmp.Equal(got, want) {
			t.Errorf("Refs(%q) = %v, want %v", in, got, want)
		}
	}
	if got := markdown.Refs("a/b#1 #2 https://h/a/b/issues/3", ""); !cmp.Equal(got, []int{2}) {
		t.Errorf("without a repository: %v", got)
	}
}

func TestMentions(t *testing.T) {
	people, teams := markdown.Mentions("@rui-sme, (@Dora-de) @rui-SME @acme/data-team a@b.c `@code` <!-- @hidden --> https://x.y/@url @me_corp @-no @@no\n- @item.")
	if d := cmp.Diff([]string{"rui-sme", "Dora-de", "me_corp", "item"}, people); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"acme/data-team"}, teams); d != "" {
		t.Error(d)
	}
}

func TestNormalize(t *testing.T) {
	same := [][]string{
		{"a b c", " a\n b  c\r\n", "**a** _b_ `c`", "- a\n- b\n- c", "1. a\n2. b\n\n\n* c", "### a\n\n> b c", "a <!-- x --> b\nc", "a\\\nb c", "```\na b c\n```", "a b<br>c", "a\u00a0b c", "a\n===\nb c", "<!-- x -->\na b c"},
		{"| a | b |\n|---|---|\n| 1 | 2 |", "|a|b|\n|-|:-:|\n|**1**|2|", "a | b\n-|-\n1 | 2 "},
		{"caf\u00e9", "cafe\u0301"}, {"2 \\* 3", "2 * 3"}, {"R&amp;D", "R&D"},
	}
	for _, group := range same {
		for _, s := range group[1:] {
			if a, b := markdown.Normalize(group[0]), markdown.Normalize(s); a != b {
				t.Errorf("%q and %q differ: %q, %q", group[0], s, a, b)
			}
		}
	}
	different := [][2]string{
		{"a b", "b a"}, {"ab", "a b"}, {"0.40", "0.4"}, {"~~not~~ x", "not x"}, {"[a](b)", "[a](c)"}, {"- [ ] a", "- [x] a"}, {"A", "a"},
		{"| a | b |\n|-|-|\n| | 2 |", "| a | b |\n|-|-|\n| 2 | |"}, {"-5", "5"}, {">= 4", "<= 4"}, {"[a]: b", "[a]: c"}, {"![a](b)", "![a](c)"},
	}
	for _, p := range different {
		if markdown.Normalize(p[0]) == markdown.Normalize(p[1]) {
			t.Errorf("%q and %q are the same: %q", p[0], p[1], markdown.Normalize(p[0]))
		}
	}
}

func TestBlocks(t *testing.T) {
	b, err := markdown.EncodeBlock("ledger", map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	body := b + "\r\nText\r\n\r\n" + b + "\r\n" + b + "\r\n\r\nend"
	got := markdown.Blocks(body)
	if len(got) != 3 || got[0].Kind != "ledger" || got[0].Version != 1 || got[1].Line != 4 {
		t.Fatalf("blocks %+v", got)
	}
	var v map[string]int
	if err := got[0].Decode(&v); err != nil || v["a"] != 1 {
		t.Errorf("decoded %v, %v", v, err)
	}
	if got := markdown.Visible(body); got != "Text\n\nend" {
		t.Errorf("Visible = %q", got)
	}
	for _, s := range []string{
		"Text\n" + b, "> " + b, "- a\n\n  " + b, "```\n\n" + b + "\n```", "    " + b, "<!--\n\n" + b, b + " x", "<div>\n" + b + "\n</div>", "x " + b,
		"<!-- phasegate:a v0 e30 -->", "<!-- phasegate:A v1 e30 -->", "<!-- phasegate:a v1 %%% -->", "<!-- phasegate:a v1 e3 -->", "<!-- phasegate:a v1 e30= -->",
		"<!-- phasegate:a v1 " + strings.Repeat("e30", 30000) + " -->", "&lt;" + b[1:], markdown.Text(b), markdown.Quote(b),
	} {
		if got := markdown.Blocks(s); len(got) != 0 {
			t.Errorf("%q has %d blocks", s[:min(len(s), 60)], len(got))
		}
		if got := markdown.Visible(s); !strings.Contains(got, "phasegate") {
			t.Errorf("%q lost its text: %q", s[:min(len(s), 60)], got)
		}
	}
	if got := markdown.Blocks(strings.Repeat(b+"\n\n", 100)); len(got) > 32 {
		t.Errorf("%d blocks", len(got))
	}
}

func TestEncodeBlockRefuses(t *testing.T) {
	for _, c := range []struct {
		kind string
		v    any
		want string
	}{
		{"Ledger", 1, "is not of the form"}, {"a b", 1, "is not of the form"}, {"a", func() {}, "unsupported type"},
		{"a", strings.Repeat("x", markdown.MaxBlock), "fit in a comment"},
	} {
		if _, err := markdown.EncodeBlock(c.kind, c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("EncodeBlock(%q): %v, want %q", c.kind, err, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	body := "# Title\nOne `two\nthree` **four** ~~five~~ six\n\n- seven <b>eight</b>\n  nine\n\n> ten\n\n- > eleven\n\n" +
		"```\ntwelve\n```\n\n|thirteen|\n|-|\n\n<!-- fourteen -->\n\n<details>\n\nfifteen\n\n</details>\n\n[sixteen]: x\n\nseventeen\r\neighteen ~~nineteen~~"
	var got []string
	for _, l := range markdown.Lines(body, anything) {
		got = append(got, l.Text+"|"+l.Prose)
	}
	want := []string{"Title|Title", "One `two|One \uFFFC", "seven  eight|seven  eight", "nine|nine", "seventeen|seventeen", "eighteen nineteen|eighteen"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := markdown.Lines("one\ntwo\n", regexp.MustCompile("two")); len(got) != 1 || got[0].Text != "two" {
		t.Errorf("the lines about two are %v", got)
	}
}

func TestLeadingRefs(t *testing.T) {
	for text, want := range map[string][]int{
		"#3": {3}, "#3, #4 and GH-5 e acme/churn#6 tail #7": {3, 4, 5, 6}, "#3 #4": {3, 4}, "acme/other#3, #4": {4}, "x #3": nil, "": nil, "#x": nil,
		"https://github.com/acme/churn/issues/3, https://github.com/acme/churn/pull/4 and https://github.com/acme/other/issues/5": {3, 4}, "#3x": nil,
	} {
		if d := cmp.Diff(want, markdown.LeadingRefs(text, "acme/churn")); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}
