package markdown

import "strings"

// ReplaceSection is the body with one answer of an issue form replaced by text: all else, line ends
// included, stays as it was written. It is false for a body without that section, read as [Sections]
// reads it. The text is written as it is: it must open no section of its own.
func ReplaceSection[K ~string](body string, titles map[string]K, key K, text string) (string, bool) {
	d := parse(body)
	for _, a := range answers(d, titles) {
		if a.key != key {
			continue
		}
		lines := rawLines(body)
		if len(lines) < len(d.starts) || len(d.starts) < len(lines) && a.until == len(d.starts) {
			return body, false // longer than what is read
		}
		from, until := trimmed(lines, a.from, a.until)
		head, tail := strings.Join(lines[:from], ""), strings.Join(lines[until:], "")
		if from == until { // nothing stood there
			head, tail = ended(strings.Join(lines[:a.from], ""))+"\n", strings.Join(lines[a.until:], "")
			if tail != "" {
				tail = "\n" + tail
			}
		}
		return head + strings.TrimSpace(text) + "\n" + tail, true
	}
	return body, false
}

// AddLine is the body with a line, written as it is, at the end of what stands below the "## " heading
// whose text is one of titles (compared by [Fold]); where there is none, the first title is made a
// heading at the end of the body.
func AddLine(body string, titles []string, line string) string {
	d := parse(body)
	lines := rawLines(body)
	from, until := -1, len(d.starts)
	for _, b := range d.blocks {
		if b.kind != heading || b.level > 2 || b.nested || len(b.segs) == 0 {
			continue
		}
		if at := d.line(b.segs[0].Start); from >= 0 {
			until = at
			break
		} else if title, _ := d.text(b); b.level == 2 && titled(title, titles) {
			from = at + 1
		}
	}
	if from < 0 || len(lines) != len(d.starts) {
		return strings.TrimRight(body, " \t\r\n") + "\n\n## " + titles[0] + "\n\n" + line + "\n"
	}
	at := from
	for i := from; i < until; i++ {
		if l := strings.TrimSpace(lines[i]); l != "" && !hidden(l) {
			at = i + 1
		}
	}
	head, tail := ended(strings.Join(lines[:at], "")), strings.Join(lines[at:], "")
	if at == from || !listed(lines[at-1], line) {
		head += "\n"
	}
	if next := strings.TrimSpace(firstOf(lines[at:])); next != "" {
		tail = "\n" + tail
	}
	return head + line + "\n" + tail
}

func titled(title string, titles []string) bool {
	for _, t := range titles {
		if Fold(t) == Fold(title) {
			return true
		}
	}
	return false
}

// hidden reports whether a line shows nothing.
func hidden(line string) bool {
	return strings.HasPrefix(line, "<!--") && strings.HasSuffix(line, "-->")
}

// listed reports whether the line continues the list that the one before it is an item of.
func listed(before, line string) bool {
	marker, _, ok := strings.Cut(line, " ")
	return ok && strings.HasPrefix(strings.TrimLeft(before, " "), marker+" ")
}

func firstOf(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// trimmed narrows the lines from a up to b to those between its first and its last that is not blank.
func trimmed(lines []string, a, b int) (int, int) {
	for a < b && strings.TrimSpace(lines[a]) == "" {
		a++
	}
	for b > a && strings.TrimSpace(lines[b-1]) == "" {
		b--
	}
	return a, b
}

// ended is s with an end to its last line.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\r") {
		return s
	}
	return s + "\n"
}

// rawLines are the lines of s with their ends: the same lines that parse sees.
func rawLines(s string) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' || s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n') {
			out = append(out, s[from:i+1])
			from = i + 1
		}
	}
	if from < len(s) || len(out) == 0 {
		out = append(out, s[from:])
	}
	return out
}
