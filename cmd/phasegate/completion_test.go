package main

import (
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ask sources the script in bash and asks for what it offers after the words, the last of which is
// being typed.
func askBash(t *testing.T, script string, words ...string) []string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	const probe = `
set -u
eval "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_phasegate
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
complete -p phasegate >/dev/null || echo 'nothing is registered'
`
	cmd := exec.CommandContext(t.Context(), bash, append([]string{"--norc", "-c", probe, "probe", script}, words...)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", words, err, out)
	}
	return strings.Fields(string(out))
}

func TestBashCompletes(t *testing.T) {
	_, script, _ := try(t, "completion", "bash")
	for _, c := range []struct{ typed, want []string }{
		{[]string{"phasegate", "val"}, []string{"validate"}},
		{[]string{"phasegate", "completion", ""}, []string{"bash", "zsh", "fish"}},
		{[]string{"phasegate", "completion", "z"}, []string{"zsh"}},
		{[]string{"phasegate", "init", "--la"}, []string{"--language"}},
		{[]string{"phasegate", "init", "--language", ""}, []string{"en", "pt-BR"}},
		{[]string{"phasegate", "init", "--language", "=", "p"}, []string{"pt-BR"}},
		{[]string{"phasegate", "init", "--force", "--runner", "a"}, []string{"app", "action"}},
		{[]string{"phasegate", "validate", "--"}, []string{"--help", "--json", "--language"}},
		{[]string{"phasegate", "validate", ""}, nil}, // bash offers files
		{[]string{"phasegate", "validate", "init", "--"}, []string{"--help", "--json", "--language"}},
	} {
		if got := askBash(t, script, c.typed...); !slices.Equal(got, c.want) {
			t.Errorf("%q offers %q, want %q", c.typed, got, c.want)
		}
	}
	if got := askBash(t, script, "phasegate", ""); !slices.Contains(got, "init") || !slices.Contains(got, "completion") || slices.Contains(got, "--help") {
		t.Errorf("at the beginning it offers %q", got)
	}
}

// nested is a command line with commands below a command, as phasegate may get.
type nested struct {
	Inbox struct {
		List struct {
			Format string `enum:"text,json" default:"text" help:"It's a format."`
			To     string `short:"o" type:"path"`
		} `cmd:"" help:"What waits: all of it."`
		Retry struct {
			Key string `arg:""`
		} `cmd:""`
		Secret struct{} `cmd:"" hidden:""`
	} `cmd:"" help:"Look into the inbox."`
	Plan struct {
		Issue string `arg:""`
	} `cmd:""`
	Verbose bool `help:"Say more."`
}

func nestedSpots(t *testing.T) []spot {
	t.Helper()
	parser, err := newParser(&nested{}, stdio{Out: io.Discard, Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return spots(parser.Model.Node, "")
}

func TestBashCompletesCommandsBelowCommands(t *testing.T) {
	script := bashScript("phasegate", nestedSpots(t))
	for _, c := range []struct{ typed, want []string }{
		{[]string{"phasegate", ""}, []string{"inbox", "plan"}},
		{[]string{"phasegate", "inbox", ""}, []string{"list", "retry"}},
		{[]string{"phasegate", "--verbose", "inbox", "list", "--format", ""}, []string{"text", "json"}},
		{[]string{"phasegate", "inbox", "list", "-"}, []string{"--verbose", "--format", "--to"}},
		{[]string{"phasegate", "inbox", "list", "-o", ""}, nil},
		{[]string{"phasegate", "list", "--"}, []string{"--verbose"}}, // no command of the top
	} {
		if got := askBash(t, script, c.typed...); !slices.Equal(got, c.want) {
			t.Errorf("%q offers %q, want %q", c.typed, got, c.want)
		}
	}
}

func TestFishKnowsWhereWhatBelongs(t *testing.T) {
	script := fishScript("phasegate", nestedSpots(t))
	for _, want := range []string{
		`complete -c phasegate -n 'not __fish_seen_subcommand_from inbox plan' -a 'inbox' -d 'Look into the inbox.'`,
		`complete -c phasegate -n '__fish_seen_subcommand_from inbox; and not __fish_seen_subcommand_from list retry' -a 'list' -d 'What waits: all of it.'`,
		`complete -c phasegate -n '__fish_seen_subcommand_from inbox; and __fish_seen_subcommand_from list' -l 'format' -x -a 'text json' -d 'It\'s a format.'`,
		`complete -c phasegate -n '__fish_seen_subcommand_from inbox; and __fish_seen_subcommand_from list' -l 'to' -s 'o' -r -F -d ''`,
	} {
		if !slices.Contains(strings.Split(script, "\n"), want) {
			t.Errorf("no line %s in\n%s", want, script)
		}
	}
	if strings.Contains(script, "secret") {
		t.Error("a hidden command is offered")
	}
}

// The scripts are read by the shells they are for, where those are installed.
func TestShellsReadTheirScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			code, script, errs := try(t, "completion", shell)
			if code != exitDone || !strings.Contains(script, "validate") {
				t.Fatalf("ended with %d: %s", code, errs)
			}
			program, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("there is no %s here", filepath.Base(shell))
			}
			cmd := exec.CommandContext(t.Context(), program, "-n")
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
