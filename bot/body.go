package bot

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"
)

// maxBody is the largest webhook GitHub sends:
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
const maxBody = 25 << 20

// A body up to smallBody is read as it comes; almost all are smaller, and a
// thousand slow clients hold no more than that each. What is larger grows out
// of largeBudget as it arrives, so that memory is bounded however many large
// bodies come at once, and announcing one takes nothing from the others.
const (
	firstRead   = 4 << 10
	smallBody   = 32 << 10
	largeBudget = 48 << 20
	grantWait   = 8 * time.Second // for each growth
)

var (
	errTooLarge = errors.New("the body is larger than 25 MB")
	errBusy     = errors.New("too many large deliveries at once")
)

type bodyBudget struct{ large *semaphore.Weighted }

func newBodyBudget() *bodyBudget {
	return &bodyBudget{large: semaphore.NewWeighted(largeBudget)}
}

// read returns the request's body and a function that gives its memory back,
// which must be called whatever the error.
func (b *bodyBudget) read(r *http.Request) (body []byte, release func(), err error) {
	size := r.ContentLength
	if size > maxBody {
		return nil, func() {}, errTooLarge
	}
	if size < 0 {
		size = maxBody
	}
	var granted int64
	release = func() { b.large.Release(granted) }
	body = make([]byte, 0, min(size, firstRead)+1) // one more: the end shows without growing
	for {
		if len(body) == cap(body) {
			bigger := min(2*int64(cap(body)), size+1)
			if need := bigger - smallBody - granted; need > 0 {
				if err := b.grant(r.Context(), need); err != nil {
					return nil, release, err
				}
				granted += need
			}
			grown := make([]byte, len(body), bigger)
			copy(grown, body)
			body = grown
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > size:
			return nil, release, errTooLarge
		case errors.Is(err, io.EOF):
			return body, release, nil
		case err != nil:
			return nil, release, err
		}
	}
}

// grant takes n bytes out of the budget, waiting for others to give some back.
func (b *bodyBudget) grant(ctx context.Context, n int64) error {
	ctx, cancel := context.WithTimeout(ctx, grantWait)
	defer cancel()
	if b.large.Acquire(ctx, n) != nil {
		return errBusy
	}
	return nil
}
