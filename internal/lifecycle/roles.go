package lifecycle

// Role is one of the seven roles of a machine-learning team, by its key in the config.
type Role string

// The seven roles.
const (
	BusinessStakeholder Role = "business-stakeholder"
	SubjectMatterExpert Role = "subject-matter-expert"
	DataEngineer        Role = "data-engineer"
	DataScientist       Role = "data-scientist"
	SoftwareEngineer    Role = "software-engineer"
	MLEngineer          Role = "ml-engineer"
	BackendEngineer     Role = "backend-engineer"
)

// Validator is the second line at high risk. It is no role of the config's `roles:` but fills a
// seat of a strict gate.
const Validator Role = "validator"

// AnyTechnical is the seat of a light gate that any technical role fills. Nobody holds it as such.
const AnyTechnical Role = "any-technical"

// AnyRole is the seat of a second pair of eyes in a team too small for the gate's own roles:
// anybody with a role fills it.
const AnyRole Role = "any-role"

// Roles lists the seven roles, the two that are involved throughout first.
var Roles = []Role{BusinessStakeholder, SubjectMatterExpert, DataEngineer, DataScientist,
	SoftwareEngineer, MLEngineer, BackendEngineer}

// Technical reports whether r is one of the five technical roles.
func (r Role) Technical() bool {
	switch r {
	case DataEngineer, DataScientist, SoftwareEngineer, MLEngineer, BackendEngineer:
		return true
	}
	return false
}

// Throughout reports whether r is one of the two roles involved in the whole life cycle.
func (r Role) Throughout() bool { return r == BusinessStakeholder || r == SubjectMatterExpert }

var roleShort = map[string]Role{
	"bs": BusinessStakeholder, "sme": SubjectMatterExpert, "de": DataEngineer, "ds": DataScientist,
	"se": SoftwareEngineer, "mle": MLEngineer, "be": BackendEngineer,
	"stakeholder": BusinessStakeholder, "expert": SubjectMatterExpert,
	"business stakeholder": BusinessStakeholder, "subject matter expert": SubjectMatterExpert,
	"data engineer": DataEngineer, "data scientist": DataScientist, "software engineer": SoftwareEngineer,
	"ml engineer": MLEngineer, "backend engineer": BackendEngineer,
	"parte interessada do negocio": BusinessStakeholder, "parte interessada": BusinessStakeholder,
	"especialista do dominio": SubjectMatterExpert, "especialista": SubjectMatterExpert,
	"engenheiro de dados": DataEngineer, "engenheira de dados": DataEngineer, "engenheiro(a) de dados": DataEngineer,
	"cientista de dados":     DataScientist,
	"engenheiro de software": SoftwareEngineer, "engenheira de software": SoftwareEngineer, "engenheiro(a) de software": SoftwareEngineer,
	"engenheiro de ml": MLEngineer, "engenheira de ml": MLEngineer, "engenheiro(a) de ml": MLEngineer,
	"engenheiro de backend": BackendEngineer, "engenheira de backend": BackendEngineer, "engenheiro(a) de backend": BackendEngineer,
	"validador": Validator, "validadora": Validator,
}

// ParseRole reads a role as people write it: the config's key, its short name (BS, DS …) or its name
// in either language.
func ParseRole(s string) (Role, bool) {
	s = Fold(s)
	for _, r := range Roles {
		if s == string(r) {
			return r, true
		}
	}
	if s == string(Validator) {
		return Validator, true
	}
	r, ok := roleShort[s]
	return r, ok
}

// Seats lists who must say yes at gate g: one person for each seat. At low risk that is the business
// stakeholder and any technical role; at high risk a validator joins the standard four.
func Seats(g Gate, risk Risk) []Role {
	four := map[Gate][]Role{
		G1: {BusinessStakeholder, SubjectMatterExpert, DataEngineer, DataScientist},
		G2: {BusinessStakeholder, SubjectMatterExpert, DataScientist, SoftwareEngineer},
		G3: {BusinessStakeholder, SubjectMatterExpert, MLEngineer, BackendEngineer},
	}[g]
	switch risk {
	case Low:
		return []Role{BusinessStakeholder, AnyTechnical}
	case High:
		return append(append([]Role{}, four...), Validator)
	}
	return append([]Role{}, four...)
}

// Independent reports whether the seat r of gate g must not be filled by an author of the evidence.
func Independent(g Gate, r Role) bool { return g == G2 && r == DataScientist }

// DataSeats lists who validates a data requirement: quality and meaning.
func DataSeats() []Role { return []Role{DataEngineer, SubjectMatterExpert} }
