package pages

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
)

// pullView is one of the tabs of a pull request beside its conversation.
type pullView struct {
	Issue  Issue
	Pull   Pull
	Tab    string // commits, checks or files
	Checks []checkView
	Files  []fileView
}

// checkView is a check run with its texts rendered.
type checkView struct {
	Run           CheckRun
	Summary, Text template.HTML
}

// fileView is a changed file with its patch in lines.
type fileView struct {
	FileChange
	Lines []patchLine
}

// patchLine is a line of a patch; Old and New are the line's numbers, 0 where it has none.
type patchLine struct {
	Class    string // add, del, hunk or empty
	Old, New int
	Text     string
}

func (h *Handler) pullTab(v *visit) error {
	n, err := v.number()
	if err != nil {
		return err
	}
	tab := v.r.PathValue("tab")
	if tab != "commits" && tab != "checks" && tab != "files" {
		return ErrNotFound
	}
	v.tab = "pulls"
	is, err := h.hub.Issue(v.ctx, v.at, n)
	if err != nil {
		return err
	}
	p, err := h.hub.Pull(v.ctx, v.at, n)
	if err != nil {
		return err
	}
	d := pullView{Issue: is, Pull: p, Tab: tab}
	switch tab {
	case "checks":
		for _, run := range p.Checks {
			d.Checks = append(d.Checks, h.checkView(v, run))
		}
	case "files":
		d.Files = fileViews(p.Files)
	}
	return v.show("pull", fmt.Sprintf("%s · #%d", is.Title, n), d)
}

func (h *Handler) checkView(v *visit, run CheckRun) checkView {
	l := v.links(fmt.Sprintf("k%d", run.ID))
	return checkView{Run: run, Summary: h.markup.Check(run.Summary, l), Text: h.markup.Check(run.Text, l)}
}

func (h *Handler) checkRun(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	v.tab = "pulls"
	run, err := h.hub.CheckRun(v.ctx, v.at, id)
	if err != nil {
		return err
	}
	return v.show("check", "Check "+run.Name, h.checkView(v, run))
}

// commitView is a commit with its patches in lines.
type commitView struct {
	Commit Commit
	Files  []fileView
}

func (h *Handler) commit(v *visit) error {
	v.tab = "files"
	c, err := h.hub.Commit(v.ctx, v.at, v.r.PathValue("sha"))
	if err != nil {
		return err
	}
	return v.show("commit", c.Headline(), commitView{Commit: c, Files: fileViews(c.Files)})
}

func fileViews(files []FileChange) []fileView {
	var out []fileView
	for _, f := range files {
		out = append(out, fileView{FileChange: f, Lines: patchLines(f.Patch)})
	}
	return out
}

var hunkHead = regexp.MustCompile(`^@@ -([0-9]+)(?:,[0-9]+)? \+([0-9]+)(?:,[0-9]+)? @@`)

// patchLines splits a patch into its lines and numbers them.
func patchLines(patch string) []patchLine {
	if patch == "" {
		return nil
	}
	var out []patchLine
	oldNo, newNo := 0, 0
	for line := range strings.SplitSeq(strings.TrimSuffix(patch, "\n"), "\n") {
		l := patchLine{Text: strings.TrimSuffix(line, "\r")}
		if m := hunkHead.FindStringSubmatch(line); m != nil {
			oldNo, _ = strconv.Atoi(m[1]) // digits only
			newNo, _ = strconv.Atoi(m[2])
			l.Class = "hunk"
			out = append(out, l)
			continue
		}
		switch {
		case strings.HasPrefix(line, "+"):
			l.Class, l.New = "add", newNo
			newNo++
		case strings.HasPrefix(line, "-"):
			l.Class, l.Old = "del", oldNo
			oldNo++
		case strings.HasPrefix(line, `\`):
		default:
			l.Old, l.New = oldNo, newNo
			oldNo++
			newNo++
		}
		out = append(out, l)
	}
	return out
}
