package markdown

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// referenceForm is a web address, "owner/name#12", "#12" or "GH-12".
const referenceForm = `(?i)https?://[^\s<>()\[\]"'` + "`" + `|]+|(?:([\w.-]+/[\w.-]+))?#(\d{1,9})|gh-(\d{1,9})`

var (
	reference        = regexp.MustCompile(referenceForm)
	leadingReference = regexp.MustCompile(`^(?:` + referenceForm + `)`)
	betweenRefs      = regexp.MustCompile(`(?i)^[ \t]*,?[ \t]*(?:(?:and|e)[ \t]+)?`)
)

var issueURL = regexp.MustCompile(`(?i)^https?://[^/]+/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d{1,9})(?:[/?#.,;:!].*)?$`)

// Refs lists the issues and pull requests of the repository ("owner/name") that a text names, each
// once, in order: "#12", "GH-12", "owner/name#12", or their address on any host. References in code and
// HTML comments, and those of other repositories, are left out. With an empty repository only "#12" and
// "GH-12" count.
func Refs(text, repository string) []int {
	d := parse(text)
	var out []int
	seen := map[int]bool{}
	for _, b := range d.blocks {
		s := d.shown(b)
		for _, m := range reference.FindAllStringSubmatchIndex(s, -1) {
			n := refNumber(s, m, repository)
			if n > 0 && !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out
}

// LeadingRefs lists the issues and pull requests of the repository that a plain text begins with, one after the
// other or with a comma, "and" or "e" between them, in the forms of [Refs]. Those of other repositories are passed over.
func LeadingRefs(s, repository string) []int {
	var out []int
	for {
		m := leadingReference.FindStringSubmatchIndex(s)
		if m == nil {
			return out
		}
		if n := refNumber(s, m, repository); n > 0 {
			out = append(out, n)
		}
		s = s[m[1]:]
		s = s[len(betweenRefs.FindString(s)):]
	}
}

// refNumber is the number that match m of reference names in the repository, or 0.
func refNumber(s string, m []int, repository string) int {
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	digits, owner := group(2)+group(3), group(1)
	if digits == "" {
		u := issueURL.FindStringSubmatch(group(0))
		if u == nil {
			return 0
		}
		owner, digits = u[1], u[2]
		if owner == "" || !strings.EqualFold(owner, repository) {
			return 0
		}
	} else {
		if strings.ContainsRune("/&#", runeBefore(s, m[0])) || isWord(runeBefore(s, m[0])) || isWord(runeAt(s, m[1])) {
			return 0
		}
		if owner != "" && !strings.EqualFold(owner, repository) {
			return 0
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// mention matches a web address, which is skipped, or a mention.
var mention = regexp.MustCompile(`https?://\S+|@([A-Za-z0-9](?:-?[A-Za-z0-9_])*)(?:/([A-Za-z0-9](?:[-_]?[A-Za-z0-9])*))?`)

// maxLogin is how long a login can be: GitHub's 39 characters, and the suffix of managed accounts.
const maxLogin = 50

// Mentions lists the people ("ana") and the teams ("org/team") a text mentions, without "@", each once, in
// order and as written. Mentions in code, HTML comments and web addresses are left out.
func Mentions(text string) (people, teams []string) {
	d := parse(text)
	seen := map[string]bool{}
	for _, b := range d.blocks {
		s := d.shown(b)
		for _, m := range mention.FindAllStringSubmatchIndex(s, -1) {
			if m[2] < 0 || isWord(runeBefore(s, m[0])) || strings.ContainsRune("@/", runeBefore(s, m[0])) {
				continue
			}
			name := s[m[0]+1 : m[1]]
			if m[3]-m[2] > maxLogin || seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			if m[4] >= 0 {
				teams = append(teams, name)
			} else {
				people = append(people, name)
			}
		}
	}
	return people, teams
}

// isWord reports whether r is part of a word: a letter, a digit or "_".
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// runeBefore is the character before offset i, or ' ' at the start.
func runeBefore(s string, i int) rune {
	if i <= 0 {
		return ' '
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

// runeAt is the character at offset i, or ' ' at the end.
func runeAt(s string, i int) rune {
	if i >= len(s) {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}
