package engine_test

import (
	"slices"
	"testing"
)

// rulesOfTheProduct are the rules of PRODUCT.md's sections 2 and 3, as cases name them in their header.
var rulesOfTheProduct = []struct{ id, rule string }{
	{"3.1.person", "Only a comment by a person"},
	{"3.1.edited", "an edited comment never counts"},
	{"3.2.line", "a line that starts with / in the comment's own text: never inside a quote, a code span or fence, an HTML comment or a list"},
	{"3.2.order", "several command lines run in order; one reaction answers the whole comment"},
	{"3.2.ten", "at most ten"},
	{"3.2.text", "what follows a command line is its free text"},
	{"3.2.near", "a near miss by somebody with a role gets one reply"},
	{"3.2.words", "the same reply to an awaited person whose comment is only a yes or no in words"},
	{"3.2.edit", "to a command added by an edit"},
	{"3.2.edited-yes", "and to a counted approval that was edited while the gate is open"},
	{"3.2.passed", "what has passed stays passed"},
	{"3.3.direct", "the person holds the role in the config directly"},
	{"3.3.team", "by team"},
	{"3.3.delegation", "or by a live delegation"},
	{"3.3.end", "which ends"},
	{"3.4.own", "if everybody can have their own role, one person fills one role, the scarcest first"},
	{"3.4.as", "/approve as <role> chooses"},
	{"3.4.largest", "if the config makes that impossible, the largest match is required, and one /approve also answers for each left-over role its author holds"},
	{"3.4.two", "never fewer than two people"},
	{"3.4.throughout", "one of them BS or SME"},
	{"3.4.outsider", "one neither requester nor author of the evidence (any other role holder where the gate's own roles give none)"},
	{"3.4.told", "sticky, record and audit then say so"},
	{"3.4.self", "if one person holds every role, the gate passes as self-reviewed, never approved"},
	{"3.4.high", "risk:high never scales: it says how many people are missing"},
	{"3.4.config", "holidays do not scale, only the config does"},
	{"3.4.never", "approvals: {scale: never} pins the full rule"},
	{"3.4.data", "the same for data validation"},
	{"3.5.requester", "the requester does not approve their own request"},
	{"3.5.only", "unless nobody else holds that role"},
	{"3.6.author", "independent roles exclude authors of the evidence"},
	{"3.6.stand-in", "if nobody is left, the MLE stands in (once per gate)"},
	{"3.7.stand-in", "missing technical holder: MLE may stand in"},
	{"3.7.once", "at most once per gate"},
	{"3.7.throughout", "BS and SME have no stand-in, only delegation"},
	{"3.8.bound", "an approval is for the newest fingerprint published before it was written"},
	{"3.8.metrics", "metrics table voids BS, DS"},
	{"3.8.budget", "budget voids BS"},
	{"3.8.context", "context, added value, business requirements void BS, SME"},
	{"3.8.processing", "data processing voids DE, SME"},
	{"3.8.data", "a linked data requirement voids DE, SME"},
	{"3.8.experiment", "adopted experiment, its model or data version void DS"},
	{"3.8.report", "a newer report in which a verdict differs or a value moved beyond noise voids DS"},
	{"3.8.noise", "a value within noise voids nobody"},
	{"3.8.code", "serving/**, src/** merged void SE"},
	{"3.8.infra", "infra/**, deploy/** merged void BE"},
	{"3.8.monitoring", "monitoring/** merged voids MLE"},
	{"3.8.paths", "code of this deliverable or under its Paths; that of others voids nobody"},
	{"3.8.shown", "the comment shows old → new"},
	{"3.8.form", "changes of white space and formatting void nothing"},
	{"3.8.back", "text changed back to what was approved is approved again"},
	{"3.9.objection", "/object by any role holder blocks until that person withdraws"},
	{"3.9.reason", "with a reason"},
	{"3.9.overrule", "or BS overrules with /decide overrule (recorded, stays visible)"},
	{"3.10.silence", "silence is never consent: no auto-approval"},
	{"3.10.nudge", "after 3 working days one nudge to exactly the people awaited"},
	{"3.11.blocked", "an artefact condition that turns false keeps the request open but blocked, with the reason"},

	{"2.G1.A1", "parent problem linked; its questions 1 and 2 answered"},
	{"2.G1.A2", "Context, Added value, Business requirements, Data processing filled"},
	{"2.G1.A3", "metrics table valid: business goal, guardrail, from standard on a model goal"},
	{"2.G1.A4", "data requirement linked; every linked one validated"},
	{"2.G1.A5", "EDA report merged, from standard on"},
	{"2.G1.A6", "implementation design merged, from standard on"},
	{"2.G1.A7", "budget filled"},
	{"2.G1.A8", "every open support problem names somebody, from standard on"},
	{"2.G1.A9", "a row by slice or gap, at high risk"},
	{"2.G1.A10", "human oversight, at high risk"},
	{"2.G1.people", "BS, SME, DE, DS"},
	{"2.G2.B1", "an adopted experiment, from standard on"},
	{"2.G2.B2", "a report made after the last return passes every ci goal and guardrail (vacuous without)"},
	{"2.G2.B3", "model card merged since G1 last passed, from standard on"},
	{"2.G2.B4", "deployment issue: rollback plan, running cost, on-call, from standard on"},
	{"2.G2.B5", "required CI checks green on that commit"},
	{"2.G2.B6", "all data requirements still validated"},
	{"2.G2.B7", "model version, commit and data version named, from standard on"},
	{"2.G2.people", "BS, SME, an independent DS, SE"},
	{"2.G3.C1", "deploy workflow merged, from standard on"},
	{"2.G3.C2", "successful deployment to production after G2, of what G2 passed on"},
	{"2.G3.C3", "every monitor metric reported in the last 7 days"},
	{"2.G3.C4", "every monitor row has an owner"},
	{"2.G3.C5", "rollback plan, from standard on"},
	{"2.G3.C6", "users informed, from standard on"},
	{"2.G3.people", "BS, SME, MLE, BE"},
	{"2.G3.valid", "valid 180 days, 90 at high risk; then gate:expired, and BS, SME and MLE confirm"},

	{"2.risk.low", "BS and any one technical role, not the requester; SME is told and may object"},
	{"2.risk.high", "the four and a validator, with no other role and no commit, experiment or delegation here"},
	{"2.risk.objection", "a validator's objection only they withdraw"},
	{"2.risk.overrule", "at high risk an overrule needs BS and a validator"},
	{"2.risk.waiver", "at high risk a waiver (at most 90 days) needs BS and a validator"},
	{"2.risk.lower", "lowering needs /risk and a reason by BS, from high also a validator"},
	{"2.risk.raise", "raising: anybody with a role"},
	{"2.risk.renewal", "at high risk so does renewal"},
	{"2.risk.guarded", "a label put on by hand is undone with one explanation"},
	{"2.waiver", "/waive by BS: a visible exception that expires"},
	{"2.start", "/start by BS before the first gate act: gates before it not reviewed"},

	{"2.back.at-once", "any role holder, any later to earlier phase, at once, no approval"},
	{"2.back.mandatory", "cause and reason are mandatory"},
	{"2.back.reopens", "gates from the target phase onward are reopened"},
	{"2.back.told", "one comment mentions BS, SME and the roles that look again"},
	{"2.back.live", "state:live stays"},
	{"2.back.carried", "other earlier approvals are carried over if what they guarded has not changed"},
	{"2.back.throughout", "if no BS or SME would be fresh, SME is added"},
	{"2.back.problem", "BS, SME; a changed problem or deliverable section"},
	{"2.back.data", "DE, SME; a re-validated data requirement or a newer EDA report"},
	{"2.back.metrics", "BS, DS; a changed metrics table"},
	{"2.back.model", "DS, SME; a newer passing report"},
	{"2.back.code", "SE; a merged change under serving/** or src/**"},
	{"2.back.infra", "BE, MLE; a newer successful deployment"},
	{"2.back.incident", "BS, DS, MLE; root cause filled, newer passing report"},
}

// Every rule has a case, and every case names rules that there are.
func TestEveryRuleHasACase(t *testing.T) {
	played := map[string]bool{}
	for _, path := range ruleFiles(t) {
		c := readRuleCase(t, path)
		if len(c.rules) == 0 {
			t.Errorf("%s names no rule", c.name)
		}
		for _, id := range c.rules {
			played[id] = true
			if !slices.ContainsFunc(rulesOfTheProduct, func(r struct{ id, rule string }) bool { return r.id == id }) {
				t.Errorf("%s: there is no rule %s", c.name, id)
			}
		}
	}
	for _, r := range rulesOfTheProduct {
		if !played[r.id] {
			t.Errorf("no case plays rule %s: %s", r.id, r.rule)
		}
	}
}
