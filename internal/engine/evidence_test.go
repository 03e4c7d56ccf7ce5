package engine_test

import (
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// A reason why something could not be read is told in the language of the project.
func TestEveryReasonHasWordsInBothLanguages(t *testing.T) {
	for _, reason := range facts.Reasons {
		told := map[string]bool{}
		for _, l := range []lifecycle.Lang{lifecycle.English, lifecycle.Portuguese} {
			text := strings.Join(templates.Printer{Lang: l}.Gap(templates.GapView{Code: "unread", Texts: []string{reason}}), " ")
			if strings.Contains(text, reason) {
				t.Errorf("%s: no words for %s: %s", l, reason, text)
			}
			told[text[strings.Index(text, ":"):]] = true
		}
		if len(told) != 2 {
			t.Errorf("%s is told alike in two languages", reason)
		}
	}
}
