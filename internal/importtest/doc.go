// Package importtest holds the test that keeps the packages' imports running one way. It has no code
// of its own.
package importtest
