package engine

import (
	"crypto/ed25519"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Entries reads comments, oldest first, into what the fold takes. A record is believed only in a
// comment that Phasegate wrote and nobody changed since ([facts.Comment.Own]), and only for the issue
// it was written on; one whose signature is forged is passed over.
func Entries(place Place, comments []facts.Comment, keys []ed25519.PublicKey) []Entry {
	var out []Entry
	for _, c := range comments {
		switch {
		case c.Own:
			if r := recordIn(place, c.Body, keys); r != nil {
				out = append(out, Entry{Comment: c, Record: r})
			}
		case c.Touched || c.Author.Bot:
		default:
			if e := personEntry(c); len(e.Commands) > 0 || e.Near != "" || c.Edited && c.Answer == facts.Counted {
				out = append(out, e)
			}
		}
	}
	return out
}

func recordIn(place Place, body string, keys []ed25519.PublicKey) *Record {
	for _, b := range markdown.Blocks(body) {
		var r Record
		if b.Decode(&r) != nil || string(r.Kind) != b.Kind {
			continue
		}
		if v := r.Verify(place, keys); v != Misplaced && v != Forged {
			return &r
		}
	}
	return nil
}

// personEntry reads a person's commands; Near is what the first misspelt one may have meant.
func personEntry(c facts.Comment) Entry {
	e := Entry{Comment: c}
	list := markdown.Commands(c.Body)
	e.More = list.Total - len(list.Commands)
	for _, line := range list.Commands {
		if name, ok := lifecycle.ParseCommand(line.Name); ok {
			e.Commands = append(e.Commands, Command{Name: name, Args: line.Args, Text: line.Text})
		} else if e.Near == "" {
			e.Near = lifecycle.NearCommand(line.Name)
		}
	}
	if len(e.Commands) == 0 && e.Near == "" {
		e.Near, e.InWords = answerInWords(c.Body), true
	}
	return e
}

var wordAnswers = map[string]lifecycle.Command{
	"approved": lifecycle.Approve, "approve": lifecycle.Approve, "ok": lifecycle.Approve, "okay": lifecycle.Approve,
	"yes": lifecycle.Approve, "lgtm": lifecycle.Approve, "agreed": lifecycle.Approve, "+1": lifecycle.Approve, "👍": lifecycle.Approve,
	"looks good": lifecycle.Approve, "looks good to me": lifecycle.Approve, "sim": lifecycle.Approve, "aprovado": lifecycle.Approve,
	"aprovada": lifecycle.Approve, "aprovo": lifecycle.Approve, "de acordo": lifecycle.Approve, "concordo": lifecycle.Approve,
	"no": lifecycle.Object, "rejected": lifecycle.Object, "not ok": lifecycle.Object, "não": lifecycle.Object, "nao": lifecycle.Object,
	"discordo": lifecycle.Object, "reprovado": lifecycle.Object,
}

// answerInWords is the command that a comment which is only a yes or a no in words stands for; "" for
// any other comment.
func answerInWords(body string) lifecycle.Command {
	if len(body) > 60 {
		return ""
	}
	text := lifecycle.Fold(markdown.Visible(body))
	for len(text) > 0 && (text[len(text)-1] == '.' || text[len(text)-1] == '!') {
		text = text[:len(text)-1]
	}
	return wordAnswers[text]
}

// near is the command that a comment came near to without giving it: misspelt, in words, or put in by
// an edit; "" when what it says is to be carried out, or nothing.
func (e Entry) near() lifecycle.Command {
	if len(e.Commands) == 0 {
		return e.Near
	}
	if e.Comment.Edited {
		return e.Commands[0].Name
	}
	return ""
}
