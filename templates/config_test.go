package templates_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// All that a config loosens stands in the summary, as far as GitHub takes it.
func TestWeakenedShowsAll(t *testing.T) {
	var loosened []string
	for i := range 300 {
		loosened = append(loosened, fmt.Sprintf("rule%d%s", i, strings.Repeat("x", 150)))
	}
	if _, summary := templates.Weakened(lifecycle.English, "", "", loosened); strings.Count(summary, "\n- rule") != 300 || len(summary) > 65535 {
		t.Errorf("%d of 300 in %d bytes", strings.Count(summary, "\n- rule"), len(summary))
	}
}
