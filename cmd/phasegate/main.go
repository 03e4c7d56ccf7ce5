package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"
)

// The exit statuses of every command.
const (
	exitDone    = 0
	exitProblem = 1 // something is wrong with what was looked at, or it could not be done
	exitUsage   = 2 // the command line itself is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, stdio{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Interactive: isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd()),
	})
	stop()
	os.Exit(code)
}

// stdio is what a command reads from and writes to.
type stdio struct {
	In          io.Reader
	Out, Err    io.Writer
	Interactive bool // a person reads Out and types into In, so questions may be asked
}

// session is what a command's Run gets besides its own flags.
type session struct {
	stdio
	Getenv func(string) string
	Model  *kong.Application // the whole command line, for what describes it
}

// run carries out one command line, without the program's name, and returns the exit status. It ends
// early when ctx is done, as soon as the command can.
func run(ctx context.Context, args []string, getenv func(string) string, std stdio) int {
	var line commandLine
	s := &session{stdio: std, Getenv: getenv}
	parser, err := newParser(&line, std, kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		panic(fmt.Sprintf("phasegate: the commands' structs are wrong: %v", err)) // the same for every command line
	}
	s.Model = parser.Model
	parsed, err := parser.Parse(args)
	switch {
	case errors.Is(err, errHelpShown):
		return exitDone
	case err != nil:
		return usage(std, err)
	}
	switch err := parsed.Run(); {
	case err == nil:
		return exitDone
	case errors.Is(err, errProblem):
		return exitProblem
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(std.Err, "phasegate: interrupted")
		return exitProblem
	default:
		fmt.Fprintf(std.Err, "phasegate: %v\n", err)
		return exitProblem
	}
}

// usage says what is wrong with the command line and where to read how it should be.
func usage(std stdio, err error) int {
	about := "phasegate"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		if selected := wrong.Context.Selected(); selected != nil {
			about = selected.FullPath()
		}
	}
	fmt.Fprintf(std.Err, "phasegate: %v\nSee: %s --help\n", err, about)
	return exitUsage
}
