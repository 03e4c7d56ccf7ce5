package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// person lists what a person's comment commanded and Phasegate took. What was refused is nothing that
// happened; what has no answer yet is listed with a word on that.
func (t *trail) person(e engine.Entry) {
	c := t.comments[e.Comment.ID]
	if c.Answer == facts.NotCounted || c.Author.Bot {
		return
	}
	if c.Answer == "" && (c.Edited || c.Hidden) {
		return // it never counted
	}
	for i, cmd := range e.Commands {
		if slices.Contains(t.refused[c.ID], i) || slices.Contains(t.refused[c.ID], -1) {
			continue
		}
		t.command(c, i, cmd)
	}
}

func (t *trail) command(c *facts.Comment, place int, cmd engine.Command) {
	switch cmd.Name {
	case lifecycle.Approve:
		t.approve(c, cmd)
	case lifecycle.Object:
		t.object(c, joined(cmd.Args, cmd.Text))
	case lifecycle.Withdraw:
		what := string(Approval)
		if t.objected[c.Author.ID] {
			what = string(Objection)
			delete(t.objected, c.Author.ID)
		}
		if e := t.said(Withdrawal, c); t.answered(c) {
			e.Text = what
			t.add(e)
		}
	case lifecycle.Decide:
		t.decide(c, place, cmd)
	case lifecycle.Delegate:
		t.delegate(c, cmd)
	}
}

// said begins an event of somebody's comment.
func (t *trail) said(what What, c *facts.Comment) Event {
	e := t.event(what, c)
	e.by(c.Author)
	e.aboutComment(c)
	if c.Answer == "" {
		e.find(Unanswered, "Phasegate has not reacted to it yet")
	}
	return e
}

// answered reports whether Phasegate took the comment, or may still do so because of an open request.
func (t *trail) answered(c *facts.Comment) bool { return c.Answer == facts.Counted || t.asked }

// object lists a no to a request. One without a reason is none.
func (t *trail) object(c *facts.Comment, reason string) {
	if !t.answered(c) || reason == "" {
		return
	}
	e := t.said(Objection, c)
	e.Text = reason
	if !t.asked {
		e.find(NoRequest, "no request to which it is an answer is recorded")
	}
	t.objected[c.Author.ID] = true
	t.add(e)
}

// approve lists a yes: to a request, or to a data requirement, of which none is recorded.
func (t *trail) approve(c *facts.Comment, cmd engine.Command) {
	as, understood := engine.AsRole(cmd.Args)
	if !understood || !t.answered(c) {
		return
	}
	e := t.said(Approval, c)
	e.Role, e.GivenAt, e.Prints = as, c.Created.UTC(), t.bound(c)
	if !t.asked && t.kind != lifecycle.Data {
		e.find(NoRequest, "no request to which it is an answer is recorded")
	}
	t.approvals[c.ID] = len(t.events)
	t.add(e)
}

// decide lists a decision that Phasegate took. That of overruling an objection stands in a record.
func (t *trail) decide(c *facts.Comment, place int, cmd engine.Command) {
	args, _ := engine.ParseDecide(cmd)
	if c.Answer != facts.Counted || args.Kind == "" || t.overruled[c.ID] {
		return
	}
	e := t.said(Decision, c)
	e.Topic, e.About, e.Text, e.ordered = string(args.Kind), args.Number, args.Text, engine.Ordered{Comment: c.ID, Place: place}
	if e.About == 0 && t.kind == lifecycle.Problem {
		e.About = t.issue.Number
	}
	t.add(e)
}

func (t *trail) delegate(c *facts.Comment, cmd engine.Command) {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	args, fault := engine.ParseDelegate(cmd.Args, c.Created, zone)
	if c.Answer != facts.Counted || fault != "" {
		return
	}
	e := t.said(Delegation, c)
	e.Role, e.Until, e.Target = args.Role, args.Day, args.Login
	t.add(e)
}

// joined is what stands in a command's line and below it.
func joined(line, below string) string {
	return strings.TrimSpace(strings.TrimSpace(line) + "\n" + strings.TrimSpace(below))
}
