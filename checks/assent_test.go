package checks_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// head is the newest commit of the pull requests in these tests. Other commits are named after the files that
// changed since: "a.py+b.py".
const head = "head"

func sameSince(commit string, files []string) bool {
	return !slices.ContainsFunc(strings.Split(commit, "+"), func(f string) bool { return slices.Contains(files, f) })
}

func roleOf(t failer, name string) lifecycle.Role {
	t.Helper()
	switch name {
	case "any":
		return lifecycle.AnyTechnical
	case "V":
		return lifecycle.Validator
	}
	r, ok := lifecycle.ParseRole(name)
	if !ok {
		t.Fatalf("no role %q", name)
	}
	return r
}

// needs reads "DS, SME|BS, any*2, DE:b.sql": roles of which any will do, how many people, the file that asks,
// a.py where none is named.
func needs(t failer, text string) []policy.Requirement {
	t.Helper()
	var out []policy.Requirement
	for entry := range strings.SplitSeq(text, ", ") {
		entry, file, ok := strings.Cut(entry, ":")
		if !ok {
			file = "a.py"
		}
		entry, times, _ := strings.Cut(entry, "*")
		r := policy.Requirement{Count: 1, Files: []string{file}}
		if times != "" {
			r.Count, _ = strconv.Atoi(times)
		}
		for name := range strings.SplitSeq(entry, "|") {
			r.Roles = append(r.Roles, roleOf(t, name))
		}
		out = append(out, r)
	}
	return out
}

// said reads "ana", "ana no", "ana withdraw", "ana as DS", "ana at b.sql" (a yes from before b.sql changed).
func said(t failer, texts ...string) []checks.Said {
	t.Helper()
	var out []checks.Said
	for i, text := range texts {
		text, commit, older := strings.Cut(text, " at ")
		text, as, chosen := strings.Cut(text, " as ")
		who, word, _ := strings.Cut(text, " ")
		s := checks.Said{Person: person(who), Word: checks.WordYes, Commit: head, At: noon.Add(time.Duration(i) * time.Minute), Comment: int64(i + 1)}
		if word != "" { // "no", "withdraw", "void"
			s.Word, s.Commit = checks.Word(word), ""
		}
		if older {
			s.Commit = commit
		}
		if chosen {
			s.As = roleOf(t, as)
		}
		out = append(out, s)
	}
	return out
}

// assentCase is a pull request by sara, unless it says otherwise.
type assentCase struct {
	name, team, needs, author, unread string
	wrote, pushed, merged             string // logins: whom commits name, who pushed one, who pushed only merges
	lent                              string // "SE felix>tomas until 11:00"
	said                              []string
	every, fixed                      bool
	want                              string
}

func (c assentCase) question(t failer) checks.AssentQuestion {
	t.Helper()
	if c.team == "" {
		c.team = acme
	}
	q := checks.AssentQuestion{Needs: needs(t, c.needs), Roster: team(t, c.team), At: noon.Add(time.Hour), Author: person("sara"), Said: said(t, c.said...),
		Head: head, Every: c.every, Fixed: c.fixed, Same: sameSince}
	if c.author != "" {
		q.Author = person(c.author)
	}
	for login := range strings.FieldsSeq(c.wrote) {
		q.Contributors = append(q.Contributors, person(login))
	}
	for login := range strings.FieldsSeq(c.pushed) {
		q.Pushers = append(q.Pushers, person(login))
	}
	for login := range strings.FieldsSeq(c.merged) {
		q.Pushers, q.Mergers = append(q.Pushers, person(login)), append(q.Mergers, person(login))
	}
	if c.unread != "" {
		q.Roster.Unread = map[lifecycle.Role]string{roleOf(t, c.unread): "403"}
	}
	for entry := range strings.SplitSeq(c.lent, ", ") {
		if entry != "" {
			q.Delegations = append(q.Delegations, lent(t, entry))
		}
	}
	return q
}

func lent(t failer, text string) facts.Delegation {
	t.Helper()
	text, clock, _ := strings.Cut(text, " until ")
	role, people, _ := strings.Cut(text, " ")
	from, to, _ := strings.Cut(people, ">")
	until, err := time.Parse("15:04", clock)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return facts.Delegation{Role: roleOf(t, role), From: person(from), To: person(to),
		Until: time.Date(noon.Year(), noon.Month(), noon.Day(), until.Hour(), until.Minute(), 0, 0, time.UTC)}
}

// sayAssent tells in one line how each need stands, who is awaited, and who is against.
func sayAssent(a checks.Assent) string {
	var parts []string
	for _, n := range a.Needs {
		part := fmt.Sprintf("%d/%d", len(n.Got), n.People)
		if n.Means != checks.ByRole {
			part += " " + string(n.Means)
		}
		for _, g := range n.Got {
			part += " " + g.Person.Login
			if g.Right.Via == checks.ViaDelegation {
				part += "(for " + g.Right.Delegation.From.Login + ")"
			}
		}
		for _, g := range n.Stale {
			part += " stale:" + g.Person.Login
		}
		if n.Why != "" {
			part += " unread:" + n.Why
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, ", ")
	if people := logins(a.Awaited()); people != "" {
		text += "; awaits " + people
	}
	var against []facts.Person
	for _, s := range a.Against {
		against = append(against, s.Person)
	}
	if people := logins(against); people != "" {
		text += "; against " + people
	}
	if a.Complete {
		text += "; complete"
	}
	return text
}

func logins(people []facts.Person) string {
	var out []string
	for _, p := range people {
		out = append(out, p.Login)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

var assentCases = []assentCase{
	{name: "nobody answered", needs: "DS, MLE", want: "0/1, 0/1; awaits mina tomas"},
	{name: "each answered", needs: "DS, MLE", said: []string{"tomas", "mina"}, want: "1/1 tomas, 1/1 mina; complete"},
	{name: "another role", needs: "DS", said: []string{"felix"}, want: "0/1; awaits tomas"},
	{name: "nothing is asked", needs: "BS", author: "helena", want: "0/1 own-word; complete"},

	{name: "one review for every role its author holds", team: "BS helena, DS tomas, MLE tomas", needs: "DS, MLE", said: []string{"tomas"}, want: "1/1 tomas, 1/1 tomas; complete"},
	{name: "but one role only where they chose it", team: "BS helena, DS tomas, MLE tomas", needs: "DS, MLE", said: []string{"tomas as DS"}, want: "1/1 tomas, 0/1; awaits tomas"},
	{name: "chosen one after the other", team: "BS helena, DS tomas, MLE tomas", needs: "DS, MLE", said: []string{"tomas as DS", "tomas as MLE"}, want: "1/1 tomas, 1/1 tomas; complete"},
	{name: "any technical role is met by any of them", needs: "any", said: []string{"bento"}, want: "1/1 bento; complete"},
	{name: "but by no other", needs: "any", said: []string{"helena"}, want: "0/1; awaits bento dora felix mina tomas"},
	{name: "any technical role, chosen as one's second", team: "BS helena, DE tomas, MLE tomas", needs: "any", said: []string{"tomas as MLE"}, want: "1/1 tomas; complete"},
	{name: "any of two roles", needs: "SE|MLE", said: []string{"mina"}, want: "1/1 mina; complete"},
	{name: "any of two roles, neither answered", needs: "SE|BS", want: "0/1; awaits felix helena"},
	{name: "a role that they do not hold", needs: "SE|MLE", said: []string{"mina as SE"}, want: "0/1; awaits felix mina"},
	{name: "two people of a role", team: "BS helena, DS sara+tomas+ana", needs: "DS*2", said: []string{"tomas"}, want: "1/2 tomas; awaits ana"},
	{name: "two people of a role answered", team: "BS helena, DS sara+tomas+ana", needs: "DS*2", said: []string{"tomas", "ana"}, want: "2/2 tomas ana; complete"},
	{name: "one person twice is one", team: "BS helena, DS sara+tomas+ana", needs: "DS*2", said: []string{"tomas", "tomas"}, want: "1/2 tomas; awaits ana"},
	{name: "two people, of whom a small team has one", needs: "DS*2", said: []string{"tomas"}, want: "1/1 tomas; complete"},
	{name: "two people, never scaled", needs: "DS*2", said: []string{"tomas"}, fixed: true, want: "1/2 tomas"},
	{name: "two people, and a team that could not be read", needs: "DS*2", unread: "DS", said: []string{"tomas"}, want: "1/2 tomas unread:403"},
	{name: "two of any technical role, and a team that could not be read", team: "DS sara, MLE mina, SE felix", needs: "any*3", unread: "BE", said: []string{"mina", "felix"}, want: "2/3 felix mina unread:403"},
	{name: "a team that could not be read, where known holders are enough", needs: "DS", unread: "DS", said: []string{"tomas"}, want: "1/1 tomas; complete"},

	{name: "who opened it", needs: "DS", said: []string{"sara"}, want: "0/1; awaits tomas"},
	{name: "who wrote a commit", needs: "DS", wrote: "tomas", team: acme + ", DS ana", said: []string{"tomas"}, want: "0/1; awaits ana"},
	{name: "the only holder wrote it: the ML engineer", needs: "SE", author: "felix", want: "0/1 stand-in; awaits mina"},
	{name: "the only holder wrote it: the ML engineer answered", needs: "SE", author: "felix", said: []string{"mina"}, want: "1/1 stand-in mina; complete"},
	{name: "the stand-in in a role of theirs that does not stand in", team: "SE felix, MLE mina, DE mina", needs: "SE", author: "felix", said: []string{"mina as DE"}, want: "0/1 stand-in; awaits mina"},
	{name: "all holders wrote it, one as a contributor", needs: "DS", wrote: "tomas", want: "0/1 stand-in; awaits mina"},
	{name: "the ML engineer wrote it: any other technical role", needs: "MLE", author: "mina", want: "0/1 stand-in; awaits bento dora felix sara tomas"},
	{name: "the ML engineer wrote it: any other, in a chosen role", team: "MLE mina, DE dora, SE dora", needs: "MLE", author: "mina", said: []string{"dora as SE"}, want: "1/1 stand-in dora; complete"},
	{name: "every technical role wrote it: anybody", team: "BS helena, DS sara", needs: "DS", want: "0/1 any-role; awaits helena"},
	{name: "anybody, in a chosen role", team: "BS helena, SME helena, DS sara", needs: "DS", said: []string{"helena as SME"}, want: "1/1 any-role helena; complete"},
	{name: "alone in the team", team: "BS sara, DS sara", needs: "DS", want: "0/1 only-hands; complete"},
	{name: "a technical team that could not be read is not passed over", team: "BS helena, DS sara", unread: "SE", needs: "DS", want: "0/1 unread unread:403"},
	{name: "a name in a commit is nobody's word", needs: "BS", author: "bob", wrote: "helena", want: "0/1; awaits helena"},
	{name: "a name in a commit does not keep its yes from counting where nobody else is", needs: "BS", author: "bob", wrote: "helena", said: []string{"helena"}, want: "1/1 helena; complete"},
	{name: "everybody named in commits: the holders look all the same", team: "BS helena, DS sara", needs: "DS", author: "bob", wrote: "helena sara", want: "0/1; awaits sara"},
	{name: "named holders are asked where no ML engineer is free", needs: "DS", wrote: "tomas mina", said: []string{"felix", "tomas"}, want: "1/1 tomas; complete"},
	{name: "where they opened and pushed it, the named ML engineer is", needs: "DS", wrote: "tomas mina", pushed: "tomas", want: "0/1 stand-in; awaits mina"},
	{name: "any other technical role only where the ML engineer pushed, too", needs: "DS", pushed: "tomas mina", want: "0/1 stand-in; awaits bento dora felix"},
	{name: "of other technical roles those whom commits do not name", needs: "DS", wrote: "felix", pushed: "tomas mina", want: "0/1 stand-in; awaits bento dora"},
	{name: "named ones of other technical roles, where nobody else is", needs: "DS", wrote: "bento dora felix", pushed: "tomas mina", want: "0/1 stand-in; awaits bento dora felix"},
	{name: "a technical team that could not be read, where those who are known are named", team: "DS sara, SE felix, MLE mina", needs: "DS", wrote: "felix", pushed: "mina", unread: "BE", want: "0/1 unread unread:403"},
	{name: "the ML engineers could not be read, and the holders are named", needs: "DS", wrote: "tomas mina", unread: "MLE", want: "0/1 unread unread:403"},
	{name: "who pushed a commit", needs: "DS", pushed: "tomas", said: []string{"tomas"}, want: "0/1 stand-in; awaits mina"},
	{name: "who pushed, where nobody else holds it", needs: "BS", author: "bob", pushed: "helena", want: "0/1; awaits helena"},
	{name: "who pushed, where one is named", team: acme + ", BS ana", needs: "BS", author: "bob", pushed: "helena", wrote: "ana", said: []string{"helena"}, want: "0/1; awaits ana"},
	{name: "who pushed takes no second look", team: "BS helena+rui, DS sara", needs: "DS", pushed: "helena", want: "0/1 any-role; awaits rui"},
	{name: "the second look is a named one's, where nobody else is", team: "BS helena, DS sara", needs: "DS", wrote: "helena", want: "0/1 any-role; awaits helena"},

	{name: "who only merged, while anybody is left", needs: "DS", merged: "tomas mina", said: []string{"tomas"}, want: "0/1 stand-in; awaits bento dora felix"},
	{name: "who only merged, where nobody is", team: "DS sara+tomas", needs: "DS", wrote: "tomas", merged: "tomas", want: "0/1 any-role; awaits tomas"},
	{name: "who only merged, where the rest pushed", team: "BS helena, DS sara+tomas", needs: "DS", pushed: "helena", merged: "tomas", said: []string{"tomas"}, want: "1/1 any-role tomas; complete"},
	{name: "but not who pushed", team: "DS sara+tomas", needs: "DS", pushed: "tomas", want: "0/1 only-hands; complete"},
	{name: "who opened it and merged", team: "DS sara", needs: "DS", merged: "sara", want: "0/1 only-hands; complete"},
	{name: "the ML engineer only merged, nobody holds what is asked, and somebody else is left", team: "DS sara, MLE mina", needs: "SE", author: "bob", merged: "mina", said: []string{"mina"}, want: "0/1 any-role; awaits sara"},
	{name: "the ML engineer only merged, and nobody else is left", team: "MLE mina", needs: "SE", author: "bob", merged: "mina", want: "0/1 any-role; awaits mina"},
	{name: "the ML engineer only merged, and nobody holds what is asked", team: "DS sara, MLE mina", needs: "SE, MLE", author: "bob", merged: "mina", want: "0/1 stand-in, 0/1 stand-in; awaits mina sara"},

	{name: "a name in a commit lowers no number", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas", want: "0/2; awaits ana tomas"},
	{name: "the named one fills up", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas", said: []string{"tomas", "ana"}, want: "2/2 ana tomas; complete"},
	{name: "nobody named fills up a number that is never lowered", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas", said: []string{"tomas", "ana"}, fixed: true, want: "1/2 ana"},
	{name: "but for nobody who is free", needs: "DS*2", team: acme + ", DS ana+zoe", wrote: "tomas zoe", said: []string{"tomas", "zoe"}, want: "1/2 tomas; awaits ana"},
	{name: "two of three, of whom two are free", needs: "DS*2", team: acme + ", DS ana+zoe", wrote: "tomas", said: []string{"tomas"}, want: "0/2; awaits ana zoe"},
	{name: "who pushed lowers it", needs: "DS*2", team: acme + ", DS ana", pushed: "tomas", want: "0/1; awaits ana"},
	{name: "two people, all named: the ML engineer, and one of them", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas ana", said: []string{"tomas", "ana"}, want: "1/2 stand-in tomas; awaits mina"},
	{name: "two ML engineers for one who wrote it, of whom one is named", needs: "SE*2", team: acme + ", MLE milo", author: "felix", wrote: "milo", want: "0/2 stand-in; awaits milo mina"},
	{name: "two of any other technical role, of whom one is named", needs: "MLE*2", team: "MLE mina, DE dora, SE felix", author: "mina", wrote: "dora", want: "0/2 stand-in; awaits dora felix"},
	{name: "two second looks, of whom one is named", needs: "DS*2", team: "DS sara, BS helena+rui", wrote: "rui", want: "0/2 any-role; awaits helena rui"},
	{name: "the named one fills nothing up while a team could not be read", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas", unread: "DS", want: "0/2 unread:403; awaits ana"},
	{name: "the one who fills up in a role that is not asked", needs: "DS*2", team: acme + ", DS ana, SE tomas", wrote: "tomas ana", said: []string{"tomas as SE"}, want: "0/2 stand-in; awaits ana mina tomas"},
	{name: "a stakeholder's authorship is their word", needs: "BS, SME", author: "helena", want: "0/1 own-word, 0/1; awaits rui"},
	{name: "one of two stakeholders wrote it", team: acme + ", BS ana", needs: "BS", author: "helena", want: "0/1; awaits ana"},
	{name: "nobody is software engineer: the ML engineer", team: "DS sara, MLE mina", needs: "SE", want: "0/1 stand-in; awaits mina"},
	{name: "nobody is, nor an ML engineer, beside another need", team: "BS helena, DS sara+tomas", needs: "SE, DS", said: []string{"tomas"}, want: "0/1 nobody, 1/1 tomas; complete"},
	{name: "nobody is anything that is asked: one second look", team: "BS helena, DS sara", needs: "SE, SME", want: "0/1 any-role, 0/1 any-role; awaits helena"},
	{name: "nobody is expert", team: "BS helena, DS sara, MLE mina", needs: "SME, MLE", said: []string{"mina"}, want: "0/1 nobody, 1/1 mina; complete"},
	{name: "a team that could not be read", team: "BS helena, DS sara", unread: "SE", needs: "SE", want: "0/1 unread unread:403"},
	{name: "the stand-ins could not be read", team: "BS helena, DS sara", unread: "MLE", needs: "SE", want: "0/1 unread unread:403"},

	{name: "a yes from before its file changed", needs: "DS", said: []string{"tomas at a.py"}, want: "0/1 stale:tomas; awaits tomas"},
	{name: "a yes from before another file changed", needs: "DS", said: []string{"tomas at b.py"}, want: "1/1 tomas; complete"},
	{name: "a push voids the role whose file it changes", team: "BS helena, DS tomas, MLE tomas", needs: "DS:a.py, MLE:b.py", said: []string{"tomas at b.py"}, want: "1/1 tomas, 0/1 stale:tomas; awaits tomas"},
	{name: "at high risk every push voids", needs: "DS", said: []string{"tomas at b.py"}, every: true, want: "0/1 stale:tomas; awaits tomas"},
	{name: "an older yes after a newer", needs: "DS", said: []string{"tomas", "tomas at a.py"}, want: "1/1 tomas; complete"},

	{name: "changes requested", needs: "DS", said: []string{"tomas no"}, want: "0/1; awaits tomas; against tomas"},
	{name: "changes requested by one who has no say", needs: "DS", said: []string{"felix no", "tomas"}, want: "1/1 tomas; complete"},
	{name: "changes requested beside the yes of another", team: acme + ", DS ana", needs: "DS", said: []string{"tomas", "ana no"}, want: "1/1 tomas; against ana; complete"},
	{name: "a yes ends one's no", needs: "DS", said: []string{"tomas no", "tomas"}, want: "1/1 tomas; complete"},
	{name: "a no ends one's yes", needs: "DS", said: []string{"tomas", "tomas no"}, want: "0/1; awaits tomas; against tomas"},
	{name: "a yes withdrawn", needs: "DS", said: []string{"tomas", "tomas withdraw"}, want: "0/1; awaits tomas"},
	{name: "a no withdrawn", needs: "DS", said: []string{"tomas no", "tomas withdraw"}, want: "0/1; awaits tomas"},
	{name: "changes requested by one who is named", needs: "DS", wrote: "tomas", said: []string{"tomas no", "mina"}, want: "1/1 stand-in mina; against tomas; complete"},
	{name: "changes requested by one who pushed", needs: "DS", pushed: "tomas", said: []string{"tomas no", "mina"}, want: "1/1 stand-in mina; against tomas; complete"},
	{name: "changes requested by the stand-in who is named", needs: "SE", team: acme + ", MLE milo", author: "felix", wrote: "mina", said: []string{"mina no", "milo"}, want: "1/1 stand-in milo; against mina; complete"},
	{name: "changes requested by any technical role, named", needs: "any", wrote: "felix", said: []string{"felix no", "dora"}, want: "1/1 dora; against felix; complete"},
	{name: "changes requested by a named one, where nobody holds what is asked", needs: "SME", team: "BS helena+bob", wrote: "bob", said: []string{"bob no"}, want: "0/1 any-role; awaits helena; against bob"},
	{name: "changes requested by who opened it", needs: "DS", said: []string{"sara no", "tomas"}, want: "1/1 tomas; complete"},
	{name: "changes requested by a stakeholder who pushed", needs: "BS", author: "bob", pushed: "helena", said: []string{"helena no"}, want: "0/1; awaits helena; against helena"},
	{name: "a yes of a named one lifts no no of theirs", needs: "DS", team: acme + ", DS ana", wrote: "tomas", said: []string{"tomas no", "tomas", "ana"}, want: "1/1 ana; against tomas; complete"},
	{name: "a yes in a role that is not asked lifts no no", needs: "DS", team: acme + ", SE tomas", said: []string{"tomas no", "tomas as SE"}, want: "0/1; awaits tomas; against tomas"},
	{name: "a yes in a role of somebody else lifts no no", needs: "DS", said: []string{"tomas no", "tomas as BE"}, want: "0/1; awaits tomas; against tomas"},
	{name: "the no of one who does not count ends no yes of another's, nor a yes their no", needs: "DS", said: []string{"felix no", "felix", "tomas"}, want: "1/1 tomas; complete"},
	{name: "withdrawn by one who pushed", needs: "DS", pushed: "tomas", said: []string{"tomas no", "tomas withdraw"}, want: "0/1 stand-in; awaits mina"},
	{name: "a yes is void", needs: "DS", said: []string{"tomas", "tomas void"}, want: "0/1; awaits tomas"},
	{name: "a no is not", needs: "DS", said: []string{"tomas no", "tomas void"}, want: "0/1; awaits tomas; against tomas"},
	{name: "void, and given anew", needs: "DS", said: []string{"tomas", "tomas void", "tomas"}, want: "1/1 tomas; complete"},
	{name: "void is nobody else's", needs: "DS", said: []string{"tomas", "felix void"}, want: "1/1 tomas; complete"},
	{name: "nobody withdraws for another", needs: "DS", said: []string{"tomas", "felix withdraw"}, want: "1/1 tomas; complete"},

	{name: "a delegate", needs: "SE", lent: "SE felix>ana until 23:00", said: []string{"ana"}, want: "1/1 ana(for felix); complete"},
	{name: "holder and delegate", needs: "SE", lent: "SE felix>ana until 23:00", want: "0/1; awaits ana felix"},
	{name: "lent by somebody who does not hold it", needs: "SE", lent: "SE dora>ana until 23:00", said: []string{"ana"}, want: "0/1; awaits felix"},
	{name: "the author's delegate", needs: "SE", author: "felix", lent: "SE felix>ana until 23:00", want: "0/1; awaits ana"},
	{name: "the author as somebody's delegate", needs: "SE", lent: "SE felix>sara until 23:00", said: []string{"sara"}, want: "0/1; awaits felix"},
	{name: "said in time stays said", needs: "SE", lent: "SE felix>ana until 12:30", said: []string{"ana"}, want: "1/1 ana(for felix); complete"},
	{name: "said too late", needs: "SE", lent: "SE felix>ana until 11:00", said: []string{"ana"}, want: "0/1; awaits felix"},
	{name: "said in time, to other content, and again too late", needs: "SE", lent: "SE felix>ana until 12:01", said: []string{"ana at a.py", "ana"}, want: "0/1; awaits felix"},
	{name: "a no that was said in time stays said", needs: "SE", lent: "SE felix>ana until 12:30", said: []string{"ana no", "felix"}, want: "1/1 felix; against ana; complete"},
	{name: "and so does one for any technical role", needs: "any", lent: "SE felix>ana until 12:30", said: []string{"ana no", "felix"}, want: "1/1 felix; against ana; complete"},
	{name: "a no that was said too late", needs: "SE", lent: "SE felix>ana until 11:00", said: []string{"ana no", "felix"}, want: "1/1 felix; complete"},
	{name: "a no too late takes a yes back all the same", needs: "SE", lent: "SE felix>ana until 12:01", said: []string{"ana", "ana no"}, want: "0/1; awaits felix"},
	{name: "a yes too late lifts no no", needs: "SE", lent: "SE felix>ana until 12:01", said: []string{"ana no", "ana"}, want: "0/1; awaits felix; against ana"},
	{name: "a no by one whom the role was lent to, and who pushed", needs: "SE", lent: "SE felix>ana until 23:00", pushed: "ana", said: []string{"ana no", "felix"}, want: "1/1 felix; against ana; complete"},
	{name: "a no by one whom the role was lent to by nobody who holds it", needs: "SE", lent: "SE dora>ana until 23:00", said: []string{"ana no", "felix"}, want: "1/1 felix; complete"},
	{name: "lent again", needs: "SE", lent: "SE felix>ana until 12:01, SE felix>ana until 23:00", said: []string{"ana at a.py", "ana"}, want: "1/1 ana(for felix); complete"},
}

func TestAssent(t *testing.T) {
	for _, c := range assentCases {
		t.Run(c.name, func(t *testing.T) {
			if got := sayAssent(checks.AssentOf(c.question(t))); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRefuseAssent(t *testing.T) {
	for _, c := range []struct {
		assentCase
		who, as string
		why     checks.Refusal
	}{
		{assentCase{name: "who is asked", needs: "DS"}, "tomas", "", ""},
		{assentCase{name: "in the role that is asked", needs: "DS"}, "tomas", "DS", ""},
		{assentCase{name: "any technical role, in the second of two", team: "DE tomas, MLE tomas", needs: "any"}, "tomas", "MLE", ""},
		{assentCase{name: "who opened it", needs: "DS"}, "sara", "", checks.RefusedAuthor},
		{assentCase{name: "who wrote a commit", needs: "DS", wrote: "tomas"}, "tomas", "", checks.RefusedAuthor},
		{assentCase{name: "who pushed a commit", needs: "DS", pushed: "tomas"}, "tomas", "", checks.RefusedAuthor},
		{assentCase{name: "a named one who fills up", needs: "DS*2", team: acme + ", DS ana", wrote: "tomas"}, "tomas", "", ""},
		{assentCase{name: "another role", needs: "DS"}, "felix", "", checks.RefusedOtherRole},
		{assentCase{name: "a role of theirs that is not asked", team: "DS tomas, SE tomas", needs: "DS"}, "tomas", "SE", checks.RefusedOtherRole},
		{assentCase{name: "a role of somebody else", needs: "DS|SE"}, "tomas", "SE", checks.RefusedNotHeld},
		{assentCase{name: "no role", needs: "DS"}, "zoe", "", checks.RefusedNoRole},
		{assentCase{name: "perhaps a role", needs: "DS", unread: "SE"}, "zoe", "", checks.RefusedUnread},
		{assentCase{name: "a stand-in", needs: "SE", author: "felix"}, "mina", "MLE", ""},
		{assentCase{name: "a delegate", needs: "SE", lent: "SE felix>ana until 23:00"}, "ana", "SE", ""},
		{assentCase{name: "a delegate of yesterday", needs: "SE", lent: "SE felix>ana until 11:00"}, "ana", "", checks.RefusedNoRole},
		{assentCase{name: "a delegate of yesterday who said it in time", needs: "SE", lent: "SE felix>ana until 12:30", said: []string{"ana as SE"}}, "ana", "SE", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := c.question(t)
			var as lifecycle.Role
			if c.as != "" {
				as = roleOf(t, c.as)
			}
			if got := checks.RefuseAssent(q, checks.AssentOf(q), person(c.who), as); got != c.why {
				t.Errorf("%q, want %q", got, c.why)
			}
		})
	}
}

func TestMayObject(t *testing.T) {
	for _, c := range []struct {
		assentCase
		who string
		may bool
	}{
		{assentCase{name: "who is asked", needs: "DS"}, "tomas", true},
		{assentCase{name: "who opened it", needs: "DS"}, "sara", false},
		{assentCase{name: "another role", needs: "DS"}, "felix", false},
		{assentCase{name: "no role", needs: "DS"}, "zoe", false},
		{assentCase{name: "who is named", needs: "DS", wrote: "tomas"}, "tomas", true},
		{assentCase{name: "who pushed", needs: "DS", pushed: "tomas"}, "tomas", true},
		{assentCase{name: "the stand-in", needs: "SE", author: "felix"}, "mina", true},
		{assentCase{name: "the stand-in who pushed", needs: "SE", author: "felix", pushed: "mina"}, "mina", true},
		{assentCase{name: "any technical role", needs: "any", pushed: "dora"}, "dora", true},
		{assentCase{name: "nothing is asked", needs: "SE"}, "tomas", false},
		{assentCase{name: "a delegate", needs: "SE", lent: "SE felix>ana until 23:00"}, "ana", true},
		{assentCase{name: "a delegate of yesterday", needs: "SE", lent: "SE felix>ana until 11:00"}, "ana", false},
		{assentCase{name: "a delegate of yesterday who said yes in time", needs: "SE", lent: "SE felix>ana until 12:30", said: []string{"ana"}}, "ana", true},
		{assentCase{name: "a delegate of yesterday who takes it back at this moment", needs: "SE", lent: "SE felix>ana until 12:01", said: []string{"ana", "ana no"}}, "ana", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := c.question(t)
			if got := checks.MayObject(q, checks.AssentOf(q), person(c.who), q.At); got != c.may {
				t.Errorf("%t, want %t", got, c.may)
			}
		})
	}
}
