package pages

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// logView is a page of the log.
type logView struct {
	paging
	Entries []LogEntry
	Kinds   []choice
}

// logKinds are the kinds of entries in the order in which one follows from the other, with the word for each.
var logKinds = []struct{ kind, word string }{
	{LogPerson, "person"}, {LogIn, "came in"}, {LogDecided, "decided"}, {LogWritten, "written"},
}

// Word is how a kind is called.
func (logView) Word(kind string) string {
	for _, k := range logKinds {
		if k.kind == kind {
			return k.word
		}
	}
	return kind
}

func kindRank(kind string) int {
	for i, k := range logKinds {
		if k.kind == kind {
			return i
		}
	}
	return -1
}

// newestFirst orders the log. GitHub keeps whole seconds and a product may know parts of one, so within a second
// what follows from another stands above it, and only then the later above the earlier.
func newestFirst(a, b LogEntry) int {
	return cmp.Or(b.At.Truncate(time.Second).Compare(a.At.Truncate(time.Second)),
		cmp.Compare(kindRank(b.Kind), kindRank(a.Kind)), b.At.Compare(a.At))
}

// logPage shows what came in, what was decided and what was written, newest first.
func (h *Handler) logPage(v *visit) error {
	v.tab = "log"
	all, err := h.hub.Log(v.ctx, v.at)
	if err != nil {
		return err
	}
	if f := h.feeds.Load(); f.Decisions != nil {
		all = append(all, f.Decisions()...)
	}
	slices.SortStableFunc(all, newestFirst)
	var d logView
	wanted := v.r.URL.Query().Get("kind")
	d.Kinds = append(d.Kinds, choice{Name: "all", Path: v.with("kind", "", "page", ""), Count: len(all), Current: wanted == ""})
	for _, k := range logKinds {
		n := 0
		for _, e := range all {
			if e.Kind == k.kind {
				n++
			}
		}
		d.Kinds = append(d.Kinds, choice{Name: k.word, Path: v.with("kind", k.kind, "page", ""), Count: n, Current: wanted == k.kind})
	}
	if wanted != "" {
		all = slices.DeleteFunc(all, func(e LogEntry) bool { return e.Kind != wanted })
	}
	d.Entries, d.paging = cutPage(v, all)
	return v.show("log", "Log", d)
}

func (h *Handler) delivery(v *visit) error {
	v.tab = "log"
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	d, err := h.hub.Delivery(v.ctx, v.at, id)
	if err != nil {
		return err
	}
	return v.show("delivery", "Delivery", d)
}
