package main

import (
	"errors"

	"github.com/alecthomas/kong"
)

// commandLine is everything phasegate can be told, one field for each command. A command is a struct
// of its flags, in a file of its own, with
//
//	Run(ctx context.Context, s *session) error
//	Help() string // what it does, and an example
//
// Its error is printed, and the exit status is 1; errProblem prints nothing more. What is wrong with
// its flags it says in Validate() error: then the status is 2.
type commandLine struct {
	Playground playgroundCommand `cmd:"" help:"Start a simulated GitHub with the App connected, to try everything."`
	Serve      serveCommand      `cmd:"" help:"Run the App's server."`
	Simhub     simhubCommand     `cmd:"" help:"Start the simulated GitHub alone."`
	Init       initCommand       `cmd:"" help:"Write the config, the issue forms, the pull request template and the workflow into a repository."`
	Plan       planCommand       `cmd:"" help:"Say what would be written on an issue, without writing."`
	Audit      auditCommand      `cmd:"" help:"List who asked, approved and decided, from GitHub alone, and what of it cannot be verified."`
	Resync     resyncCommand     `cmd:"" help:"Look at every issue of a repository and write what is missing."`
	Doctor     doctorCommand     `cmd:"" help:"Say what is missing for Phasegate to work on a repository."`
	Validate   validateCommand   `cmd:"" help:"Check a config and say what is wrong, line by line."`
	Migrate    migrateCommand    `cmd:"" help:"Write the config that is equivalent to the policy of another tool."`
	Schema     schemaCommand     `cmd:"" help:"Print the JSON Schema of the config, for editors."`
	Version    versionCommand    `cmd:"" help:"Print the version, the commit and the Go it was built with."`
	Completion completionCommand `cmd:"" help:"Print a script that lets a shell complete phasegate's commands."`

	Help helpFlag `short:"h" help:"Show help, with an example."`
}

const description = "Phasegate moves machine-learning work through its phases on GitHub: what must be ready, who has said yes, and what that yes was about."

// newParser makes the parser of a grammar such as commandLine. It ends no process and writes to std only.
func newParser(grammar any, std stdio, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(grammar, append([]kong.Option{
		kong.Name("phasegate"),
		kong.Description(description + "\n\nExample:\n\n    phasegate init\n    phasegate validate"),
		kong.NoDefaultHelp(),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(int) {}),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100, NoAppDescFormat: true}),
	}, options...)...)
}

// errProblem is returned by a command that has already said what it found.
var errProblem = errors.New("a problem was found")

// errHelpShown ends the reading of a command line that asks for help.
var errHelpShown = errors.New("help was shown")

// helpFlag shows the help of the command it stands at. Unlike kong's own it returns, so that nothing
// but main ends the process.
type helpFlag bool

// BeforeReset implements kong's hook: it runs before anything else about the command line is judged.
func (helpFlag) BeforeReset(c *kong.Context) error {
	if err := c.PrintUsage(false); err != nil {
		return err
	}
	return errHelpShown
}
