package main

import "github.com/phasegate/phasegate/internal/policy"

type schemaCommand struct{}

func (schemaCommand) Help() string {
	return `Editors that know the schema complete keys and mark mistakes while one types. A config written by "phasegate init" names it in its first line.

Example:

    phasegate schema > phasegate.schema.json`
}

// Run prints the schema. It says less than "phasegate validate": days of the calendar, names of time
// zones and a validator who holds a role are known to the reader of the config alone.
func (schemaCommand) Run(s *session) error {
	_, err := s.Out.Write(policy.Schema())
	return err
}
