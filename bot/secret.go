package bot

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that prints as "[redacted]" whatever is used to print it:
// fmt with any verb, log/slog, encoding/json. Only [Secret.Reveal] gives it out.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Format implements [fmt.Formatter], so that no verb gets through.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler], which encoding/json and
// YAML encoders use too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
