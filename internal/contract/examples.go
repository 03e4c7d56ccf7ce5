package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Example is one of the example webhooks that GitHub's toolkit publishes.
type Example struct {
	Event   string // as X-GitHub-Event has it: issue_comment
	Payload json.RawMessage
}

// LoadExamples reads the example webhooks from dir, in the order of the file. They are payloads of several years, so
// the older ones need not fit today's description; whoever takes webhooks must not stumble over any.
func LoadExamples(dir string) ([]Example, error) {
	data, err := os.ReadFile(filepath.Join(dir, examplesFile))
	if err != nil {
		return nil, hint(fmt.Errorf("read example webhooks: %w", err))
	}
	var events []struct {
		Name     string            `json:"name"`
		Examples []json.RawMessage `json:"examples"`
	}
	if err := json.Unmarshal(data, &events); err != nil {
		return nil, fmt.Errorf("read example webhooks: %w", err)
	}
	var out []Example
	for _, e := range events {
		for _, payload := range e.Examples {
			out = append(out, Example{Event: e.Name, Payload: payload})
		}
	}
	return out, nil
}
