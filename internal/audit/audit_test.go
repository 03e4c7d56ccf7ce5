package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/checks"
	"github.com/phasegate/phasegate/internal/audit"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/internal/metrics"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	begin  = time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC)
	bot    = facts.Person{ID: 900, Login: "phasegate[bot]", Bot: true}
	helena = facts.Person{ID: 1, Login: "helena-bs"}
	rui    = facts.Person{ID: 2, Login: "rui-sme"}
	dora   = facts.Person{ID: 3, Login: "dora-de"}
	sara   = facts.Person{ID: 4, Login: "sara-ds"}
)

func signer(t *testing.T, secret string) engine.Signer {
	t.Helper()
	s, err := engine.NewSigner([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// story is an issue that is written on, an hour apart.
type story struct {
	t      *testing.T
	signer engine.Signer
	engine.Archived
	now time.Time
}

func newStory(t *testing.T, number int, kind lifecycle.Kind) *story {
	return &story{t: t, signer: signer(t, "secret"), now: begin, Archived: engine.Archived{Issue: facts.Issue{Repository: 77, Number: number, Labels: []string{kind.Label()}, Author: sara}}}
}

func (s *story) comment(by facts.Person, body string) *facts.Comment {
	s.now = s.now.Add(time.Hour)
	id := int64(s.Issue.Number*1000 + len(s.Comments) + 1)
	s.Comments = append(s.Comments, facts.Comment{ID: id, Author: by, Own: by.Is(bot), Body: body, Created: s.now, URL: fmt.Sprintf("https://github.example/acme/churn/issues/%d#issuecomment-%d", s.Issue.Number, id)})
	return &s.Comments[len(s.Comments)-1]
}

// took writes a person's comment that Phasegate counted, and returns its id.
func (s *story) took(by facts.Person, body string) int64 {
	c := s.comment(by, body)
	c.Answer = facts.Counted
	return c.ID
}

// record writes a signed record, and returns its comment's id.
func (s *story) record(r engine.Record) int64 {
	s.t.Helper()
	r.Repo, r.RepoID, r.Issue, r.At = "acme/churn", s.Issue.Repository, s.Issue.Number, s.now.Add(time.Hour)
	signed, err := s.signer.Sign(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.comment(bot, block(s.t, signed)).ID
}

func block(t *testing.T, r engine.Record) string {
	t.Helper()
	hidden, err := markdown.EncodeBlock(string(r.Kind), r)
	if err != nil {
		t.Fatal(err)
	}
	return "Words.\n\n" + hidden + "\n"
}

func (s *story) yes(comment int64, seat lifecycle.Role) engine.RecordedYes {
	i := slices.IndexFunc(s.Comments, func(c facts.Comment) bool { return c.ID == comment })
	c := s.Comments[i]
	return engine.RecordedYes{Who: engine.WhoIs(c.Author), Seat: seat, Role: seat, Via: checks.ViaRole, At: c.Created, Comment: c.ID, URL: c.URL, Prints: checks.Prints{checks.ItemBudget: "b1", checks.ItemMetrics: "m1"}}
}

func (s *story) find(id int64) *facts.Comment {
	s.t.Helper()
	for i := range s.Comments {
		if s.Comments[i].ID == id {
			return &s.Comments[i]
		}
	}
	s.t.Fatalf("no comment %d", id)
	return nil
}

// drop takes a comment away.
func (s *story) drop(id int64) {
	s.Comments = slices.DeleteFunc(s.Comments, func(c facts.Comment) bool { return c.ID == id })
}

func who(p facts.Person) *engine.Who { w := engine.WhoIs(p); return &w }

func (s *story) trail() []audit.Event {
	return audit.Auditor{Repository: "acme/churn", Keys: []ed25519.PublicKey{s.signer.Public()}}.Trail(s.Archived)
}

// passed is a gate that was asked for and passed; the ids are of the comments it is made of.
type passed struct{ advance, request, bs, sme, record int64 }

func (s *story) pass(p checks.Prints) passed {
	var out passed
	out.advance = s.took(sara, "/advance development")
	out.request = s.record(engine.Record{Kind: engine.Requested, Gate: lifecycle.G1, From: lifecycle.Design, To: lifecycle.Development, Risk: lifecycle.Standard, Requester: who(sara), Cause: out.advance, Prints: p})
	out.bs, out.sme = s.took(helena, "/approve"), s.took(rui, "/approve as subject-matter-expert\n\nAs written.")
	out.record = s.record(engine.Record{Kind: engine.Passed, Gate: lifecycle.G1, From: lifecycle.Design, To: lifecycle.Development, Risk: lifecycle.Standard, Requester: who(sara), Cause: out.request, Prints: p,
		Yes: []engine.RecordedYes{s.yes(out.bs, lifecycle.BusinessStakeholder), s.yes(out.sme, lifecycle.SubjectMatterExpert)}})
	return out
}

var prints = checks.Prints{checks.ItemBudget: "b1", checks.ItemMetrics: "m1"}

// told is a story with one of everything.
func told(t *testing.T) []audit.Event {
	s := newStory(t, 3, lifecycle.Deliverable)
	first := s.pass(prints)
	back := s.took(rui, "/return design data: the *source* changed | = twice")
	s.record(engine.Record{Kind: engine.Returned, From: lifecycle.Development, To: lifecycle.Design, Cause: back, Why: lifecycle.CauseData, Reason: "the *source* changed | = twice", Requester: who(rui), Prints: prints})
	again := s.took(sara, "/advance development")
	request := s.record(engine.Record{Kind: engine.Requested, Gate: lifecycle.G1, From: lifecycle.Design, To: lifecycle.Development, Risk: lifecycle.Standard, Requester: who(sara), Cause: again, Prints: prints})
	s.took(dora, "/object the data is not ours")
	s.took(dora, "/withdraw")
	no := s.took(dora, "/object still not")
	over := s.took(helena, "/decide overrule @dora-de: it is ours since May")
	s.record(engine.Record{Kind: engine.Overruled, Target: who(dora), Requester: who(helena), Cause: over, Reason: "it is ours since May"})
	s.record(engine.Record{Kind: engine.Nudged})
	s.record(engine.Record{Kind: engine.Voided, Gate: lifecycle.G1, Prints: checks.Prints{checks.ItemBudget: "b2", checks.ItemMetrics: "m1"}})
	fresh := s.took(rui, "/approve")
	s.comment(helena, "/aprovar")
	s.record(engine.Record{Kind: engine.Blocked, Blocks: []string{"no-data"}})
	lent := s.yes(fresh, lifecycle.SubjectMatterExpert)
	lent.Via, lent.By, lent.Until = checks.ViaDelegation, who(dora), "2026-02-01"
	carried := s.yes(first.bs, lifecycle.BusinessStakeholder)
	carried.Carried = true
	also := lent
	also.Seat, also.AlsoFor = lifecycle.DataEngineer, true
	s.record(engine.Record{Kind: engine.Passed, Gate: lifecycle.G1, From: lifecycle.Design, To: lifecycle.Development, Risk: lifecycle.Standard, Requester: who(sara), Cause: request, Report: &engine.RecordedReport{Commit: "4f1c2ab", Body: metrics.Report{Model: "gbm-7", Dataset: "usage@2026-01"}}, Yes: []engine.RecordedYes{carried, lent, also}, Self: true})
	risk := s.took(helena, "/risk high it decides on people")
	s.record(engine.Record{Kind: engine.Risked, Risk: lifecycle.High, Cause: risk, Reason: "it decides on people"})
	waive := s.took(helena, "/waive A5 until 2026-03-01 no time")
	s.record(engine.Record{Kind: engine.Waived, Artefact: "A5", Until: "2026-03-01", Cause: waive, Reason: "no time", With: who(dora)})
	budget := s.took(helena, "/budget 40000 BRL")
	s.record(engine.Record{Kind: engine.Rewritten, Cause: budget, Prints: prints})
	s.record(engine.Record{Kind: engine.Expired, Gate: lifecycle.G3, Prints: prints})
	renew := s.took(helena, "/approve")
	s.record(engine.Record{Kind: engine.Renewed, Gate: lifecycle.G3, Until: "2026-09-01", Yes: []engine.RecordedYes{s.yes(renew, lifecycle.BusinessStakeholder)}})
	s.LabelChanges = []facts.LabelChange{{ID: "LE_1", Label: "phase:monitoring", Added: true, Actor: sara}}
	s.record(engine.Record{Kind: engine.Explained, Event: "LE_1"})
	refused := s.took(sara, "/help\n\n/approve")
	s.record(engine.Record{Kind: engine.Replied, Cause: refused, Refused: []int{1}})
	s.find(no).Hidden = true

	work := newStory(t, 4, lifecycle.Deliverable)
	start := work.took(helena, "/start deployment it runs already")
	work.record(engine.Record{Kind: engine.Started, From: lifecycle.Design, To: lifecycle.Deployment, Cause: start, Reason: "it runs already"})

	problem := newStory(t, 1, lifecycle.Problem)
	problem.took(rui, "/delegate subject-matter-expert @dora-de until 2026-02-01")
	problem.took(helena, "/decide budget #1: =40000 BRL/month for scoring")
	problem.comment(sara, "/decide budget: mine").Answer = facts.NotCounted
	meeting := newStory(t, 14, lifecycle.Meeting)
	decided := meeting.took(helena, "/present\n/decide metric #1: release 1 needs 0.42")
	problem.comment(bot, "Sticky.\n\n"+sticky(t, engine.ProblemLedger{Decisions: []engine.LedgerDecision{{N: 2, Comment: decided, Place: 1, Meeting: 14}}}))

	data := newStory(t, 2, lifecycle.Data)
	yes := data.took(dora, "/approve")
	data.comment(bot, "Sticky.\n\n"+sticky(t, engine.DataLedger{For: map[int64]string{yes: "d1"}}))

	events := slices.Concat(s.trail(), work.trail(), problem.trail(), meeting.trail(), data.trail())
	audit.Number(events, engine.NumberedDecisions(problem.Archived))
	audit.Sort(events)
	return events
}

func sticky(t *testing.T, ledger any) string {
	t.Helper()
	hidden, err := markdown.EncodeBlock("sticky", ledger)
	if err != nil {
		t.Fatal(err)
	}
	return hidden + "\n"
}

func TestGolden(t *testing.T) {
	events := told(t)
	for _, f := range []audit.Format{audit.JSONL, audit.CSV, audit.Markdown} {
		var out bytes.Buffer
		if err := audit.Write(&out, f, "acme/churn", events); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "story."+map[audit.Format]string{audit.JSONL: "jsonl", audit.CSV: "csv", audit.Markdown: "md"}[f])
		if *update {
			if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s: %s", golden, diff)
		}
	}
}

// codes are the findings of a trail, each with its event.
func codes(events []audit.Event) []string {
	var out []string
	for _, e := range events {
		for _, f := range e.Findings {
			out = append(out, fmt.Sprintf("%s %s", e.Event, f.Code))
		}
	}
	return out
}

// Nothing is said about a trail that is as Phasegate wrote it; each way to tamper with it is named.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(*story, passed)
		want   []string
		bad    int
	}{
		{"as written", func(*story, passed) {}, nil, 0},
		{"a word of the record changed", func(s *story, p passed) {
			c := s.find(p.record)
			c.Body = block(s.t, forge(s, c.Body))
		}, []string{"passed forged"}, 1},
		{"copied from another issue", func(s *story, p passed) {
			other := newStory(s.t, 9, lifecycle.Deliverable)
			s.comment(bot, other.find(other.record(engine.Record{Kind: engine.Started, To: lifecycle.Deployment})).Body)
		}, []string{"started misplaced"}, 1},
		{"a record by a person", func(s *story, p passed) { s.comment(sara, s.find(p.record).Body) }, []string{"passed foreign"}, 1},
		{"a record by another App, signed", func(s *story, p passed) {
			s.find(p.request).Own, s.find(p.request).Author = false, facts.Person{ID: 901, Login: "old[bot]", Bot: true}
		}, []string{"requested other-writer"}, 0},
		{"a record by another App, with no key known", func(s *story, p passed) {
			s.find(p.request).Own, s.find(p.request).Author = false, facts.Person{ID: 901, Login: "old[bot]", Bot: true}
			s.signer = signer(s.t, "another")
		}, []string{"requested unknown-key", "requested foreign", "approval no-request", "approval no-request", "passed unknown-key"}, 1},
		{"signed with a key that is not known", func(s *story, p passed) { s.signer = signer(s.t, "another") }, []string{"requested unknown-key", "passed unknown-key"}, 0},
		{"never signed", func(s *story, p passed) {
			s.signer = engine.Signer{}
			s.record(engine.Record{Kind: engine.Nudged})
			s.signer = signer(s.t, "secret")
		}, []string{"nudged unsigned"}, 0},
		{"Phasegate's words edited by somebody", func(s *story, p passed) {
			c := s.find(p.record)
			c.Own, c.Touched, c.Body = false, true, strings.Replace(c.Body, "Words", "Other words", 1)
		}, []string{"passed edited-by-other"}, 0},
		{"the approval is gone", func(s *story, p passed) { s.drop(p.bs) }, []string{"approval missing"}, 0},
		{"the approval was edited", func(s *story, p passed) { s.find(p.bs).Edited = true }, []string{"approval edited"}, 0},
		{"the approval was hidden", func(s *story, p passed) { s.find(p.bs).Hidden = true }, []string{"approval hidden"}, 0},
		{"the approval is by somebody else", func(s *story, p passed) { s.find(p.bs).Author = dora }, []string{"approval other-person"}, 1},
		{"the approval's author is gone", func(s *story, p passed) { s.find(p.bs).Author = facts.Person{} }, []string{"approval no-account"}, 0},
		{"the approval says something else", func(s *story, p passed) { s.find(p.bs).Body, s.find(p.bs).Edited = "/object no", true },
			[]string{"objection edited", "approval edited", "approval not-said"}, 0},
		{"the approval was never answered", func(s *story, p passed) { s.find(p.bs).Answer = "" }, []string{"approval unanswered"}, 0},
		{"the command that asked is gone", func(s *story, p passed) { s.drop(p.advance) }, []string{"requested cause-missing"}, 0},
		{"the request is gone", func(s *story, p passed) { s.drop(p.request) }, []string{"approval no-request", "approval no-request", "passed cause-missing"}, 0},
		{"a move is gone", func(s *story, p passed) {
			s.record(engine.Record{Kind: engine.Returned, From: lifecycle.Deployment, To: lifecycle.Design})
		}, []string{"returned gap"}, 0},
		{"posted again later", func(s *story, p passed) {
			s.now = s.now.Add(48 * time.Hour)
			s.comment(bot, s.find(p.request).Body)
		}, []string{"requested late"}, 0},
		{"a forged reply is listed, though replies are not", func(s *story, p passed) {
			c := s.find(s.record(engine.Record{Kind: engine.Replied, Cause: p.bs}))
			c.Body = block(s.t, forge(s, c.Body))
		}, []string{"answered forged"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t, 3, lifecycle.Deliverable)
			c.tamper(s, s.pass(prints))
			events := s.trail()
			got := codes(events)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if _, bad := audit.Counts(events); bad != c.bad {
				t.Errorf("%d made up, want %d", bad, c.bad)
			}
		})
	}
}

// forge is the record of a body with its reason changed under the same signature.
func forge(s *story, body string) engine.Record {
	var r engine.Record
	if err := markdown.Blocks(body)[0].Decode(&r); err != nil {
		s.t.Fatal(err)
	}
	r.Reason += "!"
	return r
}

// What a record that is made up says moves nothing and approves nothing.
func TestNothingFollowsFromWhatIsForged(t *testing.T) {
	s := newStory(t, 3, lifecycle.Deliverable)
	p := s.pass(prints)
	c := s.find(p.record)
	r := forge(s, c.Body)
	r.Yes = append(r.Yes, s.yes(p.advance, lifecycle.DataEngineer))
	c.Body = block(t, r)
	for _, e := range s.trail() {
		if e.Event == audit.Approval && e.Record != 0 {
			t.Errorf("an approval counts by a forged record: %+v", e)
		}
	}
}

// A spreadsheet must take every cell for text.
func TestNoFormulaInCSV(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "a\u009b31m", "a\u202eb"} {
		s := newStory(t, 1, lifecycle.Problem)
		s.record(engine.Record{Kind: engine.Risked, Reason: text})
		var out bytes.Buffer
		if err := audit.Write(&out, audit.CSV, "acme/churn", s.trail()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		cell := rows[1][slices.Index(rows[0], "text")]
		if strings.ContainsAny(strings.TrimSpace(cell)[:1], "=+-@＝\t\r") || strings.ContainsAny(cell, "\u009b\u202e\t\r") {
			t.Errorf("%q is written as %q", text, cell)
		}
	}
}

// A table's row stays one, whatever people write, and nobody's address becomes a link that Phasegate made.
func TestMarkdownIsEscaped(t *testing.T) {
	s := newStory(t, 1, lifecycle.Problem)
	c := s.comment(bot, "")
	r, err := s.signer.Sign(engine.Record{Kind: engine.Risked, Repo: "acme/churn", RepoID: 77, Issue: 1, At: s.now, Reason: "a | b\n\n@helena-bs <b>x</b> [l](https://evil.example)"})
	if err != nil {
		t.Fatal(err)
	}
	c.Body = block(t, r)
	c.URL = "javascript:alert(1)"
	var out bytes.Buffer
	if err := audit.Write(&out, audit.Markdown, "acme/churn", s.trail()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := lines[len(lines)-1]
	for _, bad := range []string{"<b>", "[l](", "@helena", "javascript"} {
		if strings.Contains(last, bad) {
			t.Errorf("%q is in %s", bad, last)
		}
	}
	if strings.Count(last, "|")-strings.Count(last, `\|`) != 7 {
		t.Errorf("the row has other cells: %s", last)
	}
}

// CSV and JSON have the same fields by the same names, and docs/audit.md describes each of them.
func TestFieldsAreTheSameEverywhere(t *testing.T) {
	var fields []string
	typ := reflect.TypeFor[audit.Event]()
	for i := range typ.NumField() {
		if name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ","); name != "" {
			fields = append(fields, name)
		}
	}
	var out bytes.Buffer
	if err := audit.Write(&out, audit.CSV, "acme/churn", nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(fields, ",") {
		t.Errorf("CSV has %s\nJSON has %s", got, strings.Join(fields, ","))
	}
	doc, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		if !strings.Contains(string(doc), "\n| `"+f+"` |") {
			t.Errorf("docs/audit.md does not describe %s", f)
		}
	}
	for _, code := range []audit.Code{audit.Forged, audit.Misplaced, audit.Foreign, audit.OtherPerson, audit.Unsigned, audit.UnknownKey, audit.OtherWriter, audit.EditedByOther, audit.Late,
		audit.CauseMissing, audit.Gap, audit.Missing, audit.NotSaid, audit.Edited, audit.Hidden, audit.NoRequest, audit.Unanswered, audit.NoAccount} {
		if !strings.Contains(string(doc), "\n| `"+string(code)+"` |") {
			t.Errorf("docs/audit.md does not describe %s", code)
		}
	}
	for _, e := range told(t) {
		if !strings.Contains(string(doc), "\n| `"+string(e.Event)+"` |") {
			t.Errorf("docs/audit.md does not describe %s", e.Event)
		}
	}
}

// The examples of docs/audit.md are lines that an audit writes.
func TestExamplesOfTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/story.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for line := range strings.Lines(string(doc)) {
		if !strings.HasPrefix(line, `{"schema"`) {
			continue
		}
		examples++
		if !strings.Contains(string(golden), line) {
			t.Errorf("no audit writes %s", line)
		}
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		var e audit.Event
		if err := dec.Decode(&e); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if examples < 3 {
		t.Errorf("only %d examples", examples)
	}
}

// What labels and stickies say is held against the records, and what waits to be done is told apart.
func TestCheck(t *testing.T) {
	sticky := func(text string) string { return "> " + text + "\n\nSame.\n\n" + sticky(t, engine.Ledger{}) }
	for _, c := range []struct {
		name    string
		labels  []string
		closed  bool
		touched bool
		effects []engine.Effect
		want    []string
	}{
		{"as it should be", []string{"phase:development"}, false, false, nil, nil},
		{"another phase", []string{"phase:monitoring"}, false, false, nil, []string{"#3 label phase:monitoring is there; by the records it is phase:development"}},
		{"two phases", []string{"phase:design", "phase:development"}, false, false, []engine.Effect{engine.SetLabels{Issue: 3, Remove: []string{"phase:design"}}},
			[]string{"#3 label phase:design and phase:development is there; by the records it is phase:development"}},
		{"no phase", nil, false, false, []engine.Effect{engine.SetLabels{Issue: 3, Add: []string{"phase:development", "risk:low"}}},
			[]string{"#3 label phase:development is missing", "#3 label risk:low is missing"}},
		{"closed", []string{"phase:monitoring"}, true, false, nil, nil},
		{"a label put back, once said", []string{"phase:development"}, false, false,
			[]engine.Effect{engine.PostComment{Issue: 3, Record: &engine.Record{Kind: engine.Explained}}, engine.SetLabels{Issue: 3, Remove: []string{"gate:requested"}}},
			[]string{"#3 label gate:requested is there, and should not be"}},
		{"a command that is not answered", []string{"phase:development"}, false, false,
			[]engine.Effect{engine.React{Comment: 1, Reaction: facts.Counted}, engine.SetLabels{Issue: 3, Add: []string{"gate:requested"}}, engine.EditComment{Issue: 3, Comment: 3006, Body: sticky("Other.")}},
			[]string{"#3 waits: react +1"}},
		{"no sticky", []string{"phase:development"}, false, false, []engine.Effect{engine.PostComment{Issue: 3, Body: sticky("x")}}, []string{"#3 sticky is missing"}},
		{"another sticky", []string{"phase:development"}, false, false, []engine.Effect{engine.EditComment{Issue: 3, Comment: 3006, Body: sticky("Design")}},
			[]string{`#3 sticky says "> Development"; it would say "> Design"`}},
		{"only its hidden part", []string{"phase:development"}, false, false, []engine.Effect{engine.EditComment{Issue: 3, Comment: 3006, Body: sticky("Development") + "\n"}}, nil},
		{"a sticky of somebody's", []string{"phase:development"}, false, true, []engine.Effect{engine.EditComment{Issue: 3, Comment: 3006, Body: sticky("x")}},
			[]string{"#3 sticky was last edited by somebody else; it would be made anew"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t, 3, lifecycle.Deliverable)
			s.pass(prints)
			s.comment(bot, sticky("Development")).Touched = c.touched
			s.Issue.Labels, s.Issue.Closed = append(s.Issue.Labels, c.labels...), c.closed
			var got []string
			for _, d := range (audit.Auditor{Repository: "acme/churn"}).Check(s.Archived, engine.Plan{Effects: c.effects}) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A rollback is in the trail with who started it, when, what was replaced by what, and where that is said.
func TestRollback(t *testing.T) {
	s := newStory(t, 3, lifecycle.Deliverable)
	const what = "production: 89abcde → 0123456"
	id := s.record(engine.Record{Kind: engine.RolledBack, Event: "deployment-5", Requester: who(dora), Reason: what})
	events := s.trail()
	if len(events) != 1 {
		t.Fatalf("%+v", events)
	}
	e := events[0]
	if e.Event != audit.RolledBack || e.Person != dora.Login || e.PersonID != dora.ID || e.Text != what || e.Comment != id || e.URL != s.find(id).URL || !e.At.Equal(s.now) || e.Signature != engine.Valid || len(e.Findings) != 0 {
		t.Errorf("%+v", e)
	}
	var table bytes.Buffer
	if err := audit.Write(&table, audit.Markdown, "acme/churn", events); err != nil || !strings.Contains(table.String(), "| rollback | dora-de (3) |") || !strings.Contains(table.String(), what) {
		t.Errorf("%v\n%s", err, table.String())
	}
}
