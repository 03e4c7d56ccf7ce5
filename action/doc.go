// Package action is one run of Phasegate inside a workflow: no server, no database, GITHUB_TOKEN only.
//
// It looks at the objects that the workflow's event names, at what changed since the last run that ended
// well, and at whatever these touch, until nothing is left: the token's own writing starts no workflow.
// What is decided on an object is the engine's business, as it is in the App. With `runner: app` in the
// config it writes nothing.
//
// What comes from outside never reaches the log as it is: workflow commands are stopped around it,
// annotations and the job summary escape it.
package action
