package engine

import (
	"encoding/json"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/templates"
)

// KindsCase is an issue that cannot be judged because its labels name several kinds, or one without a
// sticky of its own where an earlier kind left one behind.
type KindsCase struct {
	Key     Key
	Now     time.Time
	Printer templates.Printer
	Issue   facts.Issue
	Sticky  *facts.Comment
}

// DecideTwoKinds has the sticky say that the issue has several kinds, and who can mend that; nothing
// else is done to it. The sticky keeps its ledger, so that the decision of the kind that is left takes
// it over as if nothing had been. An issue of fewer kinds gets no sticky; one it
// has from before then says that it holds no longer.
func DecideTwoKinds(c KindsCase) (Decision, error) {
	p := pen{key: c.Key, issue: c.Issue, now: c.Now, printer: c.Printer}
	kinds := c.Issue.KindsOf()
	if len(kinds) < 2 && c.Sticky == nil {
		return p.decision()
	}
	ledger := json.RawMessage("{}")
	if c.Sticky != nil && !c.Sticky.Touched {
		if b := stickyBlock(c.Sticky.Body); b != nil {
			ledger = b.JSON
		}
	}
	p.putSticky(c.Sticky, func(q templates.Printer) string { return q.Kinds(c.Issue.Title, kinds) }, ledger)
	return p.decision()
}
