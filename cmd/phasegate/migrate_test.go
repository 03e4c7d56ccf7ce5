package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/policy"
)

var fence = regexp.MustCompile("(?s)\n```(yaml|console)\n(.*?)```\n")

// The example of docs/migrate-policy-bot.md, as it is printed: a policy, what is said, what is written.
func TestMigrateAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/migrate-policy-bot.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fence.FindAllStringSubmatch(string(doc), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks, not a policy, a session and a config", len(blocks))
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".policy.yml", []byte(blocks[0][2]), 0o644); err != nil {
		t.Fatal(err)
	}
	command, said, _ := strings.Cut(blocks[1][2], "\n")
	words := strings.Fields(command)
	code, out, errs := try(t, words[2:]...)
	if diff := cmp.Diff(said, out+errs); diff != "" || code != exitProblem {
		t.Errorf("ended with %d (-documented +said):\n%s", code, diff)
	}
	config, err := os.ReadFile(policy.File)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blocks[2][2], string(config)); diff != "" {
		t.Errorf("the config (-documented +written):\n%s", diff)
	}
}

// The configs of docs/paths.md are valid.
func TestConfigsOfTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/paths.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fence.FindAllStringSubmatch(string(doc), -1)
	if len(blocks) < 3 {
		t.Fatalf("only %d configs", len(blocks))
	}
	for _, b := range blocks {
		if _, problems := policy.Parse([]byte(b[2])); problems != nil {
			t.Errorf("%v in\n%s", problems, b[2])
		}
	}
	for key := range conditionsOfTheSchema(t) {
		if !strings.Contains(string(doc), "`"+key) {
			t.Errorf("the condition %s is not described", key)
		}
	}
}

func conditionsOfTheSchema(t *testing.T) map[string]any {
	t.Helper()
	type object struct{ Properties map[string]json.RawMessage }
	var root, row, when object
	var rows struct{ Items json.RawMessage }
	for _, step := range []func() error{
		func() error { return json.Unmarshal(policy.Schema(), &root) },
		func() error { return json.Unmarshal(root.Properties["paths"], &rows) },
		func() error { return json.Unmarshal(rows.Items, &row) },
		func() error { return json.Unmarshal(row.Properties["when"], &when) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	conditions := map[string]any{}
	for key := range when.Properties {
		conditions[key] = nil
	}
	if len(conditions) < 10 {
		t.Fatalf("only %d conditions", len(conditions))
	}
	return conditions
}
