package hubsim

import "time"

// staleAfter is how long a check run may stay unfinished before GitHub gives up on it:
// https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-checks#about-check-runs
const staleAfter = 14 * 24 * time.Hour

// giveUpChecks makes check runs stale that nobody finished in time. No App is told.
func (s *Server) giveUpChecks(now time.Time) {
	for _, rp := range s.st.repos {
		for _, c := range rp.checkRuns {
			if c.status != "completed" && now.Sub(c.startedAt) > staleAfter {
				c.status, c.conclusion, c.completedAt = "completed", "stale", now
			}
		}
	}
}
