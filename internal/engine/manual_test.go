package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/markdown"
)

const costsBody = "### What is the bigger problem?\n\nChurn\n\n### What does solving it require?\n\nA score\n\n### Key metrics\n\n" +
	"| Metric | Type | Target | Unit | Slice | Source | Owner |\n|---|---|---|---|---|---|---|\n| Monthly churn | goal | at most 4.0 | % | all | manual | @helena-bs |\n" +
	"| offer_cost | guardrail | <= 250000 | BRL/month | all | manual | subject-matter-expert |\n| churn_rate | watch | up | ratio | region=south | manual | @rui-sme |\n| visits | watch | up | | all | monitor | @rui-sme |\n\n### Budget\n\nsome\n\n### Out of scope\n\nnothing\n"

// costs is a repository with a bigger problem whose metrics people report.
func costs(t testing.TB) *memory {
	m := newMemory(t, teamConfig)
	m.open(2, "helena-bs", "Churn", costsBody, "kind:problem")
	m.settle(2)
	return m
}

func TestReadingsAreReportedByWhoMay(t *testing.T) {
	m := costs(t)
	m.accepted(2, "helena-bs", "/metric monthly_churn 4.2 for 2025-12")
	m.mustSay(2, "1 goal, 1 limit", "monthly_churn: 4.2 % in December 2025, target at most 4.0 (helena-bs)")
	m.accepted(2, "helena-bs", "/medida Monthly churn 3,9%")
	m.mustSay(2, "monthly_churn: 3.9 % in January 2026")
	m.accepted(2, "rui-sme", "/metric offer_cost 240000 BRL/month")
	m.accepted(2, "helena-bs", "/medida offer_cost 250000 de 2026-01")
	m.mustSay(2, "offer_cost: 250000 BRL/month in January 2026, target at most 250000 (helena-bs)")
	m.accepted(2, "rui-sme", "/metric churn_rate region=south 0.031")
	m.accepted(2, "helena-bs", "/medida churn_rate 0.03 para 2025-11")
	m.mustSay(2, "churn_rate, region south: 0.031 in January 2026")
	for _, c := range []struct{ login, text, why string }{
		{"rui-sme", "/metric monthly_churn 3", "The owner is helena-bs."},
		{"dora-de", "/metric offer_cost 3", "The owner is subject matter expert."},
		{"passer-by", "/metric monthly_churn 3", "the owner of the metric or the business stakeholder"},
		{"helena-bs", "/metric churn 3", "name one metric of the table above. Reported by hand here: monthly_churn, offer_cost, churn_rate region=south."},
		{"helena-bs", "/metric visits 3", "that metric is measured"},
		{"helena-bs", "/metric monthly_churn", "followed by the metric's name and its value"},
		{"helena-bs", "/metric monthly_churn about four", "not a number. Write \"3.9\""},
		{"helena-bs", "/metric offer_cost 1,500", "can be read in two ways. Write \"1500\" or \"1.500\""},
		{"helena-bs", "/metric monthly_churn 3 for January", "the month is written 2026-01"},
		{"helena-bs", "/metric monthly_churn 3 for 2026-13", "the month is written 2026-01"},
		{"helena-bs", "/metric monthly_churn 3 for 2026-02", "has not begun"},
	} {
		m.now = m.now.Add(time.Hour)
		before := m.sticky(2)
		m.refused(2, c.login, c.text, c.why)
		if got := m.sticky(2); got != before {
			t.Errorf("%s changed the board:\n%s", c.text, got)
		}
	}
	m.quiet("all that")
}

func TestTheNewestReadingOfAMonthStands(t *testing.T) {
	m := costs(t)
	m.inPortuguese()
	m.settle(2)
	m.accepted(2, "helena-bs", "/medida monthly_churn 5 de 2025-12")
	m.accepted(2, "helena-bs", "/medida monthly_churn 4,1 de 2025-12")
	m.mustSay(2, "monthly_churn: 4.1 % em dezembro de 2025, meta no máximo 4.0 (helena-bs)")
	m.say(2, "helena-bs", "/medida monthly_churn 1 de 2025-12")
	c := m.issues[2].comments
	c[len(c)-1].Edited = true
	m.settle(2)
	m.mustSay(2, "monthly_churn: 4.1 %")
	c = m.issues[2].comments
	for i := range c {
		if c[i].Body == "/medida monthly_churn 4,1 de 2025-12" {
			c[i].Edited = true
		}
	}
	m.settle(2)
	m.mustSay(2, "monthly_churn: 5 %") // an edited comment counts no longer
}

func TestALedgerKeepsTheNewestReadings(t *testing.T) {
	m := costs(t)
	for i := range 12 {
		m.now = m.now.Add(time.Hour)
		m.say(2, "helena-bs", fmt.Sprintf("/metric monthly_churn %d for 2025-%02d\n/metric offer_cost %d for 2025-%02d", i, i+1, i, 12-i))
	}
	m.settle(2)
	var l engine.ProblemLedger
	i := slices.IndexFunc(m.issues[2].comments, func(c facts.Comment) bool { return engine.IsSticky(c.Body) })
	for _, b := range markdown.Blocks(m.issues[2].comments[i].Body) {
		if err := b.Decode(&l); err != nil {
			t.Fatal(err)
		}
	}
	months := map[string][]string{}
	for _, r := range l.Manual {
		months[r.Key] = append(months[r.Key], r.Month)
	}
	for _, key := range []string{"monthly_churn", "offer_cost"} {
		if got := strings.Join(months[key], " "); got != "2025-05 2025-06 2025-07 2025-08 2025-09 2025-10 2025-11 2025-12" {
			t.Errorf("%s: %s", key, got)
		}
	}
}
