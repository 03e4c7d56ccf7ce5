package templates

import (
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// both is a text in the two languages.
type both struct{ en, pt string }

func (b both) in(lang lifecycle.Lang) string {
	if lang == lifecycle.Portuguese {
		return b.pt
	}
	return b.en
}

var roleNames = map[lifecycle.Role]both{
	lifecycle.BusinessStakeholder: {"business stakeholder", "parte interessada do negócio"},
	lifecycle.SubjectMatterExpert: {"subject matter expert", "especialista do domínio"},
	lifecycle.DataEngineer:        {"data engineer", "engenheiro(a) de dados"},
	lifecycle.DataScientist:       {"data scientist", "cientista de dados"},
	lifecycle.SoftwareEngineer:    {"software engineer", "engenheiro(a) de software"},
	lifecycle.MLEngineer:          {"ML engineer", "engenheiro(a) de ML"},
	lifecycle.BackendEngineer:     {"backend engineer", "engenheiro(a) de backend"},
	lifecycle.Validator:           {"validator", "validador(a)"},
	lifecycle.AnyTechnical:        {"any technical role", "qualquer papel técnico"},
	lifecycle.AnyRole:             {"second pair of eyes", "segundo olhar"},
}

// Role is the role's name in the middle of a sentence.
func Role(lang lifecycle.Lang, r lifecycle.Role) string { return roleNames[r].in(lang) }

// A is the role's name with its indefinite article where the language wants one: "a data scientist".
func A(lang lifecycle.Lang, r lifecycle.Role) string {
	name := Role(lang, r)
	switch {
	case lang == lifecycle.Portuguese, r == lifecycle.AnyTechnical:
		return name
	case r == lifecycle.MLEngineer:
		return "an " + name
	}
	return "a " + name
}

var phaseNames = map[lifecycle.Phase]both{
	lifecycle.Design:      {"Design", "Desenho"},
	lifecycle.Development: {"Development", "Desenvolvimento"},
	lifecycle.Deployment:  {"Deployment", "Implantação"},
	lifecycle.Monitoring:  {"Monitoring", "Monitoramento"},
}

// Phase is the phase's name.
func Phase(lang lifecycle.Lang, p lifecycle.Phase) string { return phaseNames[p].in(lang) }

var causeNames = map[lifecycle.Cause]both{
	lifecycle.CauseProblem:  {"problem", "problema"},
	lifecycle.CauseData:     {"data", "dados"},
	lifecycle.CauseMetrics:  {"metrics", "métricas"},
	lifecycle.CauseModel:    {"model", "modelo"},
	lifecycle.CauseCode:     {"code", "código"},
	lifecycle.CauseInfra:    {"infrastructure", "infraestrutura"},
	lifecycle.CauseIncident: {"incident", "incidente"},
}

// Cause is the cause of a return in a word.
func Cause(lang lifecycle.Lang, c lifecycle.Cause) string { return causeNames[c].in(lang) }

var riskNames = map[lifecycle.Risk]both{
	lifecycle.Low:      {"low risk", "risco baixo"},
	lifecycle.Standard: {"standard risk", "risco padrão"},
	lifecycle.High:     {"high risk", "risco alto"},
}

// Risk is the risk level in words.
func Risk(lang lifecycle.Lang, r lifecycle.Risk) string { return riskNames[r].in(lang) }

// commandNames are the commands as they are typed, by language.
func commandName(lang lifecycle.Lang, c lifecycle.Command) string {
	if lang == lifecycle.Portuguese {
		for _, n := range lifecycle.Commands {
			if n.Command == c {
				return "/" + n.Alias
			}
		}
	}
	return "/" + string(c)
}

// phaseArgument is the phase as it is typed after a command.
func phaseArgument(lang lifecycle.Lang, p lifecycle.Phase) string {
	if lang == lifecycle.Portuguese {
		return lifecycle.Fold(Phase(lang, p))
	}
	return string(p)
}

type seatAt struct {
	gate lifecycle.Gate
	role lifecycle.Role
}

// questions are what each approver is asked, in plain words.
var questions = map[seatAt]both{
	{lifecycle.G1, lifecycle.BusinessStakeholder}: {"Is it worth this budget, with these targets?", "Vale este orçamento, com estas metas?"},
	{lifecycle.G1, lifecycle.SubjectMatterExpert}: {"Does the data mean what this plan says it means?", "Os dados significam o que este plano diz que significam?"},
	{lifecycle.G1, lifecycle.DataEngineer}:        {"Can the data carry it?", "Os dados dão conta disso?"},
	{lifecycle.G1, lifecycle.DataScientist}:       {"Can this data answer the question?", "Estes dados conseguem responder à pergunta?"},
	{lifecycle.G2, lifecycle.BusinessStakeholder}: {"Is what was reached worth what it will cost to run?", "O que se alcançou vale o que vai custar operar?"},
	{lifecycle.G2, lifecycle.SubjectMatterExpert}: {"Do the results make sense to somebody who knows the field?", "Os resultados fazem sentido para quem conhece o domínio?"},
	{lifecycle.G2, lifecycle.DataScientist}:       {"Would you stand by this training and evaluation, not having done it yourself?", "Você assinaria este treino e esta avaliação, sem tê-los feito?"},
	{lifecycle.G2, lifecycle.SoftwareEngineer}:    {"Is the code fit to be run by others?", "O código está pronto para ser operado por outros?"},
	{lifecycle.G3, lifecycle.BusinessStakeholder}: {"Is the model now part of how the business works?", "O modelo já faz parte de como o negócio funciona?"},
	{lifecycle.G3, lifecycle.SubjectMatterExpert}: {"Can users read what it says, and question it?", "Os usuários conseguem ler o que ele diz, e questionar?"},
	{lifecycle.G3, lifecycle.MLEngineer}:          {"Is it watched, and does somebody own the alarm?", "Está sendo observado, e o alarme tem dono?"},
	{lifecycle.G3, lifecycle.BackendEngineer}:     {"Can it be run, and rolled back, where it is now?", "Dá para operá-lo, e revertê-lo, onde está agora?"},
}

var (
	technicalQuestion = both{"Is it technically sound?", "Está tecnicamente bem fundado?"}
	validatorQuestion = both{"Having had no part in it, would you let it go on?", "Sem ter participado, você deixaria seguir?"}
	secondQuestion    = both{"Would you let it go on, seen from your side?", "Visto do seu lado, você deixaria seguir?"}
	qualityQuestion   = both{"Is the data complete, correct and kept up?", "Os dados estão completos, corretos e atualizados?"}
	meaningQuestion   = both{"Does the data mean what it says here?", "Os dados significam o que está escrito aqui?"}
)

// Question is what the seat's holder is asked at gate g.
func Question(lang lifecycle.Lang, g lifecycle.Gate, seat lifecycle.Role) string {
	switch seat {
	case lifecycle.AnyTechnical:
		return technicalQuestion.in(lang)
	case lifecycle.Validator:
		return validatorQuestion.in(lang)
	case lifecycle.AnyRole:
		return secondQuestion.in(lang)
	}
	return questions[seatAt{g, seat}].in(lang)
}

// DataQuestion is what the seat's holder is asked of a data requirement.
func DataQuestion(lang lifecycle.Lang, seat lifecycle.Role) string {
	if seat == lifecycle.DataEngineer {
		return qualityQuestion.in(lang)
	}
	return meaningQuestion.in(lang)
}

var months = [...]both{
	{"January", "janeiro"}, {"February", "fevereiro"}, {"March", "março"}, {"April", "abril"},
	{"May", "maio"}, {"June", "junho"}, {"July", "julho"}, {"August", "agosto"},
	{"September", "setembro"}, {"October", "outubro"}, {"November", "novembro"}, {"December", "dezembro"},
}

var weekdays = [...]both{
	{"Sun", "dom"}, {"Mon", "seg"}, {"Tue", "ter"}, {"Wed", "qua"}, {"Thu", "qui"}, {"Fri", "sex"}, {"Sat", "sáb"},
}

// Date is a day as people write it: "13 January", "13 de janeiro"; with the year when it is not that of now.
func Date(lang lifecycle.Lang, t, now time.Time) string {
	text := t.Format("2 ") + months[t.Month()-1].in(lang)
	if lang == lifecycle.Portuguese {
		text = t.Format("2 de ") + months[t.Month()-1].pt
	}
	if t.Year() == now.Year() {
		return text
	}
	if lang == lifecycle.Portuguese {
		return text + t.Format(" de 2006")
	}
	return text + t.Format(" 2006")
}

// DateTime is a moment as people write it: "13 January, 09:20", "13 de janeiro, 09:20".
func DateTime(lang lifecycle.Lang, t, now time.Time) string {
	return Date(lang, t, now) + t.Format(", 15:04")
}

// DayTime is a moment with its day of the week: "Mon 12 January, 11:00", "seg 12 de janeiro, 11:00".
func DayTime(lang lifecycle.Lang, t, now time.Time) string {
	return weekdays[t.Weekday()].in(lang) + " " + DateTime(lang, t, now)
}

// List joins words as a sentence does: "a, b and c".
func List(lang lifecycle.Lang, words []string) string {
	return join(words, both{" and ", " e "}.in(lang))
}

// Either joins words as alternatives: "a, b or c".
func Either(lang lifecycle.Lang, words []string) string {
	return join(words, both{" or ", " ou "}.in(lang))
}

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}

// sectionTitle is the heading of a deliverable's section.
func sectionTitle(lang lifecycle.Lang, k lifecycle.Kind, key lifecycle.SectionKey) string {
	for _, s := range lifecycle.Form(k) {
		if s.Key == key {
			return s.Title[lang]
		}
	}
	return string(key)
}
