//go:build contract

package gh_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/phasegate/phasegate/internal/contract"
)

// TestMain plays the package against GitHub's own descriptions: every request of the client is one that GitHub
// takes, every document one of its schema.
func TestMain(m *testing.M) { os.Exit(checked(m)) }

func checked(m *testing.M) int {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	checker, err := contract.Load(contract.Dir(os.Getenv, root))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	rec := checker.Recorder()
	http.DefaultTransport = rec.Transport(http.DefaultTransport)
	code := m.Run()
	for _, v := range rec.Violations() {
		fmt.Fprintln(os.Stderr, v)
		code = 1
	}
	if len(rec.Operations()) == 0 {
		fmt.Fprintln(os.Stderr, "nothing was checked")
		code = 1
	}
	return code
}
