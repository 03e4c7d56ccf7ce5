package policy

import (
	"crypto/ed25519"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Bounds of the lists of a config.
const (
	maxHolders = 100
	maxDates   = 400
	maxRows    = 200
	maxGlobs   = 50
	maxSmall   = 50
)

// table is the one list of everything a config can say. It reads into p; what is not said keeps the
// value p had, which the schema shows as the default.
func table(p *Policy) *object {
	return &object{fields: []field{
		{"version", "Version of this file's format.", version(p), true},
		{"language", "Language of everything Phasegate writes.", oneOf(&p.Language, lifecycle.Langs), false},
		{"timezone", "Time zone of meetings, working days and dates, by its IANA name.", zone(&p.Location), false},
		{"roles", "Who holds which role: logins, teams (org/team), or permission:write (or maintain, admin) for all who have at least that permission on the repository. Every role is optional.", roles(p), false},
		{"validators", "The second line at high risk: people or teams with no other role.",
			holders(func(v []Holder) { p.Validators = v }), false},
		{"bots", "Logins whose pull requests need no deliverable.",
			list[string]{set: func(v []string) { p.Bots = v }, item: bot, max: maxSmall, unique: true, example: `["dependabot[bot]"]`}, false},
		{"risk_default", "Risk of a deliverable that names none.", oneOf(&p.RiskDefault, lifecycle.Risks), false},
		{"meetings", "When review meetings are held.", meetings(p), false},
		{"nudge_after_working_days", "Working days after which the people awaited are reminded, once.", integer(&p.NudgeAfterWorkingDays, 1, 60), false},
		{"gate_valid_days", "Days a passed last gate holds.", &object{fields: []field{
			{"standard", "At low and standard risk.", integer(&p.GateValidDays.Standard, 1, 3650), false},
			{"high", "At high risk.", integer(&p.GateValidDays.High, 1, 3650), false},
		}}, false},
		{"near_limit_percent", "A value this close to a guardrail's limit, in percent of it, is shown as near.", integer(&p.NearLimitPercent, 0, 100), false},
		{"guidelines", "The code guidelines.", &object{fields: []field{
			{"required_checks", "CI checks that must be green on the commit the second gate looks at.",
				list[string]{set: func(v []string) { p.Guidelines.RequiredChecks = v }, item: func(to *string) shape { return line(to, 100) },
					max: maxSmall, unique: true, example: "[lint, test]"}, false},
		}}, false},
		{"runner", "Who runs the rules: app (the server) or action (workflows only, no server).",
			oneOf(&p.Runner, []Runner{RunnerApp, RunnerAction}), false},
		{"approvals", "How approvals count.", approvals(p), false},
		{"holidays", "Dates that are no working days.", dates(func(v []Date) { p.Holidays = v }), false},
		{"links", "How issues are connected: body (the section Parent), or sub-issues (native ones are written too).",
			oneOf(&p.Links, []Links{LinksBody, LinksSubIssues}), false},
		{"writers", "Other Apps (by id), or action, whose stickies and records are trusted after a move.",
			list[Writer]{set: func(v []Writer) { p.Writers = v }, item: func(to *Writer) shape { return writer{to} },
				max: maxSmall, unique: true, example: "[123456]"}, false},
		{"keys", "Public keys of earlier signatures.",
			list[ed25519.PublicKey]{set: func(v []ed25519.PublicKey) { p.Keys = v }, item: key, max: maxSmall, unique: true, example: "[…]"}, false},
		{"mode", "observe: checks are neutral and say what enforce would say. enforce: the real thing.",
			oneOf(&p.Mode, []Mode{Observe, Enforce}), false},
		{"gates", "Who says yes at each gate. Replaces the whole table; leave it out for the usual one.", gates(p), false},
		{"paths", "Which roles approve which paths. Replaces the whole table; leave it out for the usual one.", paths(p), false},
		{"phases", "In which phases which paths may change. Replaces the whole table; leave it out for the usual one.", phases(p), false},
		{"allow_override", "In an organisation's shared config: keys that a repository's own config may loosen, or true for all.",
			override{&p.AllowOverride}, false},
	}}
}

func version(p *Policy) shape {
	s := integer(&p.Version, 1, 1)
	s.want = say("Write 1.", "Escreva 1.")
	s.rule = rule{"type": "integer", "const": 1}
	return s
}

func roles(p *Policy) *object {
	o := &object{alias: roleAlias}
	doc := map[lifecycle.Role]string{
		lifecycle.BusinessStakeholder: "Decides budget and direction; involved throughout.",
		lifecycle.SubjectMatterExpert: "Knows the domain and what the data means; involved throughout.",
		lifecycle.DataEngineer:        "Collects, stores and processes data.",
		lifecycle.DataScientist:       "Analyses data, trains and evaluates models.",
		lifecycle.SoftwareEngineer:    "Writes the software around the model.",
		lifecycle.MLEngineer:          "Owns the whole lifecycle; stands in for a missing technical role.",
		lifecycle.BackendEngineer:     "Owns infrastructure and deployment.",
	}
	for _, r := range lifecycle.Roles {
		o.fields = append(o.fields, field{string(r), doc[r], holders(func(v []Holder) { p.Roles[r] = v }), false})
	}
	return o
}

func holders(set func([]Holder)) shape {
	return list[Holder]{set: set, item: holder, max: maxHolders, unique: true, example: "[ana, acme/data]"}
}

func dates(set func([]Date)) shape {
	return list[Date]{set: set, item: date, max: maxDates, unique: true, example: "[2026-02-16]"}
}

func meetings(p *Policy) *object {
	m := &p.Meetings
	return &object{fields: []field{
		{"weekly", "The weekly meeting, or off: then every cadence is monthly.", offOr{
			off: func() { m.Weekly = nil },
			object: &object{fields: []field{
				{"day", "", weekday(&m.Weekly.Day), false},
				{"time", "In the project's time zone.", clock(&m.Weekly.Time), false},
			}},
		}, false},
		{"monthly", "The monthly meeting; it replaces that week's weekly one.", &object{fields: []field{
			{"week", "Which one of the month.", position(&m.Monthly.Week, weekNames, 1), false},
			{"day", "", weekday(&m.Monthly.Day), false},
			{"time", "In the project's time zone.", clock(&m.Monthly.Time), false},
		}}, false},
		{"skip", "Dates on which no meeting is opened.", dates(func(v []Date) { m.Skip = v }), false},
	}}
}

func approvals(p *Policy) *object {
	a := &p.Approvals
	return &object{fields: []field{
		{"contributors", "Whether an author of a commit may approve the pull request for a role.",
			oneOf(&a.Contributors, []Contributors{ContributorsDeny, ContributorsAllow}), false},
		{"keep_on_base_merge", "A merge of the base branch that changes no file of the pull request keeps approvals.", boolean(&a.KeepOnBaseMerge), false},
		{"scale", "auto: as many different people as the team has. never: always the full number.",
			oneOf(&a.Scale, []Scale{ScaleAuto, ScaleNever}), false},
	}}
}

// gates reads three gates at three risks, all of them: a table that is replaced is replaced whole.
func gates(p *Policy) *object {
	o := &object{}
	for _, g := range lifecycle.Gates {
		risks := &object{}
		for _, r := range lifecycle.Risks {
			risks.fields = append(risks.fields, field{string(r), "Seats at " + string(r) + " risk; one person for each.", list[lifecycle.Role]{
				set: func(v []lifecycle.Role) { p.Gates[g][r] = v },
				item: func(to *lifecycle.Role) shape {
					return oneOf(to, append(append([]lifecycle.Role{}, lifecycle.Roles...), lifecycle.AnyTechnical, lifecycle.Validator))
				},
				min: 2, max: len(lifecycle.Roles) + 2, unique: true, example: "[business-stakeholder, any-technical]",
				oneOf: []string{string(lifecycle.BusinessStakeholder), string(lifecycle.SubjectMatterExpert)},
			}, true})
		}
		o.fields = append(o.fields, field{string(g), "From " + string(g.From()) + " to " + string(g.To()) + ".", risks, true})
	}
	return o
}
