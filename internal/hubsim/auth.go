package hubsim

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	jwt "github.com/golang-jwt/jwt/v4"
)

type actorKind int

const (
	actorAnonymous actorKind = iota
	actorPerson
	actorInstallation
	actorApp // shows a JWT
)

// actor is who makes a request.
type actor struct {
	kind  actorKind
	user  *user // the person, or the bot of the App
	app   *app
	inst  *installation
	token *token
}

// String is what the actor is called in counts, faults and logs.
func (a *actor) String() string {
	switch a.kind {
	case actorApp:
		return "app:" + a.app.slug
	case actorAnonymous:
		return "anonymous"
	}
	return a.user.login
}

// via is the App that writes, for performed_via_github_app; nil for people.
func (a *actor) via() *app {
	if a.kind == actorInstallation {
		return a.app
	}
	return nil
}

// limitKey says whose rate limit a request counts against.
func (a *actor) limitKey() string {
	switch a.kind {
	case actorInstallation:
		return "installation:" + strconv.FormatInt(a.inst.id, 10)
	case actorAnonymous:
		return "anonymous"
	}
	return a.String()
}

// fingerprint goes into ETags, which on GitHub change with the token.
func (a *actor) fingerprint() string {
	if a.token != nil {
		sum := sha256.Sum256([]byte(a.token.value))
		return hex.EncodeToString(sum[:8])
	}
	return a.String()
}

// authenticate finds out who makes a request. Missing credentials are no error, wrong ones are.
func (s *Server) authenticate(h http.Header) (*actor, error) {
	cred := credential(h)
	if cred == "" {
		return &actor{kind: actorAnonymous}, nil
	}
	if strings.Count(cred, ".") == 2 {
		return s.authenticateJWT(cred)
	}
	t := s.st.tokens[cred]
	if t == nil {
		if login, isSim := strings.CutPrefix(cred, "sim-"); isSim {
			if u := s.st.account(login); u != nil && u.kind == typeUser && !s.hasSeedToken(u) {
				t = &token{value: cred, user: u}
			}
		}
	}
	if t == nil || (!t.expires.IsZero() && !s.clock.real().Before(t.expires)) {
		return nil, badCredentials()
	}
	if t.inst == nil {
		return &actor{kind: actorPerson, user: t.user, token: t}, nil
	}
	if s.st.installations[t.inst.id] == nil {
		return nil, badCredentials()
	}
	if !t.inst.suspendedAt.IsZero() {
		return nil, fail(http.StatusForbidden, "This installation has been suspended")
	}
	return &actor{kind: actorInstallation, user: t.inst.app.bot, app: t.inst.app, inst: t.inst, token: t}, nil
}

// hasSeedToken says whether the seed gave a person a token, which then is the only one.
func (s *Server) hasSeedToken(u *user) bool {
	for _, t := range s.st.tokens {
		if t.user == u && t.inst == nil {
			return true
		}
	}
	return false
}

// credential takes the token out of an Authorization header, in any of the three ways GitHub takes it.
func credential(h http.Header) string {
	scheme, value, _ := strings.Cut(h.Get("Authorization"), " ")
	value = strings.TrimSpace(value)
	switch strings.ToLower(scheme) {
	case "token", "bearer":
		return value
	case "basic":
		r := http.Request{Header: http.Header{"Authorization": {"Basic " + value}}}
		name, password, isBasic := r.BasicAuth()
		if !isBasic {
			return "malformed"
		}
		if password == "" || password == "x-oauth-basic" {
			return name
		}
		return password
	case "":
		return ""
	}
	return "malformed"
}

// authenticateJWT checks an App's JSON web token: RS256, by the App's key, at most ten minutes long.
func (s *Server) authenticateJWT(raw string) (*actor, error) {
	var claims jwt.RegisteredClaims
	var found *app
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(raw, &claims, func(*jwt.Token) (any, error) {
		for _, a := range s.st.apps {
			if claims.Issuer == strconv.FormatInt(a.id, 10) || claims.Issuer == a.clientID {
				found = a
			}
		}
		if found == nil || found.key == nil {
			return nil, errors.New("no such App")
		}
		return found.key, nil
	})
	if err != nil {
		if found == nil {
			return nil, fail(http.StatusNotFound, "Integration not found")
		}
		return nil, fail(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	if problem := claimsProblem(&claims, s.clock.real()); problem != "" {
		return nil, fail(http.StatusUnauthorized, "%s", problem)
	}
	return &actor{kind: actorApp, app: found, user: found.bot}, nil
}

// claimsProblem says, in GitHub's words, what is wrong with a JWT's times; empty if nothing is.
func claimsProblem(c *jwt.RegisteredClaims, now time.Time) string {
	switch {
	case c.ExpiresAt == nil:
		return "Missing 'exp' claim in assertion"
	case !now.Before(c.ExpiresAt.Time):
		return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case c.ExpiresAt.After(now.Add(10*time.Minute + 5*time.Second)):
		return "'Expiration time' claim ('exp') is too far in the future"
	case c.IssuedAt == nil:
		return "Missing 'iat' claim in assertion"
	case c.IssuedAt.After(now.Add(5 * time.Second)):
		return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	}
	return ""
}
