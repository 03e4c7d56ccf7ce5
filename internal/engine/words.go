package engine

import (
	"fmt"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// maxWords is how much, in characters, is told of one item; what is written is cut further (clipWords).
const maxWords = 2000

// words are what the guarded items say, shortened: a later change shows them as old → new.
func (f Form) words(lang lifecycle.Lang, data []templates.DataView) map[checks.Item]string {
	var rows, titles []string
	for _, r := range f.Metrics.Rows {
		rows = append(rows, r.Words(lang))
	}
	for _, d := range data {
		titles = append(titles, strings.TrimSpace(fmt.Sprintf("#%d %s", d.Number, d.Title)))
	}
	plain := func(keys ...lifecycle.SectionKey) string {
		var parts []string
		for _, k := range keys {
			if text := markdown.Plain(f.Answers[k]); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, " ")
	}
	words := map[checks.Item]string{
		checks.ItemMetrics:    strings.Join(rows, " · "),
		checks.ItemBudget:     plain(lifecycle.SecBudget),
		checks.ItemContext:    plain(lifecycle.SecContext, lifecycle.SecValue, lifecycle.SecRequirements),
		checks.ItemProcessing: plain(lifecycle.SecProcessing),
		checks.ItemData:       strings.Join(titles, " · "),
	}
	for item, text := range words {
		words[item] = markdown.Truncate(text, maxWords)
	}
	return words
}
