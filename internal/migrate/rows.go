package migrate

import (
	"reflect"
	"slices"

	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/policy"
)

// choose writes an "or" as rows: for every set of alternatives that may apply, any of them is needed when
// the others do not apply. Where that cannot be said, any of them is always needed, which is more.
func (m *migration) choose(n *yaml.Node, all []alternative) {
	var sometimes []int
	for i, a := range all {
		if !a.always() {
			sometimes = append(sometimes, i)
		}
	}
	for set := range 1 << len(sometimes) {
		var in, out []alternative
		for i, a := range all {
			if k := slices.Index(sometimes, i); k < 0 || set&(1<<k) != 0 {
				in = append(in, a)
			} else {
				out = append(out, a)
			}
		}
		if len(in) == 0 || slices.ContainsFunc(in, func(a alternative) bool { return a.count == 0 }) {
			continue // skipped, or met
		}
		m.anyOf(n, in, out)
	}
}

// anyOf writes the rows by which any of in is needed when none of out applies, and one of in does.
func (m *migration) anyOf(n *yaml.Node, in, out []alternative) {
	need, count := policy.Need{}, in[0].count
	for _, a := range in {
		if len(a.need.Clauses()) > 0 { // else its people could not be carried over: the others are needed
			need.Any = with(need.Any, a.need)
		}
		if a.count != in[0].count || a.count > 1 && len(in) > 1 {
			m.left(n, "how many people each rule asks for is not carried over: together the rules need the highest number, from people of any of them, where policy-bot wants the people of one rule",
				"quantas pessoas cada regra pede não é levado: juntas as regras exigem o maior número, de pessoas de qualquer uma; o policy-bot quer as pessoas de uma só regra")
		}
		count = max(count, a.count)
	}
	if len(need.Any) == 1 {
		need = need.Any[0]
	}
	absent := []policy.When{{}} // ways in which none of out applies
	for _, a := range out {
		var next []policy.When
		for _, c := range a.conditions {
			for _, w := range absent {
				if joined, ok := both(w, c.not); ok && c.turns && !a.inexact {
					next = append(next, joined)
				}
			}
		}
		if len(next) != len(absent)*len(a.conditions) || len(next) == 0 {
			m.left(n, "that %q is enough when its \"if\" holds is not carried over, as the opposite cannot be said: the other rules are always needed",
				"que %q basta quando seu \"if\" vale não é levado, pois o contrário não pode ser dito: as outras regras são sempre exigidas", clip(a.why))
			next = absent
		}
		absent = next
	}
	present := [][]policy.When{nil}
	if !slices.ContainsFunc(in, alternative.always) {
		present = nil
		for _, a := range in {
			var w []policy.When
			for _, c := range a.conditions {
				w = append(w, c.is)
			}
			present = append(present, w)
		}
	}
	for _, w := range absent {
		for _, p := range present {
			if joined, ok := both(w, p...); ok {
				m.row(n, need, count, joined, in[0].why)
			} else {
				m.left(n, "two conditions of one kind that must both hold are not carried over: %q is always needed. Write the row by hand",
					"duas condições do mesmo tipo que devem valer juntas não são levadas: %q é sempre exigida. Escreva a linha à mão", clip(in[0].why))
				m.row(n, need, count, policy.When{}, in[0].why)
			}
		}
	}
}

// both joins conditions; false when two of them are of the same kind and differ.
func both(w policy.When, more ...policy.When) (policy.When, bool) {
	to := reflect.ValueOf(&w).Elem()
	for _, m := range more {
		from := reflect.ValueOf(m)
		for i := range from.NumField() {
			switch f := from.Field(i); {
			case f.IsZero() || reflect.DeepEqual(f.Interface(), to.Field(i).Interface()):
			case !to.Field(i).IsZero():
				return w, false
			default:
				to.Field(i).Set(f)
			}
		}
	}
	return w, true
}

// row adds a row for every path, or for the changed paths that its condition names.
func (m *migration) row(n *yaml.Node, need policy.Need, count int, w policy.When, why string) {
	if count == 0 || len(m.rows) > maxRows || len(need.Clauses()) == 0 {
		return
	}
	r := policy.PathRule{Paths: []string{"**"}, Roles: need, Count: count, When: w, Why: why}
	if need.Role != "" {
		r.Roles = policy.EachOf(need.Role)
	}
	if set := w.ChangedFiles; set.Paths != nil {
		r.Paths, r.Ignore, r.When.ChangedFiles = set.Paths, set.Ignore, policy.FileSet{}
	}
	if !readable(r) {
		r.Why = "" // a name with characters that no reason may have
	}
	if !readable(r) {
		m.left(n, "this is not carried over: as a row (%s) the config would not be valid. Write it by hand", "isto não é levado: como linha (%s) a configuração não seria válida. Escreva à mão", clip(need.String()))
		return
	}
	if !slices.ContainsFunc(m.rows, func(o policy.PathRule) bool { return reflect.DeepEqual(o, r) }) {
		m.rows = append(m.rows, r)
	}
}
