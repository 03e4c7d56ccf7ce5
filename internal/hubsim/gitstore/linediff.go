package gitstore

import (
	"bytes"
	"fmt"
	"strings"
)

// hunk says that lines [oldFrom, oldTo) of one text became lines [newFrom, newTo) of another.
type hunk struct{ oldFrom, oldTo, newFrom, newTo int }

// maxEdits bounds the search for the shortest edit script, whose cost is its square. Texts that differ more are
// shown as replaced as a whole between their common beginning and end.
const maxEdits = 2000

// splitLines cuts a text after each line feed; the last line may lack one.
func splitLines(content []byte) []string {
	if len(content) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(content), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// diffLines returns the changes that lead from a to b, in order, none touching another.
func diffLines(a, b []string) []hunk {
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	ea, eb := len(a), len(b)
	for ea > from && eb > from && a[ea-1] == b[eb-1] {
		ea, eb = ea-1, eb-1
	}
	if from == ea && from == eb {
		return nil
	}
	hunks := shortest(intern(a[from:ea], b[from:eb]))
	for i := range hunks {
		h := &hunks[i]
		h.oldFrom, h.oldTo, h.newFrom, h.newTo = h.oldFrom+from, h.oldTo+from, h.newFrom+from, h.newTo+from
	}
	return hunks
}

// intern replaces lines by numbers, equal ones by equal ones.
func intern(a, b []string) (x, y []int) {
	number := map[string]int{}
	convert := func(lines []string) []int {
		out := make([]int, len(lines))
		for i, l := range lines {
			n, known := number[l]
			if !known {
				n = len(number)
				number[l] = n
			}
			out[i] = n
		}
		return out
	}
	return convert(a), convert(b)
}

// shortest finds the shortest edit script by Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986).
func shortest(a, b []int) []hunk {
	n, m := len(a), len(b)
	limit := min(n+m, maxEdits)
	v := make([]int, 2*limit+3) // v[k+limit+1]: how far diagonal k reaches
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), v[limit+1-d:limit+2+d]...))
		for k := -d; k <= d; k += 2 {
			at := k + limit + 1
			x := v[at-1] + 1
			if k == -d || k != d && v[at-1] < v[at+1] {
				x = v[at+1]
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[at] = x
			if x >= n && y >= m {
				return backtrack(trace, n, m)
			}
		}
	}
	return []hunk{{0, n, 0, m}}
}

// backtrack follows the trace from the end to the beginning and joins single edits into hunks.
func backtrack(trace [][]int, x, y int) []hunk {
	var rev []hunk
	edit := func(of, ot, nf, nt int) {
		if k := len(rev) - 1; k >= 0 && rev[k].oldFrom == ot && rev[k].newFrom == nt {
			rev[k].oldFrom, rev[k].newFrom = of, nf
			return
		}
		rev = append(rev, hunk{of, ot, nf, nt})
	}
	for d := len(trace) - 1; d > 0; d-- {
		v := trace[d] // of the step before, diagonals -d..d
		k := x - y
		reach := func(k int) int { return v[k+d] }
		down := k == -d || k != d && reach(k-1) < reach(k+1)
		prevK := k - 1
		if down {
			prevK = k + 1
		}
		px := reach(prevK)
		py := px - prevK
		if down {
			edit(px, px, py, py+1)
		} else {
			edit(px, px+1, py, py)
		}
		x, y = px, py
	}
	for i, j := 0, len(rev)-1; i < j; i, j = i+1, j-1 {
		rev[i], rev[j] = rev[j], rev[i]
	}
	return rev
}

// contextLines is how many unchanged lines stand around a change in a patch.
const contextLines = 3

// unifiedPatch writes hunks as a patch without file headers, as GitHub's "patch" fields are: without a line feed
// at the end.
func unifiedPatch(a, b []string, hunks []hunk) string {
	var out strings.Builder
	for i := 0; i < len(hunks); {
		j := i + 1
		for j < len(hunks) && hunks[j].oldFrom-hunks[j-1].oldTo <= 2*contextLines {
			j++
		}
		writeGroup(&out, a, b, hunks[i:j])
		i = j
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// writeGroup writes the hunks of one @@ section.
func writeGroup(out *strings.Builder, a, b []string, group []hunk) {
	first, last := group[0], group[len(group)-1]
	lead := min(contextLines, first.oldFrom)
	tail := min(contextLines, len(a)-last.oldTo)
	of, ot := first.oldFrom-lead, last.oldTo+tail
	nf, nt := first.newFrom-lead, last.newTo+tail
	fmt.Fprintf(out, "@@ -%s +%s @@%s\n", span(of, ot), span(nf, nt), heading(a, of))
	at := of
	for _, h := range group {
		writeLines(out, ' ', a[at:h.oldFrom])
		writeLines(out, '-', a[h.oldFrom:h.oldTo])
		writeLines(out, '+', b[h.newFrom:h.newTo])
		at = h.oldTo
	}
	writeLines(out, ' ', a[at:ot])
}

// span writes a range of lines the way diff does: the count is left out if it is 1, the start is 0 in an empty file.
func span(from, to int) string {
	switch to - from {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

// heading is the text after the second @@: the last line before the section that begins like a name.
func heading(a []string, before int) string {
	for i := before - 1; i >= 0; i-- {
		c := a[i][0]
		if c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			line := strings.TrimRight(a[i], "\r\n \t")
			return " " + strings.ToValidUTF8(line[:min(len(line), 80)], "")
		}
	}
	return ""
}

func writeLines(out *strings.Builder, mark byte, lines []string) {
	for _, l := range lines {
		out.WriteByte(mark)
		out.WriteString(l)
		if !strings.HasSuffix(l, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// mergeLines merges two changes of a text; ok is false if they touch the same or neighbouring lines in different ways.
func mergeLines(base, ours, theirs []byte) (merged []byte, ok bool) {
	b, o, t := splitLines(base), splitLines(ours), splitLines(theirs)
	ho, ht := diffLines(b, o), diffLines(b, t)
	var out bytes.Buffer
	at := 0
	put := func(lines []string) {
		for _, l := range lines {
			out.WriteString(l)
		}
	}
	for len(ho) > 0 || len(ht) > 0 {
		from, to := len(b)+1, 0
		if len(ho) > 0 {
			from, to = ho[0].oldFrom, ho[0].oldTo
		}
		if len(ht) > 0 && ht[0].oldFrom < from {
			from, to = ht[0].oldFrom, ht[0].oldTo
		}
		no, nt := 0, 0
		for grew := true; grew; {
			grew = false
			for no < len(ho) && ho[no].oldFrom <= to {
				to, no, grew = max(to, ho[no].oldTo), no+1, true
			}
			for nt < len(ht) && ht[nt].oldFrom <= to {
				to, nt, grew = max(to, ht[nt].oldTo), nt+1, true
			}
		}
		put(b[at:from])
		mine, his := replaced(b, o, ho[:no], from, to), replaced(b, t, ht[:nt], from, to)
		switch {
		case nt == 0 || sameLines(mine, his):
			put(mine)
		case no == 0:
			put(his)
		default:
			return nil, false
		}
		at, ho, ht = to, ho[no:], ht[nt:]
	}
	put(b[at:])
	return out.Bytes(), true
}

// replaced is what lines [from, to) of the base became through some hunks within them.
func replaced(base, side []string, hunks []hunk, from, to int) []string {
	var out []string
	for _, h := range hunks {
		out = append(out, base[from:h.oldFrom]...)
		out = append(out, side[h.newFrom:h.newTo]...)
		from = h.oldTo
	}
	return append(out, base[from:to]...)
}

func sameLines(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
