package metrics

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Limits of a table. What lies beyond them is a Problem.
const (
	MaxRows   = 200
	maxUnit   = 40
	maxSlice  = 100
	maxSource = 200
)

// Options are what a table is read with.
type Options struct {
	Lang         lifecycle.Lang // of the problems; both languages are read whatever it is
	Author       string         // login that owns rows without an owner
	DefaultClass Class          // of rows without one; empty: the column is needed
	DefaultType  Type           // likewise
	FreeNames    bool           // "Monthly churn" is read as monthly_churn
}

// ForKind is how the table of an object of the kind is read: on a bigger problem, which business people
// write, the class is business, the type goal, and names may be written freely.
func ForKind(k lifecycle.Kind, lang lifecycle.Lang, author string) Options {
	o := Options{Lang: lang, Author: author}
	if k == lifecycle.Problem {
		o.DefaultClass, o.DefaultType, o.FreeNames = Business, Goal, true
	}
	return o
}

// column is a column of the table.
type column int

const (
	colMetric column = iota
	colClass
	colType
	colTarget
	colUnit
	colSlice
	colSource
	colOwner
	columns int = iota
)

var columnTitles = [...]both{
	colMetric: {"Metric", "Métrica"}, colClass: {"Class", "Classe"}, colType: {"Type", "Tipo"}, colTarget: {"Target", "Meta"},
	colUnit: {"Unit", "Unidade"}, colSlice: {"Slice", "Recorte"}, colSource: {"Source", "Fonte"}, colOwner: {"Owner", "Responsável"},
}

var classNames = map[Class]both{Business: {"business", "negócio"}, Model: {"model", "modelo"}, Service: {"service", "serviço"}, Data: {"data", "dados"}}

var typeNames = map[Type]both{Goal: {"goal", "meta"}, Guardrail: {"guardrail", "limite"}, Watch: {"watch", "observar"}}

var types = []Type{Goal, Guardrail, Watch}

// typeMore are other words for types.
var typeMore = map[string]Type{"limit": Guardrail}

// Words is the class in the language.
func (c Class) Words(lang lifecycle.Lang) string { return say(lang, classNames[c]) }

// Words is the type in the language.
func (t Type) Words(lang lifecycle.Lang) string { return say(lang, typeNames[t]) }

// ParseTable reads the first table of a section. It returns the rows that are right and everything
// that is wrong with the others. A section without words has no rows and no problems.
func ParseTable(section string, o Options) (Table, []Problem) {
	if markdown.Empty(section) {
		return Table{}, nil
	}
	p := &parser{o: o, keys: map[string]int{}}
	t := markdown.FirstTable(section)
	if t == nil {
		p.add(p.noTable())
		return Table{}, p.problems
	}
	if !p.header(t.Header) {
		return Table{}, p.problems
	}
	for i, r := range t.Rows {
		if i == MaxRows {
			p.add(Problem{Row: i + 1, Line: r.Line, Why: say(o.Lang, whyTooMany, MaxRows), Fix: say(o.Lang, fixTooMany, MaxRows)})
			break
		}
		p.row(i+1, r)
	}
	if len(p.table.Rows) == 0 && len(p.problems) == 0 {
		p.add(Problem{Line: t.Header.Line, Why: say(o.Lang, whyNoRows), Fix: say(o.Lang, fixNoRows)})
	}
	return p.table, p.problems
}

// noTable says that there is no table, and how one begins.
func (p *parser) noTable() Problem {
	head := "| " + p.title(colMetric) + " | " + p.title(colClass) + " | " + p.title(colType) + " | " + p.title(colTarget) + " |\n|---|---|---|---|"
	return Problem{Why: say(p.o.Lang, whyNoTable), Fix: say(p.o.Lang, fixNoTable, head), lang: p.o.Lang}
}

// parser reads one table.
type parser struct {
	o        Options
	at       [columns]int    // position of each column in the table, -1 when missing
	titles   [columns]string // as the table has them
	keys     map[string]int  // row that has each key
	table    Table
	problems []Problem

	num, line int // of the row being read
	cells     []markdown.TableCell
	failed    bool // the row has a problem
}

// title is a column's title: the table's own, or the language's.
func (p *parser) title(c column) string {
	if p.titles[c] != "" {
		return p.titles[c]
	}
	return say(p.o.Lang, columnTitles[c])
}

func (p *parser) add(pr Problem) {
	pr.lang = p.o.Lang
	p.failed = true
	p.problems = append(p.problems, pr)
}

// wrong notes a problem with a cell of the present row.
func (p *parser) wrong(c column, why, fix string) {
	p.add(Problem{Row: p.num, Line: p.line, Column: p.title(c), Cell: p.cell(c), Why: why, Fix: fix})
}

// header finds the columns; false when a needed one is missing.
func (p *parser) header(h markdown.TableRow) bool {
	names := map[string]column{}
	for c, b := range columnTitles {
		names[markdown.Fold(b.en)], names[markdown.Fold(b.pt)] = column(c), column(c)
		p.at[c] = -1
	}
	for i, cell := range h.Cells {
		c, ok := names[markdown.Fold(cell.Text)]
		if !ok {
			continue
		}
		if p.at[c] >= 0 {
			p.add(Problem{Line: h.Line, Column: cell.Text, Why: say(p.o.Lang, whyTwoColumns), Fix: say(p.o.Lang, fixTwoColumns)})
			continue
		}
		p.at[c], p.titles[c] = i, cell.Text
	}
	whole := true
	for _, c := range []column{colMetric, colClass, colType, colTarget} {
		if p.at[c] >= 0 || c == colClass && p.o.DefaultClass != "" || c == colType && p.o.DefaultType != "" {
			continue
		}
		whole = false
		p.add(Problem{Line: h.Line, Column: p.title(c), Why: say(p.o.Lang, whyNoColumn), Fix: say(p.o.Lang, fixNoColumn, p.title(c))})
	}
	return whole
}

// cell is the text of the present row in a column, "" when it has none.
func (p *parser) cell(c column) string {
	if i := p.at[c]; i >= 0 && i < len(p.cells) {
		return strings.TrimSpace(norm.NFC.String(p.cells[i].Text))
	}
	return ""
}

// row reads one row; one without any text is passed over.
func (p *parser) row(num int, r markdown.TableRow) {
	p.num, p.line, p.cells, p.failed = num, r.Line, r.Cells, false
	if !slices.ContainsFunc(r.Cells, func(c markdown.TableCell) bool { return strings.TrimSpace(c.Text) != "" }) {
		return
	}
	row := Row{Number: num, Line: r.Line}
	row.Name = p.name()
	row.Class = pick(p, colClass, p.o.DefaultClass, whyClass, []Class{Business, Model, Service, Data}, classNames, nil)
	row.Type = pick(p, colType, p.o.DefaultType, whyType, types, typeNames, typeMore)
	row.Target = p.target(row.Type)
	row.Unit = p.unit()
	row.Slice = p.slice()
	row.Source = p.source()
	row.Owner = p.owner()
	if p.failed {
		return
	}
	if first, ok := p.keys[row.Key()]; ok {
		p.wrong(colMetric, say(p.o.Lang, whyTwice, first), say(p.o.Lang, fixTwice))
		return
	}
	p.keys[row.Key()] = num
	p.table.Rows = append(p.table.Rows, row)
}

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)
	notName     = regexp.MustCompile(`[^a-z0-9]+`)
)

func (p *parser) name() string {
	s := p.cell(colMetric)
	if namePattern.MatchString(s) {
		return s
	}
	free := slug(s)
	ok := namePattern.MatchString(free)
	switch {
	case ok && p.o.FreeNames:
		return free
	case s == "":
		p.wrong(colMetric, say(p.o.Lang, whyEmpty), say(p.o.Lang, fixName))
	case ok:
		p.wrong(colMetric, say(p.o.Lang, whyName), say(p.o.Lang, fixWrite, free))
	default:
		p.wrong(colMetric, say(p.o.Lang, whyName), say(p.o.Lang, fixName))
	}
	return ""
}

// slug is a freely written name as a metric's name: "Monthly churn" is monthly_churn.
func slug(s string) string {
	return strings.Trim(notName.ReplaceAllString(markdown.Fold(s), "_"), "_")
}

// pick reads a cell that holds one word of a list, in either language.
func pick[T ~string](p *parser, c column, byDefault T, why both, all []T, names map[T]both, more map[string]T) T {
	s := p.cell(c)
	if s == "" && byDefault != "" {
		return byDefault
	}
	folded := markdown.Fold(s)
	var choices []string
	for _, v := range all {
		if folded == markdown.Fold(names[v].en) || folded == markdown.Fold(names[v].pt) {
			return v
		}
		choices = append(choices, `"`+say(p.o.Lang, names[v])+`"`)
	}
	if v, ok := more[folded]; ok {
		return v
	}
	if s == "" {
		why = whyEmpty
	}
	p.wrong(c, say(p.o.Lang, why), say(p.o.Lang, fixOneOf, enumerate(choices, p.o.Lang)))
	return ""
}

func (p *parser) target(typ Type) Target {
	cell := p.cell(colTarget)
	t, fault := parseTarget(cell, p.o.Lang)
	if fault != targetOK {
		why, fix := advice(cell, t, fault, typ, p.title(colUnit), p.o.Lang)
		p.wrong(colTarget, why, fix)
	} else if t.Trend != "" && typ != Watch && typ != "" {
		p.wrong(colTarget, say(p.o.Lang, whyTrendType), say(p.o.Lang, fixTrendType, Watch.Words(p.o.Lang), p.title(colType)))
	}
	return t
}

func (p *parser) unit() string {
	s := strings.Join(strings.Fields(p.cell(colUnit)), " ")
	p.short(colUnit, maxUnit)
	return s
}

// short notes a cell of more than max characters; false when it did.
func (p *parser) short(c column, limit int) bool {
	if utf8.RuneCountInString(p.cell(c)) <= limit {
		return true
	}
	p.wrong(c, say(p.o.Lang, whyLong, limit), say(p.o.Lang, fixLong))
	return false
}

var (
	dimension = `([\pL_][\pL\d_.-]*)`
	oneSlice  = regexp.MustCompile(`^` + dimension + `\s*=\s*([^=\s](?:[^=]*[^=\s])?)$`)
	gapSlice  = regexp.MustCompile(`(?i)^(?:gap|diferen[cç]a)\s*\(\s*` + dimension + `\s*\)$`)
)

func (p *parser) slice() Slice {
	s := p.cell(colSlice)
	switch lifecycle.Fold(s) {
	case "", "all", "todos":
		return Slice{Kind: All}
	}
	if !p.short(colSlice, maxSlice) {
		return Slice{}
	}
	if m := gapSlice.FindStringSubmatch(s); m != nil {
		return Slice{Kind: Gap, Dim: m[1]}
	}
	if m := oneSlice.FindStringSubmatch(s); m != nil {
		if m[2] == "*" {
			return Slice{Kind: Every, Dim: m[1]}
		}
		return Slice{Kind: One, Dim: m[1], Value: strings.Join(strings.Fields(m[2]), " ")}
	}
	p.wrong(colSlice, say(p.o.Lang, whySlice), say(p.o.Lang, fixSlice))
	return Slice{}
}

func (p *parser) source() Source {
	s := p.cell(colSource)
	if s == "" {
		return Source{Kind: Manual}
	}
	if !p.short(colSource, maxSource) {
		return Source{}
	}
	kind, key, keyed := strings.Cut(s, ":")
	src := Source{Kind: SourceKind(lifecycle.Fold(kind)), Key: strings.TrimSpace(key)}
	known := src.Kind == CI || src.Kind == Monitor || src.Kind == Manual
	if !known || keyed && src.Key == "" {
		p.wrong(colSource, say(p.o.Lang, whySource), say(p.o.Lang, fixSource))
	}
	return src
}

var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_]|-[A-Za-z0-9]){0,49}$`)

func (p *parser) owner() Owner {
	s := p.cell(colOwner)
	if s == "" {
		return Owner{Login: p.o.Author}
	}
	if login, ok := strings.CutPrefix(s, "@"); ok && loginPattern.MatchString(login) {
		return Owner{Login: login}
	}
	if role, ok := lifecycle.ParseRole(s); ok && slices.Contains(lifecycle.Roles, role) {
		return Owner{Role: role}
	}
	example := p.o.Author
	if loginPattern.MatchString(s) {
		example = s
	}
	if example == "" {
		example = "ana"
	}
	p.wrong(colOwner, say(p.o.Lang, whyOwner), say(p.o.Lang, fixOwner, example))
	return Owner{}
}
