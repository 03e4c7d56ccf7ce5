package pages

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"strings"
)

// maxForm is the largest submitted form in bytes: GitHub's 65,536 characters, percent-encoded, with room.
const maxForm = 2 << 20

// setHeaders sets what every answer carries: no scripts, nothing from elsewhere, no framing.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin") // no-referrer would make browsers send "Origin: null" with forms
	h.Set("Cache-Control", "no-store")
}

// loopback says whether a Host header names this machine. Anything else is refused, so that a page elsewhere
// cannot reach the simulator through a name of its own that resolves to this machine.
func loopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	switch strings.ToLower(name) {
	case "localhost", "127.0.0.1", "::1", "[::1]":
		return true
	}
	return false
}

// checkOrigin refuses requests that change something and that a page of another origin sent. What sends neither
// Origin nor Sec-Fetch-Site is no browser of today and is left to the form's token.
func checkOrigin(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return errors.New("this form was sent by a page of another site and was refused")
	}
	origin := r.Header.Get("Origin")
	if origin != "" && !strings.EqualFold(origin, "http://"+r.Host) && !strings.EqualFold(origin, "https://"+r.Host) {
		return errors.New("this form was sent by a page of another origin and was refused")
	}
	return nil
}

// secret derives a value that only this process can make.
func (h *Handler) secret(purpose string) string {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(purpose))
	return hex.EncodeToString(mac.Sum(nil))
}

// cookieName keeps simulators on several ports apart: cookies do not know ports.
func cookieName(r *http.Request, name string) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return name + "_" + port
	}
	return name
}

// checkForm refuses a form without the token of this process or from a browser without its cookie.
func (h *Handler) checkForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return refuse(http.StatusBadRequest, "That form could not be read: %s", err)
	}
	c, err := r.Cookie(cookieName(r, sessionCookie))
	if err != nil || !same(c.Value, h.secret("cookie")) || !same(r.PostForm.Get("token"), h.secret("form")) {
		return refuse(http.StatusForbidden, "This form is from before the simulated GitHub was started, or cookies are "+
			"switched off. Go back, reload the page and send it again.")
	}
	return nil
}

func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
