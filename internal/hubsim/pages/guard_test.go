package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/phasegate/phasegate/internal/hubsim/pages"
	"github.com/phasegate/phasegate/internal/hubsim/pages/pagestest"
)

func handler(t *testing.T) (*pages.Handler, *pagestest.Hub) {
	t.Helper()
	hub := pagestest.New()
	h, err := pages.New(hub, pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return h, hub
}

func TestOnlyLoopbackHosts(t *testing.T) {
	h, _ := handler(t)
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:8080": 421, "": 421, "10.0.0.1:8080": 421, "0.0.0.0:8080": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: %d, want %d", host, w.Code, want)
		}
	}
}

// TestForgedForms sends forms that another site's page, or a page from before a restart, could send.
func TestForgedForms(t *testing.T) {
	h, hub := handler(t)
	get := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+repo+"/issues/3", nil)
	h.ServeHTTP(get, r)
	token := tokenField.FindStringSubmatch(get.Body.String())[1]
	cookie := get.Result().Cookies()[0]
	if cookie.SameSite != http.SameSiteStrictMode || !cookie.HttpOnly {
		t.Errorf("the session cookie is %v", cookie)
	}
	for name, tc := range map[string]struct {
		token, origin, site string
		cookie              bool
		want                int
	}{
		"right":               {token, "http://127.0.0.1:8080", "same-origin", true, 303},
		"no origin headers":   {token, "", "", true, 303},
		"no token":            {"", "http://127.0.0.1:8080", "same-origin", true, 403},
		"wrong token":         {strings.Repeat("0", 64), "http://127.0.0.1:8080", "same-origin", true, 403},
		"no cookie":           {token, "http://127.0.0.1:8080", "same-origin", false, 403},
		"another origin":      {token, "http://evil.example", "", true, 403},
		"another port":        {token, "http://127.0.0.1:9999", "", true, 403},
		"null origin":         {token, "null", "", true, 403},
		"cross-site":          {token, "", "cross-site", true, 403},
		"same-site elsewhere": {token, "", "same-site", true, 403},
	} {
		before := len(hub.Sent())
		form := url.Values{"do": {"comment"}, "body": {"x"}, "token": {tc.token}}
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080"+repo+"/issues/3", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		if tc.cookie {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
		if acted := len(hub.Sent()) > before; acted != (tc.want == 303) {
			t.Errorf("%s: something was sent: %v", name, acted)
		}
	}
}

func TestHeaders(t *testing.T) {
	h, _ := handler(t)
	for _, path := range []string{"/", repo + "/issues/3", "/nobody/nothing", "/_pages/style.css", "/avatars/u/1"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
}

func TestLargeForm(t *testing.T) {
	h, hub := handler(t)
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+repo+"/issues/3", strings.NewReader("body="+strings.Repeat("x", 3<<20)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || len(hub.Sent()) != 0 {
		t.Errorf("status %d", w.Code)
	}
}
