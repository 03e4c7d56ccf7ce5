// Package engine decides what Phasegate does: it turns what was read of GitHub into the writes that
// bring GitHub in line with the rules.
//
// A [Key] names one object to look at. What happened to a deliverable is folded from its comments
// ([Fold]): Phasegate's own signed records, and what people commanded since. The package performs no
// I/O and reads no clock; internal/gh reads and writes for it.
package engine
