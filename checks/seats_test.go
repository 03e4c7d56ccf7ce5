package checks_test

import (
	"testing"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// A yes of a record from before an item was published stands; one whose item cannot be read any more
// does not.
func TestACarriedYesIsBoundToWhatItsRecordPublished(t *testing.T) {
	said := checks.Prints{checks.ItemMetrics: "m", checks.ItemCode: "c"}
	without := checks.Prints{checks.ItemMetrics: "m"}
	for _, c := range []struct {
		role       lifecycle.Role
		bound, now checks.Prints
		carried    bool
		want       bool
	}{
		{lifecycle.SoftwareEngineer, said, said, true, true},
		{lifecycle.SoftwareEngineer, without, said, true, true},   // an older version did not publish the code
		{lifecycle.SoftwareEngineer, without, said, false, false}, // the open request did not, and now does: look again
		{lifecycle.SoftwareEngineer, said, without, true, false},
		{lifecycle.SoftwareEngineer, said, checks.Prints{checks.ItemMetrics: "m", checks.ItemCode: "d"}, true, false},
		{lifecycle.DataScientist, without, checks.Prints{checks.ItemMetrics: "n", checks.ItemReport: "r"}, true, false},
	} {
		q := checks.Question{Seats: []lifecycle.Role{c.role}, Roster: team(t, "BS helena, SME rui, DS sara, SE sara"), Now: c.now, At: noon}
		given := []checks.Yes{{Person: person("sara"), At: noon, Bound: c.bound, Carried: c.carried}}
		if got := checks.Count(q, given).Answers[0].By != nil; got != c.want {
			t.Errorf("%s, %v for %v, carried %v: counts %v, want %v", c.role, c.bound, c.now, c.carried, got, c.want)
		}
	}
}

func TestRefuseTellsAValidatorWhy(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.High), Fixed: true, Roster: team(t, acme+", V felix+vera+viktor"), Now: now, At: noon}
	q.Tainted = append(q.Tainted, person("viktor"))
	for who, want := range map[string]checks.Refusal{"vera": "", "felix": checks.RefusedInvolved, "viktor": checks.RefusedInvolved, "bento": checks.RefusedOtherRole} {
		if got := checks.Refuse(q, person(who), ""); got != want {
			t.Errorf("%s: %q, want %q", who, got, want)
		}
	}
	if got := checks.Refuse(q, person("felix"), lifecycle.Validator); got != checks.RefusedInvolved {
		t.Errorf("as a validator: %q", got)
	}
}

func TestAnUnreadRoleKeepsTheValidatorsSeatOpen(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.High), Fixed: true, Roster: team(t, acme+", V vera"), Now: now, At: noon}
	q.Roster.Unread = map[lifecycle.Role]string{lifecycle.SoftwareEngineer: "team acme/software could not be read"}
	tally := checks.Count(q, yes(t, "helena", "rui", "dora", "tomas", "vera"))
	if seat := tally.Answers[4]; seat.Unread == "" || tally.Complete {
		t.Errorf("whether vera is a software engineer is not known, and her yes counts: %s", say(tally))
	}
	if why := checks.Refuse(q, person("vera"), ""); why != checks.RefusedUnread {
		t.Errorf("she is told %q", why)
	}
}
