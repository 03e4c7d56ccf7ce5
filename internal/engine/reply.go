package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// repeatWithin is how long after a reply the same command, given again to no effect, edits that reply
// instead of getting one of its own (section 9).
const repeatWithin = 10 * time.Minute

// repeatEdits is how often one reply is edited only to say that the same command was given again; after
// that the reaction alone answers.
const repeatEdits = 3

// reply is a reply that the same command given again is added to.
type reply struct {
	by      facts.Person
	asks    string
	at      time.Time
	comment int64  // 0 while it is not posted
	effect  int    // place of the effect that posts or edits it; -1 for none
	text    string // what people read in it
	record  Record
}

// outcome is what came of one comment.
type outcome struct {
	done    bool     // something of it was carried out
	refused []int    // places of the commands that were not
	replies []string // each said once
}

func (o *outcome) say(reply string) {
	if !slices.Contains(o.replies, reply) {
		o.replies = append(o.replies, reply)
	}
}

// misunderstood is the outcome of a comment that only came near to a command.
func (e Entry) misunderstood(reply string) outcome {
	o := outcome{replies: []string{reply}}
	for i := range e.Commands {
		o.refused = append(o.refused, i)
	}
	return o
}

// carryOut runs the entry's commands in order: command returns "" for one that was carried out, else
// what there is to reply. One that an earlier reply refused stays refused.
func (p *pen) carryOut(e Entry, command func(facts.Comment, Command) string) outcome {
	var o outcome
	for i, cmd := range e.Commands {
		if p.refused.has(e.Comment.ID, i) {
			o.refused = append(o.refused, i)
			continue
		}
		p.accepted, p.place = false, i
		reply := command(e.Comment, cmd)
		if reply != "" {
			o.say(reply)
		}
		if reply == "" || cmd.Name == lifecycle.Help || p.accepted {
			o.done = true
		} else {
			o.refused = append(o.refused, i)
		}
	}
	if e.More > 0 && len(e.Commands) > 0 {
		o.say(p.printer.TooMany(e.Comment.Author.Login, len(e.Commands), e.More))
	}
	return o
}

// respond marks a comment as handled: with one reply where there is something to say, which is written
// once, and one reaction: thumbs up when anything of it was carried out.
func (p *pen) respond(e Entry, o outcome) {
	if len(o.replies) > 0 && !p.answered[e.Comment.ID] {
		p.reply(e, o)
	}
	reaction := facts.NotCounted
	if o.done {
		reaction = facts.Counted
	}
	p.reactions = append(p.reactions, React{e.Comment.ID, reaction})
}

func (p *pen) reply(e Entry, o outcome) {
	vain := e.toNoEffect(o.refused)
	if vain {
		for i := len(p.replies) - 1; i >= 0; i-- {
			if r := &p.replies[i]; r.by.Is(e.Comment.Author) && r.asks == e.asks() && e.Comment.Created.Sub(r.at) <= repeatWithin {
				p.replyAgain(r, e, o)
				return
			}
		}
	}
	r := Record{Kind: Replied, Cause: e.Comment.ID, Refused: o.refused}
	if signed := p.comment(r, joinReplies(o.replies)); signed != nil && vain {
		p.replies = append(p.replies, reply{by: e.Comment.Author, asks: e.asks(), at: p.now, effect: len(p.effects) - 1, text: joinReplies(o.replies), record: r})
	}
}

// replyAgain answers a repeated command in the reply that there is: it says how things stand now, and
// its record names every comment it answers.
func (p *pen) replyAgain(r *reply, e Entry, o outcome) {
	text := joinReplies(o.replies)
	if len(r.record.Causes) >= repeatEdits && strings.HasPrefix(r.text, strings.TrimSpace(text)) {
		return
	}
	record := r.record
	record.Causes = append(slices.Clone(record.Causes), e.Comment.ID)
	signed, body := p.recorded(record, text+"\n"+p.printer.Again(e.Comment.Created))
	if signed == nil {
		return
	}
	r.record, r.text = record, text
	var effect Effect = EditComment{p.issue.Number, r.comment, signed, body}
	if r.comment == 0 {
		effect = PostComment{p.issue.Number, signed, body}
	}
	if r.effect < 0 {
		r.effect, p.effects = len(p.effects), append(p.effects, nil)
	}
	p.effects[r.effect] = effect
}

// asks names what a comment commands, arguments aside, to tell a repetition.
func (e Entry) asks() string {
	if near := e.near(); near != "" {
		return "near " + string(near)
	}
	names := make([]string, len(e.Commands))
	for i, c := range e.Commands {
		names[i] = string(c.Name)
	}
	return strings.Join(names, " ")
}

// gives reports whether a command of that name is among the entry's.
func (e Entry) gives(name lifecycle.Command) bool {
	return slices.ContainsFunc(e.Commands, func(c Command) bool { return c.Name == name })
}

// toNoEffect reports whether, with these commands refused, a reply is all that came of the comment.
func (e Entry) toNoEffect(refused []int) bool {
	for i, c := range e.Commands {
		if c.Name != lifecycle.Help && !slices.Contains(refused, i) {
			return false
		}
	}
	return true
}

// lapsed tells somebody whose yes was counted that it counts no longer because the comment was edited
// (rule 2): it says yes still, or commands nothing any more and its author is awaited again. The reaction it
// has stays.
func (p *pen) lapsed(e Entry, awaited func(facts.Person) bool) {
	c := e.Comment
	if c.Answer != facts.Counted || !c.Edited || p.answered[c.ID] {
		return
	}
	if !e.gives(lifecycle.Approve) && (len(e.Commands) > 0 || !awaited(c.Author)) {
		return
	}
	p.reply(e, e.misunderstood(p.printer.DidYouMean(c.Author.Login, lifecycle.Approve)))
}
