// Package markdown reads the Markdown people write on GitHub and makes text safe to write there.
//
// Reading goes through goldmark's block tree, so that a heading, a command, a table or a hidden
// block inside a fence, a quote, a list or an HTML block is seen for what it is. Only blocks are
// taken from goldmark: its inline parser, and a few of its block rules, take time that grows with the
// square of a hostile text. So deep nesting is cut first (see guard), code spans and HTML inside
// a paragraph are found by a scan of this package, and inline text is rendered plain in small pieces.
// Reading any text takes time proportional to its length; what lies beyond MaxBody is ignored.
//
// Writing has one escaper per context: Text, Cell, Code, CodeCell and Quote. What they return shows
// the given characters and does nothing else on GitHub: no formatting, link, mention, reference,
// HTML, extra table cell or reordering by bidirectional marks.
//
// The package knows nothing of Phasegate's rules. It never fetches anything and has no state.
package markdown

// MaxBody is how many characters of a text are read: as many as GitHub allows in a body.
// What follows is ignored.
const MaxBody = 65536
