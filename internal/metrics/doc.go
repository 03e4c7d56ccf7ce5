// Package metrics is the contract between business and team: the metric table of a problem or
// deliverable, its rows, what their targets mean, and what metric reports say of them.
//
// ParseTable reads a table as people write it, in English or Portuguese, and says everything that is
// wrong with it at once, each time with a cell that would be right. ParseReport reads what a script
// measured, just as strictly. Judge holds the one against the other. All of it is plain data: nothing
// here reads a file or knows of GitHub.
package metrics
