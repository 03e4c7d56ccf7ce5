package gh

import (
	"regexp"
	"strconv"
)

var (
	deliverableLine = regexp.MustCompile(`(?im)^[ \t]*(?:deliverable|entrega)[ \t]*:[ \t]*#(\d{1,9})\b`)
	experimentLine  = regexp.MustCompile(`(?im)^[ \t]*(?:experiment|experimento)[ \t]*:[ \t]*#(\d{1,9})\b`)
	closingKeyword  = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[ \t]*:?[ \t]+#(\d{1,9})\b`)
	numberedBranch  = regexp.MustCompile(`^(\d{1,9})-`)
)

// DeliverableOf is the issue a pull request names as its deliverable: by a line `Deliverable: #N`, a
// closing keyword, or a branch `N-…`, in this order; 0 for none. The number is what the author wrote:
// whether it is a deliverable is for the reader to find out.
func DeliverableOf(body, headRef string) int {
	for _, try := range []struct {
		form *regexp.Regexp
		text string
	}{{deliverableLine, body}, {closingKeyword, body}, {numberedBranch, headRef}} {
		if m := try.form.FindStringSubmatch(try.text); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
				return n
			}
		}
	}
	return 0
}

// ExperimentOf is the issue that a pull request's line `Experiment: #N` names; 0 for none.
func ExperimentOf(body string) int {
	m := experimentLine.FindStringSubmatch(body)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}
