package checks

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Item is a part of a deliverable that somebody's yes is bound to.
type Item string

// The items a role can guard (rule 8).
const (
	ItemMetrics    Item = "metrics"    // the metric table
	ItemBudget     Item = "budget"     // the budget section
	ItemContext    Item = "context"    // context, added value and business requirements
	ItemProcessing Item = "processing" // the data processing section
	ItemData       Item = "data"       // the linked data requirements
	ItemProblem    Item = "problem"    // the bigger problem; nobody guards it, a return may ask for its renewal
	ItemExperiment Item = "experiment" // the adopted experiments, with model and data version of the report
	ItemReport     Item = "report"     // the values of the report that is judged
	ItemCode       Item = "code"       // serving/** and src/**, as merged
	ItemInfra      Item = "infra"      // infra/** and deploy/**, as merged
	ItemMonitoring Item = "monitoring" // monitoring/**, as merged
)

// Items lists every item in the order people read them.
var Items = []Item{ItemMetrics, ItemBudget, ItemContext, ItemProcessing, ItemData, ItemProblem,
	ItemExperiment, ItemReport, ItemCode, ItemInfra, ItemMonitoring}

// guards is rule 8's table of what voids whom, read the other way round.
var guards = map[lifecycle.Role][]Item{
	lifecycle.BusinessStakeholder: {ItemMetrics, ItemBudget, ItemContext},
	lifecycle.SubjectMatterExpert: {ItemContext, ItemProcessing, ItemData},
	lifecycle.DataEngineer:        {ItemProcessing, ItemData},
	lifecycle.DataScientist:       {ItemMetrics, ItemExperiment, ItemReport},
	lifecycle.SoftwareEngineer:    {ItemCode},
	lifecycle.BackendEngineer:     {ItemInfra},
	lifecycle.MLEngineer:          {ItemMonitoring},
	lifecycle.Validator: {ItemMetrics, ItemBudget, ItemContext, ItemProcessing, ItemData,
		ItemExperiment, ItemReport, ItemCode, ItemInfra, ItemMonitoring},
}

// Guards lists the items whose change voids a yes given as role r; none for a role that guards nothing.
func Guards(r lifecycle.Role) []Item { return guards[r] }

// ItemsAt lists the items that a request at the gate publishes, in the order of Items: what the issues
// say at each of them, and what was built since the gate before it.
func ItemsAt(g lifecycle.Gate) []Item {
	said := []Item{ItemMetrics, ItemBudget, ItemContext, ItemProcessing, ItemData, ItemProblem}
	switch g {
	case lifecycle.G2:
		return append(said, ItemExperiment, ItemReport, ItemCode)
	case lifecycle.G3:
		return append(said, ItemCode, ItemInfra, ItemMonitoring)
	}
	return said
}

// Prints are the fingerprints of the items at one moment.
type Prints map[Item]string

// Fingerprint is the fingerprint of an item's canonical text: 16 bytes of its SHA-256 in base64url.
func Fingerprint(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Changed lists the items whose fingerprints differ between p and q, in the order of Items.
// An item that only one of them names counts as changed.
func (p Prints) Changed(q Prints) []Item {
	var changed []Item
	for _, i := range Items {
		if p[i] != q[i] {
			changed = append(changed, i)
		}
	}
	return changed
}

// Keeps reports whether nothing that role r guards differs between p and q.
func (p Prints) Keeps(q Prints, r lifecycle.Role) bool {
	return !slices.ContainsFunc(p.Changed(q), func(i Item) bool { return slices.Contains(Guards(r), i) })
}

// of lists the prints of p's items that q names too.
func (p Prints) of(q Prints) Prints {
	both := Prints{}
	for i, print := range p {
		if _, named := q[i]; named {
			both[i] = print
		}
	}
	return both
}
