package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// The exceptions that people with the right to it make: a later beginning, another risk, something that may
// be missing for a while, an objection set aside. Each is a record of its own and stays visible.

// holds reports whether the person holds the role in the config or by a delegation.
func (d *desk) holds(p facts.Person, role lifecycle.Role) bool {
	if facts.Contains(d.Roster.Of(role), p) {
		return true
	}
	return slices.ContainsFunc(d.Delegations, func(l facts.Delegation) bool {
		return l.Role == role && l.To.Is(p) && d.Now.Before(l.Until) && facts.Contains(d.Roster.Of(role), l.From)
	})
}

// begin records that existing work begins in a later phase (section 1).
func (d *desk) begin(c facts.Comment, cmd Command, refuse refuser) string {
	word, why, _ := strings.Cut(strings.TrimSpace(cmd.Args), " ")
	to, ok := lifecycle.ParsePhase(word)
	why = or(why, cmd.Text)
	switch {
	case !d.holds(c.Author, lifecycle.BusinessStakeholder):
		return refuse("stakeholder-only")
	case !ok || to == lifecycle.Design:
		return refuse("start-phase")
	case why == "":
		return refuse("no-reason")
	case len(d.h.Passings)+len(d.h.Returns) > 0 || d.h.Request != nil || d.h.Began != nil:
		return refuse("start-late")
	}
	by := WhoIs(c.Author)
	record := Record{Kind: Started, Cause: c.ID, From: lifecycle.Design, To: to, Reason: why, Requester: &by, Risk: d.Risk}
	d.comment(record, d.Printer.Began(templates.BeganView{Title: d.Issue.Title, To: to, By: c.Author.Login, Reason: why}))
	return ""
}

// or is the trimmed text, or the other one where it says nothing.
func or(text, other string) string {
	if text = strings.TrimSpace(text); text != "" {
		return text
	}
	return strings.TrimSpace(other)
}

// changeRisk sets the profile: up by anybody with a role, down by the business stakeholder, and from high
// with a validator.
func (d *desk) changeRisk(c facts.Comment, cmd Command, refuse refuser) string {
	level, why, ok := parseRisk(cmd)
	switch {
	case !ok:
		return refuse("risk-level")
	case level == d.Risk:
		return refuse("risk-same")
	case why == "":
		return refuse("no-reason")
	}
	a := assent{by: WhoIs(c.Author)}
	if riskIndex(level) < riskIndex(d.Risk) {
		var reply string
		if a, reply = d.assent(c, cmd, refuse); reply != "" {
			return reply
		}
	}
	from := d.Risk
	record := Record{Kind: Risked, Cause: c.ID, Risk: level, Reason: why, Requester: &a.by, With: a.with}
	d.Risk, d.h.Risk = level, level
	d.comment(record, d.Printer.RiskChanged(templates.RiskView{Title: d.Issue.Title, From: from, To: level, By: a.by.Login, With: a.withLogin(), Reason: why}))
	return ""
}

func riskIndex(r lifecycle.Risk) int { return slices.Index(lifecycle.Risks, r) }

func parseRisk(cmd Command) (lifecycle.Risk, string, bool) {
	word, why, _ := strings.Cut(strings.TrimSpace(cmd.Args), " ")
	level, ok := lifecycle.ParseRisk(strings.TrimRight(word, ":"))
	return level, or(why, cmd.Text), ok
}

// A waiver lasts at most so many days.
const (
	maxWaiver     = 365
	maxHighWaiver = 90 // at high risk
)

// waive lets something be missing until a day.
func (d *desk) waive(c facts.Comment, cmd Command, refuse refuser) string {
	args, fault := parseWaiver(cmd, c.Created, d.zone())
	longest := maxWaiver
	if d.Risk == lifecycle.High {
		longest = maxHighWaiver
	}
	switch {
	case fault != "":
		return refuse(fault)
	case args.until.After(c.Created.In(d.zone()).AddDate(0, 0, longest+1)) && d.Risk == lifecycle.High:
		return refuse("waive-long-high")
	case args.until.After(c.Created.In(d.zone()).AddDate(0, 0, longest+1)):
		return refuse("waive-long")
	}
	a, reply := d.assent(c, cmd, refuse)
	if reply != "" {
		return reply
	}
	record := Record{Kind: Waived, Cause: c.ID, Artefact: args.artefact, Until: args.day, Reason: args.reason, Requester: &a.by, With: a.with}
	d.comment(record, d.Printer.Waived(templates.WaiverView{Title: d.Issue.Title, Artefact: checks.ArtefactWord(args.artefact, d.Printer.Lang), Until: args.day, By: a.by.Login, With: a.withLogin(), Reason: args.reason}))
	return ""
}

type waiverArgs struct {
	artefact, day, reason string
	until                 time.Time
}

// parseWaiver reads `/waive <artefact> until YYYY-MM-DD <reason>`; the string says what is wrong.
func parseWaiver(cmd Command, written time.Time, zone *time.Location) (waiverArgs, string) {
	words := strings.Fields(cmd.Args)
	at := slices.IndexFunc(words, func(w string) bool { f := lifecycle.Fold(w); return f == "until" || f == "ate" })
	if at < 1 || at+1 >= len(words) {
		return waiverArgs{}, "waive-form"
	}
	artefact, ok := checks.ParseArtefact(strings.Join(words[:at], "-"))
	if !ok {
		return waiverArgs{}, "waive-what"
	}
	day, err := time.ParseInLocation(time.DateOnly, strings.TrimRight(words[at+1], ":,."), zone)
	if err != nil {
		return waiverArgs{}, "waive-date"
	}
	a := waiverArgs{artefact: artefact, day: day.Format(time.DateOnly), until: day.AddDate(0, 0, 1), reason: or(strings.Join(words[at+2:], " "), cmd.Text)}
	switch {
	case !written.Before(a.until):
		return a, "waive-past"
	case a.reason == "":
		return a, "no-reason"
	}
	return a, ""
}

// overrule sets an objection aside (rule 9). A validator's objection only they take back.
func (d *desk) overrule(c facts.Comment, cmd Command, refuse refuser) string {
	login, why, ok := parseOverrule(cmd)
	if !ok {
		return refuse("overrule-form")
	}
	i := slices.IndexFunc(d.h.Objections, func(o Objection) bool { return strings.EqualFold(o.Person.Login, login) })
	switch {
	case why == "":
		return refuse("no-reason")
	case i < 0:
		return refuse("overrule-whom")
	case facts.Contains(d.Roster.Validators, d.h.Objections[i].Person):
		return refuse("overrule-validator")
	}
	a, reply := d.assent(c, cmd, refuse)
	if reply != "" {
		return reply
	}
	o := d.h.Objections[i]
	target := WhoIs(o.Person)
	record := Record{Kind: Overruled, Cause: c.ID, Reason: why, Requester: &a.by, With: a.with, Target: &target}
	d.comment(record, d.Printer.Overruled(templates.OverruleView{Title: d.Issue.Title, Of: o.Person.Login, Objection: o.Reason, By: a.by.Login, With: a.withLogin(), Reason: why}))
	return ""
}

// parseOverrule reads `/decide overrule @login: <reason>`; false for another decision.
func parseOverrule(cmd Command) (login, why string, ok bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(cmd.Args), " ")
	switch lifecycle.Fold(strings.TrimRight(word, ":")) {
	case "overrule", "anular":
	default:
		return "", "", false
	}
	name, why, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return strings.TrimPrefix(strings.TrimRight(name, ":,"), "@"), or(why, cmd.Text), true
}

// Who agreed to an exception.
type assent struct {
	by   Who
	with *Who // the validator, at high risk
}

func (a assent) withLogin() string {
	if a.with == nil {
		return ""
	}
	return a.with.Login
}

// assentWithin is how far apart stakeholder and validator may write the same command.
const assentWithin = 14 * 24 * time.Hour

// assent says who agreed to an exception: the business stakeholder alone, or at high risk together with a
// validator who gave the same command. While one of the two is missing the command is accepted, and the
// reply says who else has to give it.
func (d *desk) assent(c facts.Comment, cmd Command, refuse refuser) (assent, string) {
	stakeholder := d.holds(c.Author, lifecycle.BusinessStakeholder)
	validator := facts.Contains(d.Roster.Validators, c.Author)
	switch {
	case d.Risk != lifecycle.High && !stakeholder:
		return assent{}, refuse("stakeholder-only")
	case d.Risk != lifecycle.High:
		return assent{by: WhoIs(c.Author)}, ""
	case !stakeholder && !validator:
		return assent{}, refuse("stakeholder-validator")
	}
	other := d.alsoSaid(c, cmd, stakeholder)
	mine := WhoIs(c.Author)
	switch {
	case other == nil && stakeholder:
		d.accepted = true
		return assent{}, refuse("needs-validator")
	case other == nil:
		d.accepted = true
		return assent{}, refuse("needs-stakeholder")
	case stakeholder:
		return assent{by: mine, with: other}, ""
	}
	return assent{by: *other, with: &mine}, ""
}

// alsoSaid is who gave the same command before, from the other side; nil for nobody.
func (d *desk) alsoSaid(c facts.Comment, cmd Command, stakeholder bool) *Who {
	key := d.sameness(cmd, c.Created)
	for _, e := range slices.Backward(d.Entries) {
		o := e.Comment
		if e.Record != nil || o.Edited || o.Hidden || o.Answer != facts.Counted || !o.Before(c) || c.Created.Sub(o.Created) > assentWithin || d.spent(o) {
			continue
		}
		right := facts.Contains(d.Roster.Validators, o.Author)
		if !stakeholder {
			right = d.holds(o.Author, lifecycle.BusinessStakeholder)
		}
		if right && slices.ContainsFunc(e.Commands, func(have Command) bool { return d.sameness(have, o.Created) == key }) {
			who := WhoIs(o.Author)
			return &who
		}
	}
	return nil
}

// spent reports whether an exception was recorded after the comment: what it said was used.
func (d *desk) spent(c facts.Comment) bool {
	return slices.ContainsFunc(d.Entries, func(e Entry) bool {
		return e.Record != nil && e.Record.With != nil && e.Comment.Created.After(c.Created)
	})
}

// sameness names what a command asks for, its reason aside.
func (d *desk) sameness(cmd Command, written time.Time) string {
	switch cmd.Name {
	case lifecycle.SetRisk:
		level, _, _ := parseRisk(cmd)
		return "risk " + string(level)
	case lifecycle.Waive:
		a, _ := parseWaiver(cmd, written, d.zone())
		return "waive " + a.artefact + " " + a.day
	case lifecycle.Decide:
		login, _, _ := parseOverrule(cmd)
		return "overrule " + lifecycle.Fold(login)
	}
	return string(cmd.Name) + "?" + cmd.Args
}
