package metrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var fenceLine = regexp.MustCompile("^ {0,3}(`{3,})[ \t]*(?:json|JSON)?[ \t]*$")

// source is the JSON in a text, with what Python writes for numbers that are none made null.
func (p *reportReader) source(text string) ([]byte, bool) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return nullify([]byte(text)), true
	}
	var blocks []string
	open, from := "", 0
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i, line := range lines {
		m := fenceLine.FindStringSubmatch(line)
		switch {
		case m == nil:
		case open == "" && strings.ContainsAny(line, "jJ"):
			open, from = m[1], i+1
		case open != "" && len(m[1]) >= len(open) && !strings.ContainsAny(line, "jJ"):
			blocks = append(blocks, strings.Join(lines[from:i], "\n"))
			open = ""
		}
	}
	switch {
	case len(blocks) == 0:
		p.fault("", whyNoReport, fixNoReport)
	case len(blocks) > 1:
		p.fault("", whyTwoBlocks, fixTwoBlocks)
	default:
		return nullify([]byte(blocks[0])), true
	}
	return nil, false
}

var notNumbers = regexp.MustCompile(`^[-+]?(?:NaN|Infinity)\b`)

// nullify replaces NaN and Infinity outside strings by null: Python writes them, no reader of JSON takes them.
func nullify(src []byte) []byte {
	out := make([]byte, 0, len(src))
	quoted := false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case quoted && c == '\\' && i+1 < len(src):
			out = append(out, c)
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == 'N' || c == 'I' || c == '-' || c == '+'):
			if m := notNumbers.Find(src[i:min(len(src), i+16)]); m != nil {
				out = append(out, "null"...)
				i += len(m) - 1
				continue
			}
		}
		out = append(out, src[i])
	}
	return out
}

// sound reports whether src is one JSON value in which no object has a field twice: readers of JSON
// disagree which of the two counts.
func (p *reportReader) sound(src []byte) bool {
	if !json.Valid(src) {
		var syntax *json.SyntaxError
		line := 1 + bytes.Count(src, []byte{'\n'})
		if errors.As(json.Unmarshal(src, new(any)), &syntax) {
			line = 1 + bytes.Count(src[:min(len(src), int(syntax.Offset))], []byte{'\n'})
		}
		p.fault("", whyJSON, fixJSON, line)
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var stack []object
	for {
		token, err := dec.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if top := len(stack) - 1; top >= 0 && stack[top].fields != nil && token != json.Delim('}') && stack[top].step() {
			field, _ := token.(string)
			if stack[top].fields[field] {
				p.fault(shownName(field), whySameField, fixSameField)
				return false
			}
			stack[top].fields[field] = true
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, object{fields: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, object{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
		if len(stack) > maxNesting {
			p.fault("", whyDeep, fixShape)
			return false
		}
	}
}

// object is an object being read; a list has no fields.
type object struct {
	fields map[string]bool
	inside bool // the next token is a value
}

// step reports whether the present token is a field's name.
func (o *object) step() bool {
	o.inside = !o.inside
	return o.inside
}

// measure says what a JSON value is as a measurement.
type measure int

const (
	notGiven  measure = iota // null, NaN, infinite or too large
	aNumber                  // a finite number
	noMeasure                // something else
)

// notFinite are the words for numbers that are none, in lower case and without a sign.
var notFinite = map[string]bool{"nan": true, "inf": true, "infinity": true}

func measurement(raw json.RawMessage) (float64, measure) {
	if absent(raw) {
		return 0, notGiven
	}
	if s, ok := text(raw); ok {
		if notFinite[strings.ToLower(strings.TrimLeft(strings.TrimSpace(s), "+-"))] {
			return 0, notGiven
		}
		return 0, noMeasure
	}
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return 0, noMeasure
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0, notGiven // JSON's numbers fail only by size
	}
	return v + 0, aNumber
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

func text(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// whole is a whole number that can be counted with.
func whole(raw json.RawMessage) (int, bool) {
	v, kind := measurement(raw)
	if kind != aNumber || v != math.Trunc(v) || math.Abs(v) > 1e15 {
		return 0, false
	}
	return int(v), true
}
