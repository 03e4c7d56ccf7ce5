package hubsim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// write is who writes something and when; every change of the state goes through functions that take one.
type write struct {
	actor *actor
	now   time.Time
}

func (r *request) write() write { return write{actor: r.actor, now: r.now} }

func (w write) user() *user { return w.actor.user }

// addEvent adds an event to an issue's timeline; fill sets what the kind has beyond actor and time.
func (s *Server) addEvent(w write, i *issue, kind string, fill func(*event)) *event {
	e := &event{id: s.st.ids.next(), issue: i, kind: kind, actor: w.user(), app: w.actor.via(), createdAt: w.now}
	if fill != nil {
		fill(e)
	}
	i.events = append(i.events, e)
	i.repo.events = append(i.repo.events, e)
	return e
}

// edit replaces a text and remembers who did it and when.
func (s *Server) edit(w write, t *text, body string, original *user, createdAt time.Time) {
	if len(t.edits) == 0 {
		t.edits = append(t.edits, bodyEdit{id: s.st.ids.next(), editor: original, at: createdAt, body: t.body})
	}
	t.body = body
	t.edits = append(t.edits, bodyEdit{id: s.st.ids.next(), editor: w.user(), at: w.now, body: body})
}

// reference finds what GitHub takes for a mention of an issue: #3, acme/churn#3 or an address of one.
var reference = regexp.MustCompile(`(?:^|[^\w&/#-])(?:([\w.-]+/[\w.-]+))?#(\d{1,9})\b|https?://[^\s/]+/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d{1,9})`)

// crossReference adds a cross-referenced event to each issue that a text mentions for the first time.
func (s *Server) crossReference(w write, from *issue, body string) {
	for _, m := range reference.FindAllStringSubmatch(withoutCode(body), 200) {
		full, num := m[1]+m[3], m[2]+m[4]
		rp := from.repo
		if full != "" {
			owner, name, _ := strings.Cut(full, "/")
			rp = s.st.repository(owner, name)
		}
		n, _ := strconv.Atoi(num)
		if rp == nil || rp.issues[n] == nil || rp.issues[n] == from {
			continue
		}
		to := rp.issues[n]
		known := slices.ContainsFunc(to.events, func(e *event) bool { return e.kind == "cross-referenced" && e.source == from })
		if !known {
			s.addEvent(w, to, "cross-referenced", func(e *event) { e.source = from })
		}
	}
}

var codeOrHidden = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|<!--.*?-->")

// withoutCode takes out of a text what GitHub does not read for references and mentions.
func withoutCode(body string) string { return codeOrHidden.ReplaceAllString(body, " ") }
