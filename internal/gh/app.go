package gh

import (
	"context"
	"fmt"
	"time"

	"github.com/google/go-github/v62/github"
	"github.com/phasegate/phasegate/internal/engine"
)

// Self asks who the App is.
func (g *GitHub) Self(ctx context.Context) (Self, error) {
	c, err := g.appClient()
	if err != nil {
		return Self{}, err
	}
	app, _, err := c.Apps.Get(ctx, "")
	if err != nil {
		return Self{}, fmt.Errorf("ask GitHub who the App is: %w", limited(err))
	}
	return Self{Login: app.GetSlug() + "[bot]"}, nil
}

// Delivery is one attempt to send a webhook, in GitHub's log.
type Delivery struct {
	ID     int64
	GUID   string
	Event  string
	At     time.Time
	Status int // of the answer; 0 if there was none
}

// Deliveries lists the attempts since then, newest first. GitHub keeps its log for three days.
func (g *GitHub) Deliveries(ctx context.Context, since time.Time) ([]Delivery, error) {
	c, err := g.appClient()
	if err != nil {
		return nil, err
	}
	var out []Delivery
	opts := &github.ListCursorOptions{PerPage: 100}
	for {
		page, res, err := c.Apps.ListHookDeliveries(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("read the log of deliveries: %w", limited(err))
		}
		for _, d := range page {
			at := d.GetDeliveredAt().Time
			if at.Before(since) {
				return out, nil
			}
			out = append(out, Delivery{d.GetID(), d.GetGUID(), d.GetEvent(), at, d.GetStatusCode()})
		}
		if res.Cursor == "" {
			return out, nil
		}
		opts.Cursor = res.Cursor
	}
}

// Redeliver asks GitHub to send a delivery again.
func (g *GitHub) Redeliver(ctx context.Context, id int64) error {
	c, err := g.appClient()
	if err != nil {
		return err
	}
	if _, _, err := c.Apps.RedeliverHookDelivery(ctx, id); err != nil && !accepted(err) {
		return fmt.Errorf("ask for delivery %d again: %w", id, limited(err))
	}
	return nil
}

// accepted reports whether the error is go-github's word for 202.
func accepted(err error) bool {
	_, ok := err.(*github.AcceptedError)
	return ok
}

// Installed lists every repository the App is installed on: what there is to look at when nothing is
// remembered.
func (g *GitHub) Installed(ctx context.Context) ([]engine.Key, error) {
	c, err := g.appClient()
	if err != nil {
		return nil, err
	}
	var keys []engine.Key
	opts := &github.ListOptions{PerPage: 100}
	for {
		installations, res, err := c.Apps.ListInstallations(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("list installations: %w", limited(err))
		}
		for _, i := range installations {
			if i.SuspendedAt != nil {
				continue
			}
			more, err := g.repositories(ctx, i.GetID())
			if err != nil {
				return nil, err
			}
			keys = append(keys, more...)
		}
		if res.NextPage == 0 {
			return keys, nil
		}
		opts.Page = res.NextPage
	}
}

func (g *GitHub) repositories(ctx context.Context, installation int64) ([]engine.Key, error) {
	c, err := g.connect(g.installation(installation))
	if err != nil {
		return nil, err
	}
	var keys []engine.Key
	opts := &github.ListOptions{PerPage: 100}
	for {
		list, res, err := c.Apps.ListRepos(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("list the repositories of installation %d: %w", installation, limited(err))
		}
		for _, r := range list.Repositories {
			if !r.GetArchived() {
				keys = append(keys, engine.Key{Installation: installation, Owner: r.GetOwner().GetLogin(), Repo: r.GetName(), Kind: engine.RepositoryKey})
			}
		}
		if res.NextPage == 0 {
			return keys, nil
		}
		opts.Page = res.NextPage
	}
}

// installed is when the App was installed, by GitHub's word. It is asked once for each installation, which keeps its
// time and gets another id where it is made anew. Zero where there is no App, or it is not there any more.
func (g *GitHub) installed(ctx context.Context, key engine.Key) (time.Time, error) {
	if g.app == nil {
		return time.Time{}, nil
	}
	var at time.Time
	g.cache.with(func() { at = g.cache.installed[key.Installation] })
	if !at.IsZero() {
		return at, nil
	}
	c, err := g.appClient()
	if err != nil {
		return at, err
	}
	i, _, err := c.Apps.FindRepositoryInstallation(ctx, key.Owner, key.Repo)
	if gone(err) {
		return at, nil
	}
	if err != nil {
		return at, fmt.Errorf("ask when the App was installed on %s: %w", key.FullName(), limited(err))
	}
	at = i.GetCreatedAt().Time
	g.cache.with(func() { g.cache.installed[i.GetID()] = at })
	return at, nil
}

// notInstalled says in its own words that, for the App, there is no such repository: it is [engine.ErrGone].
type notInstalled string

func (e notInstalled) Error() string      { return string(e) }
func (notInstalled) Is(target error) bool { return target == engine.ErrGone }

// InstallationOf finds the installation of the App on a repository; [engine.ErrGone] where there is none.
func (g *GitHub) InstallationOf(ctx context.Context, owner, repo string) (int64, error) {
	c, err := g.appClient()
	if err != nil {
		return 0, err
	}
	i, _, err := c.Apps.FindRepositoryInstallation(ctx, owner, repo)
	if gone(err) {
		return 0, notInstalled(fmt.Sprintf("there is no repository %s/%s on which App %d is installed: install it there from the App's settings page, or correct the name", owner, repo, g.AppID()))
	}
	if err != nil {
		return 0, fmt.Errorf("find the App's installation on %s/%s: %w", owner, repo, limited(err))
	}
	return i.GetID(), nil
}
