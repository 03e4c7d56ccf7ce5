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
	repo    = "/acme-telco/churn"
	issue   = repo + "/issues/3"
	sticky  = ".card.bot:has(.alert)" // the status comment: the only one of the bot's that opens with an alert
	scale   = 2                       // device pixels for each CSS pixel
	maxSize = 300_000                 // bytes; the repository carries every version of a picture for ever
	limit   = 2 * time.Minute         // for all pictures together
)

// picture is one photograph: of the first element that fits the selector, or of what the window shows.
type picture struct {
	file, path    string
	selector      string // "" is the window from the top of the page
	width, height int64  // of the window, in CSS pixels
	dark          bool
	before        []said // what people write before it is made
}

// said is a comment that somebody writes.
type said struct {
	login string
	issue int
	text  string
}

func pictures() []picture {
	return []picture{
		{file: "sticky.png", path: issue, selector: sticky, width: 1280, height: 900},
		{file: "sticky-dark.png", path: issue, selector: sticky, width: 1280, height: 900, dark: true},
		{file: "playground.png", path: repo + "/issues", width: 1100, height: 690},
		{file: "narrow.png", path: issue, selector: sticky, width: 320, height: 800},
		{file: "log.png", path: repo + "/log", width: 1100, height: 760},
		{file: "problem.png", path: repo + "/issues/1", selector: sticky, width: 1280, height: 900},
		{file: "objected.png", path: repo + "/issues/4", selector: sticky, width: 1280, height: 900, before: []said{
			{"tomas-ds", 4, "/advance development"}, {"dora-de", 4, "/approve"}, {"rui-sme", 4, "/object Offers to people who just complained make them leave."},
		}},
		{file: "returned.png", path: repo + "/issues/5", selector: sticky, width: 1280, height: 900, before: []said{
			{"sara-ds", 5, "/advance development"}, {"helena-bs", 5, "/approve"}, {"rui-sme", 5, "/approve"}, {"dora-de", 5, "/approve"}, {"tomas-ds", 5, "/approve"},
			{"sara-ds", 5, "/return design data: roaming charges arrive a month late"},
		}},
	}
}

// say writes a comment as somebody, and returns once the App has done its part.
func (s said) say(ctx context.Context, web string) error {
	body, err := json.Marshal(map[string]string{"body": s.text})
	if err != nil {
		return err
	}
	for _, call := range []struct{ method, path string }{
		{http.MethodPost, fmt.Sprintf("/api/v3/repos%s/issues/%d/comments", repo, s.issue)}, {http.MethodGet, "/_sim/idle?timeout=30s"},
	} {
		req, err := http.NewRequestWithContext(ctx, call.method, web+call.path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "token sim-"+s.login)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("%s as %s: %w", s.text, s.login, err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode >= 300 {
			return fmt.Errorf("%s as %s: %s answers %s", s.text, s.login, call.path, res.Status)
		}
	}
	return nil
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
		for _, s := range pic.before {
			if err := s.say(ctx, p.WebURL); err != nil {
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
