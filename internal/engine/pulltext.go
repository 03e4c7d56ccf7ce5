package engine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	deliverableLine = regexp.MustCompile(`(?im)^[ \t]*(?:deliverables?|entregas?)[ \t]*:[ \t]*(#\d{1,9}\b(?:[ \t]*,?[ \t]*(?:and[ \t]+|e[ \t]+)?#\d{1,9}\b)*)`)
	experimentLine  = regexp.MustCompile(`(?im)^[ \t]*(?:experiment|experimento)[ \t]*:[ \t]*#(\d{1,9})\b`)
	hotfixLine      = regexp.MustCompile(`(?im)^[ \t]*hotfix[ \t]*:[ \t]*(\S.*)$`)
	closingKeyword  = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[ \t]*:?[ \t]+#(\d{1,9})\b`)
	numberedBranch  = regexp.MustCompile(`^(\d{1,9})-`)
	reference       = regexp.MustCompile(`#(\d{1,9})`)
)

// PullNames is what the text and the branch of a pull request say about where it belongs. Whether an issue
// of that number is a deliverable is for the reader to find out.
type PullNames struct {
	Lines  []int // in lines `Deliverable: #N`: what the author says it is for
	Hints  []int // behind closing keywords, then of a branch `N-…`: what it may be for
	Hotfix string
}

// maxNamed is how many deliverables one pull request can be for.
const maxNamed = 10

// NamesIn reads a pull request's text and branch.
func NamesIn(body, branch string) PullNames {
	var n PullNames
	add := func(list *[]int, digits string) {
		if i, err := strconv.Atoi(digits); err == nil && i > 0 && len(*list) < maxNamed && !slices.Contains(*list, i) {
			*list = append(*list, i)
		}
	}
	for _, m := range deliverableLine.FindAllStringSubmatch(body, maxNamed) {
		for _, r := range reference.FindAllStringSubmatch(m[1], maxNamed) {
			add(&n.Lines, r[1])
		}
	}
	for _, m := range closingKeyword.FindAllStringSubmatch(body, maxNamed) {
		add(&n.Hints, m[1])
	}
	if m := numberedBranch.FindStringSubmatch(branch); m != nil {
		add(&n.Hints, m[1])
	}
	if m := hotfixLine.FindStringSubmatch(body); m != nil {
		n.Hotfix = strings.TrimSpace(m[1])
	}
	return n
}

// DeliverableOf is the first issue that a pull request names as its deliverable; 0 for none.
func DeliverableOf(body, branch string) int {
	n := NamesIn(body, branch)
	for _, list := range [][]int{n.Lines, n.Hints} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return 0
}

// MayBeFor reports whether a pull request may be for the deliverable: a line of its text says so or, where it has
// no such line, it names the issue otherwise, or nothing that is known to be a deliverable.
func MayBeFor(deliverable int, body, branch string) bool {
	n := NamesIn(body, branch)
	return len(n.Lines) == 0 || slices.Contains(n.Lines, deliverable)
}

// ExperimentOf is the issue that a pull request's line `Experiment: #N` names; 0 for none.
func ExperimentOf(body string) int {
	m := experimentLine.FindStringSubmatch(body)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // nine digits
	return n
}
