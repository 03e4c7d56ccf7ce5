package metrics_test

import (
	"testing"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/metrics"
)

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		text, want, fault string
		lang              lifecycle.Lang
	}{
		{"3.9", "3.9", "", lifecycle.English}, {" 0,80 ", "0.80", "", lifecycle.Portuguese}, {"−2", "-2", "", lifecycle.English}, {"1.5E3", "1.5e3", "", lifecycle.English},
		{"1,500", "", `the number can be read in two ways. Write "1500" or "1.500".`, lifecycle.English},
		{"1.500,0", "", `o número pode ser lido de dois modos. Escreva "1500.0".`, lifecycle.Portuguese},
		{"four", "", `not a number. Write "3.9".`, lifecycle.English}, {"", "", `não é um número. Escreva "3.9".`, lifecycle.Portuguese},
		{"1e999", "", "the number is too large. Write a smaller one and choose a larger unit.", lifecycle.English},
	} {
		n, fault := metrics.ParseNumber(c.text, c.lang)
		if fault != c.fault || c.fault == "" && n.Text != c.want {
			t.Errorf("%q: %q, %q; want %q, %q", c.text, n.Text, fault, c.want, c.fault)
		}
	}
}
