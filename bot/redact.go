package bot

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// Redactor takes secrets out of text: those it was given, and whatever has the
// form of a GitHub token, a bearer credential or a private key.
type Redactor struct {
	known *strings.Replacer
}

// minSecret is the shortest secret that is looked for by its text: a shorter
// one would tear holes into ordinary words.
const minSecret = 6

// NewRedactor returns a redactor for the given secrets. Secrets of fewer than
// six characters are not looked for.
func NewRedactor(secrets ...Secret) *Redactor {
	var forms []string
	for _, s := range secrets {
		for _, form := range []string{s.Reveal(), strings.TrimSpace(s.Reveal()), strings.ReplaceAll(s.Reveal(), "\n", `\n`)} {
			if len(form) >= minSecret {
				forms = append(forms, form)
			}
		}
	}
	// The longest first: one that begins with another must go as a whole.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, redacted)
	}
	return &Redactor{known: strings.NewReplacer(pairs...)}
}

// The forms are those of https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
// and of JSON Web Tokens.
var secretForms = regexp.MustCompile(
	`gh[opsur]_[A-Za-z0-9_]{20,}` +
		`|github_pat_[A-Za-z0-9_]{20,}` +
		`|eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*` +
		`|(?i:\b(?:bearer|token)\s+)[A-Za-z0-9._~+/-]{20,}=*` +
		`|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`)

// Redact returns text with every secret replaced by "[redacted]".
func (r *Redactor) Redact(text string) string {
	return secretForms.ReplaceAllString(r.known.Replace(text), redacted)
}

// Handler returns a [slog.Handler] that redacts messages and attributes before
// next sees them.
func (r *Redactor) Handler(next slog.Handler) slog.Handler {
	return redactingHandler{next, r}
}

type redactingHandler struct {
	next slog.Handler
	r    *Redactor
}

func (h redactingHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h redactingHandler) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, h.r.Redact(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h redactingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = h.attr(a)
	}
	return redactingHandler{h.next.WithAttrs(out), h.r}
}

func (h redactingHandler) WithGroup(name string) slog.Handler {
	return redactingHandler{h.next.WithGroup(name), h.r}
}

func (h redactingHandler) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.r.Redact(v.String()))
	case slog.KindGroup:
		group := make([]slog.Attr, len(v.Group()))
		for i, b := range v.Group() {
			group[i] = h.attr(b)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindAny:
		return slog.String(a.Key, h.r.Redact(fmt.Sprintf("%+v", v.Any())))
	}
	return slog.Attr{Key: a.Key, Value: v}
}
