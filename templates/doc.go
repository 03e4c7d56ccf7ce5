// Package templates writes what people read on GitHub: stickies, requests, records and replies, in
// English and Portuguese, from view types that carry facts and no sentences.
//
// The house rules of tone: the first line says who must do what; people get the question in plain
// words, never an artefact code; `@` stands only before people who are awaited; a word stands in every
// state cell. The package decides nothing: what a view says has been decided by the engine.
package templates
