package action

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/phasegate/phasegate/internal/engine"
)

// inputs are what the workflow says.
type inputs struct {
	token, signingKey secret
	key               engine.Key // the repository
	event             string
	payload           []byte // of the event; "{}" where there is none
	api, graphql      string // "" is github.com's
	web               string // the repository's pages
	workflow          string // its file's name; "" when the runner does not tell
	summary           string // file of the job summary; "" when the runner has none
}

// secret is a text that prints itself redacted.
type secret string

func (secret) String() string   { return "[redacted]" }
func (secret) GoString() string { return "[redacted]" }

// maxPayload is how large GitHub lets an event's payload be.
const maxPayload = 25 << 20

var repositoryName = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]*)/([A-Za-z0-9._-]+)$`)

// readInputs reads the environment of a workflow's step and the event's file.
func readInputs(getenv func(string) string) (inputs, error) {
	a := githubactions.New(githubactions.WithWriter(io.Discard), githubactions.WithGetenv(getenv))
	in := inputs{
		token: secret(a.GetInput("github_token")), signingKey: secret(a.GetInput("signing_key")),
		event: getenv("GITHUB_EVENT_NAME"), api: getenv("GITHUB_API_URL"), graphql: getenv("GITHUB_GRAPHQL_URL"),
		workflow: workflowFile(getenv("GITHUB_WORKFLOW_REF")), summary: getenv("GITHUB_STEP_SUMMARY"), payload: []byte("{}"),
	}
	name := repositoryName.FindStringSubmatch(getenv("GITHUB_REPOSITORY"))
	switch {
	case in.token == "":
		return in, errors.New("there is no token: the input github-token is empty; leave it out to use the workflow's own")
	case name == nil:
		return in, fmt.Errorf("GITHUB_REPOSITORY is %q, not owner/name: this program runs as a step of a workflow", getenv("GITHUB_REPOSITORY"))
	case in.event == "":
		return in, errors.New("GITHUB_EVENT_NAME is not set: this program runs as a step of a workflow")
	}
	in.key = engine.Key{Owner: name[1], Repo: name[2], Kind: engine.RepositoryKey}
	if server := getenv("GITHUB_SERVER_URL"); server != "" {
		in.web = strings.TrimSuffix(server, "/") + "/" + in.key.FullName()
	}
	if file := getenv("GITHUB_EVENT_PATH"); file != "" {
		payload, err := readFile(file)
		if err != nil {
			return in, err
		}
		in.payload = payload
	}
	return in, nil
}

// readFile reads the event's payload.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPayload+1))
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	if len(data) > maxPayload {
		return nil, fmt.Errorf("read the event: it has more than %d MB, more than GitHub sends", maxPayload>>20)
	}
	return data, nil
}

// workflowFile takes the file's name out of "owner/name/.github/workflows/file.yml@refs/heads/main"; ""
// when there is none.
func workflowFile(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if !strings.Contains(ref, "/.github/workflows/") {
		return ""
	}
	return path.Base(ref)
}
