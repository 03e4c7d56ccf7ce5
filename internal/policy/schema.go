package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Schema is the JSON Schema (draft-07) of the config, for editors. It is made from the table of keys;
// what a schema cannot say (days of the calendar, names of time zones, a key that stands twice), only
// the reader checks.
func Schema() []byte {
	s := table(Default()).schema()
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Phasegate"
	s["description"] = "Config of Phasegate, " + File + "."
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		panic(fmt.Sprintf("policy: the table of keys is no JSON: %v", err)) // it holds strings, numbers, maps and slices only
	}
	return out.Bytes()
}
