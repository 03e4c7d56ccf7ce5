package engine_test

import (
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
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

// So is why a role is asked for, where the usual table holds; a reason of the config's own is told as it is.
func TestEveryUsualReasonHasWordsInPortuguese(t *testing.T) {
	for _, row := range policy.Default().Paths {
		if got := templates.Reasons(lifecycle.Portuguese, "ours; "+row.Why); !strings.HasPrefix(got, "ours; ") || strings.Contains(got, row.Why) {
			t.Errorf("%q is told as %q", row.Why, got)
		}
		if got := templates.Reasons(lifecycle.English, row.Why); got != row.Why {
			t.Errorf("%q is told as %q in English", row.Why, got)
		}
	}
}
