package hubsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/hubsim/gitstore"
)

// verification is what GitHub found when it checked the signature of a commit. A commit without one is unsigned.
type verification struct {
	signer   *user // nil for GitHub's own key
	byGitHub bool
	at       time.Time
}

// signedByGitHub remembers that GitHub signed a commit, as it does with those it writes in its own name: merges.
func (s *Server) signedByGitHub(c gitstore.Commit, now time.Time) {
	s.st.verified[c.SHA] = &verification{byGitHub: true, at: now}
}

// signForBot signs a commit that an App wrote in its own name, as GitHub does if the request names nobody else:
// https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification
func (s *Server) signForBot(w write, c gitstore.Commit, inOwnName bool) {
	if w.actor.kind == actorInstallation && inOwnName {
		s.signedByGitHub(c, w.now)
	}
}

// verificationOf is a commit's signature as REST shows it. The simulator has no keys: the texts of the signature and
// of what was signed are made up of the commit.
func (s *Server) verificationOf(c gitstore.Commit) obj {
	v := s.st.verified[c.SHA]
	if v == nil {
		return unsigned()
	}
	payload := fmt.Sprintf("tree %s\nauthor %s <%s> %d\n\n%s", c.Tree, c.Author.Name, c.Author.Email, c.Author.When.Unix(), c.Message)
	return obj{
		"verified": true, "reason": "valid", "payload": payload, "verified_at": stamp(v.at),
		"signature": "-----BEGIN PGP SIGNATURE-----\n\n" + c.SHA + "\n-----END PGP SIGNATURE-----\n",
	}
}

// simVerify makes the commit of a body {"repo": …, "sha": …} one that its committer signed with a key GitHub knows.
func (s *Server) simVerify(body []byte) (response, error) {
	var in struct{ Repo, SHA string }
	if err := json.Unmarshal(body, &in); err != nil || in.Repo == "" || in.SHA == "" {
		return response{}, fail(http.StatusBadRequest, `send {"repo": "acme/churn", "sha": "the hash of a commit"}`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, name, _ := strings.Cut(in.Repo, "/")
	rp := s.st.repository(owner, name)
	if rp == nil {
		return response{}, fail(http.StatusUnprocessableEntity, "there is no repository %q", in.Repo)
	}
	c, err := commitOfHash(rp, in.SHA)
	if err != nil {
		return response{}, err
	}
	s.st.verified[c.SHA] = &verification{signer: s.userByEmail(c.Committer.Email), at: s.clock.now()}
	return noContent(), nil
}
