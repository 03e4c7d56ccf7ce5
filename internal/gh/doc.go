// Package gh is Phasegate's only way to GitHub: it turns webhook events into keys, reads what the
// engine judges, and carries out the writes it decided on.
//
// Nothing here decides what the rules say. What is read is handed on as facts; what could not be read
// is handed on as unknown.
package gh
