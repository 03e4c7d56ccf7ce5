package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/phasegate/phasegate/internal/facts"
	"github.com/phasegate/phasegate/internal/lifecycle"
)

// Memory keeps how texts were read, so that a look at one issue does not read the forms and stickies of all
// its neighbours again. It is a cache of pure functions: an empty one, or none, gives the same. It may be
// used by several goroutines.
type Memory struct {
	mu       sync.Mutex
	size     int // bytes of the texts
	forms    map[formKey]readForm
	stickies map[string]json.RawMessage // body → its ledger; nil where it is no sticky
	waiting  map[Key]string             // deployments that wait → what was last said about them
	changes  map[Key]Change             // open pull requests → what was judged last
	looks    map[Key]int                // what GitHub does not show as expected → how often it was looked at again
}

type formKey struct {
	kind               lifecycle.Kind
	body, repo, author string
	lang               lifecycle.Lang
}

// readForm is a form with the data requirements that it names.
type readForm struct {
	Form
	links []int
}

// maxRemembered is how many bytes of texts are kept before all are forgotten.
const maxRemembered = 128 << 20

// NewMemory returns an empty one.
func NewMemory() *Memory {
	return &Memory{forms: map[formKey]readForm{}, stickies: map[string]json.RawMessage{}, waiting: map[Key]string{}, changes: map[Key]Change{}, looks: map[Key]int{}}
}

// room makes room for a text. The caller holds the lock.
func (m *Memory) room(text string) {
	if m.size += len(text); m.size > maxRemembered {
		m.size = len(text)
		clear(m.forms)
		clear(m.stickies)
	}
}

// form reads a form. It is shared: what it holds is not to be changed.
func (m *Memory) form(k lifecycle.Kind, body, repo, author string, lang lifecycle.Lang) readForm {
	read := func() readForm {
		f := ReadForm(k, body, repo, author, lang)
		links := f.Linked(repo)
		return readForm{f, links[:min(len(links), maxLinks)]}
	}
	if m == nil {
		return read()
	}
	return remember(m, m.forms, formKey{k, body, repo, author, lang}, body, read)
}

// remember is what was kept of a text under the key; else it is read and kept.
func remember[K comparable, V any](m *Memory, kept map[K]V, key K, text string, read func() V) V {
	m.mu.Lock()
	v, known := kept[key]
	m.mu.Unlock()
	if known {
		return v
	}
	v = read()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.room(text)
	kept[key] = v
	return v
}

// ledger is the JSON of a sticky's hidden block; nil where there is none.
func (m *Memory) ledger(body string) json.RawMessage {
	read := func() json.RawMessage {
		if b := stickyBlock(body); b != nil {
			return b.JSON
		}
		return nil
	}
	if m == nil {
		return read()
	}
	return remember(m, m.stickies, body, body, read)
}

// object reads an issue as its neighbours see it.
func (s Snapshot) object(i facts.Issue, sticky *facts.Comment) *object {
	lang := lifecycle.English
	if p := s.Rules.Policy; p != nil {
		lang = p.Language
	}
	o := &object{Issue: i}
	repo := s.Key.FullName()
	if kinds := i.KindsOf(); len(kinds) == 1 {
		o.kind = kinds[0]
		f := s.memory.form(o.kind, i.Body, repo, i.Author.Login, lang)
		o.form, o.links = f.Form, f.links
		if o.form.Parent == 0 {
			o.form.Parent = i.Parent // a native sub-issue
		}
	}
	if sticky != nil && sticky.Own {
		o.takeLedger(s.memory.ledger(sticky.Body))
	}
	o.doubtful = sticky != nil && !sticky.Own
	return o
}

// put places an object in the chart.
func (c *chart) put(o *object) {
	c.objects[o.Number] = o
	c.settle()
}

// drop takes an object out of the chart.
func (c *chart) drop(number int) {
	delete(c.objects, number)
	c.settle()
}

// settle works out what follows from who is in the chart.
func (c *chart) settle() {
	c.numbers, c.open = slices.Sorted(maps.Keys(c.objects)), nil
	for _, n := range c.numbers {
		o := c.objects[n]
		o.above, o.placed = nil, false
		if o.kind == lifecycle.Deliverable && !o.Closed && len(c.open) < 2 {
			c.open = append(c.open, o)
		}
	}
}

// maxWaiting is how many waiting deployments are kept in mind; one that is not is looked at after a while.
const maxWaiting = 1000

// told is what was last said about a waiting deployment; "" where that is not known.
func (m *Memory) told(key Key) string {
	if m == nil {
		return ""
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waiting[key]
}

// waits notes what is said about a deployment that goes on waiting, and forgets one that is answered.
func (m *Memory) waits(key Key, plan Plan) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if plan.Due.IsZero() {
		delete(m.waiting, key)
		return
	}
	for _, e := range plan.Effects {
		if a, ok := e.(AnswerDeployment); ok && len(m.waiting) < maxWaiting {
			m.waiting[key] = a.Comment
		}
	}
}

// served forgets a deployment that waits no longer.
func (m *Memory) served(key Key) { m.waits(key, Plan{}) }

// waitingIn lists the deployments of a repository that are known to wait.
func (m *Memory) waitingIn(key Key) []Key {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Key
	for k := range m.waiting {
		if k.Repository() == key.Repository() {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, Key.Compare)
	return out
}
