package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CheckRun is a check run. Status and Conclusion are as REST has them.
type CheckRun struct {
	ID          int64
	Name        string
	App         string // its name
	SHA         string
	Status      string
	Conclusion  string
	StartedAt   time.Time
	CompletedAt time.Time
	Title       string
	Summary     string
	Text        string
	DetailsURL  string
	Required    bool // the base branch of the pull request at hand asks for it
	Annotations []Annotation
	Pulls       []Ref
}

// Annotation is a remark of a check run on lines of a file.
type Annotation struct {
	Path      string
	Line, End int    // End is Line or a later line, 0 is Line
	Level     string // notice, warning or failure
	Title     string
	Message   string
	Raw       string // raw details; empty: none
}

// Place is the file with the line or lines, "src/a.py:3" or "src/a.py:3–5".
func (a Annotation) Place() string {
	switch {
	case a.Line == 0:
		return a.Path
	case a.End > a.Line:
		return fmt.Sprintf("%s:%d–%d", a.Path, a.Line, a.End)
	}
	return fmt.Sprintf("%s:%d", a.Path, a.Line)
}

// State is how it stands: success, failure, pending, action, neutral or skipped.
func (c CheckRun) State() string {
	if c.Status != "completed" {
		return "pending"
	}
	switch c.Conclusion {
	case "success", "skipped":
		return c.Conclusion
	case "neutral", "stale":
		return "neutral"
	case "action_required":
		return "action"
	}
	return "failure"
}

// stateWords are GitHub's words for a status or conclusion in the list of checks.
var stateWords = map[string]string{
	"success": "Successful", "failure": "Failing", "neutral": "Neutral", "skipped": "Skipped", "cancelled": "Cancelled",
	"timed_out": "Timed out", "action_required": "Action required", "stale": "Stale", "startup_failure": "Startup failure",
	"queued": "Queued", "in_progress": "In progress", "waiting": "Waiting", "pending": "Pending", "requested": "Requested",
}

// Word says how it stands as GitHub names it, "In progress" or "Failing".
func (c CheckRun) Word() string {
	state := c.Status
	if state == "completed" {
		state = c.Conclusion
	}
	if w := stateWords[state]; w != "" {
		return w
	}
	return strings.ReplaceAll(state, "_", " ")
}

// Took says how long it took, "in 3s" or "after 2m5s" of one that failed; empty of one that still runs, and of those
// whose conclusion says that there was nothing to run.
func (c CheckRun) Took() string {
	d := c.CompletedAt.Sub(c.StartedAt).Round(time.Second)
	if c.Status != "completed" || c.StartedAt.IsZero() || c.CompletedAt.IsZero() || d <= 0 {
		return ""
	}
	text := strings.TrimSuffix(d.String(), "0s")
	if text == "" || d < time.Minute {
		text = d.String()
	}
	switch c.State() {
	case "success":
		return "in " + text
	case "failure":
		return "after " + text
	}
	return ""
}

// Tally counts check runs by how they stand.
type Tally struct{ Passed, Failed, Pending, Neutral int }

// Total is how many check runs there are.
func (t Tally) Total() int { return t.Passed + t.Failed + t.Pending + t.Neutral }

// State sums the check runs up: failure, pending, success, neutral, or empty for none.
func (t Tally) State() string {
	switch {
	case t.Failed > 0:
		return "failure"
	case t.Pending > 0:
		return "pending"
	case t.Passed > 0:
		return "success"
	case t.Neutral > 0:
		return "neutral"
	}
	return ""
}

// TallyOf counts check runs by how they stand.
func TallyOf(runs []CheckRun) Tally {
	var t Tally
	for _, run := range runs {
		switch run.State() {
		case "success":
			t.Passed++
		case "pending":
			t.Pending++
		case "neutral", "skipped":
			t.Neutral++
		default:
			t.Failed++
		}
	}
	return t
}

// Tally counts the check runs, and those that are required and not there yet.
func (p Pull) Tally() Tally {
	t := TallyOf(p.Checks)
	t.Pending += len(p.Expected)
	return t
}

// ChecksHeadline sums the checks up in GitHub's words.
func (p Pull) ChecksHeadline() string {
	switch t := p.Tally(); t.State() {
	case "failure":
		return "Some checks were not successful"
	case "pending":
		return "Some checks haven’t completed yet"
	case "success", "neutral":
		return "All checks have passed"
	}
	return "No checks"
}

// ChecksCounted lists how many checks there are of each kind: "1 failing, 2 successful checks".
func (p Pull) ChecksCounted() string {
	counts := map[string]int{"Expected": len(p.Expected)}
	for _, c := range p.Checks {
		counts[c.Word()]++
	}
	var parts []string
	total := 0
	for _, word := range []string{
		"Failing", "Timed out", "Startup failure", "Action required", "Cancelled", "Expected", "Waiting", "Pending", "Requested", "Queued",
		"In progress", "Stale", "Neutral", "Skipped", "Successful",
	} {
		if n := counts[word]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+strings.ToLower(word))
			total += n
		}
	}
	if total == 0 {
		return ""
	}
	noun := " checks"
	if total == 1 {
		noun = " check"
	}
	return strings.Join(parts, ", ") + noun
}

// Reviewed lists the newest reviews of those who are not asked again.
func (p Pull) Reviewed() []Review {
	return slices.DeleteFunc(slices.Clone(p.LatestReviews), func(r Review) bool { return slices.Contains(p.Requested, r.Author.Login) })
}

// ReviewState sums the reviews up as the merge box does: failure, success or pending, and what is said of it.
func (p Pull) ReviewState() (out struct{ Dot, Text string }) {
	var approved, refused []string
	for _, r := range p.Reviewed() {
		switch r.State {
		case "APPROVED":
			approved = append(approved, r.Author.Shown())
		case "CHANGES_REQUESTED":
			refused = append(refused, r.Author.Shown())
		}
	}
	switch {
	case len(refused) > 0:
		out.Dot, out.Text = "failure", "Changes requested by "+strings.Join(refused, ", ")
	case len(p.Requested) > 0:
		out.Dot, out.Text = "pending", "Waiting for a review from "+strings.Join(p.Requested, ", ")
	case len(approved) > 0:
		out.Dot, out.Text = "success", "Approved by "+strings.Join(approved, ", ")
	default:
		out.Dot, out.Text = "neutral", "No review yet"
	}
	return out
}

// rerun asks the App of a check run to run it again.
func (h *Handler) rerun(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	v.rememberViewer()
	res, err := v.act(http.MethodPost, fmt.Sprintf("/check-runs/%d/rerequest", id), nil)
	if err != nil {
		return err
	}
	if res.refused() {
		v.status, v.flash = res.status, &flash{Kind: "error", Text: res.message()}
		return h.checkRun(v)
	}
	v.settle("The App was asked to run this check again.")
	return v.redirect(v.r.URL.EscapedPath())
}
