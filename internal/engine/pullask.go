package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
)

// maxReviewers is of how many people and teams GitHub lets a review be asked.
const maxReviewers = 15

// toAsk are those who are awaited and are to be asked for a review: each once. A request that somebody else
// took away is not made again.
func (d *pullDesk) toAsk() []facts.Reviewer {
	var out []facts.Reviewer
	for _, r := range d.awaited() {
		if !d.isAsked(r) && !d.askedBefore(r) && !d.turnedDown(r) && len(out) < maxReviewers {
			out = append(out, r)
		}
	}
	return out
}

// reviewerName is the reviewer as the ledger has them.
func reviewerName(r facts.Reviewer) string {
	if r.Team != "" {
		return strings.ToLower(r.Team)
	}
	return fmt.Sprint(r.Person.ID)
}

// turnedDown reports whether GitHub did not let the reviewer be asked, though Phasegate tried.
func (d *pullDesk) turnedDown(r facts.Reviewer) bool {
	return d.lastRequest(r) == nil && slices.Contains(d.ledger.Asked, reviewerName(r))
}

// tried are those who are awaited and have been asked, or are asked just before this is noted.
func (d *pullDesk) tried() []string {
	var names []string
	before := d.observing() || !d.passesNow(RolesCheck) // see decide
	for _, r := range d.awaited() {
		name := reviewerName(r)
		if slices.Contains(d.ledger.Asked, name) || before && slices.ContainsFunc(d.asking, r.Is) {
			names = append(names, name)
		}
	}
	return names
}

// askReviews asks for reviews, and takes back the requests that are no longer needed.
func (d *pullDesk) askReviews() {
	awaited := d.awaited()
	ask, unask := AskReview{Pull: d.Pull.Number}, UnaskReview{Pull: d.Pull.Number}
	for _, r := range d.asking {
		ask.People, ask.Teams = addReviewer(r, ask.People, ask.Teams)
	}
	for _, r := range d.Pull.Requested {
		if d.ownRequest(r) && !slices.ContainsFunc(awaited, r.Is) {
			unask.People, unask.Teams = addReviewer(r, unask.People, unask.Teams)
		}
	}
	if len(ask.People)+len(ask.Teams) > 0 {
		d.effects = append(d.effects, ask)
	}
	if len(unask.People)+len(unask.Teams) > 0 {
		d.effects = append(d.effects, unask)
	}
}

func addReviewer(r facts.Reviewer, people, teams []string) ([]string, []string) {
	if r.Team != "" {
		return people, append(teams, r.Team)
	}
	return append(people, r.Person.Login), teams
}

// awaited are the people and teams that are asked: of what is missing, the teams that the config names, and
// the people whom it names or who stand in. Nobody is asked about a draft.
func (d *pullDesk) awaited() []facts.Reviewer {
	if d.Pull.Draft || len(d.Pull.Sharing) > 0 || d.unlisted() != "" {
		return nil
	}
	var out []facts.Reviewer
	add := func(r facts.Reviewer) {
		if !slices.ContainsFunc(out, r.Is) {
			out = append(out, r)
		}
	}
	for _, n := range d.assent.Needs {
		if n.Met() {
			continue
		}
		missing := n.Missing()
		for _, c := range n.Candidates {
			if !facts.Contains(missing, c.Person) {
				continue
			}
			if team := d.teamOf(c); team != "" {
				add(facts.Reviewer{Team: team})
			} else {
				add(facts.Reviewer{Person: c.Person})
			}
		}
	}
	return out
}

// teamOf is the first team by which somebody holds the role they answer with; "" for one whom the config names, or
// who acts for somebody else.
func (d *pullDesk) teamOf(c checks.Candidate) string {
	if c.Via == checks.ViaDelegation {
		return ""
	}
	team := ""
	for _, h := range d.Rules.Policy.RoleHolders(c.Role) {
		switch {
		case !h.IsTeam() && strings.EqualFold(h.Login, c.Person.Login):
			return ""
		case team == "" && h.IsTeam() && d.Roster.InTeam(c.Person, h.String()):
			team = h.String()
		}
	}
	return team
}

func (d *pullDesk) isAsked(r facts.Reviewer) bool {
	return slices.ContainsFunc(d.Pull.Requested, r.Is)
}

// ownRequest reports whether Phasegate made the newest request of a review by r.
func (d *pullDesk) ownRequest(r facts.Reviewer) bool {
	last := d.lastRequest(r)
	return last != nil && !last.Removed && last.Own
}

// lastRequest is the newest change of whether r is asked; nil for none.
func (d *pullDesk) lastRequest(r facts.Reviewer) *facts.ReviewRequest {
	for i := len(d.Pull.Asked) - 1; i >= 0; i-- {
		if d.Pull.Asked[i].Reviewer.Is(r) {
			return &d.Pull.Asked[i]
		}
	}
	return nil
}

// askedBefore reports whether r was asked for the same before: somebody took the request away, r did not review
// since, or did review what is there now. Who reviewed something older or for another base, or whose review was
// dismissed, is asked again.
func (d *pullDesk) askedBefore(r facts.Reviewer) bool {
	last := d.lastRequest(r)
	if last == nil || last.Own && last.Removed {
		return false
	}
	if last.Removed {
		return true
	}
	for _, v := range slices.Backward(d.Pull.Reviews) {
		if !v.At.Before(last.At) && (r.Team != "" || v.Author.Is(r.Person)) {
			return v.Commit == d.Pull.Head && v.State != facts.ReviewDismissed && v.At.After(d.Pull.Retargeted)
		}
	}
	return true
}

// askedAt is when a review was last asked of the person; zero where it is not asked.
func (d *pullDesk) askedAt(p facts.Person) time.Time {
	r := facts.Reviewer{Person: p}
	if slices.ContainsFunc(d.asking, r.Is) {
		return d.Now
	}
	if last := d.lastRequest(r); last != nil && !last.Removed && d.isAsked(r) {
		return last.At
	}
	return time.Time{}
}
