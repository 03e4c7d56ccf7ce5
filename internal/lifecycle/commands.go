package lifecycle

// Command is what a slash command asks for, by its English name without the slash.
type Command string

// The commands; section 8 of the product's rules says who may give each.
const (
	Advance   Command = "advance"
	Approve   Command = "approve"
	Object    Command = "object"
	Withdraw  Command = "withdraw"
	Return    Command = "return"
	Reviewed  Command = "reviewed"
	Decide    Command = "decide"
	Action    Command = "action"
	Agenda    Command = "agenda"
	Delegate  Command = "delegate"
	SetRisk   Command = "risk"
	Waive     Command = "waive"
	Status    Command = "status"
	Help      Command = "help"
	SetMetric Command = "metric"
	SetTarget Command = "target"
	SetBudget Command = "budget"
	Done      Command = "done"
	Present   Command = "present"
	Start     Command = "start"
	NoMetrics Command = "no-metrics"
)

// CommandName is a command with its Portuguese alias and whether this version carries it out.
type CommandName struct {
	Command Command
	Alias   string
	Ready   bool
}

// Commands lists every command of the product with its Portuguese alias.
var Commands = []CommandName{
	{Advance, "avancar", true}, {Approve, "aprovar", true}, {Object, "objetar", true}, {Withdraw, "retirar", true},
	{Return, "voltar", true}, {Delegate, "delegar", true}, {Status, "estado", true}, {Help, "ajuda", true},
	{Reviewed, "revisado", true}, {Decide, "decidir", true}, {Action, "acao", true}, {Agenda, "pauta", true},
	{SetRisk, "risco", true}, {Waive, "dispensar", true}, {SetMetric, "medida", true}, {SetTarget, "alvo", true},
	{SetBudget, "orcamento", true}, {Done, "feito", false}, {Present, "presente", false}, {Start, "comecar", true},
	{NoMetrics, "sem-metricas", true},
}

// ParseCommand reads a command's name (no slash) in either language.
func ParseCommand(name string) (Command, bool) {
	name = Fold(name)
	for _, c := range Commands {
		if name == string(c.Command) || name == c.Alias {
			return c.Command, true
		}
	}
	return "", false
}

// Ready reports whether this version carries c out.
func (c Command) Ready() bool {
	for _, n := range Commands {
		if n.Command == c {
			return n.Ready
		}
	}
	return false
}

// NearCommand is the command whose name or alias is closest to name, when at most two edits apart
// (one for names of up to four letters); "" when none is.
func NearCommand(name string) Command {
	name = Fold(name)
	best, bestD := Command(""), 3
	for _, c := range Commands {
		for _, n := range []string{string(c.Command), c.Alias} {
			limit := 2
			if len(n) <= 4 {
				limit = 1
			}
			if d := editDistance(name, n); d <= limit && d < bestD {
				best, bestD = c.Command, d
			}
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours between a and b.
// Names longer than 32 bytes are not compared: they are no typing error.
func editDistance(a, b string) int {
	if len(a) > 32 || len(b) > 32 {
		return 99
	}
	prev2, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return prev[len(b)]
}
