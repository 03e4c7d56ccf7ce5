package policy_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

var update = flag.Bool("update", false, "rewrite the schema and the expected problems")

// TestCorpus holds the reader against the problems written down, and against the schema.
func TestCorpus(t *testing.T) {
	schema := compile(t)
	for name, want := range map[string]struct{ reader, schema bool }{
		"valid.txtar": {true, true}, "invalid.txtar": {false, false}, "reader.txtar": {false, true},
	} {
		file := filepath.Join("testdata", name)
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wants, out := map[string]string{}, &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			wants[f.Name] = string(f.Data)
		}
		for _, f := range archive.Files {
			base, isConfig := strings.CutSuffix(f.Name, ".yml")
			if !isConfig {
				continue
			}
			p, problems := policy.Parse(f.Data)
			if (p != nil) == (len(problems) > 0) {
				t.Errorf("%s/%s: policy %v with %d problems", name, f.Name, p != nil, len(problems))
			}
			if (p != nil) != want.reader {
				t.Errorf("%s/%s: the reader takes it: %v, want %v: %v", name, f.Name, p != nil, want.reader, problems)
			}
			if err, known := validate(schema, f.Data); known && (err == nil) != want.schema {
				t.Errorf("%s/%s: the schema takes it: %v, want %v: %v", name, f.Name, err == nil, want.schema, err)
			}
			got := render(t, problems)
			out.Files = append(out.Files, f)
			if got != "" {
				out.Files = append(out.Files, txtar.File{Name: base + ".want", Data: []byte(got)})
			}
			if diff := cmp.Diff(wants[base+".want"], got); diff != "" && !*update {
				t.Errorf("%s/%s: problems (-want +got):\n%s", name, f.Name, diff)
			}
		}
		if *update {
			write(t, file, txtar.Format(out))
		}
	}
}

func render(t *testing.T, problems []policy.Problem) string {
	t.Helper()
	var b strings.Builder
	for _, p := range problems {
		if p.Text(lifecycle.English) != p.Message || p.Text(lifecycle.Portuguese) == "" || strings.Contains(p.Message+p.Text(lifecycle.Portuguese), "%!") {
			t.Errorf("%v: bad texts: %q, %q", p, p.Text(lifecycle.English), p.Text(lifecycle.Portuguese))
		}
		fmt.Fprintf(&b, "%s\n\t%s\n", p, p.Text(lifecycle.Portuguese))
	}
	return b.String()
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func compile(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(policy.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("phasegate.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("phasegate.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate judges a config by the schema, as an editor does. It is false when the file is no single
// YAML document, where there is nothing to judge.
func validate(s *jsonschema.Schema, data []byte) (error, bool) {
	var doc yaml.Node
	if len(bytes.TrimSpace(data)) == 0 {
		return s.Validate(nil), true
	}
	if err := yaml.Load(data, &doc); err != nil {
		return nil, false
	}
	v, ok := plain(doc.Content[0])
	if !ok {
		return nil, false
	}
	return s.Validate(v), true
}

// plain turns a node into JSON's values, reading days as text like YAML 1.2's core schema.
func plain(n *yaml.Node) (any, bool) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Kind != yaml.ScalarNode || n.Content[i].Value == "<<" {
				return nil, false
			}
			v, ok := plain(n.Content[i+1])
			if !ok {
				return nil, false
			}
			m[n.Content[i].Value] = v
		}
		return m, true
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			v, ok := plain(c)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return list, true
	case yaml.AliasNode:
		return plain(n.Alias)
	}
	return scalarValue(n)
}

func scalarValue(n *yaml.Node) (any, bool) {
	switch n.Tag {
	case "!!null":
		return nil, true
	case "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, false
		}
		return json.Number(fmt.Sprint(v)), true
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), true
	}
	return n.Value, true
}

func TestSchemaIsCheckedIn(t *testing.T) {
	const file = "phasegate.schema.json"
	got := policy.Schema()
	if *update {
		write(t, file, got)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is old; run go test ./internal/policy -update (-file +generated):\n%s", file, diff)
	}
	var s struct {
		Schema               string `json:"$schema"`
		AdditionalProperties bool   `json:"additionalProperties"`
		Properties           map[string]struct{ Description string }
	}
	if err := json.Unmarshal(got, &s); err != nil {
		t.Fatal(err)
	}
	if s.Schema != "http://json-schema.org/draft-07/schema#" || s.AdditionalProperties {
		t.Errorf("schema %q, additional properties %v", s.Schema, s.AdditionalProperties)
	}
	for key, property := range s.Properties {
		if property.Description == "" {
			t.Errorf("%s has no description", key)
		}
		for _, l := range lifecycle.Langs {
			if !bytes.Contains(policy.Example(l), []byte("\n"+key+":")) && !bytes.Contains(policy.Example(l), []byte("\n# "+key+":")) {
				t.Errorf("the example in %s does not show %s", l, key)
			}
		}
	}
	if n := reflect.TypeFor[policy.Policy]().NumField(); n != len(s.Properties) {
		t.Errorf("the schema has %d keys, the policy %d fields", len(s.Properties), n)
	}
}

func TestExampleIsTheDefault(t *testing.T) {
	schema := compile(t)
	opt := cmp.Options{cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
		cmp.FilterValues(func(a, b any) bool { // an empty list is no list
			x, y := reflect.ValueOf(a), reflect.ValueOf(b)
			return x.IsValid() && y.IsValid() && x.Kind() == reflect.Slice && y.Kind() == reflect.Slice && x.Len()+y.Len() == 0
		}, cmp.Ignore())}
	for _, l := range lifecycle.Langs {
		text := policy.Example(l)
		_, tables, found := bytes.Cut(text, []byte("\n\n# gates:"))
		if !found {
			t.Fatal("no tables in the example")
		}
		open := strings.ReplaceAll("# gates:"+string(tables), "# ", "")
		for name, config := range map[string][]byte{"as written": text, "with tables": append(bytes.Clone(text), "\n"+open...)} {
			got, problems := policy.Parse(config)
			if len(problems) > 0 {
				t.Fatalf("%s %s: %v", l, name, problems)
			}
			want := policy.Default()
			want.Language = l
			for _, r := range lifecycle.Roles {
				want.Roles[r] = nil
			}
			if diff := cmp.Diff(want, got, opt); diff != "" {
				t.Errorf("%s %s (-default +example):\n%s", l, name, diff)
			}
			if err, _ := validate(schema, config); err != nil {
				t.Errorf("%s %s: %v", l, name, err)
			}
		}
	}
}

func TestParseReadsEveryKey(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/valid.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var p *policy.Policy
	for _, f := range archive.Files {
		if f.Name == "everything.yml" {
			p, _ = policy.Parse(f.Data)
		}
	}
	if p == nil {
		t.Fatal("everything.yml is not read")
	}
	was, is := reflect.ValueOf(*policy.Default()), reflect.ValueOf(*p)
	for i := range was.NumField() {
		if name := was.Type().Field(i).Name; name != "Version" && name != "Runner" && reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			t.Errorf("%s was not read", name)
		}
	}
	if got, want := p.Meetings.Monthly, (policy.Monthly{Week: 5, Day: time.Friday, Time: policy.Clock{Hour: 16, Minute: 30}}); got != want {
		t.Errorf("monthly %v, want %v", got, want)
	}
	if got, want := *p.Meetings.Weekly, (policy.Slot{Day: time.Tuesday, Time: policy.Clock{Hour: 9}}); got != want {
		t.Errorf("weekly %v, want %v: a key that is left out keeps its default", got, want)
	}
	if got := fmt.Sprint(p.Roles[lifecycle.SubjectMatterExpert], p.Holidays, p.Writers); got != "[123 acme/domain_people] [2024-02-29] [{15368} {0}]" {
		t.Errorf("read %s", got)
	}
}

func TestParseCaps(t *testing.T) {
	if _, problems := policy.Parse(bytes.Repeat([]byte("#"), policy.MaxSize+1)); len(problems) != 1 || !strings.Contains(problems[0].Message, "65537 bytes") {
		t.Errorf("too large: %v", problems)
	}
	if _, problems := policy.Parse(append([]byte("version: 1\n"), bytes.Repeat([]byte("#"), policy.MaxSize-11)...)); len(problems) != 0 {
		t.Errorf("as large as allowed: %v", problems)
	}
	if _, problems := policy.Parse([]byte("version: 1\n" + strings.Repeat("x: 1\n", 500))); len(problems) != 51 || problems[50].Message != "And 450 more problems from here on." {
		t.Errorf("many problems: %d, last %v", len(problems), problems[len(problems)-1])
	}
	for name, text := range map[string]string{
		"deep": strings.Repeat("[", 60000), "indented": strings.Repeat("- ", 30000),
		"latin1": "version: 1\n# caf\xe9", "control": "version: 1\nmode: \x07",
		"bomb": "a: &a [x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nversion: 1\n",
	} {
		if p, problems := policy.Parse([]byte(text)); p != nil || len(problems) == 0 {
			t.Errorf("%s: accepted", name)
		} else if first := problems[0]; first.Line < 1 || first.Column < 1 {
			t.Errorf("%s: no place: %v", name, first)
		}
	}
	_, problems := policy.Parse([]byte("version: 1\nmode: \x07"))
	if len(problems) != 1 || problems[0].Line != 2 || problems[0].Column != 7 {
		t.Errorf("control character: %v", problems)
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range archive.Files {
			f.Add(c.Data)
		}
	}
	schema := compile(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		p, problems := policy.Parse(data)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %v for %d bytes", took, len(data))
		}
		if (p == nil) == (len(problems) == 0) || len(problems) > 51 {
			t.Fatalf("policy %v, %d problems", p != nil, len(problems))
		}
		for _, q := range problems {
			if q.Line < 1 || q.Column < 1 || q.Message == "" || strings.ContainsAny(q.Message, "\n\r") || len(q.Message) > 2000 {
				t.Errorf("bad problem %#v", q)
			}
		}
		if p == nil {
			return
		}
		if p.Location == nil || len(p.Gates) != 3 {
			t.Errorf("incomplete policy %+v", p)
		}
		if err, known := validate(schema, data); known && err != nil {
			t.Errorf("the reader takes what the schema refuses: %v", err)
		}
		p.PathRoles("src/a/train.py")
		p.AllowedPhases("deploy/x")
		p.Warnings()
		start = time.Now()
		p.Requirements(known())
		policy.Weakenings(policy.Default(), p)
		if w := policy.Weakenings(p, p); w != nil {
			t.Errorf("a config is weaker than itself: %s", w[0].Text(lifecycle.English))
		}
		if merged, _ := policy.Merge(p, policy.Default()); p.AllowOverride.String() == "false" {
			if w := policy.Weakenings(p, merged); w != nil {
				t.Errorf("merged is weaker: %s", w[0].Text(lifecycle.English))
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("judging by it took %v", took)
		}
	})
}
