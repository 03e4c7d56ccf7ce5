package gh

import (
	"encoding/json"
	"time"
)

// event is what classification reads of a webhook's payload; GitHub sends far more.
type event struct {
	Action       string        `json:"action"`
	Sender       account       `json:"sender"`
	Installation *installation `json:"installation"`
	Repository   *repository   `json:"repository"`
	Organization *account      `json:"organization"`

	Issue    *issue   `json:"issue"`
	Comment  *comment `json:"comment"`
	Label    *label   `json:"label"`
	Pull     *pull    `json:"pull_request"`
	Changes  changes  `json:"changes"`
	Parent   *issue   `json:"parent_issue"`
	SubIssue *issue   `json:"sub_issue"`

	SHA      string `json:"sha"` // of a commit status
	Branches []struct {
		Name string `json:"name"`
	} `json:"branches"` // that the commit is the newest of

	Ref     string   `json:"ref"`
	Before  string   `json:"before"`
	Forced  bool     `json:"forced"`
	Deleted bool     `json:"deleted"`
	Commits []commit `json:"commits"`

	CheckRun         *checkRun         `json:"check_run"`
	CheckSuite       *checkSuite       `json:"check_suite"`
	Review           *review           `json:"review"`
	MergeGroup       *mergeGroup       `json:"merge_group"`
	Environment      string            `json:"environment"`             // of a protection rule
	Callback         string            `json:"deployment_callback_url"` // its answer goes there
	Deployment       *deployment       `json:"deployment"`
	DeploymentStatus *deploymentStatus `json:"deployment_status"`

	Repositories      []repository `json:"repositories"`
	RepositoriesAdded []repository `json:"repositories_added"`
}

type account struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

type installation struct {
	ID int64 `json:"id"`
}

type repository struct {
	ID            int64  `json:"id"`
	Name          string `json:"name"`
	FullName      string `json:"full_name"`
	DefaultBranch string `json:"default_branch"`
}

type label struct {
	Name string `json:"name"`
}

type issue struct {
	Number      int       `json:"number"`
	Body        string    `json:"body"`
	Labels      []label   `json:"labels"`
	PullRequest *struct{} `json:"pull_request"`
}

type comment struct {
	ID   int64   `json:"id"`
	Body string  `json:"body"`
	User account `json:"user"`
}

type pull struct {
	Number int       `json:"number"`
	State  string    `json:"state"`
	Body   string    `json:"body"`
	Merged bool      `json:"merged"`
	At     time.Time `json:"merged_at"`
	Head   branch    `json:"head"`
	Base   branch    `json:"base"`
}

type checkRun struct {
	checkSuite
	Name       string `json:"name"`
	ExternalID string `json:"external_id"`
	Suite      struct {
		HeadBranch string `json:"head_branch"`
	} `json:"check_suite"`
	Output struct {
		Text string `json:"text"`
	} `json:"output"`
}

// checkSuite is what runs have in common with their suite.
type checkSuite struct {
	HeadSHA    string `json:"head_sha"`
	HeadBranch string `json:"head_branch"`
	App        struct {
		Slug string `json:"slug"`
	} `json:"app"`
	Pulls []suitePull `json:"pull_requests"` // those from forks are missing
}

type suitePull struct {
	Number int `json:"number"`
	Base   struct {
		Repo struct {
			ID int64 `json:"id"`
		} `json:"repo"`
	} `json:"base"`
}

type review struct {
	User account `json:"user"`
}

type mergeGroup struct {
	HeadSHA string `json:"head_sha"`
	BaseRef string `json:"base_ref"` // of the queue
}

type deployment struct {
	ID          int64           `json:"id"`
	Environment string          `json:"environment"`
	Payload     json.RawMessage `json:"payload"` // whatever its author wrote
}

type deploymentStatus struct {
	State string `json:"state"`
}

type branch struct {
	Ref string `json:"ref"`
	SHA string `json:"sha"`
}

type changes struct {
	Title *struct{} `json:"title"`
	Base  *struct{} `json:"base"`
	Body  *struct {
		From string `json:"from"`
	} `json:"body"`
	Name *struct {
		From string `json:"from"`
	} `json:"name"`
}

type commit struct {
	Added    []string `json:"added"`
	Removed  []string `json:"removed"`
	Modified []string `json:"modified"`
}
