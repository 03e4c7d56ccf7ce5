package pages_test

import (
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
)

func TestWordsOfChecks(t *testing.T) {
	start := time.Date(2026, 1, 9, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		run               pages.CheckRun
		state, word, took string
	}{
		{pages.CheckRun{Status: "queued"}, "pending", "Queued", ""},
		{pages.CheckRun{Status: "in_progress", StartedAt: start}, "pending", "In progress", ""},
		{pages.CheckRun{Status: "completed", Conclusion: "success", StartedAt: start, CompletedAt: start.Add(3 * time.Second)}, "success", "Successful", "in 3s"},
		{pages.CheckRun{Status: "completed", Conclusion: "failure", StartedAt: start, CompletedAt: start.Add(2 * time.Minute)}, "failure", "Failing", "after 2m"},
		{pages.CheckRun{Status: "completed", Conclusion: "timed_out", StartedAt: start, CompletedAt: start.Add(65 * time.Second)}, "failure", "Timed out", "after 1m5s"},
		{pages.CheckRun{Status: "completed", Conclusion: "action_required"}, "action", "Action required", ""},
		{pages.CheckRun{Status: "completed", Conclusion: "neutral", StartedAt: start, CompletedAt: start.Add(time.Minute)}, "neutral", "Neutral", ""},
		{pages.CheckRun{Status: "completed", Conclusion: "skipped"}, "skipped", "Skipped", ""},
	} {
		if state, word, took := tc.run.State(), tc.run.Word(), tc.run.Took(); state != tc.state || word != tc.word || took != tc.took {
			t.Errorf("%s/%s: %s, %s, %q; want %s, %s, %q", tc.run.Status, tc.run.Conclusion, state, word, took, tc.state, tc.word, tc.took)
		}
	}
}

func TestMergeBoxSumsUp(t *testing.T) {
	done := func(conclusion string) pages.CheckRun {
		return pages.CheckRun{Status: "completed", Conclusion: conclusion}
	}
	review := func(login, state string) pages.Review {
		return pages.Review{Author: pages.Person{Login: login}, State: state}
	}
	for _, tc := range []struct {
		pull                   pages.Pull
		headline, counted, dot string
		reviews                string
	}{
		{pages.Pull{}, "No checks", "", "neutral", "No review yet"},
		{
			pages.Pull{Checks: []pages.CheckRun{done("success"), done("neutral"), done("success")}, LatestReviews: []pages.Review{review("ana", "APPROVED"), review("rui", "DISMISSED")}},
			"All checks have passed", "1 neutral, 2 successful checks", "success", "Approved by ana",
		},
		{
			pages.Pull{Checks: []pages.CheckRun{done("success")}, Expected: []string{"gate"}, LatestReviews: []pages.Review{review("ana", "APPROVED")}, Requested: []string{"acme/data"}},
			"Some checks haven’t completed yet", "1 expected, 1 successful checks", "pending", "Waiting for a review from acme/data",
		},
		{
			pages.Pull{Checks: []pages.CheckRun{done("action_required")}, LatestReviews: []pages.Review{review("ana", "CHANGES_REQUESTED"), review("rui", "APPROVED")}},
			"Some checks were not successful", "1 action required check", "failure", "Changes requested by ana",
		},
		{ // who is asked again is waited for, whatever they said before
			pages.Pull{LatestReviews: []pages.Review{review("ana", "CHANGES_REQUESTED")}, Requested: []string{"ana"}},
			"No checks", "", "pending", "Waiting for a review from ana",
		},
	} {
		got := tc.pull.ReviewState()
		if h, c := tc.pull.ChecksHeadline(), tc.pull.ChecksCounted(); h != tc.headline || c != tc.counted || got.Dot != tc.dot || got.Text != tc.reviews {
			t.Errorf("%q, %q, %s %q; want %q, %q, %s %q", h, c, got.Dot, got.Text, tc.headline, tc.counted, tc.dot, tc.reviews)
		}
	}
}
