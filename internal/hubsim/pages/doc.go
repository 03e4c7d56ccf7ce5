// Package pages shows a simulated GitHub to a person: server-rendered HTML without JavaScript, near in looks and
// addresses to GitHub's own pages, with a switch that lets one act as any of the simulated people.
//
// What is shown comes through the small interface Hub, and whatever a page changes goes out through Hub.Act as a
// plain GitHub request, of GraphQL where REST has none, so that a page can do nothing that GitHub's interface would refuse.
//
//   - hub.go declares Hub and the views it returns.
//   - handler.go, guard.go and session.go route requests, refuse those from elsewhere and remember the persona.
//   - markup.go, alerts.go, dom.go, links.go and policy.go turn Markdown into safe HTML as GitHub does.
//   - forms.go reads issue forms and writes what GitHub makes of a submitted one.
//   - home.go, issues.go, issue.go, newissue.go, pull.go, checks.go, files.go and logpage.go are the pages.
//   - act.go turns the pages' forms into requests.
//
// It does not render other people's repositories, search or settings, knows nothing of who serves it, and has no
// logins: it is for a loopback address only and refuses every other Host.
package pages
