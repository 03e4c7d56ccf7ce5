package main

import (
	"bytes"
	"context"
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// try runs a command line with nobody at the terminal.
func try(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, func(string) string { return "" }, stdio{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestExitStatus(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"init", dir}, exitDone},
		{[]string{"validate", dir}, exitDone},
		{[]string{"validate", t.TempDir()}, exitProblem},
		{[]string{"--help"}, exitDone},
		{[]string{"init", "--help"}, exitDone},
		{[]string{"init", "--no-such-flag"}, exitUsage},
		{[]string{"init", "--language", "fr", dir}, exitUsage},
		{[]string{"init", "--branch", "a b", dir}, exitUsage},
		{[]string{"completion"}, exitUsage},
		{[]string{"no-such-command"}, exitUsage},
		{nil, exitUsage},
	} {
		code, out, errs := try(t, c.args...)
		if code != c.want {
			t.Errorf("%q ends with %d, want %d\n%s%s", c.args, code, c.want, out, errs)
		}
		if (c.want == exitUsage) != strings.Contains(errs, "See: phasegate") {
			t.Errorf("%q says %q on standard error", c.args, errs)
		}
	}
}

// model is the command line as it stands.
func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&commandLine{}, stdio{Out: io.Discard, Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// Every command's help shows at least one example, and that example is a command line that is read.
func TestEveryHelpShowsAnExample(t *testing.T) {
	for _, n := range model(t).Leaves(true) {
		_, examples, found := strings.Cut(n.Detail, "Example:\n\n")
		if !found {
			t.Errorf("%s: the help shows no example", n.FullPath())
			continue
		}
		shown := 0
		for line := range strings.Lines(strings.ReplaceAll(examples, "\\\n", "")) {
			env, words := exampleWords(line)
			if len(words) < 2 || words[0] != "phasegate" || words[1] != strings.Fields(n.Path())[0] {
				continue // what stands around it in a shell
			}
			shown++
			t.Run(strings.Join(words, " "), func(t *testing.T) {
				for _, set := range env {
					name, value, _ := strings.Cut(set, "=")
					t.Setenv(name, value)
				}
				parser, err := newParser(&commandLine{}, stdio{Out: io.Discard, Err: io.Discard})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := parser.Parse(words[1:]); err != nil {
					t.Errorf("the example is refused: %v", err)
				}
			})
		}
		if shown == 0 {
			t.Errorf("%s: no example of the command itself in\n%s", n.FullPath(), examples)
		}
	}
}

// exampleWords are the words of a command in an indented line and the variables set for it, without
// what else a shell does: comments, redirection, substitution.
func exampleWords(line string) (env, words []string) {
	line, ok := strings.CutPrefix(line, "    ")
	if !ok {
		return nil, nil
	}
	for _, end := range []string{" #", " >", " |", " &"} {
		line, _, _ = strings.Cut(line, end)
	}
	words = strings.Fields(strings.TrimRight(strings.TrimPrefix(strings.TrimSpace(line), "source <("), ")\n"))
	for len(words) > 0 && strings.Contains(words[0], "=") {
		env, words = append(env, words[0]), words[1:]
	}
	return env, words
}

func TestBuildOf(t *testing.T) {
	if b := buildOf(nil); b.Version != "(devel)" || b.Commit != "unknown" || b.Modified {
		t.Errorf("nothing recorded: %+v", b)
	}
	b := buildOf(&debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"},
	}})
	if b.Version != "v0.1.0" || b.Commit != "abc" || !b.Modified {
		t.Errorf("recorded: %+v", b)
	}
}

// A config may be somebody else's: what it holds must not steer the terminal it is shown on.
func TestValidateShowsNothingThatSteersATerminal(t *testing.T) {
	if got := harmless("a\u009b31mb\u202ec\x1b[0m\nd"); strings.ContainsAny(got, "\u009b\u202e\x1b") || !strings.HasSuffix(got, "\nd") {
		t.Errorf("got %q", got)
	}
}

func TestInterruptedQuestionsWriteNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, answers := io.Pipe()
	defer answers.Close()
	dir := t.TempDir()
	out := &cancelAt{text: "subject matter expert: ", cancel: cancel}
	var errs bytes.Buffer
	go io.WriteString(answers, "ana\n")
	code := run(ctx, []string{"init", dir}, func(string) string { return "" }, stdio{In: in, Out: out, Err: &errs, Interactive: true})
	if code != exitProblem || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("ended with %d: %s", code, errs.String())
	}
	if code, _, _ := try(t, "validate", dir); code != exitProblem {
		t.Error("a config was written")
	}
}

// cancelAt cancels once the text was written.
type cancelAt struct {
	text   string
	cancel func()
}

func (c *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}
