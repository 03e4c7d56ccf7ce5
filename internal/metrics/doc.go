// Package metrics is the contract between business and team: the metric table of a problem or
// deliverable, its rows, and what their targets mean.
//
// ParseTable reads a table as people write it, in English or Portuguese, and says everything that is
// wrong with it at once, each time with a cell that would be right. What it returns is plain data:
// it judges no measured value, reads no file and knows nothing of GitHub.
package metrics
