package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// AssentArgs are the arguments of an `/approve` on a pull request: `[<sha>] [as <role>]`, in either order.
type AssentArgs struct {
	As     lifecycle.Role
	Commit string // as it was written, perhaps only its first digits; "" for the newest one
}

var commitHash = regexp.MustCompile(`^[0-9a-fA-F]{7,40}$`)

// ParseAssent reads the arguments of an `/approve` on a pull request.
func ParseAssent(args string) (AssentArgs, bool) {
	var a AssentArgs
	var rest []string
	for _, word := range strings.Fields(args) {
		hash := strings.Trim(word, "`.,")
		if a.Commit == "" && commitHash.MatchString(hash) {
			a.Commit = hash
			continue
		}
		rest = append(rest, word)
	}
	as, ok := AsRole(strings.Join(rest, " "))
	a.As = as
	return a, ok
}

// answer gives each new comment its reaction and, where something was not counted, its reply.
func (d *pullDesk) answer() {
	ready := d.hold(d.entries, func(p facts.Person) bool { return len(d.Roster.RolesOf(p)) > 0 })
	for _, e := range ready {
		c := e.Comment
		if e.Record != nil || c.Own || c.Author.Bot || c.Hidden {
			continue
		}
		if c.Answer != "" {
			if event := fmt.Sprintf("lifted-%d", c.ID); d.lifted(c) && !d.explained[event] {
				d.comment(Record{Kind: Replied, Cause: c.ID, Event: event}, d.printer.Lifted(c.Author.Login))
				continue
			}
			d.lapsed(e, d.awaits)
			continue
		}
		switch near := e.near(); {
		case near == "" && len(e.Commands) > 0:
			d.respond(e, d.carryOut(e, d.command))
		case near != "" && d.nearMiss(e):
			d.respond(e, e.misunderstood(d.printer.DidYouMean(c.Author.Login, near)))
		}
	}
	d.answerReviews()
}

// answerReviews tells who wrote a command into the text of their newest review, where none is read, what to do instead:
// once for each review, unless they said it otherwise since.
func (d *pullDesk) answerReviews() {
	spoke, seen := d.lastWords(), map[int64]bool{}
	for _, r := range slices.Backward(d.Pull.Reviews) {
		p, event := r.Author, fmt.Sprintf("review-%d", r.ID)
		if p.Bot || p.ID == 0 || seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		if d.explained[event] || spoke[p.ID].After(r.At) || len(d.Roster.RolesOf(p)) == 0 && !d.awaits(p) {
			continue
		}
		if cmd, vain := inVain(r); vain {
			d.comment(Record{Kind: Replied, Event: event}, d.printer.InReview(p.Login, cmd))
		}
	}
}

// inVain is the first command in a review's text that the review itself does not say; false for none.
func inVain(r facts.Review) (lifecycle.Command, bool) {
	for _, cmd := range personEntry(facts.Comment{Body: r.Body}).Commands {
		switch {
		case r.State == facts.ReviewDismissed,
			r.State == facts.ReviewApproved && cmd.Name == lifecycle.Approve,
			r.State == facts.ReviewChanges && cmd.Name == lifecycle.Object:
		default:
			if slices.Contains(onPulls, cmd.Name) {
				return cmd.Name, true
			}
		}
	}
	return "", false
}

// onPulls are the commands that mean something on a pull request.
var onPulls = []lifecycle.Command{lifecycle.Approve, lifecycle.Object, lifecycle.Withdraw, lifecycle.NoMetrics, lifecycle.Status, lifecycle.Help}

// nearMiss reports whether what only comes near to a command is answered: by somebody with a role, and in
// words only by somebody who is awaited.
func (d *pullDesk) nearMiss(e Entry) bool {
	p := e.Comment.Author
	if !e.InWords {
		return len(d.Roster.RolesOf(p)) > 0
	}
	return d.awaits(p)
}

// awaits reports whether the person could give what is missing.
func (d *pullDesk) awaits(p facts.Person) bool { return facts.Contains(d.assent.Awaited(), p) }

// command says why a command is not carried out; "" when it is: the count itself is the fold's.
func (d *pullDesk) command(c facts.Comment, cmd Command) string {
	refuse := func(code string) string { return d.printer.Refused(c.Author.Login, code, cmd.Name) }
	switch cmd.Name {
	case lifecycle.Help:
		return d.printer.Help()
	case lifecycle.Status:
		return ""
	case lifecycle.Approve:
		return d.approve(c, cmd, refuse)
	case lifecycle.Object:
		if reason(cmd) == "" {
			return refuse("no-reason")
		}
		if checks.MayObject(d.question, d.assent, c.Author, c.Created) {
			return ""
		}
		return d.notAsked(c, "")
	case lifecycle.Withdraw:
		if !slices.ContainsFunc(d.question.Said, func(s checks.Said) bool {
			return s.Person.Is(c.Author) && (s.Word == checks.WordYes || s.Word == checks.WordNo) && s.Comment < c.ID && !s.At.After(c.Created)
		}) {
			return refuse("nothing-own")
		}
		return ""
	case lifecycle.NoMetrics:
		reply := d.noMetrics(c, cmd, refuse)
		if reply == "" && d.bound[c.ID] == "" {
			reply = d.printer.NewerCommit(c.Author.Login, d.Pull.Head, cmd.Name)
		}
		return reply
	}
	return refuse(elsewhere(cmd))
}

func (d *pullDesk) approve(c facts.Comment, cmd Command, refuse refuser) string {
	args, ok := ParseAssent(cmd.Args)
	if !ok {
		return refuse("assent-form")
	}
	if reply := d.notAsked(c, args.As); reply != "" {
		return reply
	}
	switch {
	case d.bound[c.ID] != "":
		return ""
	case args.Commit != "":
		return refuse("assent-commit")
	}
	return d.printer.NewerCommit(c.Author.Login, d.Pull.Head, cmd.Name)
}

// notAsked says that somebody's word does not count here; "" when it does.
func (d *pullDesk) notAsked(c facts.Comment, as lifecycle.Role) string {
	why := checks.RefuseAssent(d.question, d.assent, c.Author, as)
	if why == "" {
		return ""
	}
	v := templates.RefusalView{Login: c.Author.Login, Why: string(why), Mine: d.Roster.RolesOf(c.Author), As: as, Config: d.Rules.URL, OnPull: true}
	for _, n := range d.assent.Needs {
		for _, r := range n.Roles {
			if !slices.Contains(v.Seats, r) {
				v.Seats = append(v.Seats, r)
			}
		}
	}
	if len(v.Seats) == 0 {
		v.Why = "no-request"
	}
	return d.printer.NotCounted(v)
}

// noMetrics says why somebody cannot excuse a pull request from its metric report; "" when they can.
func (d *pullDesk) noMetrics(c facts.Comment, cmd Command, refuse refuser) string {
	switch {
	case reason(cmd) == "":
		return refuse("no-reason")
	case !(rights{d.Roster, d.question.Delegations}).holds(c, lifecycle.DataScientist):
		return refuse("no-metrics-role")
	case c.Author.Is(d.Pull.Author) || facts.Contains(d.authors(), c.Author):
		return refuse("no-metrics-own")
	}
	return ""
}

// excused reports whether a `/no-metrics` that holds is for what the files are now.
func (d *pullDesk) excused(c facts.Comment) bool {
	at := d.bound[c.ID]
	return at != "" && c.Created.After(d.Pull.Retargeted) && d.same(at, d.toMeasure())
}

// authors are all who wrote or pushed a commit, whether they may approve or not.
func (d *pullDesk) authors() []facts.Person {
	out, pushers, _ := d.wrote(func(c facts.PullCommit) bool { return !d.changesNothing(c) })
	return facts.Union(out, pushers)
}

// findExcuse takes the newest `/no-metrics` that holds, for what is to be measured now.
func (d *pullDesk) findExcuse() (by *facts.Comment, why string) {
	standing(d.entries, func(e Entry, _ int, cmd Command) {
		c := e.Comment
		if cmd.Name == lifecycle.NoMetrics && d.noMetrics(c, cmd, func(code string) string { return code }) == "" && d.excused(c) {
			by, why = &c, reason(cmd)
		}
	})
	return by, why
}
