package hubsim

import (
	"encoding/json"
	"time"
)

// checkSuite is what one App checks of one commit.
type checkSuite struct {
	id            int64
	repo          *repo
	app           *app
	headSHA       string
	headBranch    string // empty if no branch of the repository had the commit
	before, after string // of the push it came from
	push          *push  // nil for a commit that was never pushed to a branch of the repository
	creator       *user  // who triggered it by pushing; nil where an App made it, or pushed
	requestedAt   time.Time
	rerequested   bool // asked for again, no run since
	createdAt     time.Time
	updatedAt     time.Time
	list          []*checkRun // the oldest first
}

// checkRun is a check run.
type checkRun struct {
	id          int64
	suite       *checkSuite
	name        string
	headSHA     string
	externalID  string
	detailsURL  string
	status      string // queued, in_progress, completed, waiting, requested, pending
	conclusion  string // "" until completed
	startedAt   time.Time
	completedAt time.Time
	title       *string
	summary     *string
	text        *string
	annotations []annotation
	actions     []checkAction
}

func (c *checkRun) app() *app { return c.suite.app }

// annotation is a remark of a check run on lines of a file.
type annotation struct {
	Path        string  `json:"path"`
	StartLine   int     `json:"start_line"`
	EndLine     int     `json:"end_line"`
	StartColumn *int    `json:"start_column"`
	EndColumn   *int    `json:"end_column"`
	Level       string  `json:"annotation_level"`
	Message     string  `json:"message"`
	Title       *string `json:"title"`
	RawDetails  *string `json:"raw_details"`
}

// checkAction is a button a check run shows.
type checkAction struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

// commitStatus is a status of a commit, the older kin of a check run.
type commitStatus struct {
	id          int64
	sha         string
	state       string // error, failure, pending, success
	context     string
	description string
	targetURL   string
	creator     *user
	createdAt   time.Time
}

// deployment asks for a commit to be deployed.
type deployment struct {
	id          int64
	repo        *repo
	ref, sha    string
	task        string
	original    string // the environment it was made for
	environment string
	description string
	payload     json.RawMessage
	transient   bool
	production  bool
	creator     *user
	app         *app
	createdAt   time.Time
	updatedAt   time.Time
	statuses    []*deploymentStatus // the oldest first
}

// deploymentStatus says how a deployment goes.
type deploymentStatus struct {
	id             int64
	deployment     *deployment
	state          string
	description    string
	environment    string
	targetURL      string
	environmentURL string
	creator        *user
	app            *app
	createdAt      time.Time
}

// workflowRun is a run of an Actions workflow.
type workflowRun struct {
	id         int64
	repo       *repo
	name       string
	path       string // .github/workflows/phasegate.yml
	workflowID int64
	number     int
	attempt    int
	event      string
	status     string
	conclusion string
	branch     string
	sha        string
	actor      *user
	createdAt  time.Time
	startedAt  time.Time
	updatedAt  time.Time
	pending    []*pendingDeployment // jobs that waited for protection rules, in order
}

// addCheckRoutes adds the routes about checks, statuses, deployments and Actions.
func (s *Server) addCheckRoutes() {
	s.addCheckRunRoutes()
	s.addCheckSuiteRoutes()
	s.addStatusRoutes()
	s.addDeploymentRoutes()
	s.addWorkflowRoutes()
	s.addEnvironmentRoutes()
	s.addProtectionRuleRoutes()
}
