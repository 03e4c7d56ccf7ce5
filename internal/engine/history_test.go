package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

var start = time.Date(2026, 1, 12, 11, 0, 0, 0, time.UTC)

func who(login string) facts.Person {
	id := int64(0)
	for _, b := range []byte(login) {
		id = id*131 + int64(b)
	}
	return facts.Person{ID: id, Login: login}
}

// story reads lines such as
//
//	bot request metrics=m1
//	tomas /approve as DS
//	rui (edited) /approve
//	silent metrics=m2
//
// into entries a minute apart. Marks in brackets: edited, hidden, refused, bot.
func story(t *testing.T, text string) ([]engine.Entry, []engine.Publication) {
	t.Helper()
	var entries []engine.Entry
	var silent []engine.Publication
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		at := start.Add(time.Duration(i) * time.Minute)
		author, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		e := engine.Entry{Comment: facts.Comment{ID: int64(100 + i), Created: at, Author: who(author)}}
		switch author {
		case "silent":
			silent = append(silent, engine.Publication{At: at, Prints: prints(rest)})
			continue
		case "bot":
			e.Comment.Own = true
			e.Record = record(t, rest)
		default:
			e.Comment, rest = marks(e.Comment, rest)
			e.Commands = commands(t, rest)
		}
		entries = append(entries, e)
	}
	return entries, silent
}

func marks(c facts.Comment, rest string) (facts.Comment, string) {
	mark, after, ok := strings.Cut(strings.TrimPrefix(rest, "("), ") ")
	if !ok || !strings.HasPrefix(rest, "(") {
		return c, rest
	}
	c.Edited = strings.Contains(mark, "edited")
	c.Hidden = strings.Contains(mark, "hidden")
	c.Author.Bot = strings.Contains(mark, "bot")
	if strings.Contains(mark, "refused") {
		c.Answer = facts.NotCounted
	}
	return c, after
}

func commands(t *testing.T, text string) []engine.Command {
	t.Helper()
	var out []engine.Command
	for part := range strings.SplitSeq(text, " & ") {
		name, args, _ := strings.Cut(strings.TrimPrefix(part, "/"), " ")
		cmd, ok := lifecycle.ParseCommand(name)
		if !ok {
			t.Fatalf("no command %q", name)
		}
		out = append(out, engine.Command{Name: cmd, Args: args})
	}
	return out
}

func prints(text string) checks.Prints {
	p := checks.Prints{}
	for word := range strings.FieldsSeq(text) {
		item, print, _ := strings.Cut(word, "=")
		p[checks.Item(item)] = print
	}
	return p
}

func record(t *testing.T, text string) *engine.Record {
	t.Helper()
	kind, rest, _ := strings.Cut(text, " ")
	r := engine.Record{Kind: engine.RecordKind(kind), Gate: lifecycle.G1, Prints: prints(rest)}
	switch r.Kind {
	case engine.Requested:
		sara := engine.WhoIs(who("sara"))
		r.Requester = &sara
	case engine.Passed:
		r.From, r.To = lifecycle.Design, lifecycle.Development
		for _, login := range []string{"helena", "tomas"} {
			r.Yes = append(r.Yes, engine.RecordedYes{Who: engine.WhoIs(who(login)), Seat: lifecycle.DataScientist, Role: lifecycle.DataScientist, Prints: r.Prints})
		}
	case engine.Returned:
		r.From, r.To, r.Why = lifecycle.Development, lifecycle.Design, lifecycle.CauseData
	case engine.Voided, engine.Replied:
	default:
		t.Fatalf("no record %q", kind)
	}
	return &r
}

func tell(h engine.History) string {
	s := string(h.Phase)
	if h.Request != nil {
		s += fmt.Sprintf(" asked(%s by %s, %d published)", h.Request.Gate, h.Request.Requester.Login, len(h.Request.Published))
	}
	for _, y := range h.Yes {
		s += fmt.Sprintf(" %s", y.Person.Login)
		if y.As != "" {
			s += " as " + string(y.As)
		}
		s += fmt.Sprintf("@%s", y.Bound[checks.ItemMetrics])
	}
	for _, o := range h.Objections {
		s += fmt.Sprintf(" NO(%s: %s)", o.Person.Login, o.Reason)
	}
	return fmt.Sprintf("%s; %d passed, %d returned", s, len(h.Passings), len(h.Returns))
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, story, want string }{
		{"nothing yet", "sara /help", "design; 0 passed, 0 returned"},
		{"an approval before any request is for nothing", "tomas /approve\nbot request metrics=1", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"rule 8: bound to what was published before it", "bot request metrics=1\ntomas /approve\nbot void metrics=2\nrui /approve",
			"design asked(G1 by sara, 2 published) tomas@1 rui@2; 0 passed, 0 returned"},
		{"rule 8: a silent publication counts too", "bot request metrics=1\ntomas /approve\nsilent metrics=2\nrui /approve",
			"design asked(G1 by sara, 2 published) tomas@1 rui@2; 0 passed, 0 returned"},
		{"a silent publication of an earlier request is gone", "silent metrics=0\nbot request metrics=1\ntomas /approve",
			"design asked(G1 by sara, 1 published) tomas@1; 0 passed, 0 returned"},
		{"rule 1: an edited comment never counts", "bot request metrics=1\ntomas (edited) /approve", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"a hidden comment does not count", "bot request metrics=1\ntomas (hidden) /approve", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"rule 1: a bot is no person", "bot request metrics=1\nhelper (bot) /approve", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"what was refused stays refused", "bot request metrics=1\ntomas (refused) /approve", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"rule 4: `as` is kept", "bot request metrics=1\ntomas /approve as data-engineer", "design asked(G1 by sara, 1 published) tomas as data-engineer@1; 0 passed, 0 returned"},
		{"an unknown role counts for none", "bot request metrics=1\ntomas /approve as boss", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"rule 2: several commands run in order", "bot request metrics=1\ntomas /approve & /withdraw", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"rule 9: an objection blocks", "bot request metrics=1\ntomas /object the period is short", "design asked(G1 by sara, 1 published) NO(tomas: the period is short); 0 passed, 0 returned"},
		{"rule 9: until that person withdraws it", "bot request metrics=1\ntomas /object no\nrui /withdraw\ntomas /withdraw", "design asked(G1 by sara, 1 published); 0 passed, 0 returned"},
		{"withdrawing an objection keeps the approval", "bot request metrics=1\ntomas /approve\ntomas /object wait\ntomas /withdraw", "design asked(G1 by sara, 1 published) tomas@1; 0 passed, 0 returned"},
		{"a passed gate moves it and clears the desk", "bot request metrics=1\ntomas /approve\nbot passed metrics=1\nrui /approve", "development; 1 passed, 0 returned"},
		{"a return moves it back", "bot request metrics=1\nbot passed metrics=1\nbot returned metrics=1", "design; 1 passed, 1 returned"},
		{"a return ends an open request", "bot request metrics=1\ntomas /approve\nbot returned metrics=1", "design; 0 passed, 1 returned"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tell(engine.Fold(story(t, c.story))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// GitHub's times have whole seconds: what was written in the second of a publication is taken to have
// been written before it, so that nobody is held to have approved what they cannot have seen.
func TestAnApprovalInTheSecondOfAPublicationIsForTheOneBefore(t *testing.T) {
	entries, _ := story(t, "bot request metrics=1\nbot void metrics=2\ntomas /approve")
	entries[2].Comment.Created = entries[1].Comment.Created
	h := engine.Fold(entries, nil)
	if len(h.Yes) != 1 || h.Yes[0].Bound[checks.ItemMetrics] != "1" {
		t.Errorf("bound to %v", h.Yes)
	}
}

func TestAnApprovalInTheSecondOfTheRequestCountsIfItWasWrittenAfter(t *testing.T) {
	entries, _ := story(t, "bot request metrics=1\ntomas /approve")
	entries[1].Comment.Created = entries[0].Comment.Created
	if h := engine.Fold(entries, nil); len(h.Yes) != 1 {
		t.Errorf("bound to %v", h.Yes)
	}
	entries[0], entries[1] = entries[1], entries[0]
	entries[0].Comment.ID, entries[1].Comment.ID = entries[1].Comment.ID, entries[0].Comment.ID
	if h := engine.Fold(entries, nil); len(h.Yes) != 0 {
		t.Errorf("written before the request, and bound to %v", h.Yes)
	}
}

func TestCarriedAndSincePassed(t *testing.T) {
	h := engine.Fold(story(t, "bot request metrics=1\nbot returned metrics=1\nbot passed metrics=1\nbot returned metrics=2"))
	if got := h.SincePassed(lifecycle.G1); len(got) != 1 || got[0].Prints[checks.ItemMetrics] != "2" {
		t.Errorf("returns since G1 passed: %+v", got)
	}
	if got := h.SincePassed(lifecycle.G2); len(got) != 2 {
		t.Errorf("G2 never passed, %d of 2 returns reopen it", len(got))
	}
	carried := h.Carried(lifecycle.G1)
	if len(carried) != 2 || !carried[0].Carried || carried[0].Bound[checks.ItemMetrics] != "1" {
		t.Errorf("carried: %+v", carried)
	}
	if h.Carried(lifecycle.G2) != nil {
		t.Error("something is carried from a gate that never passed")
	}
}
