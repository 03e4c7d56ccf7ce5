// Package checks judges the gates: are the artefacts there, and have the right people said yes to
// what stands there now? Every verdict comes with its reason.
//
// The package is pure: it reads no clock, no network and no files. What it judges is handed to it as
// facts; what it finds is handed back for people to read. Section 2 of the product's rules (artefacts)
// is in artefacts.go, development.go and deployment.go, what may be missing for a while in waivers.go,
// section 3 (how an approval counts) in seats.go, matching.go and tally.go, what
// each role guards in guard.go, what a return asks for again in goingback.go.
package checks
