package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io"
	"math"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

//go:embed html/*.html style.css
var files embed.FS

// styleAddress is the address of the style sheet; it changes with its content.
var styleAddress = stylePath + "?" + styleHash()

func styleHash() string {
	css, err := files.ReadFile("style.css")
	if err != nil {
		return "" // embedded: cannot happen
	}
	sum := sha256.Sum256(css)
	return hex.EncodeToString(sum[:6])
}

func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	http.ServeFileFS(w, r, files, "style.css")
}

// templates are the parsed pages by name.
type templates struct{ byName map[string]*template.Template }

// parseTemplates reads the embedded files: base.html and parts.html belong to every page.
func parseTemplates(funcs template.FuncMap) (*templates, error) {
	shared, err := template.New("base.html").Funcs(funcs).ParseFS(files, "html/base.html", "html/parts.html")
	if err != nil {
		return nil, fmt.Errorf("parse the templates shared by all pages: %w", err)
	}
	names, err := files.ReadDir("html")
	if err != nil {
		return nil, fmt.Errorf("list the templates: %w", err)
	}
	t := &templates{byName: map[string]*template.Template{}}
	for _, f := range names {
		if f.Name() == "base.html" || f.Name() == "parts.html" {
			continue
		}
		clone, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", f.Name(), err)
		}
		if clone, err = clone.ParseFS(files, "html/"+f.Name()); err != nil {
			return nil, fmt.Errorf("parse template %s: %w", f.Name(), err)
		}
		t.byName[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = clone
	}
	return t, nil
}

func (t *templates) execute(w io.Writer, name string, s sheet) error {
	page := t.byName[name]
	if page == nil {
		return fmt.Errorf("no page %q", name)
	}
	if err := page.ExecuteTemplate(w, "base.html", s); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	return nil
}

// functions are what templates can call.
func (h *Handler) functions() template.FuncMap {
	return template.FuncMap{
		"avatar": avatarSVG, "badge": h.badge, "when": h.when, "label": labelPill, "phase": phaseOf, "plural": plural,
		"sha": shortSHA, "dict": dict, "words": words, "reaction": reactionOf, "join": strings.Join, "lower": strings.ToLower,
		"cutlog": func(s string) string { return cut(s, 400) }, "size": sizeWords,
	}
}

// badge is what a person is: the product's word if it has one, else GitHub's.
func (h *Handler) badge(p Person) string {
	if p.IsBot() {
		return "bot"
	}
	if f := h.feeds.Load(); f.Badge != nil {
		if b := f.Badge(p.Login); b != "" {
			return b
		}
	}
	return p.Badge
}

// when writes a time for people, in the zone the feeds name.
func (h *Handler) when(t time.Time) template.HTML {
	if t.IsZero() {
		return "at an unknown time"
	}
	zone := h.feeds.Load().Zone
	if zone == nil {
		zone = time.UTC
	}
	local := t.In(zone)
	name := zone.String()
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, t.UTC().Format(time.RFC3339),
		template.HTMLEscapeString(local.Format("Monday 2 January 2006, 15:04:05")+" "+name), local.Format("2 Jan 2006, 15:04")))
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func shortSHA(s string) string { return s[:min(7, len(s))] }

func words(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", " ") }

// dict makes a map of key, value, key, value, …
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict needs a value for each key")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, isString := pairs[i].(string)
		if !isString {
			return nil, fmt.Errorf("dict: key %v is no string", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

func sizeWords(n int) string {
	if n < 1024 {
		return plural(n, "byte", "bytes")
	}
	return fmt.Sprintf("%.1f KB", float64(n)/1024)
}

// phasePrefix starts the labels that lists show in a column of their own.
const phasePrefix = "phase:"

// phaseOf returns what follows "phase:" in the labels; empty for none.
func phaseOf(ls []Label) string {
	for _, l := range ls {
		if p, found := strings.CutPrefix(l.Name, phasePrefix); found {
			return p
		}
	}
	return ""
}

// reactionWords are GitHub's reactions: the sign and what it is called.
var reactionWords = map[string][2]string{
	"+1": {"👍", "thumbs up"}, "-1": {"👎", "thumbs down"}, "laugh": {"😄", "laugh"}, "confused": {"😕", "confused"},
	"heart": {"❤️", "heart"}, "hooray": {"🎉", "hooray"}, "rocket": {"🚀", "rocket"}, "eyes": {"👀", "eyes"},
}

type reactionView struct{ Sign, Name string }

func reactionOf(content string) reactionView {
	w, known := reactionWords[content]
	if !known {
		return reactionView{content, content}
	}
	return reactionView{w[0], w[1]}
}

var hexColor = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

// labelPill draws a label. Its colour is the fill of an SVG, since the pages allow no style attributes.
func labelPill(l Label) template.HTML {
	color := l.Color
	if !hexColor.MatchString(color) {
		color = "ededed"
	}
	tone := "on-light"
	if l := luminance(color); 1.05/(l+0.05) > (l+0.05)/(luminance("1b1f24")+0.05) {
		tone = "on-dark"
	}
	title := ""
	if l.Description != "" {
		title = ` title="` + template.HTMLEscapeString(l.Description) + `"`
	}
	return template.HTML(fmt.Sprintf(`<span class="label %s"%s><svg aria-hidden="true" focusable="false" `+
		`preserveAspectRatio="none" viewBox="0 0 1 1"><rect width="1" height="1" fill="#%s"/></svg><span>%s</span></span>`,
		tone, title, color, template.HTMLEscapeString(l.Name)))
}

// luminance is the relative luminance of a colour as WCAG defines it, between 0 and 1.
// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
func luminance(color string) float64 {
	n, err := strconv.ParseUint(color, 16, 32)
	if err != nil {
		return 1
	}
	linear := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

// avatarColors all carry white text with a contrast of at least 4.5.
var avatarColors = []string{"0a5cad", "1a7335", "8a4600", "8b2fc9", "b3265a", "0b6e75", "5a4fcf", "a33a1f", "48603a", "6b4a9e"}

// avatarSVG draws a picture for an account out of its login: initials on a colour, round for people, square for
// bots and organisations. It says nothing that does not stand beside it.
func avatarSVG(p Person) template.HTML {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(p.Login))
	color := avatarColors[sum.Sum32()%uint32(len(avatarColors))]
	shape := `<circle cx="20" cy="20" r="20" fill="#` + color + `"/>`
	if p.Kind != KindUser {
		shape = `<rect width="40" height="40" rx="8" fill="#` + color + `"/>`
	}
	return template.HTML(`<svg xmlns="http://www.w3.org/2000/svg" class="avatar" viewBox="0 0 40 40" width="40" height="40" ` +
		`aria-hidden="true" focusable="false">` + shape + `<text x="20" y="26" text-anchor="middle" font-size="16" ` +
		`font-weight="600" font-family="sans-serif" fill="#fff">` + template.HTMLEscapeString(initials(p.Shown())) + `</text></svg>`)
}

// initials are the first letters of the first two parts of a login.
func initials(login string) string {
	var out []rune
	for part := range strings.FieldsFuncSeq(login, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		if len(out) < 2 {
			out = append(out, []rune(strings.ToUpper(part))[0])
		}
	}
	return string(out)
}
