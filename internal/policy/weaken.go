package policy

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Weakening is one thing that a change of the config loosens.
type Weakening struct {
	Path  string // the key it is about
	More  bool   // nothing is taken away: somebody more may say yes
	words words
}

// Text says what is loosened in language l, in one line without a full stop.
func (w Weakening) Text(l lifecycle.Lang) string { return w.words.in(l) }

// Weakenings lists everything that head asks for less than base does, who runs the rules and the mode first,
// then in the order of the config; nil when there is nothing. A config that is taken away is [Default]. That
// somebody more may approve is listed too, with who: it may be the author of the change. Where two tables of
// paths cannot be compared for certain, the difference is listed.
func Weakenings(base, head *Policy) []Weakening {
	w := &weakenings{base: base, head: head}
	w.runs() // what stops nothing at all any more comes first
	w.roles()
	w.people()
	w.times()
	w.approvals()
	w.trust()
	w.gates()
	w.paths()
	w.phases()
	return w.list
}

type weakenings struct {
	base, head *Policy
	list       []Weakening
}

func (w *weakenings) add(is bool, path string, loosened words) {
	if is {
		w.list = append(w.list, Weakening{Path: path, words: loosened})
	}
}

func (w *weakenings) people() {
	w.validators()
	if more := without(w.head.Bots, w.base.Bots); len(more) > 0 {
		w.add(true, "bots", say("pull requests of %s need no deliverable any more", "pull requests de %s deixam de precisar de entrega", andList(more)))
	}
	w.add(slices.Index(lifecycle.Risks, w.head.RiskDefault) < slices.Index(lifecycle.Risks, w.base.RiskDefault), "risk_default",
		say("a deliverable that names no risk has %s risk, not %s", "uma entrega que não informa o risco tem risco %s, não %s",
			riskName(w.head.RiskDefault), riskName(w.base.RiskDefault)))
}

func (w *weakenings) times() {
	b, h := w.base, w.head
	w.add(h.NudgeAfterWorkingDays > b.NudgeAfterWorkingDays, "nudge_after_working_days",
		say("the people awaited are reminded after %d working days, not after %d", "as pessoas aguardadas são lembradas depois de %d dias úteis, não de %d",
			h.NudgeAfterWorkingDays, b.NudgeAfterWorkingDays))
	w.add(h.GateValidDays.Standard > b.GateValidDays.Standard, "gate_valid_days.standard",
		say("the last approval of a deliverable stays valid for %d days at low and standard risk, not for %d", "a última aprovação de uma entrega vale por %d dias em risco baixo e padrão, não por %d",
			h.GateValidDays.Standard, b.GateValidDays.Standard))
	w.add(h.GateValidDays.High > b.GateValidDays.High, "gate_valid_days.high",
		say("the last approval of a deliverable stays valid for %d days at high risk, not for %d", "a última aprovação de uma entrega vale por %d dias em risco alto, não por %d",
			h.GateValidDays.High, b.GateValidDays.High))
	w.add(h.NearLimitPercent < b.NearLimitPercent, "near_limit_percent",
		say("a value is shown as near its limit from %d percent on, not from %d", "um valor aparece como próximo do limite a partir de %d por cento, não de %d",
			h.NearLimitPercent, b.NearLimitPercent))
	if gone := without(b.Guidelines.RequiredChecks, h.Guidelines.RequiredChecks); len(gone) > 0 {
		w.add(true, "guidelines.required_checks", say("no longer has to be green: %s", "não precisa mais estar verde: %s", andList(gone)))
	}
}

func (w *weakenings) runs() {
	w.add(w.base.Runner != w.head.Runner, "runner", say("the rules are run by %s, not by %s", "as regras são aplicadas por %s, não por %s",
		string(w.head.Runner), string(w.base.Runner)))
	w.add(w.base.Mode == Enforce && w.head.Mode == Observe, "mode", say("failing checks no longer stop anything: mode observe, not enforce",
		"verificações que falham não barram mais nada: mode observe, não enforce"))
	w.add(!w.base.AllowOverride.All && (w.head.AllowOverride.All || len(without(w.head.AllowOverride.Keys, w.base.AllowOverride.Keys)) > 0), "allow_override",
		say("repositories may go below these rules: %s", "repositórios podem ficar abaixo destas regras: %s", w.head.AllowOverride.String()))
}

func (w *weakenings) approvals() {
	b, h := w.base.Approvals, w.head.Approvals
	w.add(b.Contributors == ContributorsDeny && h.Contributors == ContributorsAllow, "approvals.contributors",
		say("who wrote a commit may approve it", "quem escreveu um commit pode aprová-lo"))
	w.add(!b.KeepOnBaseMerge && h.KeepOnBaseMerge, "approvals.keep_on_base_merge",
		say("approvals stay when the base branch is merged in", "as aprovações continuam depois de um merge do branch de base"))
	w.add(b.Scale == ScaleNever && h.Scale == ScaleAuto, "approvals.scale",
		say("a small team needs fewer approvals", "um time pequeno precisa de menos aprovações"))
}

func (w *weakenings) trust() {
	var writers, keys []string
	for _, x := range w.head.Writers {
		if !slices.Contains(w.base.Writers, x) {
			name := string(RunnerAction)
			if !x.Action() {
				name = fmt.Sprintf("App %d", x.AppID)
			}
			writers = append(writers, name)
		}
	}
	for _, k := range w.head.Keys {
		if !slices.ContainsFunc(w.base.Keys, func(known ed25519.PublicKey) bool { return known.Equal(k) }) {
			keys = append(keys, base64.RawURLEncoding.EncodeToString(k))
		}
	}
	w.add(len(writers) > 0, "writers", say("stickies and records by %s are trusted", "quadros e registros de %s passam a valer", andList(writers)))
	w.add(len(keys) > 0, "keys", say("signatures by the key %s are trusted", "assinaturas da chave %s passam a valer", andList(keys)))
}

// without lists those of a that b lacks, without case.
func without(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y string) bool { return strings.EqualFold(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

// andList writes names as "a, b and c", all of them: what a summary leaves out nobody looks at.
func andList(names []string) words {
	if len(names) < 2 {
		return words{strings.Join(names, ""), strings.Join(names, "")}
	}
	list, last := strings.Join(names[:len(names)-1], ", "), names[len(names)-1]
	return words{list + " and " + last, list + " e " + last}
}

var phaseWords = map[lifecycle.Phase]words{
	lifecycle.Design: {"design", "desenho"}, lifecycle.Development: {"development", "desenvolvimento"},
	lifecycle.Deployment: {"deployment", "implantação"}, lifecycle.Monitoring: {"monitoring", "monitoramento"},
}

var riskWords = map[lifecycle.Risk]words{
	lifecycle.Low: {"low", "baixo"}, lifecycle.Standard: {"standard", "padrão"}, lifecycle.High: {"high", "alto"},
}

func riskName(r lifecycle.Risk) words { return riskWords[r] }

func gateName(g lifecycle.Gate) words {
	return say("%s → %s", "%s → %s", phaseWords[g.From()], phaseWords[g.To()])
}

// risksName is "standard and high risk".
func risksName(risks []lifecycle.Risk) words {
	if len(risks) == len(lifecycle.Risks) {
		return words{"any risk", "qualquer risco"}
	}
	var en, pt []string
	for _, r := range risks {
		en, pt = append(en, riskWords[r].en), append(pt, riskWords[r].pt)
	}
	return words{andList(en).en + " risk", "risco " + andList(pt).pt}
}
