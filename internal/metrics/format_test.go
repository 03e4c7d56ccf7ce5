package metrics_test

import (
	"math"
	"testing"

	"github.com/phasegate/phasegate/internal/metrics"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{0.43, "ratio", "0.43"}, {0.4, "", "0.4"}, {0, "", "0"}, {math.Copysign(0, -1), "", "0"}, {0.9412345, "", "0.9412"}, {4.2, "%", "4.2%"}, {96, "ms", "96 ms"}, {101.25, "ms", "101.2 ms"},
		{250000, "BRL/month", "250000 BRL/month"}, {1234567.8, "", "1234568"}, {0.45 - 0.34, "", "0.11"}, {-0.031, "", "-0.031"}, {9.99999, "", "10"},
		{0.0000123456, "", "0.00001235"}, {1.5e-9, "", "1.5e-9"}, {2e300, "", "2e300"}, {-2e15, "x", "-2e15 x"}, {math.NaN(), "ms", "not measured"}, {math.Inf(1), "", "not measured"},
	} {
		if got := metrics.Format(c.v, c.unit, en); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
	if got := metrics.Format(math.NaN(), "", pt); got != "não medido" {
		t.Error(got)
	}
}

func TestFormatChange(t *testing.T) {
	for _, c := range []struct {
		was, now float64
		a, b     string
	}{
		{0.9412, 0.9123, "0.9412%", "0.9123%"}, {0.94121, 0.94123, "0.94121%", "0.94123%"}, {0.5, 0.5, "0.5%", "0.5%"}, {0.1, math.Nextafter(0.1, 1), "0.10000000000000001%", "0.10000000000000002%"},
		{math.NaN(), 1, "not measured", "1%"}, {1234567.1, 1234567.2, "1234567.1%", "1234567.2%"},
	} {
		if a, b := metrics.FormatChange(c.was, c.now, "%", en); a != c.a || b != c.b {
			t.Errorf("%v to %v: %q, %q", c.was, c.now, a, b)
		}
	}
}
