package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// LoggedDelivery is one attempt in GitHub's delivery log.
type LoggedDelivery struct {
	ID          int64  // of the attempt
	GUID        string // of the delivery, the same for each attempt
	Event       string
	DeliveredAt time.Time // GitHub's clock
	Status      int       // the answer's status code; 0 if there was none
}

func (d LoggedDelivery) ok() bool { return d.Status >= 200 && d.Status < 300 }

// Redeliverer reads GitHub's delivery log of the App.
type Redeliverer interface {
	// ListDeliveries returns the attempts made at or after since, in any order.
	ListDeliveries(ctx context.Context, since time.Time) ([]LoggedDelivery, error)
	// Redeliver asks GitHub to send the delivery of an attempt again.
	Redeliver(ctx context.Context, id int64) error
}

// redeliveries is what is remembered about GitHub's delivery log.
type redeliveries interface {
	Missing(ctx context.Context, guids []string) ([]string, error)
	Asked(ctx context.Context, guid string) error
	LastHeard(ctx context.Context) (time.Time, error)
	SetLastHeard(ctx context.Context, t time.Time) error
}

// logKept is how far GitHub's delivery log goes back.
const logKept = 72 * time.Hour

// logOverlap is how much of the log is read again each time: an attempt that
// waited for its answer, ten seconds at most, may enter the log after one that
// was made later.
const logOverlap = time.Minute

// redeliver goes through the deliveries since it last did and asks again for
// those that failed and are not stored. GitHub does not do that by itself. The
// mark moves up to the oldest delivery that is still missing, so that one whose
// redelivery fails too is asked for again, a few times.
func (s *Server) redeliver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	since, err := s.inbox.LastHeard(ctx)
	if err != nil {
		return fmt.Errorf("read when deliveries were last heard of: %w", err)
	}
	now, err := s.opts.Now(ctx)
	if err != nil {
		return fmt.Errorf("ask for the time: %w", err)
	}
	if oldest := now.Add(-logKept); since.Before(oldest) {
		since = oldest
	}
	attempts, err := s.opts.Redeliverer.ListDeliveries(ctx, since.Add(-logOverlap))
	if err != nil {
		return fmt.Errorf("list deliveries since %s: %w", since.Format(time.RFC3339), err)
	}
	failed, guids, newest := failedDeliveries(attempts, since)
	missing, err := s.inbox.Missing(ctx, guids)
	if err != nil {
		return err
	}
	mark := newest
	var errs []error
	for _, guid := range missing {
		d := failed[guid]
		if d.DeliveredAt.Before(mark) {
			mark = d.DeliveredAt
		}
		errs = append(errs, s.askAgain(ctx, d))
	}
	return errors.Join(append(errs, s.inbox.SetLastHeard(ctx, mark))...)
}

func (s *Server) askAgain(ctx context.Context, d LoggedDelivery) error {
	if err := s.inbox.Asked(ctx, d.GUID); err != nil {
		return err
	}
	if err := s.opts.Redeliverer.Redeliver(ctx, d.ID); err != nil {
		s.metrics.redeliveries.WithLabelValues("failed").Inc()
		return fmt.Errorf("redeliver %s: %w", d.GUID, err)
	}
	s.metrics.redeliveries.WithLabelValues("asked").Inc()
	s.log.InfoContext(ctx, "asked for a failed delivery again", "delivery", d.GUID, "event", d.Event, "status", d.Status)
	return nil
}

// failedDeliveries returns the newest attempt of each delivery no attempt of
// which succeeded, their ids with the oldest first, and the newest time seen.
func failedDeliveries(attempts []LoggedDelivery, since time.Time) (failed map[string]LoggedDelivery, guids []string, newest time.Time) {
	failed, newest = map[string]LoggedDelivery{}, since
	done := map[string]bool{}
	for _, d := range attempts {
		if d.DeliveredAt.After(newest) {
			newest = d.DeliveredAt
		}
		done[d.GUID] = done[d.GUID] || d.ok()
		if old, seen := failed[d.GUID]; !seen || d.DeliveredAt.After(old.DeliveredAt) {
			failed[d.GUID] = d
		}
	}
	for guid := range failed {
		if done[guid] {
			delete(failed, guid)
			continue
		}
		guids = append(guids, guid)
	}
	slices.SortFunc(guids, func(a, b string) int { return failed[a].DeliveredAt.Compare(failed[b].DeliveredAt) })
	return failed, guids, newest
}
