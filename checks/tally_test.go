package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// failer is what a helper needs of a test, so that it serves properties too.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// team reads "BS ana, SME ana, DE bruno+carla" into a roster. A person's id is made of the login.
func team(t failer, text string) facts.Roster {
	t.Helper()
	r := facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}
	for entry := range strings.SplitSeq(text, ",") {
		short, logins, _ := strings.Cut(strings.TrimSpace(entry), " ")
		role, ok := lifecycle.ParseRole(short)
		if short == "V" {
			role, ok = lifecycle.Validator, true
		}
		if !ok {
			t.Fatalf("no role %q", short)
		}
		for login := range strings.SplitSeq(logins, "+") {
			if role == lifecycle.Validator {
				r.Validators = append(r.Validators, person(login))
				continue
			}
			r.Holders[role] = append(r.Holders[role], person(login))
		}
	}
	return r
}

func person(login string) facts.Person {
	if login == "" {
		return facts.Person{}
	}
	var id int64
	for _, b := range []byte(login) {
		id = id*131 + int64(b)
	}
	return facts.Person{ID: id, Login: login}
}

var (
	noon = time.Date(2026, 1, 13, 12, 0, 0, 0, time.UTC)
	now  = checks.Prints{checks.ItemMetrics: "m", checks.ItemBudget: "b", checks.ItemContext: "c", checks.ItemProcessing: "p", checks.ItemData: "d"}
)

// yes reads "ana", "ana as DS" or "ana/metrics" (bound to another content of metrics).
func yes(t failer, texts ...string) []checks.Yes {
	t.Helper()
	var out []checks.Yes
	for i, text := range texts {
		who, as, _ := strings.Cut(text, " as ")
		who, stale, changed := strings.Cut(who, "/")
		y := checks.Yes{Person: person(who), At: noon, Comment: int64(i), Bound: checks.Prints{}}
		for item, print := range now {
			y.Bound[item] = print
		}
		if changed {
			y.Bound[checks.Item(stale)] = "older"
		}
		if as != "" {
			role, ok := lifecycle.ParseRole(as)
			if !ok {
				t.Fatalf("no role %q", as)
			}
			y.As = role
		}
		out = append(out, y)
	}
	return out
}

// say tells a tally in one line: who fills each seat, who is awaited, how it stands.
func say(tally checks.Tally) string {
	var parts []string
	for _, a := range tally.Answers {
		by := "-"
		switch {
		case a.Vacant:
			by = "vacant"
		case a.By != nil:
			by = a.By.Person.Login
			if a.Right.Via != checks.ViaRole {
				by += "(" + string(a.Right.Via) + ")"
			}
			if a.By.Carried {
				by += "(carried)"
			}
			if a.AlsoFor {
				by += "(also)"
			}
		}
		parts = append(parts, string(a.Role)+"="+by)
	}
	var awaited []string
	for _, a := range tally.Awaited {
		awaited = append(awaited, a.Person.Login)
	}
	slices.Sort(awaited)
	text := fmt.Sprintf("%s; %d/%d", strings.Join(parts, " "), tally.Got, tally.Needed)
	if len(awaited) > 0 {
		text += "; awaits " + strings.Join(awaited, ",")
	}
	for word, set := range map[string]bool{"complete": tally.Complete} {
		if set {
			text += "; " + word
		}
	}
	if tally.SelfReviewed {
		text += "; self-reviewed"
	}
	if tally.Short > 0 {
		text += fmt.Sprintf("; short of %d", tally.Short)
	}
	if tally.NoThroughout {
		text += "; nobody throughout"
	}
	return text
}

const acme = "BS helena, SME rui, DE dora, DS sara+tomas, SE felix, MLE mina, BE bento"

func TestCount(t *testing.T) {
	g1 := lifecycle.Seats(lifecycle.G1, lifecycle.Standard)
	light := lifecycle.Seats(lifecycle.G1, lifecycle.Low)
	g2 := lifecycle.Seats(lifecycle.G2, lifecycle.Standard)
	g3 := lifecycle.Seats(lifecycle.G3, lifecycle.Standard)
	strict := lifecycle.Seats(lifecycle.G1, lifecycle.High)
	until := noon.Add(time.Hour)
	lend := func(role lifecycle.Role, from, to string, until time.Time) facts.Delegation {
		return facts.Delegation{Role: role, From: person(from), To: person(to), Until: until}
	}
	for _, c := range []struct {
		name string
		q    checks.Question
		team string
		yes  []string
		want string
	}{
		{name: "rule 5: the requester is not asked where somebody else holds the role", team: acme, q: checks.Question{Seats: g1, Requester: person("sara")},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=-; 0/4; awaits dora,helena,rui,tomas"},
		{name: "rule 5: nor counted", team: acme, q: checks.Question{Seats: g1, Requester: person("sara")}, yes: []string{"sara", "helena", "rui", "dora"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=dora data-scientist=-; 3/4; awaits tomas"},
		{name: "rule 5: counted as the only holder", team: acme, q: checks.Question{Seats: g3, Requester: person("mina")}, yes: []string{"mina", "bento", "rui", "helena"},
			want: "business-stakeholder=helena subject-matter-expert=rui ml-engineer=mina backend-engineer=bento; 4/4; complete"},
		{name: "rule 3: another role does not count", team: acme, q: checks.Question{Seats: g1, Requester: person("sara")}, yes: []string{"felix", "stranger"},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=-; 0/4; awaits dora,helena,rui,tomas"},
		{name: "rule 3: a live delegation counts", team: acme, q: checks.Question{Seats: g1, Requester: person("sara"), Delegations: []facts.Delegation{lend(lifecycle.DataEngineer, "dora", "bento", until)}},
			yes: []string{"bento", "helena", "rui", "tomas"}, want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=bento(delegation) data-scientist=tomas; 4/4; complete"},
		{name: "rule 3: an ended delegation does not", team: acme, q: checks.Question{Seats: g1, Requester: person("sara"), Delegations: []facts.Delegation{lend(lifecycle.DataEngineer, "dora", "bento", noon)}},
			yes: []string{"bento"}, want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=-; 0/4; awaits dora,helena,rui,tomas"},
		{name: "rule 3: nor one by somebody without the role", team: acme, q: checks.Question{Seats: g1, Requester: person("sara"), Delegations: []facts.Delegation{lend(lifecycle.DataEngineer, "felix", "bento", until)}},
			yes: []string{"bento"}, want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=-; 0/4; awaits dora,helena,rui,tomas"},
		{name: "rule 8: what changed voids who guards it", team: acme, q: checks.Question{Seats: g1, Requester: person("sara")}, yes: []string{"tomas/metrics", "dora/metrics", "helena/metrics", "rui/metrics"},
			want: "business-stakeholder=- subject-matter-expert=rui data-engineer=dora data-scientist=-; 2/4; awaits helena,tomas"},
		{name: "rule 8: a budget change voids the stakeholder alone", team: acme, q: checks.Question{Seats: g1, Requester: person("sara")}, yes: []string{"tomas/budget", "dora/budget", "helena/budget", "rui/budget"},
			want: "business-stakeholder=- subject-matter-expert=rui data-engineer=dora data-scientist=tomas; 3/4; awaits helena"},
		{name: "rule 6: authors of the evidence are not independent", team: acme, q: checks.Question{Seats: g2, Independent: []lifecycle.Role{lifecycle.DataScientist}, Authors: []facts.Person{person("tomas")}}, yes: []string{"tomas", "sara"},
			want: "business-stakeholder=- subject-matter-expert=- data-scientist=sara software-engineer=-; 1/4; awaits felix,helena,rui"},
		{name: "rule 6: the ML engineer stands in when nobody is left", team: acme, q: checks.Question{Seats: g2, Independent: []lifecycle.Role{lifecycle.DataScientist}, Authors: []facts.Person{person("tomas"), person("sara")}}, yes: []string{"tomas", "mina"},
			want: "business-stakeholder=- subject-matter-expert=- data-scientist=mina(stand-in) software-engineer=-; 1/4; awaits felix,helena,rui"},
		{name: "rule 7: the ML engineer stands in for a missing technical role", team: "BS helena, SME rui, DS sara+tomas, MLE mina", q: checks.Question{Seats: g1, Requester: person("sara")}, yes: []string{"mina"},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=mina(stand-in) data-scientist=-; 1/4; awaits helena,rui,tomas"},
		{name: "rule 6: but not one who wrote the evidence too", team: acme, q: checks.Question{Seats: g2, Independent: []lifecycle.Role{lifecycle.DataScientist}, Authors: []facts.Person{person("tomas"), person("sara"), person("mina")}}, yes: []string{"mina"},
			want: "business-stakeholder=- subject-matter-expert=- data-scientist=vacant software-engineer=-; 0/3; awaits felix,helena,rui"},
		{name: "rule 7: nor one who asked", team: "BS helena, SME rui, DS tomas, MLE mina", q: checks.Question{Seats: g1, Requester: person("mina")}, yes: []string{"mina", "tomas"},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=vacant data-scientist=tomas; 1/3; awaits helena,rui"},
		{name: "rule 7: nor one who has a seat of their own", team: "BS helena, SME rui, MLE mina", q: checks.Question{Seats: g3, Requester: person("rui")}, yes: []string{"helena", "rui", "mina"},
			want: "business-stakeholder=helena subject-matter-expert=rui ml-engineer=mina backend-engineer=vacant; 3/3; complete"},
		{name: "rule 7: once per gate", team: "BS helena, SME rui, MLE mina+marta", q: checks.Question{Seats: g1, Requester: person("helena")}, yes: []string{"mina", "marta", "rui"},
			want: "business-stakeholder=- subject-matter-expert=rui data-engineer=mina(stand-in) data-scientist=vacant; 2/3; awaits helena"},
		{name: "rule 7: no stand-in for the expert", team: "BS helena, DE dora, DS tomas, MLE mina", q: checks.Question{Seats: g1}, yes: []string{"mina", "helena", "dora", "tomas"},
			want: "business-stakeholder=helena subject-matter-expert=vacant data-engineer=dora data-scientist=tomas; 3/3; complete"},
		{name: "rule 4: one person, one seat, where the team has enough", team: "BS ana, SME ana+rui, DE dora, DS tomas", q: checks.Question{Seats: g1}, yes: []string{"ana", "dora", "tomas"},
			want: "business-stakeholder=ana subject-matter-expert=- data-engineer=dora data-scientist=tomas; 3/4; awaits rui"},
		{name: "rule 4: a person moves to the seat nobody else can fill", team: "BS helena, SME rui, DE dora+tomas, DS tomas", q: checks.Question{Seats: g1}, yes: []string{"tomas", "helena", "rui", "dora"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=dora data-scientist=tomas; 4/4; complete"},
		{name: "rule 4: `as` chooses", team: "BS helena, SME rui, DE dora+tomas, DS tomas+sara", q: checks.Question{Seats: g1}, yes: []string{"tomas as DE"},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=tomas data-scientist=-; 1/4; awaits helena,rui,sara"},
		{name: "rule 4: a small team answers for its left-over roles", team: "BS ana, SME ana, DE bruno, DS carla", q: checks.Question{Seats: g1, Requester: person("carla")}, yes: []string{"ana", "bruno", "carla"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=bruno data-scientist=carla; 3/3; complete"},
		{name: "rule 4: but waits until the largest match is there", team: "BS ana, SME ana, DE bruno, DS carla", q: checks.Question{Seats: g1, Requester: person("carla")}, yes: []string{"ana"},
			want: "business-stakeholder=ana subject-matter-expert=- data-engineer=- data-scientist=-; 1/3; awaits ana,bruno,carla"},
		{name: "rule 4: two people hold everything", team: "BS ana, SME ana, DE ana, DS bruno, SE bruno", q: checks.Question{Seats: g1, Requester: person("bruno")}, yes: []string{"ana", "bruno"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=ana(also) data-scientist=bruno; 2/2; complete"},
		{name: "rule 4: never fewer than two: somebody with another role looks", team: "BS ana, SME ana, DE ana, DS ana, BE bento", q: checks.Question{Seats: g1, Requester: person("bento")}, yes: []string{"ana"},
			want: "business-stakeholder=ana subject-matter-expert=- data-engineer=- data-scientist=- any-role=-; 1/2; awaits ana,bento"},
		{name: "rule 4: one who asks and does all needs an outsider", team: "BS ana, SME ana, DE ana, DS ana, BE bento", q: checks.Question{Seats: g1, Requester: person("ana")}, yes: []string{"ana", "bento"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=ana(also) data-scientist=ana(also) any-role=bento; 2/2; complete"},
		{name: "rule 4: one of them neither asked nor wrote the evidence", team: "BS ana, SME ana, DE bruno+carla, DS ana", q: checks.Question{Seats: g1, Requester: person("ana"), Authors: []facts.Person{person("bruno")}}, yes: []string{"ana", "bruno"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=bruno data-scientist=ana(also); 2/2; awaits carla"},
		{name: "rule 4: whose yes came later keeps nobody's from counting", team: "BS ana, SME ana, DE bruno+carla, DS ana", q: checks.Question{Seats: g1, Requester: person("ana"), Authors: []facts.Person{person("bruno")}}, yes: []string{"ana", "bruno", "carla"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=carla data-scientist=ana(also); 2/2; complete"},
		{name: "rule 4: two people who asked and did all the work both look", team: "BS ana, SME ana, DE ana, DS ana, BE bruno", q: checks.Question{Seats: g1, Requester: person("ana"), Authors: []facts.Person{person("bruno")}}, yes: []string{"ana"},
			want: "business-stakeholder=ana subject-matter-expert=- data-engineer=- data-scientist=- any-role=-; 1/2; awaits ana,bruno; self-reviewed"},
		{name: "rule 4: one person alone is self-reviewed", team: "BS ana, SME ana, DE ana, DS ana, SE ana, MLE ana, BE ana", q: checks.Question{Seats: g1, Requester: person("ana")}, yes: []string{"ana"},
			want: "business-stakeholder=ana subject-matter-expert=ana(also) data-engineer=ana(also) data-scientist=ana(also); 1/1; complete; self-reviewed"},
		{name: "rule 4: neither stakeholder nor expert: it cannot pass", team: "DE dora, DS tomas", q: checks.Question{Seats: g1}, yes: []string{"dora", "tomas"},
			want: "business-stakeholder=vacant subject-matter-expert=vacant data-engineer=dora data-scientist=tomas; 2/2; nobody throughout"},
		{name: "rule 4: high risk never scales", team: "BS ana, SME ana, DE bruno, DS carla, V vera", q: checks.Question{Seats: strict, Fixed: true}, yes: []string{"ana", "bruno", "carla", "vera"},
			want: "business-stakeholder=ana subject-matter-expert=- data-engineer=bruno data-scientist=carla validator=vera; 4/5; awaits ana; short of 1"},
		{name: "light: any technical role but the requester", team: acme, q: checks.Question{Seats: light, Requester: person("tomas")}, yes: []string{"tomas", "bento", "helena"},
			want: "business-stakeholder=helena any-technical=bento; 2/2; complete"},
		{name: "light: a technical yes is bound to what that person's role guards", team: acme, q: checks.Question{Seats: light, Requester: person("tomas")}, yes: []string{"bento/metrics", "sara/metrics", "helena"},
			want: "business-stakeholder=helena any-technical=bento; 2/2; complete"},
		{name: "strict: a validator joins the four", team: acme + ", V vera", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara")}, yes: []string{"dora", "rui", "helena", "tomas", "vera"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=dora data-scientist=tomas validator=vera; 5/5; complete"},
		{name: "strict: one who holds a role is no validator", team: acme + ", V felix+vera", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara")}, yes: []string{"dora", "rui", "helena", "tomas", "felix"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=dora data-scientist=tomas validator=-; 4/5; awaits vera"},
		{name: "strict: nor is one to whom a role is lent", team: acme + ", V viktor+vera", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara"), Delegations: []facts.Delegation{lend(lifecycle.BackendEngineer, "bento", "viktor", until)}},
			yes: []string{"viktor"}, want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=- validator=-; 0/5; awaits dora,helena,rui,tomas,vera"},
		{name: "strict: nor who had a part in the work", team: acme + ", V viktor+vera", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara"), Tainted: []facts.Person{person("viktor")}},
			yes: []string{"viktor"}, want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=- validator=-; 0/5; awaits dora,helena,rui,tomas,vera"},
		{name: "strict: nor who wrote the evidence", team: acme + ", V viktor+vera", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara"), Authors: []facts.Person{person("viktor")}},
			yes: []string{"viktor"}, want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=- validator=-; 0/5; awaits dora,helena,rui,tomas,vera"},
		{name: "strict: without a validator it says who is missing", team: acme + ", V felix", q: checks.Question{Seats: strict, Fixed: true, Requester: person("sara")}, yes: []string{"dora", "rui", "helena", "tomas", "felix"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-engineer=dora data-scientist=tomas validator=vacant; 4/4; short of 1"},
		{name: "rule 8: changed code voids the software engineer alone", team: acme, q: checks.Question{Seats: g2}, yes: []string{"helena/code", "rui/code", "tomas/code", "felix/code"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-scientist=tomas software-engineer=-; 3/4; awaits felix"},
		{name: "rule 8: another report voids the data scientist alone", team: acme, q: checks.Question{Seats: g2}, yes: []string{"helena/report", "rui/report", "tomas/report", "felix/report"},
			want: "business-stakeholder=helena subject-matter-expert=rui data-scientist=- software-engineer=felix; 3/4; awaits sara,tomas"},
		{name: "data: quality and meaning, no requester", team: acme, q: checks.Question{Seats: lifecycle.DataSeats()}, yes: []string{"dora", "rui"},
			want: "data-engineer=dora subject-matter-expert=rui; 2/2; complete"},
		{name: "carried: an earlier yes stands where the cause does not ask afresh", team: acme,
			q:   checks.Question{Seats: g1, Requester: person("sara"), Fresh: []lifecycle.Role{lifecycle.SubjectMatterExpert, lifecycle.DataEngineer}, Carried: carried(yes(t, "dora", "tomas", "rui", "helena"))},
			yes: []string{"rui"}, want: "business-stakeholder=helena(carried) subject-matter-expert=rui data-engineer=- data-scientist=tomas(carried); 3/4; awaits dora"},
		{name: "carried: not where what it guarded has changed", team: acme,
			q:    checks.Question{Seats: g1, Requester: person("sara"), Fresh: []lifecycle.Role{lifecycle.SubjectMatterExpert, lifecycle.DataEngineer}, Carried: carried(yes(t, "tomas/metrics", "helena/budget"))},
			want: "business-stakeholder=- subject-matter-expert=- data-engineer=- data-scientist=-; 0/4; awaits dora,helena,rui,tomas"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.q.Roster, c.q.Now, c.q.At = team(t, c.team), now, noon
			if got := say(checks.Count(c.q, yes(t, c.yes...))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func carried(list []checks.Yes) []checks.Yes {
	for i := range list {
		list[i].Carried = true
	}
	return list
}

func TestUnreadTeamsKeepTheGateShut(t *testing.T) {
	r := team(t, "BS helena, SME rui, DS tomas")
	r.Unread = map[lifecycle.Role]string{lifecycle.DataEngineer: "team acme/data could not be read"}
	tally := checks.Count(checks.Question{Seats: lifecycle.Seats(lifecycle.G1, lifecycle.Standard), Roster: r, Now: now, At: noon}, yes(t, "helena", "rui", "tomas"))
	if tally.Complete || tally.Scaled || tally.Answers[2].Unread == "" {
		t.Errorf("an unread team was taken for an empty one: %s", say(tally))
	}
}

func TestRefuseSaysWhy(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G2, lifecycle.Standard), Roster: team(t, acme), Now: now, At: noon,
		Requester: person("felix"), Independent: []lifecycle.Role{lifecycle.DataScientist}, Authors: []facts.Person{person("sara")}}
	q.Roster.Holders[lifecycle.SoftwareEngineer] = append(q.Roster.Holders[lifecycle.SoftwareEngineer], person("sofia"))
	for who, want := range map[string]checks.Refusal{
		"helena": "", "sara": checks.RefusedAuthor, "felix": checks.RefusedRequester, "sofia": "",
		"bento": checks.RefusedOtherRole, "stranger": checks.RefusedNoRole,
	} {
		if got := checks.Refuse(q, person(who), ""); got != want {
			t.Errorf("%s: %q, want %q", who, got, want)
		}
	}
	if got := checks.Refuse(q, person("helena"), lifecycle.DataScientist); got != checks.RefusedNotHeld {
		t.Errorf("as a role not held: %q", got)
	}
}

// Whatever the team and the order of approvals: nobody fills two seats unless the team is small, at
// least two people count unless it is self-reviewed, and the order changes nothing.
func TestCountHoldsForEveryTeam(t *testing.T) {
	names := []string{"ana", "bruno", "carla", "dora", "eva"}
	rapid.Check(t, func(t *rapid.T) {
		r := facts.Roster{Holders: map[lifecycle.Role][]facts.Person{}}
		for _, role := range lifecycle.Roles {
			for _, n := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(t, string(role)) {
				r.Holders[role] = append(r.Holders[role], person(n))
			}
		}
		risk := rapid.SampledFrom(lifecycle.Risks).Draw(t, "risk")
		q := checks.Question{Seats: lifecycle.Seats(lifecycle.G1, risk), Roster: r, Now: now, At: noon, Fixed: risk == lifecycle.High,
			Requester: person(rapid.SampledFrom(names).Draw(t, "requester"))}
		given := yes(t, rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 5, rapid.ID).Draw(t, "yes")...)
		tally := checks.Count(q, given)

		people := map[int64]int{}
		for _, a := range tally.Answers {
			if a.By != nil && !a.AlsoFor {
				people[a.By.Person.ID]++
			}
		}
		for id, n := range people {
			if n > 1 {
				t.Fatalf("person %d fills %d seats of their own: %s", id, n, say(tally))
			}
		}
		if tally.Complete && len(people) < 2 && !tally.SelfReviewed {
			t.Fatalf("complete with %d people: %s", len(people), say(tally))
		}
		if tally.Complete && tally.Scaled && risk == lifecycle.High {
			t.Fatalf("high risk was scaled: %s", say(tally))
		}
		if !tally.Complete && tally.Short == 0 && !tally.NoThroughout && len(tally.Awaited) == 0 {
			t.Fatalf("waits for nobody: %s", say(tally))
		}
		back := slices.Clone(given)
		slices.Reverse(back)
		if again := checks.Count(q, back); again.Complete != tally.Complete || again.Got != tally.Got {
			t.Fatalf("the order of approvals decides: %s against %s", say(tally), say(again))
		}
	})
}

func TestADelegatesYesOutlivesTheDelegation(t *testing.T) {
	q := checks.Question{
		Seats: lifecycle.DataSeats(), Roster: team(t, acme), Now: checks.Prints{checks.ItemData: "a"}, At: noon.Add(2 * time.Hour),
		Delegations: []facts.Delegation{{Role: lifecycle.DataEngineer, From: person("dora"), To: person("bento"), Until: noon.Add(time.Hour)}},
	}
	said := func(at time.Time) []checks.Yes {
		return []checks.Yes{{Person: person("bento"), At: at, Bound: q.Now}, {Person: person("rui"), At: at, Bound: q.Now}}
	}
	if got := checks.Count(q, said(noon)); !got.Complete {
		t.Errorf("a yes given in time is lost: %+v", got.Awaited)
	}
	if got := checks.Count(q, said(noon.Add(90*time.Minute))); got.Complete {
		t.Error("a yes given after the delegation counts")
	}
	inTime := said(noon)
	q.Now = checks.Prints{checks.ItemData: "b"}
	got := checks.Count(q, inTime)
	for _, a := range got.Awaited {
		if a.Person.Is(person("bento")) {
			t.Error("who holds the role no longer is asked again")
		}
	}
	if len(got.Awaited) != 2 {
		t.Errorf("awaited: %+v", got.Awaited)
	}
}

// A yes that was given before its author asked for the step is no yes to their own request; a new one is.
func TestRule5WhatWasSaidBeforeAskingStands(t *testing.T) {
	q := checks.Question{Seats: lifecycle.Seats(lifecycle.G2, lifecycle.Standard), At: noon, Roster: team(t, "BS helena, SME rui, DS sara-ds+tomas-ds, SE felix")}
	q.Requester = person("tomas-ds")
	q.Carried = []checks.Yes{{Person: person("tomas-ds"), As: lifecycle.DataScientist, Carried: true}}
	if got := checks.Count(q, nil); got.Got != 1 {
		t.Errorf("the carried yes of who asks does not count: %+v", got.Awaited)
	}
	if by := checks.Count(q, []checks.Yes{{Person: person("tomas-ds")}}).Answers[2].By; by == nil || !by.Carried {
		t.Errorf("their new yes is counted in the place of the earlier one: %+v", by)
	}
	q.Carried[0].Bound = checks.Prints{checks.ItemMetrics: "old"}
	q.Now = checks.Prints{checks.ItemMetrics: "new"}
	got := checks.Count(q, []checks.Yes{{Person: person("tomas-ds"), As: lifecycle.DataScientist, Bound: q.Now}})
	if got.Got != 0 {
		t.Error("the requester approves their own request once their earlier yes is void")
	}
	for _, w := range got.Awaited {
		if w.Person.Login == "tomas-ds" {
			t.Error("who asked is asked")
		}
	}
	if why := checks.Refuse(q, person("tomas-ds"), ""); why != checks.RefusedRequester {
		t.Errorf("refused as %q", why)
	}
}
