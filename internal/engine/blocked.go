package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/templates"
)

// blocks names what holds the open request up: objections by their comment, missing artefacts by their
// row in section 2 of the rules.
func (d *desk) blocks() []string {
	var out []string
	if d.h.Request == nil {
		return nil
	}
	for _, o := range d.objections() {
		out = append(out, fmt.Sprintf("objection:%d", o.Comment))
	}
	open, _ := d.gaps(d.h.Request.Gate)
	for _, g := range open {
		if name := "artefact:" + g.Artefact; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// untold are the blocks that the requester has not been told of since the request was opened.
func (d *desk) untold() []string {
	return slices.DeleteFunc(d.blocks(), func(b string) bool { return slices.Contains(d.h.Told, b) })
}

// blockedText tells the requester what holds the request up now.
func (d *desk) blockedText() string {
	open, _ := d.gaps(d.h.Request.Gate)
	view := templates.DeliverableView{Title: d.Issue.Title, Gate: d.h.Request.Gate, Renewal: d.h.Request.Renewal, Requester: d.h.Request.Requester.Login, Gaps: gapViews(checks.Distinct(open))}
	for _, o := range d.objections() {
		view.Objections = append(view.Objections, templates.ObjectionView{Login: o.Person.Login, Reason: o.Reason, At: o.At})
	}
	return d.Printer.Blocked(view)
}

// tellBlocked tells the requester, once for each reason, that the request cannot pass (rules 9 and 11).
func (d *desk) tellBlocked() {
	if news := d.untold(); len(news) > 0 {
		d.comment(Record{Kind: Blocked, Gate: d.h.Request.Gate, Blocks: news}, d.blockedText())
	}
}

// withBlocks adds to a void comment what holds the request up since the same change, so that one
// comment tells both.
func (d *desk) withBlocks(r Record, text string) (Record, string) {
	if r.Blocks = d.untold(); len(r.Blocks) > 0 {
		text = strings.TrimRight(text, "\n") + "\n\n" + d.blockedText()
	}
	return r, text
}
