package playground_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/phasegate/phasegate/internal/playground"
)

// TestWalkThroughThePage does what the README tells a newcomer to do in the browser, form by form: the page that
// answers each comment already shows what the bot made of it.
func TestWalkThroughThePage(t *testing.T) {
	steps, err := playground.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := playground.Start(ctx, playground.Options{Steps: steps, Spacing: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	v := newVisitor(t, p)
	v.open(ctx, "/")
	v.follow(ctx, "acme-telco/churn")
	v.follow(ctx, "Best offer for each caller")
	v.sees("Phase: design")
	for _, c := range []struct{ as, text, sticky string }{
		{"tomas-ds", "/advance development", "0 of 4 have said yes. Still needed: @helena-bs, @rui-sme, @dora-de and @sara-ds."},
		{"helena-bs", "/approve", "1 of 4 have said yes. Still needed: @rui-sme, @dora-de and @sara-ds."},
		{"rui-sme", "/approve", "2 of 4 have said yes. Still needed: @dora-de and @sara-ds."},
		{"dora-de", "/approve", "3 of 4 have said yes. Still needed: @sara-ds."},
		{"sara-ds", "/approve", "Best offer for each caller is in Development"},
	} {
		v.comment(ctx, c.as, c.text)
		own := v.element("the comment that "+c.as+" wrote", func(n *html.Node) bool {
			return v.at.Fragment != "" && attr(n, "id") == v.at.Fragment
		})
		if said := text(own); !strings.Contains(said, c.as) || !strings.Contains(said, c.text) || !strings.Contains(said, "thumbs up from phasegate[bot]") {
			t.Errorf("as %s, %q: the page opens at %q, without the bot's reaction to that comment", c.as, c.text, said)
		}
		if said := text(v.sticky()); !strings.Contains(said, c.sticky) {
			t.Errorf("after %q as %s the status says %q, not %q", c.text, c.as, said, c.sticky)
		}
	}
	v.sees("Phase: development")
	v.sees("Best offer for each caller moved from Design to Development. Approved by:")
	v.sees("added phase:development and removed phase:design gate:requested")
}

// visitor is a browser without scripts: it keeps cookies, follows links and redirects, and sends the forms it is shown.
type visitor struct {
	t      *testing.T
	p      *playground.Playground
	client http.Client
	at     *url.URL
	page   *html.Node
}

func newVisitor(t *testing.T, p *playground.Playground) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(p.WebURL)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, p: p, client: http.Client{Jar: jar}, at: at}
}

func (v *visitor) open(ctx context.Context, address string) {
	v.t.Helper()
	v.request(ctx, http.MethodGet, address, nil)
}

func (v *visitor) request(ctx context.Context, method, address string, form url.Values) {
	v.t.Helper()
	to, err := v.at.Parse(address)
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, method, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.p.WebURL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	if v.page, err = html.Parse(answer.Body); err != nil {
		v.t.Fatal(err)
	}
	v.at = answer.Request.URL
	if answer.StatusCode != http.StatusOK {
		v.t.Fatalf("%s %s: %d: %s", method, to, answer.StatusCode, text(v.page))
	}
}

// follow opens the first link with these words.
func (v *visitor) follow(ctx context.Context, words string) {
	v.t.Helper()
	v.open(ctx, attr(v.element("a link "+words, func(n *html.Node) bool { return n.Data == "a" && text(n) == words }), "href"))
}

// comment writes into the comment box of the page, chooses who comments and presses Comment. Where the page that
// comes says that not everything is done yet, it is loaded again when it is.
func (v *visitor) comment(ctx context.Context, as, what string) {
	v.t.Helper()
	form := v.element("a comment box", func(n *html.Node) bool {
		return n.Data == "form" && slices.ContainsFunc(elements(n), func(n *html.Node) bool {
			return n.Data == "button" && attr(n, "value") == "comment" && text(n) == "Comment"
		})
	})
	fields := url.Values{}
	for _, n := range elements(form) {
		switch {
		case n.Data == "input" && attr(n, "type") == "hidden":
			fields.Add(attr(n, "name"), attr(n, "value"))
		case n.Data == "textarea":
			fields.Set(attr(n, "name"), what)
		case n.Data == "option" && attr(n, "value") == as:
			fields.Set(attr(n.Parent, "name"), as)
		case n.Data == "button" && text(n) == "Comment":
			fields.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	if len(fields["as"]) != 1 || len(fields["body"]) != 1 {
		v.t.Fatalf("the comment box cannot say %q as %s: %v", what, as, fields)
	}
	v.request(ctx, strings.ToUpper(attr(form, "method")), attr(form, "action"), fields)
	if strings.Contains(text(v.page), "reload this page in a moment") {
		if err := v.p.Sim.WaitIdle(ctx); err != nil {
			v.t.Fatal(err)
		}
		v.open(ctx, v.at.String())
	}
}

// sticky is the bot's comment that says how things stand: the only one of its own that opens with an alert.
func (v *visitor) sticky() *html.Node {
	v.t.Helper()
	return v.element("a status comment", func(n *html.Node) bool {
		return hasClass(n, "bot") && slices.ContainsFunc(elements(n), func(n *html.Node) bool { return hasClass(n, "alert") })
	})
}

func (v *visitor) sees(words string) {
	v.t.Helper()
	if said := text(v.page); !strings.Contains(said, words) {
		v.t.Errorf("%s does not say %q but:\n%s", v.at, words, said)
	}
}

// element is the first element of the page that fits.
func (v *visitor) element(name string, fits func(*html.Node) bool) *html.Node {
	v.t.Helper()
	all := elements(v.page)
	i := slices.IndexFunc(all, fits)
	if i < 0 {
		v.t.Fatalf("%s has not %s:\n%s", v.at, name, text(v.page))
	}
	return all[i]
}

func elements(of *html.Node) []*html.Node {
	var out []*html.Node
	for n := range of.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, name string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), name)
}

// text is what an element says, with each run of white space as one space. Only their borders keep labels apart.
func text(of *html.Node) string {
	var b strings.Builder
	for n := range of.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			if hasClass(n.Parent.Parent, "label") {
				b.WriteByte(' ')
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
