package engine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/markdown"
)

// The labels stand at the beginning of a line, the keywords anywhere in it: they are those of GitHub's page "Linking a
// pull request to an issue", with a colon or without.
var (
	deliverableLabel = regexp.MustCompile(`(?i)^(?:deliverables?|entregas?)[ \t]*:[ \t]*`)
	experimentLabel  = regexp.MustCompile(`(?i)^experimento?[ \t]*:[ \t]*`)
	hotfixLabel      = regexp.MustCompile(`(?i)^hotfix[ \t]*:[ \t]*`)
	closingKeyword   = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[ \t]*:?[ \t]+`)
	namesSomething   = regexp.MustCompile(`(?i)deliverable|entrega|hotfix|clos|fix|resolve`)
	namesExperiment  = regexp.MustCompile(`(?i)experiment`)
	numberedBranch   = regexp.MustCompile(`^(\d{1,9})-`)
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

// NamesIn reads the text and the branch of a pull request of the repository ("owner/name"). What stands in comments,
// code and quotes names nothing: nobody sees it, or it is an example, or somebody else's word. Of closing keywords GitHub
// documents no more than their forms.
func NamesIn(repository, body, branch string) PullNames {
	var n PullNames
	for _, l := range markdown.Lines(body, namesSomething) {
		if label := deliverableLabel.FindString(l.Prose); label != "" {
			n.Lines = named(n.Lines, markdown.LeadingRefs(l.Prose[len(label):], repository)...)
		}
		for _, at := range closingKeyword.FindAllStringIndex(l.Prose, -1) {
			if refs := markdown.LeadingRefs(l.Prose[at[1]:], repository); len(refs) > 0 {
				n.Hints = named(n.Hints, refs[0])
			}
		}
		if n.Hotfix == "" && hotfixLabel.MatchString(l.Prose) {
			n.Hotfix = hotfixReason(l)
		}
	}
	if m := numberedBranch.FindStringSubmatch(branch); m != nil {
		number, _ := strconv.Atoi(m[1]) // nine digits
		n.Hints = named(n.Hints, number)
	}
	return n
}

// named adds numbers that are not in the list yet, as long as there is room.
func named(list []int, numbers ...int) []int {
	for _, n := range numbers {
		if n > 0 && len(list) < maxNamed && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// hotfixReason is what a line says behind its label, code included; "" where all of it is struck through.
func hotfixReason(l markdown.Line) string {
	if hotfixLabel.FindString(l.Prose) == l.Prose {
		return ""
	}
	return strings.TrimSpace(l.Text[len(hotfixLabel.FindString(l.Text)):])
}

// deliverables are those of the issues named that the pull request is for: the ones of its lines; where it has no line,
// the first one that it names otherwise. silent is so where it names none: then it is for the only open one.
func (n PullNames) deliverables(is func(number int) bool) (of []int, silent bool) {
	if len(n.Lines) > 0 {
		return slices.DeleteFunc(slices.Clone(n.Lines), func(line int) bool { return !is(line) }), false
	}
	if i := slices.IndexFunc(n.Hints, is); i >= 0 {
		return n.Hints[i : i+1 : i+1], false
	}
	return nil, true
}

// MayBeFor reports whether a pull request of the repository may be for the deliverable: a line of its text says so or,
// where it has no such line, it names the issue otherwise, or nothing that is known to be a deliverable.
func MayBeFor(deliverable int, repository, body, branch string) bool {
	n := NamesIn(repository, body, branch)
	return len(n.Lines) == 0 || slices.Contains(n.Lines, deliverable)
}

// ExperimentOf is the issue that a line `Experiment: #N` of a pull request of the repository names; 0 for none.
func ExperimentOf(repository, body string) int {
	for _, l := range markdown.Lines(body, namesExperiment) {
		if label := experimentLabel.FindString(l.Prose); label != "" {
			if refs := markdown.LeadingRefs(l.Prose[len(label):], repository); len(refs) > 0 {
				return refs[0]
			}
		}
	}
	return 0
}
