package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Report is a metric report: what a training script, an evaluation or the monitoring of production measured.
type Report struct {
	Schema      int        `json:"schema"`
	Deliverable int        `json:"deliverable"`
	Commit      string     `json:"commit"`
	Source      SourceKind `json:"source"`
	Dataset     string     `json:"dataset,omitempty"` // version of the data
	Model       string     `json:"model,omitempty"`   // version of the model
	Values      []Value    `json:"metrics"`
	// NotMeasured are the keys of values that were reported without being a number: null, NaN, infinite
	// or too large. They are sorted and not among Values.
	NotMeasured []string `json:"not_measured,omitempty"`
}

// Value is one measured number.
type Value struct {
	Name   string            `json:"name"`
	Slice  map[string]string `json:"slice,omitempty"` // dimension → value; empty for all data
	Value  float64           `json:"value"`
	N      int               `json:"n,omitempty"`      // examples it was measured on; 0 where that is not told
	StdErr float64           `json:"stderr,omitempty"` // standard error, in the value's unit; 0 where noise is unknown
	Seeds  int               `json:"seeds,omitempty"`  // runs that Value is the mean of; 0 where that is not told
}

// JSON is the report as ParseReport reads it back: the same report. The error says that a value is no
// finite number.
func (r Report) JSON() ([]byte, error) {
	if r.Values == nil {
		r.Values = []Value{}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // which would make it longer than what was read
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("write the metric report of #%d: %w", r.Deliverable, err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// Key tells the values of a report apart: the name, and the slice unless it is all data:
// "recall region=south". It does not depend on the order of dimensions.
func (v Value) Key() string {
	parts := make([]string, 0, len(v.Slice))
	for _, dim := range slices.Sorted(maps.Keys(v.Slice)) {
		parts = append(parts, dim+"="+v.Slice[dim])
	}
	return strings.TrimSpace(v.Name + " " + strings.Join(parts, ", "))
}

// average is the mean of repeated runs and its standard error; 0 where one run tells no noise or it
// cannot be computed with. All runs are finite.
func average(runs []float64) (mean, stderr float64) {
	sum, n := new(big.Rat), float64(len(runs))
	for _, v := range runs {
		sum.Add(sum, decimal(v))
	}
	mean, _ = sum.Quo(sum, new(big.Rat).SetInt64(int64(len(runs)))).Float64()
	if len(runs) < 2 {
		return mean, 0
	}
	squares := 0.0
	for _, v := range slices.Sorted(slices.Values(runs)) { // so that their order makes no difference
		squares += (v - mean) * (v - mean)
	}
	if stderr = math.Sqrt(squares / (n - 1) / n); !finite(stderr) {
		return mean, 0
	}
	return mean, stderr
}

// decimal is v as people wrote it: 0.1 is one tenth, so that 0.45 - 0.37 is 0.08 and misses no limit of
// 0.08 by a binary digit. v is finite.
func decimal(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
