package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/migrate"
	"github.com/phasegate/phasegate/internal/policy"
)

type migrateCommand struct {
	PolicyBot migratePolicyBot `cmd:"" name:"policy-bot" help:"Write the config that is equivalent to policy-bot's .policy.yml."`
}

type migratePolicyBot struct {
	File     string `arg:"" complete:"file" help:"policy-bot's policy, usually .policy.yml."`
	Out      string `default:".github/phasegate.yml" placeholder:"PATH" complete:"file" help:"The config to write; - for standard output. Default: ${default}."`
	Force    bool   `help:"Replace the config that is there."`
	Language string `enum:"en,pt-BR" default:"en" help:"Language of the messages: ${enum}."`
}

func (migratePolicyBot) Help() string {
	return `Each line that could not be carried over is told, with what to do instead, and each choice that may be wrong as a note.
The exit status is 1 when something was left out. Where something cannot be said the same way, the config asks for
more, or a line says so. At first require only the check phasegate/roles: phasegate/gate is for pull requests of a
deliverable. docs/migrate-policy-bot.md shows what becomes of what.

Example:

    phasegate migrate policy-bot .policy.yml
    phasegate migrate policy-bot .policy.yml --out - > phasegate.yml`
}

func (c *migratePolicyBot) Run(s *session) error {
	source, err := readPolicy(c.File)
	if err != nil {
		return err
	}
	config, gaps, err := migrate.PolicyBot(source)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if err := c.put(s, config); err != nil {
		return err
	}
	left := false
	var b strings.Builder
	for _, g := range gaps {
		text := g.Text(lifecycle.Lang(c.Language))
		if left = left || g.Left; !g.Left {
			text = map[string]string{"en": "note: ", "pt-BR": "nota: "}[c.Language] + text
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", c.File, g.Line, g.Column, strings.Join(strings.Fields(text), " "))
	}
	b.WriteString(nextStep[c.Language])
	if _, err := io.WriteString(s.Err, harmless(b.String())); err != nil {
		return err
	}
	if left {
		return errProblem
	}
	return nil
}

// nextStep says which check to require: without a deliverable, phasegate/gate is red on every pull request.
var nextStep = map[string]string{
	"en":    "next: require only the check phasegate/roles; phasegate/gate asks every pull request for its deliverable, so require it once there is one\n",
	"pt-BR": "a seguir: exija só a verificação phasegate/roles; phasegate/gate pede a entrega de cada pull request, então exija-a quando houver uma\n",
}

func readPolicy(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s does not exist; name policy-bot's policy, usually .policy.yml", name)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, migrate.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// put writes the config where it is asked for.
func (c *migratePolicyBot) put(s *session, config []byte) error {
	if c.Out == "-" {
		_, err := s.Out.Write(config)
		return err
	}
	folder, name := filepath.Split(filepath.Clean(c.Out))
	if folder == "" {
		folder = "."
	}
	if filepath.ToSlash(c.Out) == policy.File {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("open the folder of %s: %w", c.Out, err)
	}
	defer root.Close()
	w := writer{root: root, force: c.Force}
	if there, err := root.ReadFile(name); err == nil && bytes.Equal(there, config) {
		return c.done(s)
	}
	err = w.create(name, config)
	if errors.Is(err, fs.ErrExist) {
		if !c.Force {
			return fmt.Errorf("%s is there already; --force replaces it, --out names another file", c.Out)
		}
		err = w.replace(name, config)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", c.Out, err)
	}
	return c.done(s)
}

func (c *migratePolicyBot) done(s *session) error {
	_, err := fmt.Fprintf(s.Out, map[string]string{"en": "wrote %s\n", "pt-BR": "gravou %s\n"}[c.Language], c.Out)
	return err
}
