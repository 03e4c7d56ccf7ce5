package pages

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy allows what GitHub allows in a text, less images, which the pages do not load, plus the classes and roles
// that walkHTML gives to elements that the renderer made.
// https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/sanitization_filter.rb
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "br", "b", "i", "strong", "em", "a", "pre", "code", "tt", "div",
		"ins", "del", "sup", "sub", "p", "picture", "ol", "ul", "table", "thead", "tbody", "tfoot", "blockquote", "dl",
		"dt", "dd", "kbd", "q", "samp", "var", "hr", "ruby", "rt", "rp", "li", "tr", "td", "th", "s", "strike",
		"summary", "details", "caption", "figure", "figcaption", "abbr", "bdo", "cite", "dfn", "mark", "small",
		"span", "time", "wbr")
	p.AllowNoAttrs().OnElements("a", "span")
	p.AllowStandardURLs()
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("cite").OnElements("blockquote", "del", "ins", "q")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^(open)?$`)).OnElements("details")
	p.AllowAttrs("datetime").Matching(bluemonday.ISO8601).OnElements("time", "del", "ins")
	p.AllowAttrs("title", "abbr").Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)).Globally()
	p.AllowAttrs("align").Matching(regexp.MustCompile(`(?i)^(left|right|center|justify)$`)).Globally()
	p.AllowAttrs("colspan", "rowspan", "start", "value").Matching(regexp.MustCompile(`^[0-9]{1,4}$`)).
		OnElements("td", "th", "ol", "li")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(row|col|rowgroup|colgroup)$`)).OnElements("th", "td")
	allowMade(p)
	return p
}

// allowMade allows what only walkHTML sets: it takes these attributes off everything else.
func allowMade(p *bluemonday.Policy) {
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^(Completed task|Incomplete task|Table)$`)).
		OnElements("input", "div")
	p.AllowAttrs("class").Matching(regexp.MustCompile(
		`^(alert alert-(note|tip|important|warning|caution)|alert-title|code( lang-[a-z0-9_-]{1,40})?|code-label|task|`+
			`table-scroll|mention|image-link)$`)).OnElements("div", "p", "pre", "input", "a", "span")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("div", "pre")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^group$`)).OnElements("div")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^md-[A-Za-z0-9:_-]{1,80}$`)).OnElements("li", "sup")
}
