package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files that fetch.sh brings, within the directory that Dir names.
const (
	openAPIFile  = "api.github.com.json"
	schemaFile   = "schema.graphql"
	examplesFile = "webhook-examples.json"
)

// DirEnv is the environment variable that says where the descriptions are.
const DirEnv = "PHASEGATE_CONTRACT_DIR"

// Checker holds GitHub's descriptions. It is safe for concurrent use.
type Checker struct {
	api     *Description
	graphql *Schema
}

// Dir returns the directory of the descriptions: what the environment says, else .cache/contract under the
// repository's root.
func Dir(getenv func(string) string, root string) string {
	if dir := getenv(DirEnv); dir != "" {
		return dir
	}
	return filepath.Join(root, ".cache", "contract")
}

// Root returns the repository's root: the nearest directory at or above dir that holds a go.mod.
func Root(dir string) (string, error) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod at or above the directory: run this inside the repository")
		}
		dir = parent
	}
}

// Load reads the OpenAPI description and the GraphQL schema from dir, which takes some seconds.
func Load(dir string) (*Checker, error) {
	api, err := LoadOpenAPI(filepath.Join(dir, openAPIFile))
	if err != nil {
		return nil, hint(err)
	}
	schema, err := LoadGraphQL(filepath.Join(dir, schemaFile))
	if err != nil {
		return nil, hint(err)
	}
	return &Checker{api: api, graphql: schema}, nil
}

// hint says how to get a file that is not there.
func hint(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: fetch GitHub's descriptions with internal/contract/fetch.sh (needs npm)", err)
	}
	return err
}

// API returns the OpenAPI description.
func (c *Checker) API() *Description { return c.api }

// GraphQL returns the GraphQL schema.
func (c *Checker) GraphQL() *Schema { return c.graphql }
