package markdown

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Limits of hidden blocks.
const (
	// MaxBlock is how many bytes of JSON a hidden block holds at most; in base64 they fill three
	// quarters of the longest comment.
	MaxBlock = 36 * 1024
	// maxBlocks is how many blocks of one body are read.
	maxBlocks = 32
)

// Block is a hidden block of a body: data for programs in an HTML comment.
// Who wrote it is for the caller to judge; anybody can write one.
type Block struct {
	Kind    string
	Version int
	JSON    json.RawMessage // valid JSON
	Line    int             // from 1
}

// Decode reads the block's JSON into v.
func (b Block) Decode(v any) error {
	if err := json.Unmarshal(b.JSON, v); err != nil {
		return fmt.Errorf("read the hidden block %s v%d: %w", b.Kind, b.Version, err)
	}
	return nil
}

var (
	blockKindPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	blockPattern     = regexp.MustCompile(`^<!-- phasegate:([a-z][a-z0-9-]{0,39}) v([1-9][0-9]{0,3}) ([A-Za-z0-9_-]+) -->$`)
)

// EncodeBlock is v as a hidden block of the first version, one line without its end:
//
//	<!-- phasegate:KIND v1 BASE64URL(JSON) -->
//
// It is read back only when it stands after a blank line. The error says that the kind is not of the
// form a-z, 0-9 and "-", that v is no JSON, or that it is longer than MaxBlock.
func EncodeBlock(kind string, v any) (string, error) {
	if !blockKindPattern.MatchString(kind) {
		return "", fmt.Errorf("hidden block: kind %q is not of the form [a-z][a-z0-9-]*", kind)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("hidden block %s: %w", kind, err)
	}
	if len(data) > MaxBlock {
		return "", fmt.Errorf("hidden block %s: %d bytes of JSON, at most %d fit in a comment", kind, len(data), MaxBlock)
	}
	return "<!-- phasegate:" + kind + " v1 " + base64.RawURLEncoding.EncodeToString(data) + " -->", nil
}

// Blocks reads the well-formed hidden blocks of a body in order: each a line of its own at the top
// level of the document, at its start or after a blank line or another block. Everything else that
// looks like one is passed over.
func Blocks(body string) []Block {
	if !strings.Contains(body, "<!-- phasegate:") {
		return nil
	}
	var out []Block
	d := parse(body)
	d.eachBlock(func(b Block) { out = append(out, b) })
	return out
}

// Visible is the body without its hidden blocks and without white space at its ends; line ends are "\n".
func Visible(body string) string {
	d := parse(body)
	var sb strings.Builder
	from := 0
	d.eachBlock(func(b Block) {
		before := strings.TrimRight(d.lines(from, b.Line-1), "\n")
		if before != "" {
			sb.WriteString(before + "\n")
		}
		from = b.Line
	})
	sb.WriteString(d.lines(from, len(d.starts)))
	return strings.TrimSpace(sb.String())
}

func (d *document) eachBlock(yield func(Block)) {
	last, n := -1, 0 // line of the block before, from 0
	for _, b := range d.blocks {
		h, ok := b.node.(*ast.HTMLBlock)
		if !ok || b.nested || h.HTMLBlockType != ast.HTMLBlockType2 || len(b.segs) == 0 {
			continue
		}
		line := d.line(b.segs[0].Start)
		if line > 0 && line-1 != last && strings.TrimSpace(d.lines(line-1, line)) != "" {
			continue
		}
		block, ok := decodeBlock(strings.TrimRight(d.lines(line, line+1), "\n"))
		if !ok {
			continue
		}
		if n++; n > maxBlocks {
			return
		}
		last, block.Line = line, line+1
		yield(block)
	}
}

func decodeBlock(line string) (Block, bool) {
	m := blockPattern.FindStringSubmatch(line)
	if m == nil || base64.RawURLEncoding.DecodedLen(len(m[3])) > MaxBlock {
		return Block{}, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(m[3])
	if err != nil || !json.Valid(data) {
		return Block{}, false
	}
	version, err := strconv.Atoi(m[2])
	return Block{Kind: m[1], Version: version, JSON: data}, err == nil
}
