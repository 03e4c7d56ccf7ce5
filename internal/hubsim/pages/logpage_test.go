package pages_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/hubsim/pages/pagestest"
)

// TestLogShowsWhatFollowsAboveItsCause gives the log decisions with parts of a second beside GitHub's whole ones.
func TestLogShowsWhatFollowsAboveItsCause(t *testing.T) {
	second := time.Date(2026, 1, 13, 12, 20, 0, 0, time.UTC) // of the sample's newest entries
	decided := func(text string, after time.Duration) pages.LogEntry {
		return pages.LogEntry{At: second.Add(after), Kind: pages.LogDecided, Text: text}
	}
	options := sampleOptions()
	options.Decisions = func() []pages.LogEntry {
		return []pages.LogEntry{decided("first look", 300*time.Millisecond), decided("second look", 900*time.Millisecond), decided("a look later", 2*time.Second)}
	}
	h, err := pages.New(pagestest.New(), options)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, repo+"/log", nil)
	r.Host = "127.0.0.1"
	h.ServeHTTP(answer, r)
	var at []int
	for _, text := range []string{"a look later", "PATCH /repos/", "second look", "first look", "to phasegate → 202", "POST /repos/", "to phasegate → 500"} {
		at = append(at, strings.Index(answer.Body.String(), text))
	}
	if slices.Contains(at, -1) || !slices.IsSorted(at) {
		t.Errorf("the entries stand at %v: one is missing, or one stands below its cause", at)
	}
}
