package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/policy"
)

// asking is a config in which the software engineer approves changes by those people.
func asking(condition, people string) string {
	return "roles: {software-engineer: [felix], data-scientist: [ana, rui, " + people + "]}\npaths: [{paths: [a], roles: [software-engineer], when: {" + condition + "}}]"
}

// counting is a config with one row that asks for several yeses.
func counting(more, roles string) string {
	return "roles: {" + roles + "}\npaths: [{paths: [a], roles: [ml-engineer], count: 2}]\n" + more
}

// Who may approve is a rule too: a change of people is told by name.
func TestWeakeningsOfPeople(t *testing.T) {
	for name, c := range map[string]struct {
		base, head string
		want       []string // a + stands before what only lets more people approve
	}{
		"the same in capitals": {"roles: {data-scientist: [ana, bo]}", "roles: {data-scientist: [Bo, Ana]}", nil},
		"more people": {"roles: {data-scientist: [ana]}", "roles: {data-scientist: [ana, bo, acme/data, permission:write]}",
			[]string{"+roles.data-scientist: bo, the team acme/data and everybody with write permission may approve as data-scientist from now on"}},
		"somebody where nobody was": {"roles: {data-scientist: [ana]}", "roles: {data-scientist: [ana], ml-engineer: [eva]}",
			[]string{"+roles.ml-engineer: eva may approve as ml-engineer from now on"}},
		"the first people": {"", "roles: {data-scientist: [ana], ml-engineer: [eva]}", nil},
		"a role more":      {"roles: {data-scientist: [ana], ml-engineer: [eva]}", "roles: {data-scientist: [ana, eva], ml-engineer: [eva]}", []string{"+roles.data-scientist: eva may approve as data-scientist from now on"}},
		"others": {"roles: {data-scientist: [ana, rui]}", "roles: {data-scientist: [bo, eva]}",
			[]string{"roles.data-scientist: everybody who is data-scientist changes: bo and eva in place of ana and rui"}},
		"one of two another": {"roles: {data-scientist: [ana, rui]}", "roles: {data-scientist: [bo, rui]}", []string{"+roles.data-scientist: bo may approve as data-scientist from now on"}},
		"one of three less":  {"roles: {data-scientist: [ana, rui, bo]}", "roles: {data-scientist: [ana, rui]}", nil},
		"a team for a person": {"roles: {data-scientist: [ana]}", "roles: {data-scientist: [acme/data]}",
			[]string{"roles.data-scientist: everybody who is data-scientist changes: the team acme/data in place of ana"}},
		"a lower permission": {"roles: {data-scientist: [permission:admin]}", "roles: {data-scientist: [permission:write]}",
			[]string{"+roles.data-scientist: everybody with write permission may approve as data-scientist from now on, not only those with admin"}},
		"a lower one and more": {"roles: {data-scientist: [permission:admin]}", "roles: {data-scientist: [permission:maintain, bo]}",
			[]string{"+roles.data-scientist: everybody with maintain permission may approve as data-scientist from now on, not only those with admin", "+roles.data-scientist: bo may approve as data-scientist from now on"}},
		"a higher permission": {"roles: {data-scientist: [permission:write]}", "roles: {data-scientist: [permission:admin]}", nil},
		"one technical left": {"roles: {data-scientist: [ana, rui]}", "roles: {data-scientist: [ana]}",
			[]string{"roles.data-scientist: only ana is data-scientist now (before: ana and rui): another role approves what ana changes"}},
		"one stakeholder left": {"roles: {business-stakeholder: [ana, rui]}", "roles: {business-stakeholder: [rui]}",
			[]string{"roles.business-stakeholder: only rui is business-stakeholder now (before: ana and rui): nobody else has to approve what rui changes"}},
		"one of a team": {"roles: {subject-matter-expert: [acme/x]}", "roles: {subject-matter-expert: [rui]}",
			[]string{"roles.subject-matter-expert: everybody who is subject-matter-expert changes: rui in place of the team acme/x",
				"roles.subject-matter-expert: only rui is subject-matter-expert now (before: the team acme/x): nobody else has to approve what rui changes"}},
		"nobody": {"roles: {data-scientist: [ana]}", "", []string{"roles.data-scientist: nobody is data-scientist any more"}},
		"fewer than are asked": {counting("", "ml-engineer: [ana, eva, bo]"), counting("", "ml-engineer: [ana]"),
			[]string{"roles.ml-engineer: only ana is ml-engineer now (before: ana, eva and bo): another role approves what ana changes",
				"roles: a change of a needs 1 approval as ml-engineer, not 2, as nobody but ana can give it"}},
		"as many as are asked": {counting("", "ml-engineer: [ana, eva, bo]"), counting("", "ml-engineer: [ana, eva]"),
			[]string{"roles: a change of a by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"more than are asked": {counting("", "ml-engineer: [ana, eva, bo, val]"), counting("", "ml-engineer: [ana, eva, bo]"), nil},
		"fewer, never scaled": {counting("", "ml-engineer: [ana, eva, bo]"), counting("approvals: {scale: never}", "ml-engineer: [ana, eva]"), nil},
		"scaled now": {counting("approvals: {scale: never}", "ml-engineer: [ana]"), counting("", "ml-engineer: [ana]"),
			[]string{"roles: a change of a needs 1 approval as ml-engineer, not 2, as nobody but ana can give it", "approvals.scale: a small team needs fewer approvals"}},
		"of a team": {counting("", "ml-engineer: [acme/ml]"), counting("", "ml-engineer: [acme/ml, ana]"), []string{"+roles.ml-engineer: ana may approve as ml-engineer from now on"}},
		"some of a team": {counting("", "ml-engineer: [acme/ml]"), counting("", "ml-engineer: [ana, eva]"),
			[]string{"roles.ml-engineer: everybody who is ml-engineer changes: ana and eva in place of the team acme/ml", "roles: a change of a by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"a lower number besides": {counting("", "ml-engineer: [ana, eva, bo]"),
			"roles: {ml-engineer: [ana, eva]}\npaths: [{paths: [a], roles: [ml-engineer], count: 2}, {paths: [\"**\"], roles: [ml-engineer]}]",
			[]string{"roles: a change of a by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"enough under a condition": {"roles: {ml-engineer: [ana, eva], backend-engineer: [x, y, z]}\npaths: [{paths: [a], roles: [any-technical], count: 2}]",
			"roles: {ml-engineer: [ana, eva], backend-engineer: [x, y, z]}\npaths: [{paths: [a], roles: [ml-engineer], count: 2}, {paths: [a], roles: [backend-engineer], count: 2, when: {has_labels: [q]}}]",
			[]string{"paths: a change of a by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"fewer at a wider glob": {"roles: {ml-engineer: [ana, eva, bo]}\npaths: [{paths: [\"src/a/*\"], roles: {any: [ml-engineer, data-scientist]}, count: 3}]",
			"roles: {ml-engineer: [ana, eva]}\npaths: [{paths: [\"src/**\"], roles: [ml-engineer], count: 3}, {paths: [docs], roles: [ml-engineer], count: 3}]",
			[]string{"paths: a change of src/a/* needs 2 approvals as ml-engineer, not 3, as nobody but ana and eva can give it"}},
		"fewer of the rest": {"roles: {ml-engineer: [ana, eva, bo]}\npaths: [{paths: [anything-else], roles: [ml-engineer], count: 3}]",
			"roles: {ml-engineer: [ana, eva]}\npaths: [{paths: [anything-else], roles: [ml-engineer], count: 3}]",
			[]string{"roles: a change of any other path needs 2 approvals as ml-engineer, not 3, as nobody but ana and eva can give it"}},
		"fewer, and more asked": {counting("", "ml-engineer: [ana, eva, bo]"), "roles: {ml-engineer: [ana, eva, bo]}\npaths: [{paths: [a], roles: [ml-engineer], count: 9}]", nil},
		"half the braces": {"roles: {ml-engineer: [ana, eva, bo]}\npaths: [{paths: [\"{a,b}\"], roles: [any-technical], count: 2}]",
			"roles: {ml-engineer: [ana, eva], backend-engineer: [bo]}\npaths: [{paths: [a], roles: [any-technical], count: 2}, {paths: [b], roles: [ml-engineer], count: 2}]",
			[]string{"+roles.backend-engineer: bo may approve as backend-engineer from now on", "paths: a change of {a,b} by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"two rows, one is enough": {counting("", "ml-engineer: [ana, eva, bo], data-scientist: [x, y, z]"),
			"roles: {ml-engineer: [ana, eva], data-scientist: [x, y, z]}\npaths: [{paths: [a], roles: [ml-engineer], count: 2}, {paths: [\"**\"], roles: [data-scientist], count: 2}]",
			[]string{"roles: a change of a by ana or eva needs 1 approval as ml-engineer, not 2"}},
		"a role that nobody has": {"roles: {software-engineer: [ana]}\n" + paths("a: any-technical"), "roles: {software-engineer: [ana]}\n" + paths("a: ml-engineer"),
			[]string{"paths: ml-engineer approves a change of a in place of any-technical, and nobody is that"}},
		"one for which another stands in": {"roles: {ml-engineer: [ana, eva]}\n" + paths("a: any-technical"), "roles: {ml-engineer: [ana, eva]}\n" + paths("a: data-engineer"), nil},
		"somebody whose changes were asked about": {asking("has_author_in: {roles: [data-scientist]}", "bo, eva"), asking("has_author_in: {roles: [data-scientist]}", "eva"),
			[]string{"paths: software-engineer no longer approves a change of a by bo"}},
		"a part of such changes": {asking("has_contributor_in: {roles: [data-scientist, ml-engineer]}", "bo, eva"), asking("has_contributor_in: {roles: [data-scientist, ml-engineer]}", "val"),
			[]string{"+roles.data-scientist: val may approve as data-scientist from now on", "paths: software-engineer no longer approves a change of a by bo or eva"}},
		"all of such changes": {asking("only_has_contributors_in: {roles: [any-technical]}", "bo"), asking("only_has_contributors_in: {roles: [any-technical]}", "eva"),
			[]string{"+roles.data-scientist: eva may approve as data-scientist from now on", "paths: software-engineer no longer approves a change of a by bo"}},
		"one who is asked about by name too": {asking("has_author_in: {users: [Bo], roles: [data-scientist]}", "bo"), asking("has_author_in: {users: [Bo], roles: [data-scientist]}", "eva"),
			[]string{"+roles.data-scientist: eva may approve as data-scientist from now on"}},
		"one whose changes are asked about anyway": {asking("has_author_in: {roles: [data-scientist]}", "bo"), strings.Replace(asking("has_labels: [x]", "eva"), ", when: {has_labels: [x]}", "", 1),
			[]string{"+roles.data-scientist: eva may approve as data-scientist from now on"}},
		"other validators": {"validators: [val, vic]", "validators: [vera, vito]", []string{"validators: everybody who is validator changes: vera and vito in place of val and vic"}},
		"fewer validators": {"validators: [val, vic, vera]", "validators: [val, vera]", []string{"validators: vic may no longer approve as validator; left: val and vera"}},
		"one validator":    {"validators: [val, vic]", "validators: [val]", []string{"validators: only val is validator now (before: val and vic)"}},
		"more validators":  {"roles: {ml-engineer: [ana]}\nvalidators: [val]", "roles: {ml-engineer: [ana]}\nvalidators: [val, vic]", []string{"+validators: vic may approve as validator from now on"}},
	} {
		var got []string
		for _, w := range policy.Weakenings(mustParse(t, c.base), mustParse(t, c.head)) {
			mark := ""
			if w.More {
				mark = "+"
			}
			got = append(got, mark+w.Path+": "+w.Text(lifecycle.English))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWeakeningsOfPeopleInPortuguese(t *testing.T) {
	base := mustParse(t, "roles: {business-stakeholder: [ana, rui], data-engineer: [permission:admin], data-scientist: [ana], ml-engineer: [m1, m2, m3], software-engineer: [a, b], backend-engineer: [bo]}\n"+
		"validators: [val, vic, vera]\npaths: [{paths: [a], roles: [ml-engineer], count: 2}]")
	head := mustParse(t, "roles: {business-stakeholder: [ana], data-engineer: [permission:write], data-scientist: [bo], ml-engineer: [m1, m2], software-engineer: [b], backend-engineer: [bo, acme/x]}\n"+
		"validators: [val, vic]\npaths: [{paths: [a], roles: [ml-engineer], count: 2}]")
	var got []string
	for _, w := range policy.Weakenings(base, head) {
		if w.Path == "roles" || strings.HasPrefix(w.Path, "roles.") || w.Path == "validators" {
			got = append(got, w.Text(lifecycle.Portuguese))
		}
	}
	want := []string{
		"só ana é business-stakeholder agora (antes: ana e rui): ninguém mais precisa aprovar o que ana muda",
		"todos com permissão write passam a poder aprovar como data-engineer, não só quem tem admin",
		"mudam todas as pessoas de data-scientist: bo no lugar de ana",
		"só b é software-engineer agora (antes: a e b): outro papel aprova o que b muda",
		"passa a poder aprovar como backend-engineer: o time acme/x",
		"uma mudança de a feita por m1 ou m2 precisa de 1 aprovação como ml-engineer, não 2",
		"não pode mais aprovar como validador: vera; ficam: val e vic",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every glob that a sentence is true of stands in it.
func TestWeakeningsNameEverything(t *testing.T) {
	list := strings.Split("a b c d e f g h i j", " ")
	got := weakened(mustParse(t, "bots: []\npaths: [{paths: ["+strings.Join(list, ", ")+"], roles: [any-technical]}]"), mustParse(t, "paths: []\nbots: ["+strings.Join(list, ", ")+"]"))
	want := []string{"bots: pull requests of a, b, c, d, e, f, g, h, i and j need no deliverable any more",
		"paths: any-technical no longer approves a change of a, b, c, d, e, f, g, h, i and j"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
