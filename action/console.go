package action

import (
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sethvargo/go-githubactions"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// console is the log of a workflow's step. The runner reads commands out of it ("::error::…"), so no text
// from outside is printed but as the value of an annotation, escaped, or with commands stopped.
type console struct {
	w       io.Writer
	actions *githubactions.Action
	told    int // annotations so far
	left    int // problems that got none
}

func newConsole(w io.Writer, getenv func(string) string) *console {
	return &console{w: w, actions: githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(getenv))}
}

// maxText is how many characters of a text are printed.
const maxText = 1000

// maxAnnotations is how many errors of one step GitHub shows; the job summary lists all.
const maxAnnotations = 10

// block prints lines with workflow commands stopped until a word that nobody could know.
func (c *console) block(lines []string) {
	if len(lines) == 0 {
		return
	}
	token := rand.Text()
	fmt.Fprintf(c.w, "::stop-commands::%s\n", token)
	for _, l := range lines {
		fmt.Fprintln(c.w, oneLine(l))
	}
	fmt.Fprintf(c.w, "::%s::\n", token)
}

// fail annotates the run with an error.
func (c *console) fail(text string) { c.annotate(map[string]string{"title": "Phasegate"}, text) }

// problem annotates the config at the place of one of its problems.
func (c *console) problem(p policy.Problem, lang lifecycle.Lang) {
	c.annotate(map[string]string{"file": policy.File, "line": strconv.Itoa(max(p.Line, 1)), "col": strconv.Itoa(max(p.Column, 1))}, p.Text(lang))
}

func (c *console) annotate(fields map[string]string, text string) {
	if c.told == maxAnnotations {
		c.left++
		if c.left == 1 {
			c.notice("There are more errors than are shown here: the job summary lists them all.")
		}
		return
	}
	c.told++
	c.actions.WithFieldsMap(fields).Errorf("%s", oneLine(text))
}

func (c *console) notice(text string) {
	c.actions.WithFieldsMap(map[string]string{"title": "Phasegate"}).Noticef("%s", oneLine(text))
}

// oneLine is text as one line that moves no cursor and reorders nothing, cut if it is long.
func oneLine(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxText {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimRight(b.String(), " ")
}
