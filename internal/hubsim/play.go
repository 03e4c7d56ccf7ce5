package hubsim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Step is one step of a scenario: a plain request as a person would cause it.
type Step struct {
	// N names the step, for messages and for later steps that refer to its answer.
	N any `json:"n"`
	// At is the time the simulated clock is moved to before the step. The zero time leaves it, and so does one that
	// has passed: the clock ticks while steps are played.
	At time.Time `json:"at,omitzero"`
	// As is the login of who does it; it is not used for paths under /_sim/.
	As string `json:"as,omitempty"`
	// Method and Path are those of the request: POST /repos/acme/churn/issues, or one under /_sim/.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Body is the request's, as JSON; nil is none. In Path and Body ${7.id} stands for the field id in the
	// answer to step 7, ${7.0.user.login} for one deeper down.
	Body json.RawMessage `json:"body,omitempty"`
	// Status is what must be answered; 0 is any success.
	Status int `json:"status,omitempty"`
	// Note says what happens, for people who read the scenario.
	Note string `json:"note,omitempty"`
}

// ReadScenario reads a list of steps from JSON or YAML. Unknown keys are errors.
func ReadScenario(data []byte) ([]Step, error) {
	var steps []Step
	if err := readDocument(data, &steps); err != nil {
		return nil, fmt.Errorf("read the scenario: %w", err)
	}
	var errs []error
	for i, st := range steps {
		if !strings.HasPrefix(st.Path, "/") || st.Method == "" {
			errs = append(errs, fmt.Errorf("step %d (n: %v) needs a method and a path that begins with a slash", i+1, st.N))
		}
	}
	return steps, errors.Join(errs...)
}

// Player plays a scenario step by step. The zero value is not usable; see Server.NewPlayer.
type Player struct {
	s       *Server
	answers map[string]any
}

// NewPlayer returns a player that has played nothing.
func (s *Server) NewPlayer() *Player { return &Player{s: s, answers: map[string]any{}} }

// Play plays steps one after another and waits after each until nothing is left to do. It stops at the first step
// that is not answered as it should be.
func (s *Server) Play(ctx context.Context, steps []Step) error {
	p := s.NewPlayer()
	for _, st := range steps {
		if _, err := p.Step(ctx, st); err != nil {
			return err
		}
	}
	return nil
}

// Step plays one step, waits until nothing is left to do, and returns the answer.
func (p *Player) Step(ctx context.Context, st Step) ([]byte, error) {
	answer, err := p.send(ctx, st)
	if err == nil {
		err = p.s.WaitIdle(ctx)
	}
	if err != nil {
		return answer, fmt.Errorf("step %v, %s %s as %s: %w", st.N, st.Method, st.Path, st.As, err)
	}
	return answer, nil
}

func (p *Player) send(ctx context.Context, st Step) ([]byte, error) {
	if st.At.After(p.s.Now()) {
		if err := p.s.SetClock(ctx, st.At); err != nil {
			return nil, err
		}
	}
	path, err := p.fill(st.Path, false)
	if err != nil {
		return nil, err
	}
	body, err := p.fill(string(st.Body), true)
	if err != nil {
		return nil, err
	}
	status, answer, err := p.request(ctx, st, path, body)
	if err != nil {
		return nil, err
	}
	if status != st.Status && (st.Status != 0 || status/100 != 2) {
		return answer, fmt.Errorf("answered %d: %.500s", status, answer)
	}
	var tree any
	if len(answer) > 0 && json.Unmarshal(answer, &tree) == nil {
		p.answers[fmt.Sprint(st.N)] = tree
	}
	return answer, nil
}

func (p *Player) request(ctx context.Context, st Step, path, body string) (int, []byte, error) {
	if !strings.HasPrefix(path, "/_sim/") {
		var b any
		if body != "" {
			b = json.RawMessage(body)
		}
		return p.s.Do(ctx, st.As, strings.ToUpper(st.Method), path, b)
	}
	req, err := http.NewRequestWithContext(ctx, strings.ToUpper(st.Method), "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	rec := httptest.NewRecorder()
	p.s.ServeHTTP(rec, req)
	return rec.Code, rec.Body.Bytes(), nil
}

var answerField = regexp.MustCompile(`"?\$\{([^{}.]+)((?:\.[\w-]+)+)\}"?`)

// fill puts the fields of earlier answers in the place of ${step.field}. In JSON, a text that is nothing but such
// a reference becomes the field's own value, a number for a number.
func (p *Player) fill(text string, isJSON bool) (string, error) {
	var problem error
	out := answerField.ReplaceAllStringFunc(text, func(ref string) string {
		m := answerField.FindStringSubmatch(ref)
		v, err := p.lookup(m[1], strings.Split(m[2][1:], "."))
		if err != nil {
			problem = err
			return ref
		}
		if isJSON && strings.HasPrefix(ref, `"`) && strings.HasSuffix(ref, `"`) {
			b, err := json.Marshal(v)
			if err != nil {
				problem = err
			}
			return string(b)
		}
		plain := plainText(v)
		if isJSON {
			plain = inJSON(plain)
		}
		return strings.Replace(ref, strings.Trim(ref, `"`), plain, 1)
	})
	return out, problem
}

// inJSON is a text as it stands inside a JSON string.
func inJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return ""
	}
	return string(b[1 : len(b)-1])
}

func plainText(v any) string {
	if f, isNumber := v.(float64); isNumber {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// lookup finds a field of a step's answer.
func (p *Player) lookup(step string, path []string) (any, error) {
	v, has := p.answers[step]
	if !has {
		return nil, fmt.Errorf("${%s.%s}: step %s has no answer yet", step, strings.Join(path, "."), step)
	}
	for _, key := range path {
		switch t := v.(type) {
		case map[string]any:
			v, has = t[key]
		case []any:
			i, err := strconv.Atoi(key)
			has = err == nil && i >= 0 && i < len(t)
			if has {
				v = t[i]
			}
		default:
			has = false
		}
		if !has {
			return nil, fmt.Errorf("${%s.%s}: the answer has no %q", step, strings.Join(path, "."), key)
		}
	}
	return v, nil
}
