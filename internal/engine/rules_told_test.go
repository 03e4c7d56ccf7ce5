package engine_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
	"github.com/phasegate/phasegate/templates"
)

// told are the lines that say what came of something: the effects but stickies, and who is asked what
// where that changed.
func (s *ruleStage) told(did []ruleEffect) []string {
	out := slices.DeleteFunc(s.lines(did), func(l string) bool { return l == "" })
	return append(out, s.answers()...)
}

func (s *ruleStage) tell(d ruleEffect) string {
	switch e := d.effect.(type) {
	case engine.PostComment:
		if e.Record == nil {
			return ""
		}
		return strings.TrimSpace(fmt.Sprintf("%s %s", e, strings.Join(mentions(e.Body), " ")))
	case engine.EditComment:
		if e.Record == nil {
			return ""
		}
		return fmt.Sprintf("#%d: edit the %s", e.Issue, e.Record.Kind)
	case engine.React:
		return fmt.Sprintf("%s to %s", e.Reaction, s.comment(e.Comment).Author.Login)
	case engine.OpenIssue:
		return strings.TrimSpace(fmt.Sprintf("#%d: opened, %s %s", d.opened, strings.Join(e.Labels, " "), strings.Join(mentions(e.Body), " ")))
	}
	return d.effect.String()
}

// answers tells of each issue whose sticky asks people who has answered, where that is not what was
// told before.
func (s *ruleStage) answers() []string {
	var out []string
	for n := range 100 {
		i := s.issues[n]
		if i == nil || i.Closed {
			continue
		}
		now := strings.Join(seatsIn(s.sticky(n)), ", ")
		if now != s.shown[n] && now != "" {
			out = append(out, fmt.Sprintf("#%d asks %s", n, now))
		}
		s.shown[n] = now
	}
	return out
}

func (s *ruleStage) sticky(number int) string {
	i := s.issues[number]
	if i == nil {
		return ""
	}
	if l := i.listed(); l.Sticky != nil {
		return markdown.Visible(l.Sticky.Body)
	}
	return ""
}

// ruleShort are the short names of roles in cases.
var ruleShort = map[lifecycle.Role]string{
	lifecycle.BusinessStakeholder: "BS", lifecycle.SubjectMatterExpert: "SME", lifecycle.DataEngineer: "DE", lifecycle.DataScientist: "DS",
	lifecycle.SoftwareEngineer: "SE", lifecycle.MLEngineer: "MLE", lifecycle.BackendEngineer: "BE",
	lifecycle.Validator: "validator", lifecycle.AnyTechnical: "technical", lifecycle.AnyRole: "anybody",
}

var seatRow = regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$`)

// seatsIn reads the table of who is asked what: "BS helena-bs yes".
func seatsIn(sticky string) []string {
	var out []string
	for _, m := range seatRow.FindAllStringSubmatch(sticky, -1) {
		who, role, found := strings.Cut(m[1], ", ")
		if !found {
			who, role = "nobody", m[1]
		}
		if strings.HasPrefix(m[1], "@") && strings.Count(m[1], "@") > 1 { // "@a, @b or @c, data scientist"
			last := strings.LastIndex(m[1], ", ")
			who, role = m[1][:last], m[1][last+2:]
		}
		name, right := seatName(role)
		if name == "" {
			continue
		}
		out = append(out, strings.Join(slices.DeleteFunc([]string{name, strings.ReplaceAll(who, "@", ""), right, answerWord(m[2])}, func(w string) bool { return w == "" }), " "))
	}
	return out
}

// seatName is the role's short name, and by what right somebody else answers for it.
func seatName(text string) (name, right string) {
	for role, short := range ruleShort {
		for _, lang := range lifecycle.Langs {
			full := templates.Role(lang, role)
			switch {
			case text == full:
				return short, ""
			case strings.HasPrefix(text, full+" by delegation of "), strings.HasPrefix(text, full+" por delegação de "):
				return short, "by delegation"
			case strings.HasSuffix(text, "standing in for the "+full), strings.HasSuffix(text, "no lugar de "+full):
				return short, "standing in"
			}
		}
	}
	return "", ""
}

func answerWord(text string) string {
	for word, starts := range map[string][]string{
		"needed": {"**needed", "**falta"}, "carried": {"yes, carried", "sim, mantido"}, "vacant": {"nobody holds", "ninguém tem"}, "unread": {"who holds", "não foi possível"},
	} {
		for _, s := range starts {
			if strings.HasPrefix(text, s) {
				return word
			}
		}
	}
	if strings.Contains(text, "with their other role") || strings.Contains(text, "junto com o outro papel") {
		return "yes too"
	}
	return "yes"
}

var ruleMust = regexp.MustCompile(`^(body of #\d+|#\d+|\w+(?: record)?) (says|once|not|in|labels) (.+)$`)

// check judges a "!" line:
//
//	! nothing                   nothing was written, stickies aside
//	! counted                   the comment got a thumbs up; "not counted": a confused face
//	! mentions helena-bs        all that the step's comments mention; "mentions nobody"
//	! #3 says 2 of 4            the sticky's words; "#3 not …", "#3 once …"
//	! #3 in development         the phase
//	! #3 labels state:live      the issue has it; "#3 labels -state:live": it has not
//	! body of #3 says 60000     the issue's text
//	! reply says Not counted    words of the step's newest comment of that record kind; "reply not …"
//	! passed record says "self" words of the record's JSON
func (s *ruleStage) check(must string, did []ruleEffect) error {
	switch must {
	case "counted", "not counted":
		want := facts.Counted
		if must == "not counted" {
			want = facts.NotCounted
		}
		if got := reacted(did); got != want {
			return fmt.Errorf("the reaction is %q", got)
		}
		return nil
	case "nothing":
		if told := slices.DeleteFunc(s.lines(did), func(l string) bool { return l == "" }); len(told) > 0 {
			return fmt.Errorf("it led to %s", strings.Join(told, "; "))
		}
		return nil
	case "mentions nobody":
		must = "mentions "
	}
	if want, ok := strings.CutPrefix(must, "mentions "); ok {
		return s.checkMentions(strings.Fields(want), did)
	}
	m := ruleMust.FindStringSubmatch(must)
	if m == nil {
		return fmt.Errorf("nobody knows how to check that")
	}
	n := 0
	_, _ = fmt.Sscanf(m[1][strings.Index(m[1], "#")+1:], "%d", &n)
	switch {
	case m[2] == "in", m[2] == "labels":
		return s.checkLabels(n, m[2], m[3])
	case strings.HasPrefix(m[1], "body of "):
		return checkWords(s.issues[n].Body, m[2], m[3])
	case strings.HasPrefix(m[1], "#"):
		return checkWords(s.sticky(n), m[2], m[3])
	}
	text, err := recordText(m[1], did)
	if err != nil {
		return err
	}
	return checkWords(text, m[2], m[3])
}

func (s *ruleStage) lines(did []ruleEffect) []string {
	var out []string
	for _, d := range did {
		out = append(out, s.tell(d))
	}
	return out
}

func (s *ruleStage) checkMentions(want []string, did []ruleEffect) error {
	var got []string
	for _, d := range did {
		switch e := d.effect.(type) {
		case engine.PostComment:
			if e.Record != nil {
				got = append(got, mentions(e.Body)...)
			}
		case engine.OpenIssue:
			got = append(got, mentions(e.Body)...)
		}
	}
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], "@")
	}
	slices.Sort(got)
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		return fmt.Errorf("it mentions %v", got)
	}
	return nil
}

func (s *ruleStage) checkLabels(n int, how, want string) error {
	i := s.issues[n]
	if i == nil {
		return fmt.Errorf("there is no #%d", n)
	}
	if how == "in" {
		want = "phase:" + want
	}
	for label := range strings.FieldsSeq(want) {
		name, not := strings.CutPrefix(label, "-")
		if i.Has(name) == not {
			return fmt.Errorf("its labels are %v", i.Labels)
		}
	}
	return nil
}

func checkWords(text, how, want string) error {
	n := strings.Count(text, want)
	if how == "not" && n > 0 || how == "says" && n == 0 || how == "once" && n != 1 {
		return fmt.Errorf("it says:\n%s", text)
	}
	return nil
}

// recordText is what people read in the step's newest comment of a record kind, or with " record" after
// the kind the JSON that programs read.
func recordText(what string, did []ruleEffect) (string, error) {
	kind, hidden := strings.CutSuffix(what, " record")
	for _, d := range slices.Backward(did) {
		var r *engine.Record
		body := ""
		switch e := d.effect.(type) {
		case engine.PostComment:
			r, body = e.Record, e.Body
		case engine.EditComment:
			r, body = e.Record, e.Body
		}
		if r == nil || string(r.Kind) != kind {
			continue
		}
		if !hidden {
			return markdown.Visible(body), nil
		}
		text, err := json.Marshal(r)
		return string(text), err
	}
	return "", fmt.Errorf("no comment of kind %s was written", kind)
}

// reacted is the reaction that Phasegate gave to the step's comment.
func reacted(did []ruleEffect) facts.Reaction {
	for _, d := range did {
		if r, ok := d.effect.(engine.React); ok {
			return r.Reaction
		}
	}
	return ""
}
