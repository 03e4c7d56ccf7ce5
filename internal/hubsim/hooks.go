package hubsim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	maxWebhook    = 25 << 20 // GitHub sends no larger payload
	hookTimeout   = 10 * time.Second
	maxHookLog    = 5000 // deliveries kept
	hookRetention = 3 * 24 * time.Hour
	reorderWait   = 100 * time.Millisecond // how long a delivery waits to be overtaken
	maxHookAnswer = 64 << 10
)

// hookLog is the queue of deliveries and the log of those made.
type hookLog struct {
	queue  []*delivery
	flying int // being sent
	log    []*delivery
	queued int // how many were ever queued
}

// delivery is one attempt to deliver one webhook to one App.
type delivery struct {
	id          int64
	guid        string
	app         *app
	instID      int64
	repoID      int64
	event       string
	action      string
	body        []byte
	redelivery  bool
	heldUntil   time.Time // real; waits so long to be overtaken
	deliveredAt time.Time // simulated
	duration    time.Duration
	status      string // "" until it was sent
	statusCode  int
	reqHeaders  http.Header
	respHeaders http.Header
	respBody    string
}

// hookPermission is the App permission that GitHub asks for before an App may subscribe to an event; events
// that are missing here go to every App that subscribes, those in alwaysSent to every App.
var hookPermission = map[string]string{
	"issues": "issues", "issue_comment": "issues|pull_requests", "label": "issues|pull_requests", "sub_issues": "issues",
	"pull_request": "pull_requests", "pull_request_review": "pull_requests", "pull_request_review_comment": "pull_requests",
	"pull_request_review_thread": "pull_requests", "push": "contents", "create": "contents", "delete": "contents",
	"check_run": "checks", "check_suite": "checks", "status": "statuses", "merge_group": "merge_queues",
	"deployment": "deployments", "deployment_status": "deployments", "deployment_protection_rule": "deployments",
	"workflow_run": "actions", "workflow_job": "actions", "membership": "members", "team": "members", "team_add": "members",
	"organization": "members", "member": "members",
}

var alwaysSent = map[string]bool{"installation": true, "installation_repositories": true, "installation_target": true}

// emit queues a webhook for every App that is installed on the repository, subscribes to the event and has the
// permission it needs. extra is the event's own part of the payload, rendered by the caller; action is empty for
// events that have none. rp is nil for events of an organisation, which then is extra's "organization".
func (s *Server) emit(sender *user, event, action string, rp *repo, extra obj) {
	for _, inst := range sorted(s.st.installations) {
		if rp != nil && !inst.covers(rp) {
			continue
		}
		s.emitTo(inst, sender, event, action, rp, extra)
	}
}

// emitOrg is emit for events of an organisation: membership, team, organization.
func (s *Server) emitOrg(sender *user, event, action string, org *user, extra obj) {
	for _, inst := range sorted(s.st.installations) {
		if inst.account == org {
			s.emitTo(inst, sender, event, action, nil, extra)
		}
	}
}

func (s *Server) emitTo(inst *installation, sender *user, event, action string, rp *repo, extra obj) {
	if inst.app.webhook.url == "" || !inst.subscribed(event) || !inst.suspendedAt.IsZero() && !alwaysSent[event] {
		return
	}
	payload := obj{"sender": s.renderUser(sender)}
	if action != "" {
		payload["action"] = action
	}
	if !alwaysSent[event] {
		payload["installation"] = obj{"id": inst.id, "node_id": nodeID(nodeInstallation, 0, inst.id)}
	}
	if inst.account.kind == typeOrg && !alwaysSent[event] {
		payload["organization"] = s.renderOrgSimple(inst.account)
	}
	var repoID int64
	if rp != nil {
		payload["repository"] = s.renderHookRepo(rp)
		repoID = rp.id
	}
	for k, v := range extra {
		payload[k] = v
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(payload); err != nil {
		s.log.Error("a webhook could not be written", "event", event, "err", err)
		return
	}
	if buf.Len() > maxWebhook {
		s.log.Warn("a webhook is larger than GitHub sends and was dropped", "event", event, "bytes", buf.Len())
		return
	}
	s.queueDelivery(&delivery{
		guid: newGUID(), app: inst.app, instID: inst.id, repoID: repoID, event: event, action: action,
		body: bytes.TrimSuffix(buf.Bytes(), []byte("\n")),
	})
}

// subscribed says whether the installation gets an event.
func (i *installation) subscribed(event string) bool {
	if alwaysSent[event] {
		return true
	}
	if needs, restricted := hookPermission[event]; restricted {
		allowed := false
		for name := range strings.SplitSeq(needs, "|") {
			allowed = allowed || rank(i.permissions[name]) >= 1
		}
		if !allowed {
			return false
		}
	}
	if needs := hookPermission[event]; needs == "checks" && rank(i.permissions[needs]) >= rank("write") {
		return true // who writes checks hears of them without subscribing
	}
	for _, e := range i.events {
		if e == event {
			return true
		}
	}
	return false
}

func (s *Server) queueDelivery(d *delivery) {
	d.id = s.st.ids.next()
	d.deliveredAt = s.clock.now()
	h := &s.st.hooks
	h.queue = append(h.queue, d)
	h.log = append(h.log, d)
	if len(h.log) > maxHookLog {
		h.log = append([]*delivery(nil), h.log[len(h.log)-maxHookLog:]...)
	}
	h.queued++
}

// redeliver queues a delivery again, with the same guid.
func (s *Server) redeliver(d *delivery) *delivery {
	again := &delivery{
		guid: d.guid, app: d.app, instID: d.instID, repoID: d.repoID, event: d.event, action: d.action,
		body: d.body, redelivery: true,
	}
	s.queueDelivery(again)
	return again
}

func (s *Server) wakeHooks() {
	select {
	case s.hookWake <- struct{}{}:
	default: // it is awake already
	}
}

// deliverLoop sends queued deliveries one after another until ctx ends.
func (s *Server) deliverLoop(ctx context.Context) {
	for ctx.Err() == nil {
		d, fault, wait := s.nextDelivery(time.Now())
		if d != nil {
			s.deliver(ctx, d, fault)
			continue
		}
		var overdue <-chan time.Time
		if wait > 0 {
			overdue = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-s.hookWake:
		case <-overdue:
		}
	}
}

// nextDelivery takes the next delivery off the queue, and the fault that strikes it. Without a delivery, wait is
// how long the one at the head still waits to be overtaken; 0 means that the queue is empty.
func (s *Server) nextDelivery(now time.Time) (d *delivery, fault string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.st.hooks
	if len(h.queue) == 0 {
		return nil, "", 0
	}
	d = h.queue[0]
	if d.heldUntil.IsZero() {
		if fault = s.st.takeHookFault(d.event); fault == "reorder" {
			d.heldUntil, fault = now.Add(reorderWait), ""
		}
	}
	switch {
	case d.heldUntil.IsZero():
	case len(h.queue) > 1:
		h.queue[0], h.queue[1] = h.queue[1], d
		d = h.queue[0]
	case now.Before(d.heldUntil):
		return nil, "", d.heldUntil.Sub(now)
	}
	h.queue = h.queue[1:]
	h.flying++
	return d, fault, 0
}

// deliver sends one webhook, once: GitHub does not try again by itself.
func (s *Server) deliver(ctx context.Context, d *delivery, fault string) {
	s.mu.Lock()
	hook := d.app.webhook
	d.reqHeaders = hookHeaders(d, hook.secret)
	s.mu.Unlock()
	start := time.Now()
	var res hookResult
	if fault == "drop" {
		res = hookResult{status: "failed to connect to host"}
	} else {
		res = s.post(ctx, hook.url, d)
		if fault == "duplicate" {
			s.post(ctx, hook.url, d)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.duration = time.Since(start)
	d.status, d.statusCode, d.respHeaders, d.respBody = res.status, res.code, res.header, res.body
	s.st.hooks.flying--
	if d.status != "OK" {
		s.log.Warn("a webhook was not delivered", "event", d.event, "delivery", d.guid, "status", d.status)
	}
	s.note(activity{kind: activityHook, actor: d.app.slug, what: d.name(), status: d.statusCode, repoID: d.repoID, delivery: d.id})
}

// name is the event with its action, as documentation writes it.
func (d *delivery) name() string {
	if d.action == "" {
		return d.event
	}
	return d.event + "." + d.action
}

func hookHeaders(d *delivery, secret string) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "*/*")
	h.Set("User-Agent", "GitHub-Hookshot/5171c0d")
	h.Set("X-GitHub-Event", d.event)
	h.Set("X-GitHub-Delivery", d.guid)
	h.Set("X-GitHub-Hook-ID", fmt.Sprint(d.app.id+500_000_000))
	h.Set("X-GitHub-Hook-Installation-Target-ID", fmt.Sprint(d.app.id))
	h.Set("X-GitHub-Hook-Installation-Target-Type", "integration")
	if secret != "" {
		h.Set("X-Hub-Signature", "sha1="+sign(sha1.New, secret, d.body))
		h.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, secret, d.body))
	}
	return h
}

func sign(algorithm func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

type hookResult struct {
	status string
	code   int
	header http.Header
	body   string
}

func (s *Server) post(ctx context.Context, url string, d *delivery) hookResult {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.body))
	if err != nil {
		return hookResult{status: "failed to connect to host"}
	}
	req.Header = d.reqHeaders.Clone()
	resp, err := s.client.Do(req)
	if err != nil {
		var ne net.Error
		if errors.As(err, &ne) && ne.Timeout() {
			return hookResult{status: "timed out"}
		}
		return hookResult{status: "failed to connect to host"}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxHookAnswer)) // what could be read is what the log shows
	drain(resp.Body)
	res := hookResult{status: "OK", code: resp.StatusCode, header: resp.Header, body: string(body)}
	if resp.StatusCode/100 != 2 {
		res.status = fmt.Sprintf("Invalid HTTP Response: %d", resp.StatusCode)
	}
	return res
}
