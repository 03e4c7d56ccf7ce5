package policy

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	yaml "go.yaml.in/yaml/v4"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// The patterns are read by Go and, in the schema, by ECMAScript: they use only what both have.
const (
	// GitHub's logins: letters, digits and single hyphens inside; enterprise accounts end in _shortcode.
	loginPattern = `^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$`
	botPattern   = `^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?(\[bot\])?$`
	teamPattern  = `^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?/[A-Za-z0-9_-]+$`
	datePattern  = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	clockPattern = `^([01][0-9]|2[0-3]):[0-5][0-9]$`
	zonePattern  = `^[A-Za-z][A-Za-z0-9_+/-]*$`
	keyPattern   = `^(ed25519:)?[A-Za-z0-9+/_-]{43}=?$`
	globPattern  = `^[^/](.*[^/])?$`

	maxLogin = 39 // GitHub's limit
	maxTeam  = 140
	maxGlob  = 200
)

var (
	loginRE = regexp.MustCompile(loginPattern)
	botRE   = regexp.MustCompile(botPattern)
	teamRE  = regexp.MustCompile(teamPattern)
	dateRE  = regexp.MustCompile(datePattern)
	clockRE = regexp.MustCompile(clockPattern)
	zoneRE  = regexp.MustCompile(zonePattern)
	keyRE   = regexp.MustCompile(keyPattern)
)

// holder is a login, org/team, or permission: and a permission on the repository.
func holder(to *Holder) shape {
	return scalar[Holder]{
		to: to, tags: []string{"!!str"},
		want: say("Write a GitHub login such as ana-souza, a team as org/team, or permission:write (or maintain, admin).",
			"Escreva um login do GitHub como ana-souza, um time como org/time, ou permission:write (ou maintain, admin)."),
		parse: func(s string) (Holder, *words) {
			if p, is := strings.CutPrefix(s, permissionMark); is {
				if slices.Contains(permissions, Permission(p)) {
					return Holder{Permission: Permission(p)}, nil
				}
				w := say("%q is no permission that can hold a role.", "%q não é uma permissão que possa ter um papel.", clip(p)).and(hint(p, permissionNames()))
				return Holder{}, &w
			}
			if org, slug, isTeam := strings.Cut(s, "/"); isTeam && teamRE.MatchString(s) && len(s) <= maxTeam {
				return Holder{Team: Team{org, slug}}, nil
			}
			if loginRE.MatchString(s) && len(s) <= maxLogin {
				return Holder{Login: s}, nil
			}
			return Holder{}, badLogin(s)
		},
		rule: rule{"type": "string", "anyOf": []rule{
			{"pattern": loginPattern, "maxLength": maxLogin}, {"pattern": teamPattern, "maxLength": maxTeam},
			{"pattern": "^" + permissionMark + "(" + strings.Join(permissionNames(), "|") + ")$"}}},
	}
}

func permissionNames() []string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}
	return names
}

// bot is a login that may end in [bot].
func bot(to *string) shape {
	const limit = maxLogin + len("[bot]")
	return scalar[string]{
		to: to, tags: []string{"!!str"},
		want: say("Write the login of the account, for example \"dependabot[bot]\" in quotes.", "Escreva o login da conta, por exemplo \"dependabot[bot]\" entre aspas."),
		parse: func(s string) (string, *words) {
			if botRE.MatchString(s) && len(s) <= limit {
				return s, nil
			}
			return "", badLogin(s)
		},
		rule: rule{"type": "string", "pattern": botPattern, "maxLength": limit},
	}
}

// badLogin says why s is no login.
func badLogin(s string) *words {
	for _, c := range s {
		if c > 0x7e {
			w := say("%q holds %q (%s), which no login has: GitHub's logins are of the letters a to z, digits and hyphens. Copy it from the person's profile.",
				"%q contém %q (%s), que nenhum login tem: os logins do GitHub usam letras de a a z sem acento, dígitos e hifens. Copie do perfil da pessoa.",
				clip(s), string(c), fmt.Sprintf("U+%04X", c))
			return &w
		}
	}
	w := say("%q is not a login.", "%q não é um login.", clip(s))
	switch {
	case strings.HasPrefix(s, "@"):
		w = w.and(say("Leave out the \"@\".", "Retire o \"@\"."))
	case len(s) > maxLogin && loginRE.MatchString(s):
		w = w.and(say("A login has at most %d characters.", "Um login tem no máximo %d caracteres.", maxLogin))
	case strings.Count(s, "@") == 1:
		w = w.and(say("This looks like an e-mail address.", "Isto parece um endereço de e-mail."))
	}
	return &w
}

func date(to *Date) shape {
	return scalar[Date]{
		to: to, tags: []string{"!!str", "!!timestamp"},
		want: say("Write a day as YYYY-MM-DD, for example 2026-02-16.", "Escreva um dia como AAAA-MM-DD, por exemplo 2026-02-16."),
		parse: func(s string) (Date, *words) {
			t, err := time.Parse(time.DateOnly, s)
			if err != nil && dateRE.MatchString(s) {
				w := say("%q is not in the calendar.", "%q não existe no calendário.", s)
				return Date{}, &w
			}
			if err != nil {
				w := say("%q is not a day.", "%q não é um dia.", clip(s))
				return Date{}, &w
			}
			return DateOf(t), nil
		},
		rule: rule{"type": "string", "pattern": datePattern},
	}
}

func clock(to *Clock) shape {
	return scalar[Clock]{
		to: to, tags: []string{"!!str"},
		want: say("Write a time as \"HH:MM\", from \"00:00\" to \"23:59\".", "Escreva um horário como \"HH:MM\", de \"00:00\" a \"23:59\"."),
		parse: func(s string) (Clock, *words) {
			t, err := time.Parse("15:04", s)
			if err != nil || !clockRE.MatchString(s) {
				w := say("%q is not a time of day.", "%q não é um horário.", clip(s))
				return Clock{}, &w
			}
			return Clock{t.Hour(), t.Minute()}, nil
		},
		rule: rule{"type": "string", "pattern": clockPattern, "default": fmt.Sprintf("%02d:%02d", to.Hour, to.Minute)},
	}
}

func zone(to **time.Location) shape {
	return scalar[*time.Location]{
		to: to, tags: []string{"!!str"},
		want: say("Write a name of the IANA list, for example America/Sao_Paulo, Europe/Lisbon or UTC.", "Escreva um nome da lista da IANA, por exemplo America/Sao_Paulo, Europe/Lisbon ou UTC."),
		parse: func(s string) (*time.Location, *words) {
			l, err := time.LoadLocation(s)
			if err != nil || !zoneRE.MatchString(s) || s == "Local" {
				w := say("%q is not a known time zone.", "%q não é um fuso horário conhecido.", clip(s))
				return nil, &w
			}
			return l, nil
		},
		rule: rule{"type": "string", "pattern": zonePattern, "default": (*to).String()},
	}
}

var dayNames = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

var weekNames = []string{"first", "second", "third", "fourth", "last"}

// position is a word of a list, kept as its place in the list plus base.
func position[T ~int](to *T, names []string, base int) shape {
	word := names[max(int(*to)-base, 0)]
	s := oneOf(&word, names)
	return scalar[T]{
		to: to, tags: s.tags, want: s.want, rule: s.rule,
		parse: func(text string) (T, *words) {
			_, bad := s.parse(text)
			return T(slices.Index(names, text) + base), bad
		},
	}
}

func weekday(to *time.Weekday) shape { return position(to, dayNames, 0) }

func key(to *ed25519.PublicKey) shape {
	return scalar[ed25519.PublicKey]{
		to: to, tags: []string{"!!str"},
		want: say("Write the 43 characters that the earlier server shows at GET /keys.", "Escreva os 43 caracteres que o servidor anterior mostra em GET /keys."),
		parse: func(s string) (ed25519.PublicKey, *words) {
			text := strings.TrimRight(strings.TrimPrefix(s, "ed25519:"), "=")
			raw, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(text))
			if err != nil || len(raw) != ed25519.PublicKeySize || !keyRE.MatchString(s) {
				w := say("%q is not an Ed25519 public key in base64.", "%q não é uma chave pública Ed25519 em base64.", clip(s))
				return nil, &w
			}
			return ed25519.PublicKey(raw), nil
		},
		rule: rule{"type": "string", "pattern": keyPattern},
	}
}

// glob is a pattern of paths. Its size is bounded so that matching stays quick whatever it says.
func glob(to *string) shape {
	return globShape{scalar[string]{
		to: to, tags: []string{"!!str"},
		want: say("Write a path from the repository's root, for example \"data/**\" for all below a folder, or %s.",
			"Escreva um caminho a partir da raiz do repositório, por exemplo \"data/**\" para tudo em uma pasta, ou %s.", AnythingElse),
		parse: func(s string) (string, *words) {
			if w := unseen(s); w != nil {
				return "", w
			}
			if w := badGlob(s); w.en != "" {
				return "", &w
			}
			return s, nil
		},
		rule: rule{"type": "string", "pattern": globPattern, "minLength": 1, "maxLength": maxGlob},
	}}
}

// globShape counts the globs that are read.
type globShape struct{ scalar[string] }

func (g globShape) read(r *reader, n *yaml.Node, path string) {
	g.scalar.read(r, n, path)
	r.globs += alternatives(*g.to)
}

func badGlob(s string) words {
	const maxStars, maxBraces = 10, 4
	switch {
	case s == "":
		return say("The path is empty.", "O caminho está vazio.")
	case len([]rune(s)) > maxGlob:
		return say("The path has more than %d characters.", "O caminho tem mais de %d caracteres.", maxGlob)
	case strings.HasPrefix(s, "/"):
		return say("%q begins with \"/\"; leave that out.", "%q começa com \"/\"; retire-a.", clip(s))
	case strings.HasSuffix(s, "/"):
		return say("%q names a folder; write %q for what is in it.", "%q é uma pasta; escreva %q para o que há nela.", clip(s), clip(s)+"**")
	case slices.Contains(strings.Split(s, "/"), "..") || slices.Contains(strings.Split(s, "/"), "."):
		return say("%q holds \".\" or \"..\", which no path in a repository has.", "%q contém \".\" ou \"..\", que nenhum caminho do repositório tem.", clip(s))
	case strings.Count(s, "*") > maxStars || strings.Count(s, "{") > maxBraces:
		return say("%q has too many stars or braces (at most %d and %d); write several paths.", "%q tem asteriscos ou chaves demais (no máximo %d e %d); escreva vários caminhos.", clip(s), maxStars, maxBraces)
	case alternatives(s) > maxAlternatives:
		return say("%q stands for more than %d paths; write several.", "%q representa mais de %d caminhos; escreva vários.", clip(s), maxAlternatives)
	case !doublestar.ValidatePattern(s):
		return say("%q is not a valid pattern: a bracket or brace is not closed.", "%q não é um padrão válido: falta fechar um colchete ou uma chave.", clip(s))
	}
	return words{}
}

// writer is an App's id or the word action.
type writer struct{ to *Writer }

func (w writer) read(r *reader, n *yaml.Node, path string) {
	if !r.plain(n, path) {
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == string(RunnerAction) {
		*w.to = Writer{}
		return
	}
	id, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || id < 1 || id > maxAppID || strconv.FormatInt(id, 10) != n.Value {
		r.add(n, path, say("Found %s. Write the id of a GitHub App (a number, shown on the App's settings page), or the word action.",
			"Aqui há %s. Escreva o id de um GitHub App (um número, na página de configurações do App), ou a palavra action.", describe(n)))
		return
	}
	*w.to = Writer{AppID: id}
}

// maxAppID is the largest whole number that JSON carries safely.
const maxAppID = 1<<53 - 1

func (w writer) schema() rule {
	return rule{"anyOf": []rule{{"type": "integer", "minimum": 1, "maximum": maxAppID}, {"const": string(RunnerAction)}}}
}

// roleAlias is the role's key for a name or short name people use; "" when it is none.
func roleAlias(written string) string {
	if r, ok := lifecycle.ParseRole(strings.ReplaceAll(written, "_", "-")); ok && r != lifecycle.Validator {
		return string(r)
	}
	if r, ok := lifecycle.ParseRole(strings.NewReplacer("_", " ", "-", " ").Replace(written)); ok && r != lifecycle.Validator {
		return string(r)
	}
	return ""
}
