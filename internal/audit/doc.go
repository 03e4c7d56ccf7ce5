// Package audit lists what happened to a repository's deliverables, problems and data from what stands
// on GitHub, and says what of it cannot be verified.
//
// A [Trail] is made of one issue at a time, from its comments alone: Phasegate's signed records and what
// people wrote. It trusts nothing: a record is checked against the keys, and an approval that a record
// names is looked for. The package reads nothing itself and writes only what it is asked to render. The
// fields of an [Event] are described in docs/audit.md; they keep their names and meanings.
package audit
