package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

type validateCommand struct {
	Path     string `arg:"" optional:"" default:".github/phasegate.yml" complete:"file" help:"The config, or the root of a repository that has one. Default: ${default}."`
	JSON     bool   `name:"json" help:"Print one JSON object: path, valid, problems, warnings."`
	Language string `enum:"en,pt-BR" default:"en" help:"Language of the messages: ${enum}."`
}

func (validateCommand) Help() string {
	return `One line for each problem, as compilers write them: path:line:column: message. The exit status is 1 if there is any.

A warning is about something that is valid but leaves a gate weaker than it looks; it does not change the exit status.

Example:

    phasegate validate
    phasegate validate --json ../churn`
}

// maxConfigRead is how much of a file is read, in bytes; the reader refuses far smaller ones already.
const maxConfigRead = 16 << 20

// verdict is what --json prints.
type verdict struct {
	Path     string           `json:"path"`
	Valid    bool             `json:"valid"`
	Problems []policy.Problem `json:"problems"`
	Warnings []warning        `json:"warnings"`
}

// warning is about a key of the config; it has no place, since the key may be absent.
type warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

func (c *validateCommand) Run(s *session) error {
	name, data, err := readConfig(c.Path)
	if err != nil {
		return err
	}
	v := judge(name, data, lifecycle.Lang(c.Language))
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(v)
	} else {
		err = v.print(s.Out)
	}
	if err == nil && !v.Valid {
		return errProblem
	}
	return err
}

// readConfig reads the file, or the config of the repository if name is a directory.
func readConfig(name string) (string, []byte, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, filepath.FromSlash(policy.File))
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return name, nil, fmt.Errorf("%s does not exist; \"phasegate init\" writes one", name)
	} else if err != nil {
		return name, nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigRead))
	if err != nil {
		return name, nil, fmt.Errorf("read %s: %w", name, err)
	}
	return name, data, nil
}

func judge(name string, data []byte, lang lifecycle.Lang) verdict {
	v := verdict{Path: name, Problems: []policy.Problem{}, Warnings: []warning{}}
	p, problems := policy.Parse(data)
	for _, problem := range problems {
		problem.Message = problem.Text(lang)
		v.Problems = append(v.Problems, problem)
	}
	if p == nil {
		return v
	}
	v.Valid = true
	for _, n := range p.Warnings() {
		v.Warnings = append(v.Warnings, warning{n.Path, n.Text(lang)})
	}
	return v
}

func (v verdict) print(w io.Writer) error {
	var b strings.Builder
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "%s:%s\n", v.Path, p)
	}
	for _, n := range v.Warnings {
		fmt.Fprintf(&b, "%s: warning: %s: %s\n", v.Path, n.Path, n.Message)
	}
	if v.Valid {
		fmt.Fprintf(&b, "%s: valid\n", v.Path)
	}
	_, err := io.WriteString(w, harmless(b.String()))
	return err
}

// harmless is s without characters that would steer a terminal: a config may be somebody else's.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
