package hubsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// comparison is what the tests read of a comparison.
type comparison struct {
	Status  string
	Ahead   int `json:"ahead_by"`
	Behind  int `json:"behind_by"`
	Total   int `json:"total_commits"`
	Commits []struct{ SHA string }
	Files   *[]struct{ Filename string }
	Common  struct{ SHA string } `json:"merge_base_commit"`
}

func (h *hub) compare(spec string) (c comparison, link string) {
	h.t.Helper()
	a := h.do("rui-sme", "GET", base+"/compare/"+spec, "").must(h.t, 200)
	if err := json.Unmarshal(a.body, &c); err != nil {
		h.t.Fatal(err)
	}
	return c, a.header.Get("Link")
}

func TestAComparisonIsPaged(t *testing.T) {
	h := newHub(t, withFiles)
	main := h.head("main")
	h.branch("sara-ds", "topic", main)
	var shas []string
	for n := range 5 {
		shas = append(shas, h.write("sara-ds", "topic", fmt.Sprintf("%d.txt", n), "x\n"))
	}
	h.write("sara-ds", "main", "main.txt", "x\n")
	for _, want := range []struct {
		query string
		shas  []string
		files int // -1: none are told
		links string
	}{
		{"", shas, 5, ""},
		{"?per_page=2", shas[:2], 5, "next last"},
		{"?per_page=2&page=1", shas[:2], 5, "next last"},
		{"?per_page=2&page=2", shas[2:4], -1, "prev next last first"},
		{"?per_page=2&page=3", shas[4:], -1, "prev first"},
		{"?per_page=2&page=4", nil, -1, "prev first"},
		{"?page=2", nil, -1, "prev first"},
	} {
		got, link := h.compare("main...topic" + want.query)
		if got.Common.SHA != main || got.Status != "diverged" || got.Ahead != 5 || got.Behind != 1 || got.Total != 5 {
			t.Errorf("%s: %s from %s, %d ahead, %d behind, %d in all", want.query, got.Status, got.Common.SHA, got.Ahead, got.Behind, got.Total)
		}
		files := -1
		if got.Files != nil {
			files = len(*got.Files)
		}
		var on []string
		for _, c := range got.Commits {
			on = append(on, c.SHA)
		}
		if fmt.Sprint(on) != fmt.Sprint(want.shas) || files != want.files {
			t.Errorf("%s: commits %v and %d files, want %v and %d", want.query, on, files, want.shas, want.files)
		}
		var links []string
		for part := range strings.SplitSeq(link, ", ") {
			if _, rel, found := strings.Cut(part, "rel="); found {
				links = append(links, strings.Trim(rel, `"`))
			}
		}
		if got := strings.Join(links, " "); got != want.links {
			t.Errorf("%s: links to %s, want %s", want.query, got, want.links)
		}
	}
}

// Without pages a comparison ends at the newest commit and tells no more than 250.
func TestALongComparisonTellsTheNewestCommits(t *testing.T) {
	h := newHub(t, withFiles)
	tip := h.head("main")
	tree, _ := h.do("sara-ds", "GET", base+"/git/commits/"+tip, "").must(t, 200).field("tree", "sha").(string)
	var shas []string
	for n := range 252 {
		tip = h.commitOf("sara-ds", fmt.Sprint(n), tree, tip)
		shas = append(shas, tip)
	}
	got, link := h.compare("main..." + tip)
	if len(got.Commits) != 250 || got.Commits[0].SHA != shas[2] || got.Commits[249].SHA != tip || got.Total != 252 || link != "" {
		t.Errorf("%d of %d commits, %s", len(got.Commits), got.Total, link)
	}
	if got, _ = h.compare("main..." + tip + "?per_page=1"); len(got.Commits) != 1 || got.Commits[0].SHA != shas[0] {
		t.Errorf("the first page has %v", got.Commits)
	}
}

func TestWhatHasNothingInCommonIsNotCompared(t *testing.T) {
	h := newHub(t, withFiles)
	tree, _ := h.do("sara-ds", "GET", base+"/git/commits/"+h.head("main"), "").must(t, 200).field("tree", "sha").(string)
	root, _ := h.do("sara-ds", "POST", base+"/git/commits", fmt.Sprintf(`{"message":"Anew","tree":%q,"parents":[]}`, tree)).must(t, 201).field("sha").(string)
	h.branch("sara-ds", "pages", root)
	for _, spec := range [][2]string{{"main", "pages"}, {h.head("main"), root}} {
		a := h.do("rui-sme", "GET", base+"/compare/"+spec[0]+"..."+spec[1], "").must(t, 404)
		if want := fmt.Sprintf("No common ancestor between %s and %s.", spec[0], spec[1]); a.field("message") != want {
			t.Errorf("%s, want %s", a.body, want)
		}
	}
}

// The commits of a fork are found by their hash, before and after a force-push took them off every branch.
func TestCommitsOfAForkAreCompared(t *testing.T) {
	h := newHub(t, withFiles)
	fork := "/repos/outsider/churn"
	h.do("outsider", "POST", base+"/forks", "").must(t, 202)
	put := func(path string) string {
		return fmt.Sprint(h.do("outsider", "PUT", fork+"/contents/"+path, `{"message":"f","branch":"main","content":"eA=="}`).must(t, 201).field("commit", "sha"))
	}
	first := put("f.txt")
	h.do("outsider", "POST", base+"/pulls", `{"title":"f","head":"outsider:main","base":"main"}`).must(t, 201)
	second := put("g.txt")
	main := h.head("main")
	for n, spec := range []string{main + "..." + second, "main..." + second, first + "..." + second} {
		if got, _ := h.compare(spec); got.Status != "ahead" || got.Commits[len(got.Commits)-1].SHA != second || got.Ahead != []int{2, 2, 1}[n] {
			t.Errorf("%s: %+v", spec, got)
		}
	}
	h.do("outsider", "PATCH", fork+"/git/refs/heads/main", fmt.Sprintf(`{"sha":%q,"force":true}`, first)).must(t, 200)
	if got, _ := h.compare(second + "..." + first); got.Status != "behind" || got.Behind != 1 || got.Common.SHA != first {
		t.Errorf("rewritten: %+v", got)
	}
}
