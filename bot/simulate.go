package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/phasegate/phasegate/internal/engine"
)

// SimulatePath is where people ask what if.
const SimulatePath = "/api/simulate"

// ErrNotAdmin is returned by [Options.Simulate] for a token whose owner is no admin of the repository.
var ErrNotAdmin = errors.New("only an admin of the repository may ask")

// What a question may be and take.
const (
	maxQuestion      = 1 << 20
	maxQuestionTime  = 30 * time.Second
	maxQuestionsOnce = 4 // at the same time: each costs requests of the installation's
)

// simulate answers a question with the token of an admin of the repository. It writes nothing.
func (s *Server) simulate(w http.ResponseWriter, r *http.Request) {
	token := bearer(r.Header.Get("Authorization"))
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); {
	case media != "application/json":
		refuse(w, http.StatusUnsupportedMediaType, "send JSON, with Content-Type: application/json")
		return
	case token == "":
		refuse(w, http.StatusUnauthorized, "send the token of an admin of the repository, as in Authorization: Bearer ghp_…")
		return
	}
	select {
	case s.questions <- struct{}{}:
		defer func() { <-s.questions }()
	default:
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusTooManyRequests, "too many questions at once; ask again in a few seconds")
		return
	}
	var q engine.WhatIf
	d := json.NewDecoder(io.LimitReader(r.Body, maxQuestion))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		refuse(w, http.StatusBadRequest, "the question cannot be read: "+err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxQuestionTime)
	defer cancel()
	a, err := s.opts.Simulate(ctx, Secret(token), q)
	var asked interface{ RetryAfter() time.Duration }
	switch {
	case err == nil:
		answer(w, http.StatusOK, a)
	case errors.Is(err, ErrNotAdmin):
		refuse(w, http.StatusForbidden, err.Error())
	case errors.Is(err, engine.ErrQuestion):
		refuse(w, http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, engine.ErrGone):
		refuse(w, http.StatusNotFound, "there is no such repository on which the App is installed")
	case errors.As(err, &asked):
		seconds := int(math.Ceil(asked.RetryAfter().Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("GitHub asks to wait; ask again in %d seconds", seconds))
	default:
		s.log.WarnContext(ctx, "a question could not be answered", "repo", q.Repository, "error", err)
		refuse(w, http.StatusBadGateway, "GitHub could not be read; ask again")
	}
}

// bearer is the token of an Authorization header, as GitHub takes it: after Bearer or token.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return ""
	}
	return strings.TrimSpace(token)
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]string{"error": why})
}
