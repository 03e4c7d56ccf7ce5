package metrics

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/lifecycle"
	"github.com/phasegate/phasegate/internal/markdown"
)

// Problem is one thing wrong with a metric table. Its texts are plain and hold words of the table:
// escape them before they are written anywhere.
type Problem struct {
	Row    int    // number of the row, from 1; 0 for the table as a whole
	Line   int    // in the section, from 1; 0 when there is no table
	Column string // title of the column as the table has it; empty for a whole row or table
	Cell   string // what stands there
	Why    string // what is wrong, without its full stop
	Fix    string // what would be right, a sentence
	lang   lifecycle.Lang
}

// maxShown is how many characters of a cell a problem shows.
const maxShown = 60

// Error is the problem as one line:
//
//	Row 1, Target "about 4%": not a target. Write "<= 4" and put "%" in Unit.
func (p Problem) Error() string {
	var sb strings.Builder
	if p.Row > 0 {
		sb.WriteString(say(p.lang, textRow) + " " + strconv.Itoa(p.Row))
	}
	if p.Column != "" {
		if p.Row > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(p.Column)
		if p.Row > 0 {
			sb.WriteString(` "` + markdown.Truncate(p.Cell, maxShown) + `"`)
		}
	}
	if sb.Len() > 0 {
		sb.WriteString(": ")
	}
	return sb.String() + p.Why + ". " + p.Fix
}

// both is a text in English and in Portuguese, with the same verbs in the same order.
type both struct{ en, pt string }

func say(lang lifecycle.Lang, b both, args ...any) string {
	text := b.en
	if lang == lifecycle.Portuguese {
		text = b.pt
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

var textRow = both{"Row", "Linha"}

// What can be wrong (why), and what would be right (fix).
var (
	whyNoTable = both{"there is no table", "não há tabela"}
	fixNoTable = both{"Write one that begins with\n%s", "Escreva uma que comece com\n%s"}
	whyNoRows  = both{"the table has no rows", "a tabela não tem linhas"}
	fixNoRows  = both{"Write a row for each metric.", "Escreva uma linha para cada métrica."}
	whyTooMany = both{"the table has more than %d rows", "a tabela tem mais de %d linhas"}
	fixTooMany = both{"Keep %d; the rows from here on are not read.", "Deixe %d; as linhas daqui em diante não são lidas."}

	whyNoColumn   = both{"the table lacks this column", "falta esta coluna na tabela"}
	fixNoColumn   = both{`Add "%s" to the first line of the table.`, `Acrescente "%s" à primeira linha da tabela.`}
	whyTwoColumns = both{"the table has this column twice", "a tabela tem esta coluna duas vezes"}
	fixTwoColumns = both{"Keep one of the two.", "Deixe só uma das duas."}

	whyEmpty = both{"empty", "vazio"}
	fixOneOf = both{"Write %s.", "Escreva %s."}

	whyName      = both{`a name has only a-z, 0-9 and "_", starts with a letter and has 2 to 40 characters`, `um nome só tem a-z, 0-9 e "_", começa com letra e tem de 2 a 40 caracteres`}
	fixWrite     = both{`Write "%s".`, `Escreva "%s".`}
	fixName      = both{`Write one such as "monthly_churn".`, `Escreva um como "monthly_churn".`}
	whyTwice     = both{"the same name and slice as row %d", "o mesmo nome e recorte da linha %d"}
	fixTwice     = both{"Take one of the two out, or give one another slice.", "Tire uma das duas ou dê a uma delas outro recorte."}
	whyClass     = both{"not a class", "não é uma classe"}
	whyType      = both{"not a type", "não é um tipo"}
	whySlice     = both{"not a slice", "não é um recorte"}
	whySource    = both{"not a source", "não é uma fonte"}
	fixSource    = both{`Write "ci", "monitor" or "manual", if need be with a key: "ci:eval/recall".`, `Escreva "ci", "monitor" ou "manual", se for preciso com uma chave: "ci:eval/recall".`}
	fixSlice     = both{`Write "all", "region=south", "region=*" or "gap(region)".`, `Escreva "todos", "region=south", "region=*" ou "diferença(region)".`}
	whyOwner     = both{"neither a login nor a role", "não é um login nem um papel"}
	fixOwner     = both{`Write a login such as "@%s" or a role such as "data-scientist".`, `Escreva um login como "@%s" ou um papel como "data-scientist".`}
	whyLong      = both{"longer than %d characters", "tem mais de %d caracteres"}
	fixLong      = both{"Write something shorter.", "Escreva algo mais curto."}
	whyTrendType = both{"a direction without a limit is only watched", "uma direção sem limite só se observa"}
	fixTrendType = both{`Write "%s" in %s, or a limit such as ">= 0.40" here.`, `Escreva "%s" em %s ou, aqui, um limite como ">= 0.40".`}
)

// What can be wrong with a command about a row.
var (
	whyNoRow   = both{`no metric of the table is called "%s"`, `nenhuma métrica da tabela se chama "%s"`}
	whySeveral = both{`"%s" is the name of %d rows`, `"%s" é o nome de %d linhas`}
	whyByHand  = both{"the line is written in a way that cannot be changed by command", "a linha está escrita de um modo que não dá para mudar por comando"}
	fixByHand  = both{`Edit the text and write "%s" there.`, `Edite o texto e escreva "%s" ali.`}
)

// What can be wrong with a target.
var (
	whyTarget    = both{"not a target", "não é uma meta"}
	fixTarget    = both{`Write a limit such as ">= 0.40" or "<= 120", or a range such as "0..0.20".`, `Escreva um limite como ">= 0.40" ou "<= 120", ou uma faixa como "0..0.20".`}
	fixUnit      = both{`Write "%s" and put "%s" in %s.`, `Escreva "%s" e ponha "%s" em %s.`}
	fixWatch     = both{`Write "up", "down" or "steady", or a limit such as ">= 0.40".`, `Escreva "subir", "descer" ou "estável", ou um limite como ">= 0.40".`}
	whyEqual     = both{`"=" is no target, since a measured value never meets it exactly`, `"=" não é uma meta, pois um valor medido nunca a atinge exatamente`}
	fixRange     = both{`Write a range such as "%s".`, `Escreva uma faixa como "%s".`}
	whyOrder     = both{"the lower end of a range comes first", "o menor extremo da faixa vem primeiro"}
	whyAmbiguous = both{"the number can be read in two ways", "o número pode ser lido de dois modos"}
	fixEither    = both{`Write "%s" or "%s".`, `Escreva "%s" ou "%s".`}
	whyTooLarge  = both{"the number is too large", "o número é grande demais"}
	fixTooLarge  = both{"Write a smaller one and choose a larger unit.", "Escreva um menor e use uma unidade maior."}
)
