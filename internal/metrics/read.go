package metrics

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of a report. What lies beyond them makes it none.
const (
	MaxReport  = 256 << 10 // bytes
	MaxValues  = 2000
	maxVersion = 200 // characters of a dataset's or model's version
	maxDims    = 8   // of a slice
	maxSeeds   = 1000
	maxNesting = 16
)

// ParseReport reads a metric report: JSON alone, or in the one block marked as json of a text. Fields it
// does not know are passed over; a value that is no finite number is not measured. The error is a
// *ReportError.
func ParseReport(text []byte) (Report, error) {
	p := &reportReader{keys: map[string]bool{}}
	if len(text) > MaxReport {
		p.fault("", whyBig, fixBig, MaxReport>>10)
		return Report{}, p.err()
	}
	if src, ok := p.source(string(text)); ok && p.sound(src) {
		p.report(src)
	}
	if err := p.err(); err != nil {
		return Report{}, err
	}
	slices.Sort(p.r.NotMeasured)
	return p.r, nil
}

// reportReader reads one report and notes everything that is wrong with it.
type reportReader struct {
	r      Report
	keys   map[string]bool // of the values read
	faults []Fault
	num    int    // of the metric being read
	name   string // that it has
}

func (p *reportReader) err() error {
	if len(p.faults) == 0 {
		return nil
	}
	return &ReportError{Faults: p.faults}
}

func (p *reportReader) fault(field string, why, fix both, args ...any) {
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, Fault{Number: p.num, Name: shownName(p.name), Field: field, why: why, fix: fix, args: args})
	}
}

type fields = map[string]json.RawMessage

var shaPattern = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

func (p *reportReader) report(src []byte) {
	var f fields
	if json.Unmarshal(src, &f) != nil || f == nil {
		p.fault("", whyNoReport, fixShape)
		return
	}
	if n, ok := whole(f["schema"]); !ok || n != 1 {
		p.fault("schema", missing(f, "schema", whySchema), fixSchema)
	}
	n, ok := whole(f["deliverable"])
	if !ok || n < 1 {
		p.fault("deliverable", missing(f, "deliverable", whyDeliverable), fixDeliverable)
	}
	commit, ok := text(f["commit"])
	if commit = strings.ToLower(commit); !ok || !shaPattern.MatchString(commit) {
		p.fault("commit", missing(f, "commit", whyCommit), fixCommit)
	}
	source, ok := text(f["source"])
	if !ok || source != string(CI) && source != string(Monitor) {
		p.fault("source", missing(f, "source", whyReportFrom), fixReportFrom)
	}
	p.r = Report{Schema: 1, Deliverable: n, Commit: commit, Source: SourceKind(source),
		Dataset: p.version(f, "dataset"), Model: p.version(f, "model")}
	p.unmeasured(f["not_measured"])
	p.values(f)
}

// missing is the reason, or that the field is not there at all.
func missing(f fields, name string, why both) both {
	if absent(f[name]) {
		return whyMissing
	}
	return why
}

// version is an optional text; white space in it is collapsed.
func (p *reportReader) version(f fields, name string) string {
	if absent(f[name]) {
		return ""
	}
	s, ok := text(f[name])
	s = strings.Join(strings.Fields(s), " ")
	if !ok || utf8.RuneCountInString(s) > maxVersion {
		p.fault(name, whyText, fixText, maxVersion)
	}
	return s
}

func (p *reportReader) values(f fields) {
	var list []json.RawMessage
	if err := json.Unmarshal(orNull(f["metrics"]), &list); err != nil || list == nil {
		p.fault("metrics", missing(f, "metrics", whyNotList), fixShape)
		return
	}
	if len(list) > MaxValues {
		p.fault("metrics", whyManyValues, fixManyValues, MaxValues)
		return
	}
	p.r.Values = make([]Value, 0, len(list))
	for i, raw := range list {
		p.num, p.name = i+1, ""
		p.value(raw)
	}
	p.num, p.name = 0, ""
}

func (p *reportReader) value(raw json.RawMessage) {
	var f fields
	if json.Unmarshal(raw, &f) != nil || f == nil {
		p.fault("", whyEntry, fixEntry)
		return
	}
	before := len(p.faults)
	v := Value{Name: p.valueName(f), Slice: p.valueSlice(f["slice"])}
	measured := p.number(f, &v)
	v.N = p.count(f["n"])
	if s, ok, given := p.stderr(f["stderr"]); ok && given {
		v.StdErr = s
	}
	if len(p.faults) == before {
		p.take(v, measured)
	}
}

// take adds a value that is right, unless its key is there already.
func (p *reportReader) take(v Value, measured bool) {
	key := v.Key()
	if p.keys[key] {
		p.fault("", whySameKey, fixSameKey)
		return
	}
	p.keys[key] = true
	if measured {
		p.r.Values = append(p.r.Values, v)
	} else {
		p.r.NotMeasured = append(p.r.NotMeasured, key)
	}
}

// reportName is a name in a report: a metric's name, or the key of its source.
var reportName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./@:,+-]{1,99}$`)

func (p *reportReader) valueName(f fields) string {
	s, ok := text(f["name"])
	p.name = s
	if !ok || !reportName.MatchString(s) {
		p.fault("name", missing(f, "name", whyBadName), fixBadName)
	}
	return s
}

var dimPattern = regexp.MustCompile(`^` + dimension + `$`)

func (p *reportReader) valueSlice(raw json.RawMessage) map[string]string {
	if absent(raw) {
		return nil
	}
	var f fields
	ok := json.Unmarshal(raw, &f) == nil && len(f) <= maxDims
	out := make(map[string]string, len(f))
	for dim, r := range f {
		s, isText := text(r)
		dim, s = norm.NFC.String(dim), strings.Join(strings.Fields(norm.NFC.String(s)), " ")
		_, twice := out[dim]
		ok = ok && isText && !twice && dimPattern.MatchString(dim) && s != "" && s != "*" && !strings.Contains(s, "=") &&
			utf8.RuneCountInString(dim+"="+s) <= maxSlice
		out[dim] = s
	}
	if !ok {
		p.fault("slice", whyBadSlice, fixBadSlice)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// number reads the value or the results of repeated runs; false when it was not measured.
func (p *reportReader) number(f fields, v *Value) (measured bool) {
	_, given := f["value"]
	kind := notGiven
	if given {
		v.Value, kind = measurement(f["value"])
	}
	if kind == noMeasure {
		p.fault("value", whyNumber, fixValue)
	}
	if absent(f["seeds"]) {
		if !given {
			p.fault("value", whyMissing, fixValue)
		}
		return kind == aNumber
	}
	if n, ok := whole(f["seeds"]); ok && n >= 0 && given {
		v.Seeds = n
		return kind == aNumber
	}
	runs, all := p.runs(f["seeds"])
	v.Seeds = len(runs)
	if !all || given && kind != aNumber {
		return false
	}
	mean, stderr := average(runs)
	if v.StdErr = stderr; !given {
		v.Value = mean
	}
	return true
}

// runs are the results of repeated runs; false when one of them is no number, so that the rest tells too little.
func (p *reportReader) runs(raw json.RawMessage) (out []float64, all bool) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 || len(list) > maxSeeds {
		p.fault("seeds", whySeeds, fixSeeds)
		return nil, false
	}
	all = true
	for _, r := range list {
		v, kind := measurement(r)
		if kind == noMeasure {
			p.fault("seeds", whySeeds, fixSeeds)
			return nil, false
		}
		all = all && kind == aNumber
		out = append(out, v)
	}
	return out, all
}

// count is a whole number, zero or more; 0 when it is not told.
func (p *reportReader) count(raw json.RawMessage) int {
	if absent(raw) {
		return 0
	}
	n, ok := whole(raw)
	if !ok || n < 0 {
		p.fault("n", whyCount, fixCount)
	}
	return n
}

// stderr is a standard error; not given when the report does not know it.
func (p *reportReader) stderr(raw json.RawMessage) (v float64, ok, given bool) {
	if absent(raw) {
		return 0, true, false
	}
	v, kind := measurement(raw)
	if kind == noMeasure || v < 0 {
		p.fault("stderr", whyStdErr, fixStdErr)
		return 0, false, true
	}
	return v, true, kind == aNumber
}

// unmeasured reads the keys that Report.JSON lists apart.
func (p *reportReader) unmeasured(raw json.RawMessage) {
	if absent(raw) {
		return
	}
	var keys []string
	if json.Unmarshal(raw, &keys) != nil || len(keys) > MaxValues {
		p.fault("not_measured", whyUnkeyed, fixUnkeyed)
		return
	}
	for _, key := range keys {
		v, ok := parseKey(key)
		if !ok || p.keys[v.Key()] {
			p.fault("not_measured", whyUnkeyed, fixUnkeyed)
			return
		}
		p.take(v, false)
	}
}

// parseKey is the name and slice of a Value.Key.
func parseKey(key string) (Value, bool) {
	name, rest, _ := strings.Cut(key, " ")
	v := Value{Name: name}
	if !reportName.MatchString(name) {
		return v, false
	}
	for rest != "" {
		dim, value, ok := strings.Cut(rest, "=")
		rest = ""
		if i := strings.Index(value, "="); i >= 0 { // the next dimension's name stands before it
			j := strings.LastIndex(value[:i], ", ")
			if j < 0 {
				return v, false
			}
			value, rest = value[:j], value[j+2:]
		}
		if !ok || !dimPattern.MatchString(dim) || value == "" || len(v.Slice) == maxDims {
			return v, false
		}
		if v.Slice == nil {
			v.Slice = map[string]string{}
		}
		v.Slice[dim] = value
	}
	return v, v.Key() == key
}
