package acceptance_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// What is written in the App's name, by the test: what the product does not do yet, so that what people
// do next finds it there. It counts as the bot's.

// reportName is the check run that holds a metric report.
const reportName = "phasegate/report"

// asApp sends a request with a token of the App's installation, which must succeed, without waiting for
// what follows from it.
func (w *world) asApp(method, path string, body any) answer {
	w.t.Helper()
	if w.appToken == "" {
		w.appToken = w.newAppToken()
	}
	a, err := w.raw(method, w.sys.APIURL+repoPath+path, w.appToken, body, nil)
	if err != nil || a.status/100 != 2 {
		w.t.Fatalf("in the App's name: %s %s: %d %.600s, %v", method, path, a.status, a.body, err)
	}
	return a
}

// installation is the id of the App's installation, and what the App proves itself with: a JSON web token
// signed by its key.
func (w *world) installation() (id int64, bearer map[string]string) {
	w.t.Helper()
	p := w.sys.product
	key, err := jwt.ParseRSAPrivateKeyFromPEM(p.sim.AppKeyPEM())
	if err != nil {
		w.t.Fatal(err)
	}
	now := time.Now() // tokens are good for an hour by the real clock
	claims := jwt.RegisteredClaims{Issuer: strconv.FormatInt(p.id, 10), IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(5 * time.Minute))}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
	if err != nil {
		w.t.Fatal(err)
	}
	bearer = map[string]string{"Authorization": "Bearer " + signed}
	found, err := w.raw("GET", w.sys.APIURL+repoPath+"/installation", "", nil, bearer)
	if err != nil || found.id() == 0 {
		w.t.Fatalf("the App's installation: %d %.300s, %v", found.status, found.body, err)
	}
	return found.id(), bearer
}

// newAppToken gets an installation token as Apps do.
func (w *world) newAppToken() string {
	w.t.Helper()
	id, bearer := w.installation()
	a, err := w.raw("POST", fmt.Sprintf("%s/app/installations/%d/access_tokens", w.sys.APIURL, id), "", nil, bearer)
	token, _ := a.field("token").(string)
	if err != nil || token == "" {
		w.t.Fatalf("a token of the App's installation: %d %.300s, %v", a.status, a.body, err)
	}
	return token
}

// value is one measured number of a report.
type value struct {
	Name  string            `json:"name"`
	Slice map[string]string `json:"slice,omitempty"`
	Value float64           `json:"value"`
	N     int               `json:"n,omitempty"`
}

// report posts a metric report on a commit and waits for what follows from it.
func (w *world) report(number int, sha, source, dataset, model string, values ...value) {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{"schema": 1, "deliverable": number, "commit": sha, "source": source, "dataset": dataset, "model": model, "metrics": values})
	if err != nil {
		w.t.Fatal(err)
	}
	a := w.asApp("POST", "/check-runs", map[string]any{
		"name": reportName, "head_sha": sha, "status": "completed", "conclusion": "neutral",
		"output": map[string]any{"title": "Metric report", "summary": fmt.Sprintf("%d values for #%d.", len(values), number), "text": string(text)},
	})
	if w.reports == nil {
		w.reports = map[int64]string{}
	}
	w.reports[a.id()] = string(text)
	w.settle()
}

// measured posts what an evaluation of #3 measured on a commit: recall by region north, south and west.
func (w *world) measured(sha, model string, topDecile, calibration float64, recall [3]float64) {
	w.t.Helper()
	values := []value{{Name: "recall_top_decile", Value: topDecile, N: 12000}, {Name: "calibration_error", Value: calibration, N: 12000}}
	for i, region := range []string{"north", "south", "west"} {
		values = append(values, value{Name: "recall", Slice: map[string]string{"region": region}, Value: recall[i], N: 4000})
	}
	w.report(3, sha, "ci", "usage@2026-01", model, values...)
}

// monitored posts what the monitoring of production measured of #3.
func (w *world) monitored(latency, psi float64) {
	w.t.Helper()
	w.report(3, w.commits["live"], "monitor", "", "", value{Name: "score_latency_p95", Value: latency}, value{Name: "psi_score", Value: psi})
}
