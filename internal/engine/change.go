package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// How much of what items said is kept to show old → new later, in bytes of JSON, and how much of a
// reason, in characters. Together with all else a record says they fit into one hidden block.
const (
	recordWords = 8 << 10
	ledgerWords = 4 << 10
	maxReason   = 2000
)

// clipWords shortens what the items said until they take at most size bytes of JSON; nil when nothing
// fits.
func clipWords(words map[checks.Item]string, size int) map[checks.Item]string {
	for n := 4096; n > 16; n /= 2 {
		out := map[checks.Item]string{}
		for item, text := range words {
			if text != "" {
				out[item] = markdown.Truncate(text, n)
			}
		}
		if jsonSize(out) <= size {
			return out
		}
	}
	return nil
}

func jsonSize(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return 1 << 30 // nothing is kept of what cannot be written
	}
	return len(text)
}

// DataWords is what a data requirement's form says, one line for each section, to show a change of it.
func (f Form) DataWords(lang lifecycle.Lang) string {
	var lines []string
	for _, s := range lifecycle.Form(lifecycle.Data) {
		if text := markdown.Plain(f.Answers[s.Key]); text != "" && s.Key != lifecycle.SecParent {
			lines = append(lines, s.Title[lang]+": "+text)
		}
	}
	return strings.Join(lines, "\n")
}

// said is what the item said when its fingerprint was print: the newest publication of it with words
// knows; "" for none.
func (r *Request) said(item checks.Item, print string) string {
	for i := len(r.Published) - 1; i >= 0; i-- {
		if p := r.Published[i]; p.Prints[item] == print && p.Words[item] != "" {
			return p.Words[item]
		}
	}
	return ""
}

// change tells how an item changed from the text that was approved to the present one: only the parts
// that differ, row by row. Both sides are empty where the old text is not known, or the difference lies
// beyond what was kept of it.
func change(item checks.Item, old, now string) templates.ChangeView {
	v := templates.ChangeView{What: string(item)}
	if old == "" {
		return v
	}
	was, cut := parts(old)
	is, _ := parts(now)
	if cut && len(was) == 1 && len(is) > 0 { // one long text: compared as far as it was kept
		r := []rune(is[0])
		is = []string{strings.TrimSpace(string(r[:min(len(r), utf8.RuneCountInString(was[0]))]))}
	}
	gone, come := without(was, is), without(is, was)
	if cut && len(come) > len(gone) { // the rest stood in what was not kept
		come = come[:len(gone)]
	}
	v.Old, v.New = strings.Join(gone, " · "), strings.Join(come, " · ")
	if len(gone) == 1 && len(come) == 1 {
		v.Old, v.New = around(v.Old, v.New)
	}
	return v
}

// parts are the lines or rows of a text; the bool tells that it was cut, the part it was cut in then
// left out unless it is the only one.
func parts(text string) ([]string, bool) {
	body, cut := strings.CutSuffix(text, "…")
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(body, " · ", "\n"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	if cut && len(out) > 1 {
		out = out[:len(out)-1]
	}
	return out, cut
}

// without lists what of a is not in b, each as often as it is missing there.
func without(a, b []string) []string {
	have := map[string]int{}
	for _, s := range b {
		have[s]++
	}
	var out []string
	for _, s := range a {
		if have[s]--; have[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

// nearby is how many characters are shown on both sides of a difference inside a long text.
const nearby = 80

// around shortens two long texts to the words around where they differ.
func around(old, now string) (string, string) {
	a, b := []rune(old), []rune(now)
	if max(len(a), len(b)) <= 300 {
		return old, now
	}
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return window(a, head, tail), window(b, head, tail)
}

func window(text []rune, head, tail int) string {
	from, to := head-nearby, len(text)-tail+nearby
	before, after := "…", "…"
	if from <= 0 {
		from, before = 0, ""
	}
	if to >= len(text) {
		to, after = len(text), ""
	}
	if from > 0 {
		if space := slices.Index(text[from:head], ' '); space >= 0 {
			from += space + 1
		}
	}
	return before + string(text[from:to]) + after
}
