package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/phasegate/phasegate/internal/hubsim"
	"github.com/phasegate/phasegate/internal/markdown"
)

const repository = "/repos/acme-telco/churn"

// stands lists what people see of the issues and pull requests: labels, comments in their visible part, the bot's
// reactions, the checks.
// What must differ between two runs of the story is taken out: addresses, ids, and the bot's own name.
func stands(ctx context.Context, sim *hubsim.Server) ([]string, error) {
	var issues []struct {
		Number int
		State  string
		Labels []struct{ Name string }
	}
	if err := get(ctx, sim, "/issues?state=all&per_page=100&sort=created&direction=asc", &issues); err != nil {
		return nil, err
	}
	var out []string
	ids := map[string]string{}
	for _, i := range issues {
		var labels []string
		for _, l := range i.Labels {
			labels = append(labels, l.Name)
		}
		slices.Sort(labels)
		out = append(out, fmt.Sprintf("#%d %s %s", i.Number, i.State, strings.Join(labels, " ")))
		lines, err := comments(ctx, sim, i.Number, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	checks, err := checks(ctx, sim)
	if err != nil {
		return nil, err
	}
	out = append(out, checks...)
	for n, line := range out {
		line = strings.ReplaceAll(line, sim.BaseURL(), "https://github")
		out[n] = commentLink.ReplaceAllStringFunc(line, func(id string) string { return ids[id] })
	}
	return out, nil
}

// checks lists what the checks on the heads of pull requests say, and who is asked for a review.
func checks(ctx context.Context, sim *hubsim.Server) ([]string, error) {
	var pulls []struct {
		Number    int
		Head      struct{ SHA string }
		Reviewers []struct{ Login string } `json:"requested_reviewers"`
	}
	if err := get(ctx, sim, "/pulls?state=all&per_page=100", &pulls); err != nil {
		return nil, err
	}
	var out []string
	for _, p := range pulls {
		var found struct {
			Runs []struct {
				Name, Status, Conclusion string
				Output                   struct{ Title string }
			} `json:"check_runs"`
		}
		if err := get(ctx, sim, "/commits/"+p.Head.SHA+"/check-runs?per_page=100", &found); err != nil {
			return nil, err
		}
		for _, r := range found.Runs {
			if strings.HasPrefix(r.Name, "phasegate/") {
				out = append(out, fmt.Sprintf("#%d, check %s: %s %s, %s", p.Number, r.Name, r.Status, r.Conclusion, r.Output.Title))
			}
		}
		for _, u := range p.Reviewers {
			out = append(out, fmt.Sprintf("#%d asks %s", p.Number, u.Login))
		}
	}
	slices.Sort(out)
	return out, nil
}

var commentLink = regexp.MustCompile(`issuecomment-\d+`)

// comments lists an issue's comments line by line, and names each one's link by its place.
func comments(ctx context.Context, sim *hubsim.Server, number int, ids map[string]string) ([]string, error) {
	var list []struct {
		ID   int64
		Body string
		User struct{ Login string }
	}
	if err := get(ctx, sim, fmt.Sprintf("/issues/%d/comments?per_page=100", number), &list); err != nil {
		return nil, err
	}
	var out []string
	for n, c := range list {
		ids[fmt.Sprintf("issuecomment-%d", c.ID)] = fmt.Sprintf("issuecomment-%d-of-#%d", n+1, number)
		var reactions []struct {
			Content string
			User    struct{ Login string }
		}
		if err := get(ctx, sim, fmt.Sprintf("/issues/comments/%d/reactions", c.ID), &reactions); err != nil {
			return nil, err
		}
		head := fmt.Sprintf("#%d, comment %d by %s:", number, n+1, name(c.User.Login))
		for _, r := range reactions {
			head += fmt.Sprintf(" %s of %s", r.Content, name(r.User.Login))
		}
		out = append(out, head)
		for line := range strings.Lines(markdown.Visible(c.Body)) {
			out = append(out, "    "+strings.TrimRight(line, "\n"))
		}
	}
	return out, nil
}

// name is an account's login; Phasegate's is another one as a server than in a workflow.
func name(login string) string {
	if login == "phasegate[bot]" || login == "github-actions[bot]" {
		return "Phasegate"
	}
	return login
}

func get(ctx context.Context, sim *hubsim.Server, path string, v any) error {
	status, answer, err := sim.Do(ctx, "bento-be", "GET", repository+path, nil)
	if err != nil {
		return err
	}
	if status != 200 {
		return fmt.Errorf("GET %s: %d %.300s", path, status, answer)
	}
	return json.Unmarshal(answer, v)
}
