package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/phasegate/phasegate/bot"
	"github.com/phasegate/phasegate/internal/app"
	"github.com/phasegate/phasegate/internal/audit"
	"github.com/phasegate/phasegate/internal/engine"
	"github.com/phasegate/phasegate/internal/gh"
)

type auditCommand struct {
	connection
	Repository  string   `arg:"" placeholder:"OWNER/REPO" help:"The repository to look at."`
	Format      string   `default:"markdown" enum:"markdown,jsonl,csv" help:"markdown, jsonl or csv; docs/audit.md describes the fields."`
	Since       string   `placeholder:"DATE" help:"List what happened from the beginning of that day on, such as 2026-01-31."`
	Deliverable int      `placeholder:"N" help:"List one issue only, of whatever kind."`
	Key         []string `sep:"none" placeholder:"KEY" help:"A public key that signs records, as GET /keys shows it, or @FILE with the answer of GET /keys. May be given several times."`
	Check       bool     `help:"Say instead which labels and stickies disagree with the records."`
}

func (auditCommand) Help() string {
	return `List who asked, approved, objected and decided, from GitHub alone, and say what of it cannot be verified. The
exit status is 1 when a record was forged, copied from another issue or written by somebody who is not
Phasegate. Nothing is written to GitHub.

With --check, say which labels and stickies disagree with the records; the exit status is 1 when one does.

Example:

    GITHUB_TOKEN=… phasegate audit acme/churn --format csv --key @keys.json > audit.csv
    GITHUB_TOKEN=… phasegate audit --check acme/churn`
}

// Validate implements kong's check of the flags.
func (c *auditCommand) Validate() error {
	_, _, err := c.since(time.UTC)
	switch {
	case err != nil:
		return err
	case c.Deliverable < 0:
		return fmt.Errorf("--deliverable %d is no issue's number", c.Deliverable)
	case c.Check && (c.Since != "" || c.Deliverable != 0):
		return errors.New("--check looks at all there is: leave out --since and --deliverable")
	}
	return nil
}

func (c *auditCommand) Run(ctx context.Context, s *session) error {
	github, err := c.open(s)
	if err != nil {
		return err
	}
	key, err := c.key(ctx, github, c.Repository)
	if err != nil {
		return err
	}
	if c.Check {
		return c.compare(ctx, s, github, key)
	}
	return c.list(ctx, s, github, key)
}

// compare says which labels and stickies disagree with the records.
func (c *auditCommand) compare(ctx context.Context, s *session, github *gh.GitHub, key engine.Key) error {
	a, err := c.auditor(ctx, s, github, key)
	if err != nil {
		return err
	}
	var found []audit.Difference
	p := newProgress(s.Err)
	left, err := engine.Reconciler{Hub: github, Memory: engine.NewMemory()}.Review(ctx, key, func(item engine.Archived, plan engine.Plan) {
		found = append(found, a.Check(item, plan)...)
		p.step("issues judged")
	})
	p.end()
	if err != nil {
		return err
	}
	var b strings.Builder
	wrong := 0
	for _, d := range found {
		fmt.Fprintln(&b, harmless(d.String()))
		if !d.Pending {
			wrong++
		}
	}
	for _, n := range left {
		fmt.Fprintf(&b, "#%d was not judged: what it is judged by takes too many requests; try `phasegate plan %s#%d`\n", n, c.Repository, n)
	}
	fmt.Fprintf(&b, "%s in %s.\n", counted(wrong, "disagreement"), c.Repository)
	if _, err := io.WriteString(s.Out, b.String()); err != nil {
		return err
	}
	if wrong > 0 {
		return errProblem
	}
	return nil
}

// list writes the trail.
func (c *auditCommand) list(ctx context.Context, s *session, github *gh.GitHub, key engine.Key) error {
	a, err := c.auditor(ctx, s, github, key)
	if err != nil {
		return err
	}
	var events []audit.Event
	numbers := map[engine.Ordered]engine.NumberedDecision{}
	p := newProgress(s.Err)
	err = c.each(ctx, github, key, func(item engine.Archived) {
		events = append(events, a.Trail(item)...)
		for o, n := range engine.NumberedDecisions(item) {
			if _, known := numbers[o]; !known || n.Problem == item.Issue.Number { // a problem's own log outweighs a meeting's text
				numbers[o] = n
			}
		}
		p.step("issues read")
	})
	p.end()
	if err != nil {
		return err
	}
	audit.Number(events, numbers)
	audit.Sort(events)
	if at, given, _ := c.since(a.Zone); given {
		events = audit.Since(events, at)
	}
	if err := audit.Write(s.Out, audit.Format(c.Format), key.FullName(), events); err != nil {
		return err
	}
	if _, bad := audit.Counts(events); bad > 0 {
		fmt.Fprintf(s.Err, "phasegate: %d of %d events rest on something that was made up\n", bad, len(events))
		return errProblem
	}
	return nil
}

// each reads what is to be listed, page by page.
func (c *auditCommand) each(ctx context.Context, github *gh.GitHub, key engine.Key, do func(engine.Archived)) error {
	if c.Deliverable != 0 {
		item, found, err := github.Archived(ctx, key.Issue(c.Deliverable))
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%s has no issue %d that can be seen: is it a pull request, or deleted?", key.FullName(), c.Deliverable)
		}
		do(item)
		return nil
	}
	for after := ""; ; {
		page, err := github.Archive(ctx, key, after)
		if err != nil {
			return fmt.Errorf("read the issues of %s: %w", key.FullName(), err)
		}
		for _, item := range page.Items {
			do(item)
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// auditor gathers the keys: the config's, those that were given, and the App's own.
func (c *auditCommand) auditor(ctx context.Context, s *session, github *gh.GitHub, key engine.Key) (audit.Auditor, error) {
	a := audit.Auditor{Repository: key.FullName(), Zone: time.UTC}
	setUp, err := github.Repository(ctx, key)
	if err != nil {
		return a, fmt.Errorf("read the config of %s: %w", key.FullName(), err)
	}
	if p := setUp.Rules.Policy; p != nil {
		a.Zone, a.Keys = p.Location, append(a.Keys, p.Keys...)
	}
	for _, text := range c.Key {
		keys, err := publicKeysOf(text)
		if err != nil {
			return a, err
		}
		a.Keys = append(a.Keys, keys...)
	}
	own, err := c.ownKey(s)
	if own != nil {
		a.Keys = append(a.Keys, own)
	}
	return a, err
}

// ownKey is the key with which the App signs, where we are told its secret; else nil.
func (c *auditCommand) ownKey(s *session) (ed25519.PublicKey, error) {
	signing := bot.Secret(s.Getenv("SIGNING_KEY"))
	var private bot.Secret
	if c.AppID != 0 {
		serve := serveCommand{PrivateKeyFile: c.PrivateKeyFile}
		var err error
		if private, err = serve.privateKey(s.Getenv); err != nil {
			return nil, err
		}
	}
	if signing == "" && private == "" {
		return nil, nil
	}
	signer, err := app.SignerOf(signing, private)
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
}

// maxKeysFile is the most bytes that are read of a file of keys.
const maxKeysFile = 1 << 20

// publicKeysOf reads what --key was given.
func publicKeysOf(text string) ([]ed25519.PublicKey, error) {
	name, isFile := strings.CutPrefix(text, "@")
	if !isFile {
		key, err := publicKeyOf(text)
		return []ed25519.PublicKey{key}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxKeysFile))
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	var list []struct{ Key string }
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s is not what GET /keys answers: %w", name, err)
	}
	var keys []ed25519.PublicKey
	for _, k := range list {
		key, err := publicKeyOf(k.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func publicKeyOf(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%q is no public key: it has 32 bytes in base64, as GET /keys shows it", text)
	}
	return key, nil
}

// since is the beginning of the day that was given, in the project's zone.
func (c *auditCommand) since(zone *time.Location) (at time.Time, given bool, err error) {
	if c.Since == "" {
		return time.Time{}, false, nil
	}
	if at, err = time.ParseInLocation(time.DateOnly, c.Since, zone); err != nil {
		return at, false, fmt.Errorf("--since %q is no date: write it like 2026-01-31", c.Since)
	}
	return at, true, nil
}

// progress is a line on a terminal that counts; elsewhere nothing is written.
type progress struct {
	out   io.Writer // nil: nobody sees it
	n     int
	shown time.Time
}

func newProgress(stderr io.Writer) *progress {
	if f, ok := stderr.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return &progress{out: f}
	}
	return &progress{}
}

// step counts one more of what, and shows it a few times a second.
func (p *progress) step(what string) {
	p.n++
	if p.out == nil || time.Since(p.shown) < 200*time.Millisecond {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.out, "\r%d %s", p.n, what)
}

// end clears the line.
func (p *progress) end() {
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
