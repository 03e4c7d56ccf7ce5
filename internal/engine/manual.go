package engine

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
	"github.com/phasegate/phasegate/templates"
)

// ManualReading is a value that a person reported for a metric which has no other source.
type ManualReading struct {
	Key     string    `json:"key"`   // of the row: name, and slice unless it is all data
	Month   string    `json:"month"` // it is for, YYYY-MM
	Value   float64   `json:"value"`
	Text    string    `json:"text"` // the number's digits as written
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Comment int64     `json:"comment"`
}

// keptReadings is how many months of one metric are kept, the newest.
const keptReadings = 8

// reporting is what a `/metric` is judged with.
type reporting struct {
	rights
	table metrics.Table
	zone  *time.Location
	lang  lifecycle.Lang
}

var monthWords = regexp.MustCompile(`(?i)^(.*?)\s+(?:for|de|para)\s+(\S+)$`)

// judge reads `/metric <name> <value> [for YYYY-MM]`. One that was answered as counted was right when
// it was written.
func (r reporting) judge(c facts.Comment, cmd Command) (ManualReading, refusal) {
	text, month := strings.TrimRight(strings.TrimSpace(cmd.Args), ".!"), ""
	written := c.Created.In(r.zone).Format("2006-01")
	if m := monthWords.FindStringSubmatch(text); m != nil {
		text, month = m[1], m[2]
		if _, err := time.Parse("2006-01", month); err != nil {
			return ManualReading{}, refusal{code: "metric-month"}
		}
		if month > written {
			return ManualReading{}, refusal{code: "metric-future"}
		}
	} else {
		month = written
	}
	name, value := metrics.CutName(r.table.Rows, text)
	if value == "" {
		return ManualReading{}, refusal{code: "metric-form", words: r.names()}
	}
	row, err := metrics.Named(r.table.Rows, name, r.lang)
	switch {
	case err != nil:
		return ManualReading{}, refusal{code: "metric-unknown", words: r.names()}
	case row.Source.Kind != metrics.Manual:
		return ManualReading{}, refusal{code: "metric-measured", words: r.names()}
	case c.Answer != facts.Counted && !r.owns(row.Owner, c) && !r.holds(c, lifecycle.BusinessStakeholder):
		return ManualReading{}, refusal{code: "metric-owner", words: []string{r.ownerWords(row.Owner)}}
	}
	if row.Unit != "" {
		value = strings.TrimSpace(strings.TrimSuffix(value, row.Unit))
	}
	n, fault := metrics.ParseNumber(value, r.lang)
	if fault != "" {
		return ManualReading{}, refusal{code: "metric-number", why: fault}
	}
	return ManualReading{Key: row.Key(), Month: month, Value: n.Value, Text: n.Text, By: c.Author.Login, At: c.Created, Comment: c.ID}, refusal{}
}

// owns reports whether the author answers for the row.
func (r reporting) owns(o metrics.Owner, c facts.Comment) bool {
	if o.Role != "" {
		return r.holds(c, o.Role)
	}
	return o.Login != "" && strings.EqualFold(o.Login, c.Author.Login)
}

func (r reporting) ownerWords(o metrics.Owner) string {
	if o.Role != "" {
		return templates.Role(r.lang, o.Role)
	}
	return o.Login
}

// names lists the metrics that people report.
func (r reporting) names() []string {
	var out []string
	for _, row := range r.table.Rows {
		if row.Source.Kind == metrics.Manual {
			out = append(out, row.Key())
		}
	}
	return out
}

// Manual lists the readings that people reported, the newest of each row and month, oldest first. It
// follows from the comments alone: a value that is reported again for a month takes the earlier one's
// place.
func Manual(entries []Entry, r reporting) []ManualReading {
	at := map[[2]string]int{}
	var out []ManualReading
	standing(entries, func(e Entry, _ int, cmd Command) {
		if cmd.Name != lifecycle.SetMetric {
			return
		}
		reading, no := r.judge(e.Comment, cmd)
		if no.is() {
			return
		}
		key := [2]string{reading.Key, reading.Month}
		if i, again := at[key]; again {
			out[i] = reading
			return
		}
		at[key] = len(out)
		out = append(out, reading)
	})
	slices.SortStableFunc(out, func(a, b ManualReading) int { return strings.Compare(a.Month, b.Month) })
	return out
}

// newestReadings are the readings a ledger keeps: of each metric the newest months.
func newestReadings(all []ManualReading) []ManualReading {
	left := map[string]int{}
	var out []ManualReading
	for _, r := range slices.Backward(all) {
		if left[r.Key]++; left[r.Key] <= keptReadings {
			out = append(out, r)
		}
	}
	slices.Reverse(out)
	return out
}
