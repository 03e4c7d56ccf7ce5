package hubsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// GitHub's limits on a check run: https://docs.github.com/rest/checks/runs
const (
	maxCheckText       = 65535 // characters of a summary or text
	maxAnnotations     = 50    // in one request
	maxAnnotationText  = 64 << 10
	maxAnnotationTitle = 255
	maxCheckActions    = 3
	maxActionLabel     = 20
	maxActionHelp      = 40
	maxActionID        = 20
)

// Words a check run's status and conclusion may be set to. Only GitHub itself sets stale.
var (
	checkStatuses    = []string{"queued", "in_progress", "completed"}
	checkConclusions = []string{"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
	annotationLevels = []string{"notice", "warning", "failure"}
)

// checkInput is the body that makes or changes a check run. What is nil stays as it is.
type checkInput struct {
	Name        *string        `json:"name"`
	HeadSHA     *string        `json:"head_sha"`
	DetailsURL  *string        `json:"details_url"`
	ExternalID  *string        `json:"external_id"`
	Status      *string        `json:"status"`
	Conclusion  *string        `json:"conclusion"`
	StartedAt   *time.Time     `json:"started_at"`
	CompletedAt *time.Time     `json:"completed_at"`
	Output      *checkOutput   `json:"output"`
	Actions     []*checkAction `json:"actions"`
}

type checkOutput struct {
	Title       *string       `json:"title"`
	Summary     *string       `json:"summary"`
	Text        *string       `json:"text"`
	Annotations []*annotation `json:"annotations"`
}

// completes says whether the input ends the run: a conclusion does, whatever status stands beside it.
func (in *checkInput) completes() bool { return in.Conclusion != nil }

// check refuses what GitHub's schema of the body refuses. With isNew the name, the commit and a title are required.
func (in *checkInput) check(isNew bool) error {
	if isNew {
		if err := in.checkNew(); err != nil {
			return err
		}
	}
	if in.Name != nil && strings.TrimSpace(*in.Name) == "" {
		return invalid(fieldError{Resource: "CheckRun", Field: "name", Code: "missing_field"})
	}
	if err := in.checkState(); err != nil {
		return err
	}
	if in.DetailsURL != nil && *in.DetailsURL != "" && !isWebAddress(*in.DetailsURL) {
		return invalid(fieldError{Resource: "CheckRun", Field: "details_url", Code: "custom", Message: "details_url must use http or https scheme"})
	}
	if in.Output != nil {
		if err := in.Output.check(isNew); err != nil {
			return err
		}
	}
	return checkActions(in.Actions)
}

func (in *checkInput) checkNew() error {
	var missing []string
	if in.Name == nil {
		missing = append(missing, `"name"`)
	}
	if in.HeadSHA == nil {
		missing = append(missing, `"head_sha"`)
	}
	return notSupplied(missing)
}

// notSupplied is GitHub's refusal of a body that lacks properties; nil if it lacks none.
func notSupplied(quoted []string) error {
	switch len(quoted) {
	case 0:
		return nil
	case 1:
		return badShape("%s wasn't supplied.", quoted[0])
	}
	return badShape("%s weren't supplied.", strings.Join(quoted, ", "))
}

// checkState refuses a status and conclusion that do not go together: a run that is completed has a conclusion.
func (in *checkInput) checkState() error {
	if in.Status != nil && !slices.Contains(checkStatuses, *in.Status) {
		return notMember("status", *in.Status, checkStatuses)
	}
	if in.Conclusion != nil && !slices.Contains(checkConclusions, *in.Conclusion) {
		return notMember("conclusion", *in.Conclusion, checkConclusions)
	}
	if in.Conclusion == nil && (in.Status != nil && *in.Status == "completed" || in.CompletedAt != nil) {
		return badShape("%s", `"conclusion" wasn't supplied: it is required with completed_at and with the status "completed".`)
	}
	return nil
}

func notMember(field, value string, words []string) error {
	return badShape("For 'properties/%s', %q is not a member of %q.", field, value, words)
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

func (o *checkOutput) check(isNew bool) error {
	var missing []string
	if isNew && o.Title == nil {
		missing = append(missing, `"title"`)
	}
	if o.Summary == nil {
		missing = append(missing, `"summary"`)
	}
	if err := notSupplied(missing); err != nil {
		return err
	}
	for name, value := range map[string]*string{"summary": o.Summary, "text": o.Text} {
		if value != nil && utf8.RuneCountInString(*value) > maxCheckText {
			return badShape("Only %d characters are allowed for 'properties/output/properties/%s'; %d were supplied.",
				maxCheckText, name, utf8.RuneCountInString(*value))
		}
	}
	if n := len(o.Annotations); n > maxAnnotations {
		return badShape("No more than %d items are allowed for 'properties/output/properties/annotations'; %d were supplied.", maxAnnotations, n)
	}
	for i, a := range o.Annotations {
		if a == nil {
			return badShape("For 'properties/output/properties/annotations/%d', nil is not an object.", i)
		}
		if why := a.problem(); why != "" {
			return badShape("For 'properties/output/properties/annotations/%d', %s.", i, why)
		}
	}
	return nil
}

// problem says what is wrong with an annotation; empty if nothing is.
func (a *annotation) problem() string {
	switch {
	case a.Path == "":
		return `"path" wasn't supplied`
	case a.StartLine < 1:
		return `"start_line" must be 1 or more`
	case a.EndLine < a.StartLine:
		return `"end_line" must not be before "start_line"`
	case !slices.Contains(annotationLevels, a.Level):
		return fmt.Sprintf(`"annotation_level" %q is not a member of %q`, a.Level, annotationLevels)
	case a.Message == "":
		return `"message" wasn't supplied`
	case len(a.Message) > maxAnnotationText || a.RawDetails != nil && len(*a.RawDetails) > maxAnnotationText:
		return "no more than 64 KB are allowed"
	case a.Title != nil && utf8.RuneCountInString(*a.Title) > maxAnnotationTitle:
		return fmt.Sprintf(`only %d characters are allowed for "title"`, maxAnnotationTitle)
	case a.StartLine != a.EndLine && (a.StartColumn != nil || a.EndColumn != nil):
		return `"start_column" and "end_column" go with one line only`
	}
	return ""
}

func checkActions(list []*checkAction) error {
	if len(list) > maxCheckActions {
		return badShape("No more than %d items are allowed for 'properties/actions'; %d were supplied.", maxCheckActions, len(list))
	}
	for i, a := range list {
		if a == nil {
			return badShape("For 'properties/actions/%d', nil is not an object.", i)
		}
		for _, f := range []struct {
			name, value string
			most        int
		}{{"label", a.Label, maxActionLabel}, {"description", a.Description, maxActionHelp}, {"identifier", a.Identifier, maxActionID}} {
			if n := utf8.RuneCountInString(f.value); n == 0 || n > f.most {
				return badShape("For 'properties/actions/%d', %q must have 1 to %d characters.", i, f.name, f.most)
			}
		}
	}
	return nil
}
