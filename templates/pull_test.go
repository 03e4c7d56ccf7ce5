package templates_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// shownCheck is a check with its name in the golden files.
type shownCheck struct {
	title string
	text  templates.CheckText
}

func (c shownCheck) String() string {
	return fmt.Sprintf("==== %s\n[%s]\n\n%s\n", c.title, c.text.Title, c.text.Summary)
}

var (
	score  = templates.PlacedView{Number: 3, Title: "Weekly churn score", Phase: lifecycle.Development}
	offers = templates.PlacedView{Number: 4, Title: "Retention offer list", Phase: lifecycle.Deployment, Live: true}
)

func gateChecks(p templates.Printer) []shownCheck {
	development, live := []lifecycle.Phase{lifecycle.Development}, []lifecycle.Phase{lifecycle.Deployment, lifecycle.Monitoring}
	misplaced := templates.PlaceView{State: templates.PlaceMisplaced, Deliverables: []templates.PlacedView{score},
		Misplaced: []templates.MisplacedView{{Path: "deploy/score-job.yml", Allowed: live, Number: 3, Phase: lifecycle.Development}}}
	several := templates.PlaceView{State: templates.PlaceMisplaced, Deliverables: []templates.PlacedView{score, offers}, Misplaced: []templates.MisplacedView{
		{Path: "train/gbm.py", Allowed: development, Number: 4, Phase: lifecycle.Deployment}, {Path: "train/" + hostile, Allowed: nil, Number: 4, Phase: lifecycle.Deployment}}}
	observed := misplaced
	observed.Observing = true
	var out []shownCheck
	add := func(title string, v templates.PlaceView) { out = append(out, shownCheck{"gate: " + title, p.Place(v)}) }
	add("allowed", templates.PlaceView{State: templates.PlaceAllowed, Deliverables: []templates.PlacedView{score}})
	add("allowed, guessed", templates.PlaceView{State: templates.PlaceAllowed, Deliverables: []templates.PlacedView{score}, Guessed: true})
	add("hotfix", templates.PlaceView{State: templates.PlaceAllowed, Deliverables: []templates.PlacedView{offers}, Hotfix: "scores are late " + hostile, Hotfixed: []string{"serving/score.py"}})
	add("one file not now", misplaced)
	add("only observing", observed)
	add("several files not now, of one that is live", several)
	add("no deliverable", templates.PlaceView{State: templates.PlaceUnlinked, Open: []templates.PlacedView{score, offers}})
	add("no deliverable, none open", templates.PlaceView{State: templates.PlaceUnlinked})
	add("no open deliverable", templates.PlaceView{State: templates.PlaceUnlinked, Named: 8, Open: []templates.PlacedView{score}})
	add("free", templates.PlaceView{State: templates.PlaceFree})
	add("a bot's", templates.PlaceView{State: templates.PlaceBot})
	add("too large", templates.PlaceView{State: templates.PlaceTooMany, Why: "too-many-files"})
	add("not all listed", templates.PlaceView{State: templates.PlaceTooMany, Why: "list-short"})
	add("doubtful", templates.PlaceView{State: templates.PlaceDoubtful, Named: 3})
	add("shared", templates.PlaceView{State: templates.PlaceShared, Sharing: []int{12, 14}})
	out = append(out, shownCheck{"any of them: closed", p.Ended(12)})
	out = append(out, shownCheck{"gate: annotation", templates.CheckText{Title: p.MisplacedNote(misplaced.Misplaced[0])}}, shownCheck{"gate: annotation, no phase", templates.CheckText{Title: p.MisplacedNote(several.Misplaced[1])}})
	return out
}

func rolesChecks(p templates.Printer) []shownCheck {
	asked := time.Date(2026, 1, 27, 10, 0, 0, 0, time.UTC)
	given := func(login string) []templates.GivenView {
		return []templates.GivenView{{Login: login, At: asked.Add(time.Hour)}}
	}
	need := func(role lifecycle.Role, can string, files ...string) templates.NeedView {
		return templates.NeedView{Roles: []lifecycle.Role{role}, People: 1, Files: files, Can: strings.Fields(can), Asked: asked}
	}
	ds, mle := need(lifecycle.DataScientist, "tomas-ds", "features/usage.py", "train/gbm.py"), need(lifecycle.MLEngineer, "mina-mle", "docs/model-card.md")
	ds.Why, mle.Why = "how the model is trained and evaluated", "what the model can do, and its life in production; our own reason"
	met := func(n templates.NeedView, by string) templates.NeedView {
		n.Met, n.Can, n.Got = true, nil, given(by)
		return n
	}
	as := func(means templates.NeedMeans, n templates.NeedView) templates.NeedView {
		n.Means, n.Met = means, means != templates.NeedUnread && means != templates.NeedStandIn && means != templates.NeedAnyRole
		if n.Met || means == templates.NeedUnread {
			n.Can = nil
		}
		return n
	}
	base := templates.RolesView{Head: strings.Repeat("b2", 20), Author: "sara-ds", Wrote: []string{"sara-ds"}, Base: "main", Config: "https://github.com/acme-telco/churn/blob/main/.github/phasegate.yml"}
	var out []shownCheck
	add := func(title string, with func(*templates.RolesView), needs ...templates.NeedView) {
		v := base
		v.Needs = needs
		if with != nil {
			with(&v)
		}
		out = append(out, shownCheck{"roles: " + title, p.Roles(v)})
	}
	add("waiting for two", nil, ds, mle)
	add("a draft", func(v *templates.RolesView) { v.Draft = true }, ds)
	add("one answered", nil, met(ds, "tomas-ds"), mle)
	add("approved", nil, met(ds, "tomas-ds"), met(mle, "mina-mle"))
	add("one person for both", nil, need(lifecycle.DataScientist, "mina-mle", "a.py"), need(lifecycle.MLEngineer, "mina-mle", "b.py"))
	stale := ds
	stale.Stale = given("tomas-ds")
	add("an older yes", nil, stale, met(mle, "mina-mle"))
	elsewhere := stale
	elsewhere.Stale = append(given("mina-mle"), stale.Stale...)
	elsewhere.Stale[0].OtherBase = true
	add("a yes from before the base changed, and an older one", nil, elsewhere)
	add("high risk", func(v *templates.RolesView) { v.Every = true }, stale)
	any := need(lifecycle.AnyTechnical, "dora-de tomas-ds felix-se mina-mle bento-be", "Makefile")
	any.Why, any.Unsure = "a second *pair* of eyes", "labels, statuses"
	add("any technical role, with conditions not judged", nil, any)
	two := need(lifecycle.DataScientist, "tomas-ds ana-ds", "train/gbm.py")
	two.People = 2
	add("two people of one role", nil, two)
	two.Got, two.Can = given("tomas-ds"), []string{"ana-ds"}
	add("one of two people", nil, two)
	two.Can, two.Unread = nil, "403 acme/data could not be read"
	add("one of two people, and a team that could not be read", nil, two)
	small := need(lifecycle.DataScientist, "tomas-ds", "train/gbm.py")
	small.Count = 2
	add("two people asked for, of whom one is left", nil, small)
	add("two people asked for, and the one who is left answered", nil, met(small, "tomas-ds"))
	three := two
	three.Got, three.Can, three.Unread, three.Count = given("tomas-ds"), []string{"ana-ds"}, "", 3
	add("three people asked for, of whom two are left", nil, three)
	either := need(lifecycle.SoftwareEngineer, "felix-se helena-bs", "app/page.py")
	either.Roles = append(either.Roles, lifecycle.BusinessStakeholder)
	add("either of two roles", nil, either)
	lent := met(need(lifecycle.SoftwareEngineer, "", "src/a.py"), "tomas-ds")
	lent.Got[0].LentBy = "felix-se"
	add("a delegate", nil, lent)
	add("a stand-in", nil, as(templates.NeedStandIn, need(lifecycle.SoftwareEngineer, "mina-mle", "src/a.py")))
	add("anybody with a role", nil, as(templates.NeedAnyRole, need(lifecycle.SoftwareEngineer, "helena-bs", "src/a.py")))
	add("only authors", nil, as(templates.NeedOwnWord, need(lifecycle.BusinessStakeholder, "", "docs/business/a.md")))
	add("nobody holds one", nil, as(templates.NeedNobody, need(lifecycle.SubjectMatterExpert, "", "docs/business/a.md")), met(mle, "mina-mle"))
	add("nobody else in the team", nil, as(templates.NeedSelf, ds))
	unread := as(templates.NeedUnread, need(lifecycle.SoftwareEngineer, "", "src/a.py"))
	unread.Unread = "403 acme/software could not be read"
	add("a team that could not be read", nil, unread)
	unread.Unread = "secret-team acme/software_team"
	add("a secret team", nil, unread)
	unread.Unread = "members-unread permission:maintain"
	add("a permission that could not be read", nil, unread)
	unread.Unread = "no-account @felix-gone"
	add("an account that is not there", nil, unread)
	add("changes asked for", func(v *templates.RolesView) {
		v.Against = []templates.AgainstView{{Login: "tomas-ds", At: asked, Reason: "the split leaks " + hostile}, {Login: "mina-mle", At: asked}}
	}, ds, mle)
	add("a bot pushed in somebody's name", func(v *templates.RolesView) { v.Faceless, v.Hidden = "github-actions", v.Head }, ds)
	add("only observing", func(v *templates.RolesView) { v.Observing = true }, ds)
	add("no rule", nil)
	add("too large", func(v *templates.RolesView) { v.Unlisted = "too-many-commits" })
	add("shared", func(v *templates.RolesView) { v.Sharing = []int{14} })
	return out
}

func metricsChecks(p templates.Printer) []shownCheck {
	return []shownCheck{
		{"metrics: nothing to report", p.Expected(templates.ExpectedView{})},
		{"metrics: waiting", p.Expected(templates.ExpectedView{Paths: []string{"features/usage.py", "train/gbm.py"}})},
		{"metrics: too large", p.Expected(templates.ExpectedView{Unlisted: "too-many-files"})},
		{"metrics: excused", p.Expected(templates.ExpectedView{Paths: []string{"train/gbm.py"}, Excused: "tomas-ds", Reason: "only a rename " + hostile})},
	}
}

func configChecks(lang lifecycle.Lang) []shownCheck {
	var out []shownCheck
	add := func(title string, problems int, older, observing bool, loosened ...string) {
		t, s := templates.ConfigCheck(lang, problems, older, observing)
		t, s = templates.Weakened(lang, t, s, loosened)
		out = append(out, shownCheck{"config: " + title, templates.CheckText{Title: t, Summary: s}})
	}
	add("valid", 0, true, false)
	add("one problem", 1, true, false)
	add("several problems, never valid", 3, false, false)
	add("observing", 1, true, true)
	add("loosens one rule", 0, true, false, "bots: "+hostile)
	add("loosens two rules", 0, true, false, "data-scientist: train/**", "observe, enforce")
	out = append(out, shownCheck{"config: taken away", templates.Printer{Lang: lang}.ConfigGone()})
	return out
}

// The golden files are every state of the four checks, in both languages.
func TestPullChecks(t *testing.T) {
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		for name, checks := range map[string][]shownCheck{"gate": gateChecks(p), "roles": rolesChecks(p), "metrics": metricsChecks(p), "config": configChecks(lang)} {
			var b strings.Builder
			for _, c := range checks {
				b.WriteString(c.String())
				if strings.ContainsAny(c.text.Title, "\n\x00") || c.text.Title == "" || utf8.RuneCountInString(c.text.Title) > 250 {
					t.Errorf("%s: %s: the title is %q", lang, c.title, c.text.Title)
				}
				if people, teams := markdown.Mentions(c.text.Summary); len(people)+len(teams) > 0 {
					t.Errorf("%s: %s mentions %v %v", lang, c.title, people, teams)
				}
			}
			if strings.Contains(b.String(), "%!") || strings.Contains(b.String(), "<script") {
				t.Errorf("badly written:\n%s", b.String())
			}
			golden(t, "pull-"+name+"-"+string(lang), b.String())
		}
	}
}

// However much there is to say, GitHub takes it, and the tables keep their columns.
func TestPullChecksFit(t *testing.T) {
	v := templates.PlaceView{State: templates.PlaceMisplaced, Deliverables: []templates.PlacedView{score}}
	r := templates.RolesView{Head: strings.Repeat("b2", 20), Author: "sara-ds", Base: "main", Config: "https://github.com/acme-telco/churn"}
	var paths []string
	for i := range 3000 {
		path := fmt.Sprintf("%s/%d/%s.py", strings.Repeat("deep|", 20), i, hostile)
		paths = append(paths, path)
		v.Misplaced = append(v.Misplaced, templates.MisplacedView{Path: path, Allowed: lifecycle.Phases, Number: 3, Phase: lifecycle.Design})
		v.Open, v.Sharing = append(v.Open, templates.PlacedView{Number: i + 1, Title: hostile}), append(v.Sharing, i+1)
	}
	for range 60 {
		r.Needs = append(r.Needs, templates.NeedView{Roles: lifecycle.Roles, People: 3, Files: paths, Why: strings.Repeat("why ", 100), Can: paths[:100], Means: templates.NeedStandIn})
	}
	for _, lang := range lifecycle.Langs {
		p := templates.Printer{Lang: lang, Now: now}
		unlinked, shared, hotfix := v, v, v
		unlinked.State, shared.State = templates.PlaceUnlinked, templates.PlaceShared
		hotfix.State, hotfix.Hotfix, hotfix.Hotfixed, hotfix.Deliverables = templates.PlaceAllowed, strings.Repeat("late ", 10000), paths, v.Open
		for what, c := range map[string]templates.CheckText{"misplaced": p.Place(v), "unlinked": p.Place(unlinked), "shared": p.Place(shared), "hotfix": p.Place(hotfix), "roles": p.Roles(r),
			"metrics": p.Expected(templates.ExpectedView{Paths: paths})} {
			if len(c.Summary) > 65535 || utf8.RuneCountInString(c.Title) > 250 {
				t.Errorf("%s, %s: a title of %d and a summary of %d bytes", lang, what, len(c.Title), len(c.Summary))
			}
		}
	}
}
