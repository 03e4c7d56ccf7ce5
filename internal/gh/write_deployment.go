package gh

import (
	"context"
	"fmt"
	"net/http"

	"github.com/phasegate/phasegate/internal/engine"
)

// maxAnswer is how many characters GitHub takes in an answer to a deployment that waits.
const maxAnswer = 1024

// answerBody is what GitHub is told of a deployment that waits.
type answerBody struct {
	Environment string `json:"environment_name"`
	State       string `json:"state,omitempty"` // without it, a report
	Comment     string `json:"comment"`
}

// answerDeployment answers a deployment. One that waits no longer, or about which ten reports were given, is left as
// it is: GitHub refuses both.
func (c *client) answerDeployment(ctx context.Context, key engine.Key, e engine.AnswerDeployment) error {
	comment := []rune(e.Comment)
	req, err := c.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/actions/runs/%d/deployment_protection_rule", key.Owner, key.Repo, e.Run),
		answerBody{e.Environment, e.State, string(comment[:min(len(comment), maxAnswer)])})
	if err != nil {
		return err
	}
	if _, err = c.Do(ctx, req, nil); gone(err) || status(err) == http.StatusUnprocessableEntity {
		return nil
	}
	return err
}
