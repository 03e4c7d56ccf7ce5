package main

import (
	"fmt"
	"strings"
)

// walk is how bash and zsh find the spot: they follow the commands typed so far. WORDS are the words
// between the program and the one being completed.
func walk(words string, all []spot) string {
	var paths []string
	for _, s := range all[1:] {
		paths = append(paths, s.path)
	}
	if len(paths) == 0 {
		return ""
	}
	return fmt.Sprintf("  for word in %s; do\n    case \"$at $word\" in\n      %s) at=\"$at $word\" ;;\n    esac\n  done\n", words, patterns(paths))
}

// bashScript completes the program in bash, from version 3.2 on. Where there is nothing to offer, bash
// offers files.
func bashScript(name string, all []spot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Completes %[1]s in bash. Load it with: source <(%[1]s completion bash)\n_%[1]s() {\n", name)
	b.WriteString("  local at='' word words='' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n" +
		"  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n")
	b.WriteString(walk(`"${COMP_WORDS[@]:1:COMP_CWORD-1}"`, all))
	b.WriteString("  COMPREPLY=()\n  case \"$at:$prev\" in\n")
	for _, s := range all {
		for _, f := range s.flags {
			if f.takes {
				fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W %s -- \"$cur\")); return ;;\n", patterns(at(s.path, f)), shellQuote(strings.Join(f.choices, " ")))
			}
		}
	}
	b.WriteString("  esac\n  case \"$at:$cur\" in\n")
	for _, s := range all {
		fmt.Fprintf(&b, "    %s-*) words=%s ;;\n", shellQuote(s.path+":"), shellQuote(strings.Join(s.typed(), " ")))
		fmt.Fprintf(&b, "    %s*) words=%s ;;\n", shellQuote(s.path+":"), shellQuote(strings.Join(append(s.names(), s.choices...), " ")))
	}
	fmt.Fprintf(&b, "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _%[1]s %[1]s\n", name)
	return b.String()
}

// at are the flag's spellings at a spot, as the scripts compare them.
func at(path string, f flagWord) []string {
	words := f.spellings()
	for i, w := range words {
		words[i] = path + ":" + w
	}
	return words
}

// zshScript completes the program in zsh, with what each word means.
func zshScript(name string, all []spot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %[1]s\n# Completes %[1]s in zsh. Write it into a directory of $fpath as _%[1]s.\n_%[1]s() {\n", name)
	b.WriteString("  local at='' word prev=$words[CURRENT-1]\n  local -a offers\n" +
		"  if [[ $PREFIX == --*=* ]]; then prev=${PREFIX%%=*}; compset -P '*='; fi\n")
	b.WriteString(walk(`"${(@)words[2,CURRENT-1]}"`, all))
	b.WriteString("  case \"$at:$prev\" in\n")
	for _, s := range all {
		for _, f := range s.flags {
			if f.takes {
				fmt.Fprintf(&b, "    %s) %s; return ;;\n", patterns(at(s.path, f)), zshValues(f.choices, f.files))
			}
		}
	}
	b.WriteString("  esac\n  case \"$at:$PREFIX\" in\n")
	for _, s := range all {
		var flags []word
		for _, f := range s.flags {
			flags = append(flags, word{"--" + f.text, f.help})
		}
		fmt.Fprintf(&b, "    %s-*) offers=(%s); _describe -o flag offers ;;\n", shellQuote(s.path+":"), zshOffers(flags))
		fmt.Fprintf(&b, "    %s*) %s ;;\n", shellQuote(s.path+":"), zshArguments(s))
	}
	fmt.Fprintf(&b, "  esac\n}\nif [[ $funcstack[1] == _%[1]s ]]; then _%[1]s \"$@\"; else compdef _%[1]s %[1]s; fi\n", name)
	return b.String()
}

func zshArguments(s spot) string {
	if len(s.commands) > 0 {
		return fmt.Sprintf("offers=(%s); _describe command offers", zshOffers(s.commands))
	}
	return zshValues(s.choices, s.files)
}

func zshValues(choices []string, files bool) string {
	switch {
	case files:
		return "_files"
	case len(choices) > 0:
		return "compadd -- " + strings.ReplaceAll(patterns(choices), "|", " ")
	}
	return "_message 'a value'"
}

// zshOffers are words with their meanings as _describe takes them: parted by a colon.
func zshOffers(words []word) string {
	offers := make([]string, len(words))
	for i, w := range words {
		offers[i] = shellQuote(strings.ReplaceAll(w.text, ":", `\:`) + ":" + w.help)
	}
	return strings.Join(offers, " ")
}

// fishScript completes the program in fish, with what each word means.
func fishScript(name string, all []spot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Completes %[1]s in fish. Write it to ~/.config/fish/completions/%[1]s.fish\ncomplete -c %[1]s -f\n", name)
	for _, s := range all {
		when := fishCondition(s)
		line := func(rest string) { fmt.Fprintf(&b, "complete -c %s -n %s %s\n", name, fishQuote(when), rest) }
		for _, c := range s.commands {
			line("-a " + fishQuote(c.text) + " -d " + fishQuote(c.help))
		}
		if len(s.choices) > 0 {
			line("-a " + fishQuote(strings.Join(s.choices, " ")))
		}
		if s.files {
			line("-F")
		}
		for _, f := range s.flags {
			line(fishFlag(f))
		}
	}
	return b.String()
}

// fishCondition holds at the spot: its commands were typed, and none of those below it.
func fishCondition(s spot) string {
	var tests []string
	for _, c := range strings.Fields(s.path) {
		tests = append(tests, "__fish_seen_subcommand_from "+c)
	}
	if names := s.names(); len(names) > 0 {
		tests = append(tests, "not __fish_seen_subcommand_from "+strings.Join(names, " "))
	}
	if len(tests) == 0 {
		return "true"
	}
	return strings.Join(tests, "; and ")
}

func fishFlag(f flagWord) string {
	text := "-l " + fishQuote(f.text)
	if f.short != "" {
		text += " -s " + fishQuote(f.short)
	}
	switch {
	case f.takes && f.files:
		text += " -r -F"
	case f.takes:
		text += " -x -a " + fishQuote(strings.Join(f.choices, " "))
	}
	return text + " -d " + fishQuote(f.help)
}

// fishQuote puts s in single quotes, as fish reads them.
func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
