package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
)

type planCommand struct {
	connection
	Issue string `arg:"" placeholder:"OWNER/REPO#N" help:"The issue or pull request to look at; OWNER/REPO for an imagined pull request."`
	JSON  bool   `name:"json" help:"Print JSON."`

	Files        []string `name:"file" placeholder:"PATH" help:"What if this file changed? May be given several times; each below too."`
	Deliverables []int    `name:"deliverable" placeholder:"N" help:"What if the pull request were for this deliverable?"`
	Approved     []string `name:"approve" placeholder:"LOGIN[:ROLE]" help:"What if this person approved it?"`
	Against      []string `name:"object" placeholder:"LOGIN" help:"What if this person asked for changes?"`
	Author       string   `placeholder:"LOGIN" help:"What if this person had opened it?"`
	Contributors []string `name:"contributor" placeholder:"LOGIN" help:"What if this person had written a commit of it?"`
	Title        string   `placeholder:"TITLE" help:"What if this were its title?"`
	Base         string   `placeholder:"BRANCH" help:"What if it went into this branch? The default one, or that of the pull request."`
	Head         string   `placeholder:"BRANCH" help:"What if it came from this branch?"`
	Labels       []string `name:"label" placeholder:"LABEL" help:"What if it had this label?"`
	Hotfix       string   `placeholder:"REASON" help:"What if it were a hotfix, for this reason?"`
}

func (planCommand) Help() string {
	return `Look at an issue or a pull request as the App would, and say what it would write, without writing
anything; of a pull request, how its checks stand too. With --file, --approve and their like: what if these files changed, and these people approved.

Example:

    GITHUB_TOKEN=… phasegate plan acme/churn#3
    GITHUB_TOKEN=… phasegate plan acme/churn --file train/gbm.py --deliverable 3 --author sara --approve tomas`
}

// planned is what plan prints as JSON.
type planned struct {
	Issue  string    `json:"issue"`
	Sticky string    `json:"sticky,omitempty"` // what the sticky would say, Markdown
	Writes []string  `json:"writes"`
	Idle   string    `json:"idle,omitempty"`  // why the issue is none of Phasegate's business
	Touch  []string  `json:"touch,omitempty"` // issues that would be looked at next
	Texts  []comment `json:"comments,omitempty"`

	Checks []engine.CheckAnswer `json:"checks,omitempty"` // of a pull request, as they have to stand
}

type comment struct {
	Issue int    `json:"issue"`
	Body  string `json:"body"`
}

// Validate implements kong's check of the arguments.
func (c *planCommand) Validate() error {
	if c.asksWhatIf() && !strings.Contains(c.Issue, "#") {
		return nil
	}
	_, _, err := issueOf(c.Issue)
	return err
}

// asksWhatIf reports whether something is to be imagined.
func (c *planCommand) asksWhatIf() bool {
	return len(c.Files)+len(c.Deliverables)+len(c.Approved)+len(c.Against)+len(c.Contributors)+len(c.Labels) > 0 || c.Author+c.Title+c.Base+c.Head+c.Hotfix != ""
}

func (c *planCommand) Run(ctx context.Context, s *session) error {
	if c.asksWhatIf() {
		return c.whatIf(ctx, s)
	}
	repository, number, err := issueOf(c.Issue)
	if err != nil {
		return err
	}
	github, err := c.open(s)
	if err != nil {
		return err
	}
	key, err := c.key(ctx, github, repository)
	if err != nil {
		return err
	}
	plan, checks, err := planOf(ctx, github, key.Issue(number))
	if err != nil {
		return err
	}
	out := planned{Issue: c.Issue, Checks: checks, Sticky: strings.TrimSpace(plan.Sticky), Writes: []string{}, Idle: string(plan.Idle)}
	for _, e := range plan.Effects {
		out.Writes = append(out.Writes, e.String())
		if post, ok := e.(engine.PostComment); ok && post.Record != nil {
			out.Texts = append(out.Texts, comment{post.Issue, post.Body})
		}
	}
	for _, k := range plan.Touch {
		out.Touch = append(out.Touch, fmt.Sprintf("#%d", k.Number))
	}
	if c.JSON {
		enc := json.NewEncoder(s.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	if err := out.print(s); err != nil || plan.Idle != engine.NoIssue {
		return err
	}
	return errProblem
}

// planOf plans for an issue, or for the pull request of that number, of which it tells how the checks stand.
func planOf(ctx context.Context, github *gh.GitHub, key engine.Key) (engine.Plan, []engine.CheckAnswer, error) {
	r := engine.Reconciler{Hub: github}
	plan, err := r.Plan(ctx, key)
	if err != nil || plan.Idle != engine.NoIssue {
		return plan, nil, err
	}
	key.Kind = engine.PullKey
	pull, err := r.Plan(ctx, key)
	if err != nil || pull.Idle == engine.NoIssue {
		return plan, nil, err
	}
	stand, err := r.Standing(ctx, key)
	return pull, stand.Checks, err
}

// idleTexts say why nothing is done, and what would change that.
var idleTexts = map[engine.Idle]string{
	engine.NoConfig: "The repository has no .github/phasegate.yml on its default branch; nothing is done before `phasegate init`.",
	engine.NoIssue:  "There is no issue of that number that can be seen: was it deleted?",
	engine.NoKind:   "The issue has no kind label and not the headings of a form: nothing is done about it.",
	engine.IsClosed: "The issue is closed: nothing is done about it until it is opened again.",
}

func (p planned) print(s *session) error {
	var b strings.Builder
	if p.Sticky != "" {
		fmt.Fprintf(&b, "%s as it would say of itself:\n\n%s\n\n", p.Issue, indent(p.Sticky))
	}
	if why, idle := idleTexts[engine.Idle(p.Idle)]; idle && len(p.Writes) == 0 {
		b.WriteString(why + "\n")
	} else if len(p.Writes) == 0 {
		b.WriteString("Nothing would be written: everything stands as the rules ask.\n")
	} else {
		fmt.Fprintf(&b, "Would be written, in this order:\n")
		for _, w := range p.Writes {
			fmt.Fprintf(&b, "  %s\n", w)
		}
	}
	if len(p.Checks) > 0 {
		b.WriteString("\nThe checks, as the rules ask:\n")
		checkLines(&b, "  ", p.Checks)
	}
	if len(p.Touch) > 0 {
		fmt.Fprintf(&b, "Would be looked at next: %s\n", strings.Join(p.Touch, ", "))
	}
	_, err := s.Out.Write([]byte(b.String()))
	return err
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// issueOf splits owner/repo#N.
func issueOf(s string) (repository string, number int, err error) {
	repository, digits, ok := strings.Cut(s, "#")
	number, convErr := strconv.Atoi(digits)
	if !ok || convErr != nil || number <= 0 {
		return "", 0, fmt.Errorf("%q is no issue: write it as owner/repo#N", s)
	}
	return repository, number, nil
}
