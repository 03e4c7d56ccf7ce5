package engine_test

import (
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

func TestParseReturn(t *testing.T) {
	for _, c := range []struct {
		args, text string
		want       engine.ReturnArgs
		fault      engine.ReturnFault
	}{
		{"design data: codes leak", "", engine.ReturnArgs{To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: "codes leak"}, ""},
		{"desenho dados: os códigos vazam: tarde", "", engine.ReturnArgs{To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: "os códigos vazam: tarde"}, ""},
		{"design data codes leak", "", engine.ReturnArgs{To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: "codes leak"}, ""},
		{"design data:", "codes leak\n", engine.ReturnArgs{To: lifecycle.Design, Cause: lifecycle.CauseData, Reason: "codes leak"}, ""},
		{"design data:", " \n", engine.ReturnArgs{To: lifecycle.Design, Cause: lifecycle.CauseData}, engine.FaultReason},
		{"design because", "", engine.ReturnArgs{To: lifecycle.Design}, engine.FaultCause},
		{"start data: x", "", engine.ReturnArgs{}, engine.FaultPhase},
		{"", "", engine.ReturnArgs{}, engine.FaultPhase},
	} {
		got, fault := engine.ParseReturn(engine.Command{Args: c.args, Text: c.text})
		if got != c.want || fault != c.fault {
			t.Errorf("%q: %+v, %q; want %+v, %q", c.args, got, fault, c.want, c.fault)
		}
	}
}

func TestParseDelegate(t *testing.T) {
	zone := time.FixedZone("BRT", -3*3600)
	written := time.Date(2026, 1, 21, 9, 0, 0, 0, zone)
	for _, c := range []struct {
		args  string
		fault engine.DelegateFault
	}{
		{"data-engineer @bento-be until 2026-01-30", ""},
		{"engenheira de dados @bento-be até 2026-01-30", ""},
		{"DE @bento-be until 2026-01-21", ""},
		{"DE @bento-be until 2026-02-20", ""},
		{"DE @bento-be until 2026-02-21", engine.FaultLong},
		{"DE @bento-be until 2026-01-20", engine.FaultPast},
		{"DE @bento-be until 30/01/2026", engine.FaultDate},
		{"boss @bento-be until 2026-01-30", engine.FaultRole},
		{"DE bento-be until 2026-01-30", engine.FaultForm},
		{"@bento-be until 2026-01-30", engine.FaultForm},
		{"DE @bento-be 2026-01-30", engine.FaultForm},
	} {
		d, fault := engine.ParseDelegate(c.args, written, zone)
		if fault != c.fault {
			t.Errorf("%q: %q, want %q", c.args, fault, c.fault)
			continue
		}
		if fault == "" && (d.Role != lifecycle.DataEngineer || d.Login != "bento-be") {
			t.Errorf("%q: %+v", c.args, d)
		}
	}
	d, _ := engine.ParseDelegate("DE @bento-be until 2026-01-30", written, zone)
	if want := time.Date(2026, 1, 31, 0, 0, 0, 0, zone); !d.Until.Equal(want) {
		t.Errorf("until %s, want the end of that day in the project's zone, %s", d.Until, want)
	}
}

func TestKeysAreTheSameWhenTheirStringsAre(t *testing.T) {
	k := engine.Key{Installation: 7, Owner: "acme", Repo: "churn", Kind: engine.IssueKey, Number: 3}
	if got := k.String(); got != "7/acme/churn/issue/3" {
		t.Error(got)
	}
	if k.Issue(3) != k || k.Issue(4) == k || k.Compare(k.Issue(4)) >= 0 {
		t.Error("issues of one repository are mixed up")
	}
	if r := k.Repository(); r.Number != 0 || r.Kind != engine.RepositoryKey || r.FullName() != "acme/churn" {
		t.Errorf("%+v", r)
	}
}
