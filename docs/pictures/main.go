// Command pictures photographs the playground in a real browser, for the README and the docs.
//
// It plays the built-in story, opens its pages in a headless Chromium and writes PNG files:
//
//	go run ./docs/pictures            # into docs/pictures
//	go run ./docs/pictures -out DIR   # elsewhere, to compare
//
// The story has its own clock, so the pictures do not depend on when they are made; they do depend on the
// machine's fonts. It needs a browser and is no part of what must hold before a change lands.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/phasegate/phasegate/internal/playground"
)

const (
	repo   = "/acme-telco/churn"
	issue  = repo + "/issues/3"
	sticky = ".card.bot:has(.alert)" // the status comment: the only one of the bot's that opens with an alert
	scale  = 2                       // device pixels for each CSS pixel
	// mergeBox is where a pull request's page says whether it may be merged.
	mergeBox = ".merge-box"
	maxSize  = 300_000         // bytes; the repository carries every version of a picture for ever
	limit    = 2 * time.Minute // for all pictures together
)

// weaker is a config that asks for less than the playground's.
const weaker = `version: 1
timezone: America/Sao_Paulo
roles:
  business-stakeholder: [helena-bs]
  subject-matter-expert: [rui-sme]
  data-engineer: [dora-de]
  data-scientist: [sara-ds, tomas-ds]
  software-engineer: [felix-se]
  ml-engineer: [mina-mle]
  backend-engineer: [bento-be]
gate_valid_days: {standard: 365}
mode: observe`

// picture is one photograph: of the first element that fits the selector, or of what the window shows.
type picture struct {
	file, path    string
	selector      string // "" is the window from the top of the page
	width, height int64  // of the window, in CSS pixels
	dark          bool
	before        []act // what people do before it is made
}

// act is something that somebody does, as a request to GitHub's interface below the repository.
type act struct {
	login, method, path string
	body                map[string]any
}

// comment is a comment that somebody writes.
func comment(login string, issue int, text string) act {
	return act{login, http.MethodPost, fmt.Sprintf("/issues/%d/comments", issue), map[string]any{"body": text}}
}

// file is a file that somebody writes on a branch.
func file(login, branch, path, content string) act {
	return act{login, http.MethodPut, "/contents/" + path, map[string]any{
		"message": "Write " + path, "branch": branch, "content": base64.StdEncoding.EncodeToString([]byte(content))}}
}

// propose opens a pull request with files on a new branch.
func propose(login, branch, title, body string, files ...string) []act {
	acts := []act{{login, http.MethodPost, "/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": "main"}}}
	for _, f := range files {
		path, content, _ := strings.Cut(f, ":")
		acts = append(acts, file(login, branch, path, content+"\n"))
	}
	return append(acts, act{login, http.MethodPost, "/pulls", map[string]any{"title": title, "head": branch, "base": "main", "body": body}})
}

// requireChecks lets nothing into main that two of the checks do not pass, as docs/pull-requests.md asks for.
var requireChecks = act{"mina-mle", http.MethodPost, "/rulesets", map[string]any{
	"name": "Phasegate", "target": "branch", "enforcement": "active", "conditions": map[string]any{"ref_name": map[string]any{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
	"rules": []any{map[string]any{"type": "required_status_checks", "parameters": map[string]any{"strict_required_status_checks_policy": false,
		"required_status_checks": []any{map[string]any{"context": "phasegate/gate"}, map[string]any{"context": "phasegate/roles"}}}}},
}}

func pictures() []picture {
	return []picture{
		{file: "sticky.png", path: issue, selector: sticky, width: 1280, height: 900},
		{file: "sticky-dark.png", path: issue, selector: sticky, width: 1280, height: 900, dark: true},
		{file: "playground.png", path: repo + "/issues", width: 1100, height: 690},
		{file: "narrow.png", path: issue, selector: sticky, width: 320, height: 800},
		{file: "log.png", path: repo + "/log", width: 1100, height: 760},
		{file: "problem.png", path: repo + "/issues/1", selector: sticky, width: 1280, height: 900},
		{file: "objected.png", path: repo + "/issues/4", selector: sticky, width: 1280, height: 900, before: []act{
			comment("tomas-ds", 4, "/advance development"), comment("dora-de", 4, "/approve"), comment("rui-sme", 4, "/object Offers to people who just complained make them leave."),
		}},
		{file: "returned.png", path: repo + "/issues/5", selector: sticky, width: 1280, height: 900, before: []act{
			comment("sara-ds", 5, "/advance development"), comment("helena-bs", 5, "/approve"), comment("rui-sme", 5, "/approve"), comment("dora-de", 5, "/approve"), comment("tomas-ds", 5, "/approve"),
			comment("sara-ds", 5, "/return design data: roaming charges arrive a month late"),
		}},
		{file: "checks.png", path: repo + "/pull/9/checks", selector: "main", width: 1100, height: 900, before: slices.Concat(
			[]act{comment("helena-bs", 3, "/approve"), comment("rui-sme", 3, "/approve"), requireChecks},
			propose("sara-ds", "train", "Train the first model", "Gradient boosting on usage.\n\nDeliverable: #3",
				"train/gbm.py:depth = 6", "features/usage.py:months = 24", "docs/model-card.md:# Churn score", "deploy/score-job.yml:schedule: monday"),
		)},
		{file: "merge-box.png", path: repo + "/pull/9", selector: mergeBox, width: 1100, height: 900},
		{file: "config-check.png", path: repo + "/pull/10/checks", selector: "main", width: 1100, height: 900,
			before: propose("felix-se", "weaker", "Fewer approvals", "The expert is away often.", ".github/phasegate.yml:"+weaker)},
	}
}

// do sends the request as its person, and returns once the App has done its part. A branch named as a commit
// stands for what it points to.
func (a act) do(ctx context.Context, web string) error {
	api := web + "/api/v3/repos" + repo
	if a.body["sha"] == "main" {
		var ref struct{ Object struct{ SHA string } }
		if err := a.send(ctx, http.MethodGet, api+"/git/ref/heads/main", nil, &ref); err != nil {
			return err
		}
		a.body["sha"] = ref.Object.SHA
	}
	if a.method == http.MethodPut { // of a file that is there already its hash has to be named
		var there struct{ SHA string }
		if a.send(ctx, http.MethodGet, fmt.Sprintf("%s%s?ref=%s", api, a.path, a.body["branch"]), nil, &there) == nil {
			a.body["sha"] = there.SHA
		}
	}
	if err := a.send(ctx, a.method, api+a.path, a.body, nil); err != nil {
		return err
	}
	return a.send(ctx, http.MethodGet, web+"/_sim/idle?timeout=30s", nil, nil)
}

// send sends one request and reads its answer into v, unless that is nil.
func (a act) send(ctx context.Context, method, url string, body, v any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token sim-"+a.login)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s as %s: %w", method, url, a.login, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s as %s: the answer is %s", method, url, a.login, res.Status)
	}
	if v == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(v)
}

func main() {
	out := flag.String("out", filepath.Join("docs", "pictures"), "folder the pictures go to")
	browser := flag.String("browser", "", "the browser's program; without it, the Chromium or Chrome on the PATH")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *browser); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, browser string) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %s", limit))
	defer cancel()
	if browser, err = program(browser); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the pictures: %w", err)
	}
	steps, err := playground.Scenario()
	if err != nil {
		return err
	}
	p, err := playground.Start(ctx, playground.Options{Steps: steps, Spacing: time.Millisecond})
	if err != nil {
		return fmt.Errorf("start the playground: %w", err)
	}
	defer func() { err = errors.Join(err, p.Close(context.WithoutCancel(ctx))) }()
	tab, closeTab, err := open(ctx, browser)
	if err != nil {
		return err
	}
	defer closeTab()
	for _, pic := range pictures() {
		for _, a := range pic.before {
			if err := a.do(ctx, p.WebURL); err != nil {
				return err
			}
		}
		size, err := pic.take(tab, p.WebURL, filepath.Join(out, pic.file))
		if err != nil {
			return fmt.Errorf("%s: %w", pic.file, errors.Join(err, context.Cause(ctx)))
		}
		fmt.Printf("%-16s %4d kB\n", pic.file, size/1000)
	}
	return nil
}

// program finds the browser.
func program(named string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	if named != "" {
		return "", fmt.Errorf("there is no program %q", named)
	}
	return "", errors.New("no Chromium is installed. On Debian or Ubuntu: sudo apt-get install chromium. " +
		"Elsewhere name a Chromium or Chrome with -browser PATH")
}

// open starts the browser with one empty tab.
func open(ctx context.Context, browser string) (tab context.Context, closeAll func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.Flag("hide-scrollbars", true))
	if os.Geteuid() == 0 { // Chromium refuses to sandbox for root; only our own pages are opened
		options = append(options, chromedp.NoSandbox)
	}
	allocated, closeBrowser := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(allocated)
	closeAll = func() { closeTab(); closeBrowser() }
	if err := chromedp.Do(tab); err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("start %s: %w", browser, err)
	}
	return tab, closeAll, nil
}

// take makes the picture and returns its size in bytes.
func (p picture) take(tab context.Context, web, file string) (int, error) {
	err := chromedp.Do(tab, colours(p.dark), chromedp.EmulateViewport(p.width, p.height, chromedp.EmulateScale(scale)))
	if err != nil {
		return 0, fmt.Errorf("set the window up: %w", err)
	}
	answer, err := chromedp.Run(tab, chromedp.NavigateResponse(web+p.path))
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", p.path, err)
	}
	if answer.Status != 200 {
		return 0, fmt.Errorf("open %s: the page answers %d %s", p.path, answer.Status, answer.StatusText)
	}
	shot := chromedp.CaptureScreenshot()
	if p.selector != "" {
		n, err := chromedp.Run(tab, chromedp.Evaluate[int](fmt.Sprintf("document.querySelectorAll(%q).length", p.selector)))
		if err != nil || n != 1 {
			return 0, errors.Join(fmt.Errorf("%s has %d elements %s, not one", p.path, n, p.selector), err)
		}
		shot = chromedp.Screenshot(chromedp.CSS(p.selector))
	}
	data, err := chromedp.Run(tab, shot)
	if err != nil {
		return 0, fmt.Errorf("photograph %s: %w", p.path, err)
	}
	if data, err = smaller(data); err != nil {
		return 0, err
	}
	if len(data) > maxSize {
		return 0, fmt.Errorf("%d bytes are more than the %d a picture may have", len(data), maxSize)
	}
	return len(data), os.WriteFile(file, data, 0o644)
}

// smaller writes a PNG anew with a palette: pages have few colours, and the rest are edges of letters.
func smaller(data []byte) ([]byte, error) {
	shown, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read what the browser photographed: %w", err)
	}
	b := shown.Bounds()
	often := map[color.Color]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			often[color.RGBAModel.Convert(shown.At(x, y))]++
		}
	}
	known := slices.SortedFunc(maps.Keys(often), func(c, d color.Color) int {
		return cmp.Or(cmp.Compare(often[d], often[c]), strings.Compare(fmt.Sprint(c), fmt.Sprint(d)))
	})
	few := color.Palette(known[:min(len(known), 256)])
	nearest := map[color.Color]uint8{}
	for _, c := range known {
		nearest[c] = uint8(few.Index(c))
	}
	with := image.NewPaletted(b, few)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			with.SetColorIndex(x, y, nearest[color.RGBAModel.Convert(shown.At(x, y))])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, with); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return out.Bytes(), nil
}

// colours chooses between the light and the dark look, and keeps the page still.
func colours(dark bool) chromedp.Action[chromedp.Void] {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}
