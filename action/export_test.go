package action

import "io"

// Print prints a block, a notice and an error as a run does.
func Print(w io.Writer, text string) {
	c := newConsole(w, func(string) string { return "" })
	c.block([]string{"looked at #1", "  " + text, text})
	c.notice(text)
	c.fail(text)
}

// OneLine is what is printed of a text.
func OneLine(s string) string { return oneLine(s) }
