package hubsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) addHookRoutes() {
	jwt := access{jwt: true}
	s.handle("GET /app/hook/config", jwt, s.getHookConfig)
	s.handle("PATCH /app/hook/config", jwt, s.patchHookConfig)
	s.handle("GET /app/hook/deliveries", jwt, s.listDeliveries)
	s.handle("GET /app/hook/deliveries/{delivery_id}", jwt, s.getDelivery)
	s.handle("POST /app/hook/deliveries/{delivery_id}/attempts", jwt, s.attemptDelivery)
}

func renderHookConfig(c webhookConfig) obj {
	o := obj{"content_type": "json", "insecure_ssl": "0", "url": c.url}
	if c.secret != "" {
		o["secret"] = "********"
	}
	return o
}

func (s *Server) getHookConfig(r *request) (response, error) {
	return ok(renderHookConfig(r.actor.app.webhook)), nil
}

func (s *Server) patchHookConfig(r *request) (response, error) {
	var in struct{ URL, Secret *string }
	if err := r.decode(&in); err != nil {
		return response{}, err
	}
	c := &r.actor.app.webhook
	if in.URL != nil {
		if !strings.HasPrefix(*in.URL, "http://") && !strings.HasPrefix(*in.URL, "https://") {
			return response{}, invalid(fieldError{Resource: "Hook", Field: "url", Code: "invalid", Value: *in.URL})
		}
		c.url = *in.URL
	}
	if in.Secret != nil {
		c.secret = *in.Secret
	}
	return ok(renderHookConfig(*c)), nil
}

// find returns a delivery by id, nil if the log has none.
func (h *hookLog) find(id int64) *delivery {
	for _, d := range h.log {
		if d.id == id {
			return d
		}
	}
	return nil
}

// renderDelivery is a delivery as the list shows it or, in full, with request and response.
func (s *Server) renderDelivery(d *delivery, full bool) obj {
	o := obj{
		"id": d.id, "guid": d.guid, "delivered_at": stamp(d.deliveredAt), "redelivery": d.redelivery,
		"duration": float64(d.duration.Milliseconds()) / 1000, "status": d.status, "status_code": d.statusCode,
		"event": d.event, "action": textOrNull(d.action), "installation_id": d.instID, "repository_id": nil,
		"throttled_at": nil,
	}
	if d.repoID != 0 {
		o["repository_id"] = d.repoID
	}
	if full {
		o["url"] = d.app.webhook.url
		o["request"] = obj{"headers": flatHeader(d.reqHeaders), "payload": json.RawMessage(d.body)}
		o["response"] = obj{"headers": flatHeader(d.respHeaders), "payload": d.respBody}
	}
	return o
}

func flatHeader(h http.Header) map[string]string {
	out := map[string]string{}
	for k, v := range h {
		out[k] = strings.Join(v, ", ")
	}
	return out
}

// ownDeliveries lists an App's deliveries of the last three days, the newest first.
func (s *Server) ownDeliveries(r *request) []*delivery {
	list := slices.DeleteFunc(slices.Clone(s.st.hooks.log), func(d *delivery) bool {
		return d.app != r.actor.app || d.status == "" || r.now.Sub(d.deliveredAt) > hookRetention
	})
	slices.Reverse(list)
	return list
}

// listDeliveries pages with a cursor: the id of the last delivery of the page before.
func (s *Server) listDeliveries(r *request) (response, error) {
	list := s.ownDeliveries(r)
	switch r.query.Get("status") {
	case "failure":
		list = slices.DeleteFunc(list, func(d *delivery) bool { return d.status == "OK" })
	case "success":
		list = slices.DeleteFunc(list, func(d *delivery) bool { return d.status != "OK" })
	}
	if c := r.query.Get("cursor"); c != "" {
		after, err := strconv.ParseInt(strings.TrimPrefix(c, "v1_"), 10, 64)
		if err != nil {
			return response{}, fail(http.StatusUnprocessableEntity, "Invalid cursor: %s", c)
		}
		list = slices.DeleteFunc(list, func(d *delivery) bool { return d.id >= after })
	}
	size := r.page().size
	next := ""
	if len(list) > size {
		list = list[:size]
		q := r.query
		q.Set("cursor", fmt.Sprintf("v1_%d", list[size-1].id))
		next = fmt.Sprintf("<%s?%s>; rel=%q", s.api("/app/hook/deliveries"), q.Encode(), "next")
	}
	out := make([]obj, 0, len(list))
	for _, d := range list {
		out = append(out, s.renderDelivery(d, false))
	}
	return linked(ok(out), next), nil
}

func (s *Server) deliveryOf(r *request) (*delivery, error) {
	for _, d := range s.ownDeliveries(r) {
		if d.id == r.num("delivery_id") {
			return d, nil
		}
	}
	return nil, notFound()
}

func (s *Server) getDelivery(r *request) (response, error) {
	d, err := s.deliveryOf(r)
	if err != nil {
		return response{}, err
	}
	return ok(s.renderDelivery(d, true)), nil
}

func (s *Server) attemptDelivery(r *request) (response, error) {
	d, err := s.deliveryOf(r)
	if err != nil {
		return response{}, err
	}
	s.redeliver(d)
	return response{status: http.StatusAccepted, body: obj{}}, nil
}
