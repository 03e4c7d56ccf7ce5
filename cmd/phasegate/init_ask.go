package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/templates"
)

// askRoles asks who holds each role until the answers are such as a config takes. The end of the input
// ends the questions; roles not asked for by then have nobody.
func askRoles(ctx context.Context, s *session, lang lifecycle.Lang) (map[lifecycle.Role][]string, error) {
	fmt.Fprintln(s.Out, in(lang,
		"Who holds which role? Write logins, or teams as org/team, with spaces between. Enter for nobody yet.",
		"Quem tem cada papel? Escreva logins, ou times como org/time, separados por espaços. Enter para ninguém ainda."))
	lines := bufio.NewReader(s.In)
	holders := map[lifecycle.Role][]string{}
	for _, role := range lifecycle.Roles {
		names, err := askRole(ctx, s, lines, lang, role)
		if len(names) > 0 {
			holders[role] = names
		}
		if err != nil {
			fmt.Fprintln(s.Out) // the question's line was left open
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return holders, nil
}

func askRole(ctx context.Context, s *session, lines *bufio.Reader, lang lifecycle.Lang, role lifecycle.Role) ([]string, error) {
	for {
		fmt.Fprintf(s.Out, "  %s: ", templates.Role(lang, role))
		text, err := readLine(ctx, lines)
		names := holdersIn(text)
		problem := ""
		if len(names) > 0 {
			problem = problemWith(lang, role, names)
		}
		if problem == "" {
			return names, err
		}
		fmt.Fprintf(s.Out, "    %s\n", harmless(problem))
		if err != nil {
			return nil, err
		}
	}
}

// holdersIn are the names of an answer: parted by spaces or commas, with or without "@".
func holdersIn(answer string) []string {
	names := strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	for i, n := range names {
		names[i] = strings.TrimPrefix(n, "@")
	}
	return names
}

// readLine reads a line, or gives up when ctx is done. What reads then goes on until the input ends,
// which is the end of the process: a read from a terminal cannot be called back.
func readLine(ctx context.Context, lines *bufio.Reader) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := lines.ReadString('\n')
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		return a.text, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// in is the text in the language.
func in(lang lifecycle.Lang, en, pt string) string {
	if lang == lifecycle.Portuguese {
		return pt
	}
	return en
}
