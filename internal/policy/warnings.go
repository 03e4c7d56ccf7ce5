package policy

import (
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Note is something that is allowed but that a team should know.
type Note struct {
	Path  string // the key it is about
	words words
}

// Text is the note in language l.
func (n Note) Text(l lifecycle.Lang) string { return n.words.in(l) }

// Warnings lists what is valid but leaves the gates weaker than they look, in the order of the config.
func (p *Policy) Warnings() []Note {
	var notes []Note
	for _, r := range lifecycle.Roles {
		if len(p.Roles[r]) == 0 {
			notes = append(notes, Note{"roles." + string(r), p.emptyRole(r)})
		}
	}
	if who, alone := p.onlyPerson(); alone {
		notes = append(notes, Note{"roles", say("%s alone holds every role, so gates pass as self-reviewed, never as approved. Name a second person.",
			"Só %s tem todos os papéis, então as etapas passam como autorrevisadas, nunca como aprovadas. Indique uma segunda pessoa.", who)})
	}
	if len(p.Validators) == 0 && p.RiskDefault == lifecycle.High {
		notes = append(notes, Note{"validators", say("Deliverables are of high risk by default, but nobody is a validator: no gate can pass. Name people or teams with no other role.",
			"As entregas têm risco alto por padrão, mas ninguém é validador: nenhuma etapa pode passar. Indique pessoas ou times sem outro papel.")})
	}
	return notes
}

func (p *Policy) emptyRole(r lifecycle.Role) words {
	switch {
	case r.Throughout():
		return say("Nobody is %s. The config is valid, but every gate will say so: this role is involved throughout. Name at least one person.",
			"Ninguém é %s. A configuração é válida, mas toda etapa vai avisar: esse papel acompanha o ciclo inteiro. Indique ao menos uma pessoa.", string(r))
	case r != lifecycle.MLEngineer && len(p.Roles[lifecycle.MLEngineer]) > 0:
		return say("Nobody is %s; an ml-engineer stands in, at most once per gate.", "Ninguém é %s; um ml-engineer substitui, no máximo uma vez por etapa.", string(r))
	case r == lifecycle.MLEngineer:
		return say("Nobody is %s, so nobody stands in for a technical role that is missing.", "Ninguém é %s, então ninguém substitui um papel técnico que falte.", string(r))
	}
	return say("Nobody is %s and nobody may stand in: the role is shown, never awaited. Name a person, or an ml-engineer.",
		"Ninguém é %s e ninguém pode substituir: o papel é mostrado, nunca aguardado. Indique uma pessoa, ou um ml-engineer.", string(r))
}

// onlyPerson is the login that is the only holder of any role. Teams and permissions count as more than
// one person.
func (p *Policy) onlyPerson() (string, bool) {
	all := p.RoleHolders(lifecycle.AnyRole)
	if len(all) == 1 && all[0].IsPerson() {
		return all[0].Login, true
	}
	return "", false
}
