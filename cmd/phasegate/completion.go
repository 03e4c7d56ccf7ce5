package main

import (
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: ${enum}."`
}

func (completionCommand) Help() string {
	return `Example:

    source <(phasegate completion bash)                                       # in ~/.bashrc
    phasegate completion zsh > "${fpath[1]}/_phasegate"                       # once
    phasegate completion fish > ~/.config/fish/completions/phasegate.fish     # once`
}

func (c *completionCommand) Run(s *session) error {
	script := map[string]func(string, []spot) string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	_, err := io.WriteString(s.Out, script(s.Model.Name, spots(s.Model.Node, "")))
	return err
}

// spot is a place of the command line where something can be completed: after a command and its flags.
type spot struct {
	path     string // the commands before it, each with a space in front; "" at the beginning
	commands []word
	flags    []flagWord
	choices  []string // of its argument
	files    bool     // its argument is a file or a directory
}

// word is something that can be typed, with what it means.
type word struct{ text, help string }

// flagWord is a flag with what can follow it.
type flagWord struct {
	word           // without dashes
	short   string // one letter, or ""
	takes   bool   // a value follows
	choices []string
	files   bool
}

// spots lists the places below a node of the model, the node's own first. Hidden commands and flags are
// left out.
func spots(n *kong.Node, path string) []spot {
	here := spot{path: path}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			here.flags = append(here.flags, flagOf(f))
		}
	}
	for _, arg := range n.Positional {
		here.choices = append(here.choices, choicesOf(arg)...)
		here.files = here.files || isFile(arg)
	}
	var below []spot
	for _, child := range n.Children {
		if child.Type != kong.CommandNode || child.Hidden {
			continue
		}
		here.commands = append(here.commands, word{child.Name, child.Help})
		below = append(below, spots(child, path+" "+child.Name)...)
	}
	return append([]spot{here}, below...)
}

func flagOf(f *kong.Flag) flagWord {
	w := flagWord{word: word{f.Name, f.Help}, takes: !f.IsBool() && !f.IsCounter(), choices: choicesOf(f.Value), files: isFile(f.Value)}
	if f.Short != 0 {
		w.short = string(f.Short)
	}
	return w
}

func choicesOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
}

// isFile reports whether a value names a file: by the tag `complete`, or by one of kong's types for it.
func isFile(v *kong.Value) bool {
	switch v.Tag.Get("complete") {
	case "file", "dir":
		return true
	}
	return slices.Contains([]string{"path", "existingfile", "existingdir", "filecontent"}, v.Tag.Type)
}

// typed lists the flags as they are typed.
func (s spot) typed() []string {
	var words []string
	for _, f := range s.flags {
		words = append(words, "--"+f.text)
	}
	return words
}

// names lists the commands.
func (s spot) names() []string {
	var words []string
	for _, c := range s.commands {
		words = append(words, c.text)
	}
	return words
}

// spellings are the ways the flag is typed as a word of its own.
func (f flagWord) spellings() []string {
	if f.short == "" {
		return []string{"--" + f.text}
	}
	return []string{"--" + f.text, "-" + f.short}
}

// shellQuote puts s in single quotes, as bash and zsh read them.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// patterns joins the alternatives of a case.
func patterns(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, "|")
}
