package engine

import (
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/lifecycle"
)

// AsRole reads the argument of `/approve`: nothing, or `as <role>` (`como <papel>`). The bool is false
// for anything else.
func AsRole(args string) (lifecycle.Role, bool) {
	args = strings.TrimSpace(args)
	if args == "" {
		return "", true
	}
	word, role, _ := strings.Cut(args, " ")
	if w := lifecycle.Fold(word); w != "as" && w != "como" {
		return "", false
	}
	return lifecycle.ParseRole(strings.TrimRight(role, ".!"))
}

// reason is what a person gave as reason: the rest of the line, or the text below it.
func reason(cmd Command) string {
	if r := strings.TrimSpace(cmd.Args); r != "" {
		return r
	}
	return strings.TrimSpace(cmd.Text)
}

// ReturnArgs are the arguments of `/return <phase> <cause>: <reason>`.
type ReturnArgs struct {
	To     lifecycle.Phase
	Cause  lifecycle.Cause
	Reason string
}

// ReturnFault says what is wrong with the arguments of a `/return`; "" when nothing is.
type ReturnFault string

// What can be wrong with a `/return`.
const (
	FaultPhase  ReturnFault = "phase"
	FaultCause  ReturnFault = "cause"
	FaultReason ReturnFault = "reason"
)

// ParseReturn reads the arguments of `/return`. The colon after the cause may be missing; a reason may
// not, but may stand on the lines below.
func ParseReturn(cmd Command) (ReturnArgs, ReturnFault) {
	phase, rest, _ := strings.Cut(strings.TrimSpace(cmd.Args), " ")
	to, ok := lifecycle.ParsePhase(phase)
	if !ok {
		return ReturnArgs{}, FaultPhase
	}
	end := strings.IndexAny(rest, ": ")
	word, text := rest, ""
	if end >= 0 {
		word, text = rest[:end], strings.TrimLeft(rest[end:], ": ")
	}
	cause, ok := lifecycle.ParseCause(word)
	if !ok {
		return ReturnArgs{To: to}, FaultCause
	}
	if text = strings.TrimSpace(text); text == "" {
		text = strings.TrimSpace(cmd.Text)
	}
	if text == "" {
		return ReturnArgs{To: to, Cause: cause}, FaultReason
	}
	return ReturnArgs{to, cause, text}, ""
}

// DelegateArgs are the arguments of `/delegate <role> @login until YYYY-MM-DD`.
type DelegateArgs struct {
	Role  lifecycle.Role
	Login string
	Day   string
	Until time.Time // the end of that day in the project's zone
}

// DelegateFault says what is wrong with a `/delegate`; "" when nothing is.
type DelegateFault string

// What can be wrong with a `/delegate`.
const (
	FaultForm DelegateFault = "form" // not role, login, until, date
	FaultRole DelegateFault = "role"
	FaultDate DelegateFault = "date"
	FaultPast DelegateFault = "past"
	FaultLong DelegateFault = "long" // more than MaxDelegation days
)

// MaxDelegation is how many days a role may be lent.
const MaxDelegation = 30

// ParseDelegate reads the arguments of `/delegate`, written at that time, in the project's zone.
func ParseDelegate(args string, written time.Time, zone *time.Location) (DelegateArgs, DelegateFault) {
	words := strings.Fields(args)
	at := -1
	for i, w := range words {
		if strings.HasPrefix(w, "@") {
			at = i
			break
		}
	}
	if at < 1 || at+3 != len(words) {
		return DelegateArgs{}, FaultForm
	}
	if w := lifecycle.Fold(words[at+1]); w != "until" && w != "ate" {
		return DelegateArgs{}, FaultForm
	}
	role, ok := lifecycle.ParseRole(strings.Join(words[:at], " "))
	if !ok {
		return DelegateArgs{}, FaultRole
	}
	day, err := time.ParseInLocation(time.DateOnly, words[at+2], zone)
	if err != nil {
		return DelegateArgs{}, FaultDate
	}
	d := DelegateArgs{Role: role, Login: strings.TrimPrefix(words[at], "@"), Day: words[at+2], Until: day.AddDate(0, 0, 1)}
	switch {
	case !written.Before(d.Until):
		return d, FaultPast
	case d.Until.After(written.In(zone).AddDate(0, 0, MaxDelegation+1)):
		return d, FaultLong
	}
	return d, ""
}
