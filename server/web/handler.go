package web

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// PagePolicy is the Content-Security-Policy of the page: everything from the page's own
// origin, no inline script or style, nobody may frame it. In connect-src 'self' stands for
// the origin's WebSockets as well (CSP level 3).
const PagePolicy = "default-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const (
	index     = "index.html"
	hashed    = "assets/" // Vite's folder of files whose names change with their content
	immutable = "public, max-age=31536000, immutable"
)

// Handler serves the embedded page. See NewHandler.
func Handler() http.Handler {
	h, err := NewHandler(Dist, PagePolicy)
	if err != nil {
		panic(err) // the embedded files are part of the program
	}
	return h
}

// NewHandler serves a built single-page application out of files, which it reads once,
// whole: index.html, hashed files under assets/, others beside it, and the NAME.gz of any.
//
// A path that names a file answers with it, gzipped where a NAME.gz is there and the
// client accepts it. Any other path answers a browser's navigation with index.html, so
// that the page's own addresses can be opened and reloaded, and everything else with 404;
// so does a missing file under assets/, lest an old page mistake HTML for its script.
// Only GET and HEAD are allowed. Hashed files may be kept for ever, all others are asked
// for again each time and answered 304 by their ETag.
//
// policy is sent as Content-Security-Policy with every answer. It fails when files cannot
// be read or has no index.html.
func NewHandler(files fs.FS, policy string) (http.Handler, error) {
	h := &handler{policy: policy, files: map[string]*file{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".gz") {
			return err
		}
		h.files[name], err = read(files, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web: read the built files: %w", err)
	}
	if h.files[index] == nil {
		return nil, errors.New("web: the built files have no index.html")
	}
	return h, nil
}

type handler struct {
	policy string
	files  map[string]*file // by path without the leading slash
}

// A file is what answers one path.
type file struct {
	contentType  string
	cacheControl string
	plain        body
	gzip         *body // nil when there is none
}

// A body is one representation of a file.
type body struct {
	bytes []byte
	etag  string // strong, so it differs between plain and gzip
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.secure(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD are allowed here.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = index
	}
	f := h.files[name]
	if f == nil && !strings.HasPrefix(name, hashed) && isNavigation(r) {
		f = h.files[index]
	}
	if f == nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	f.serve(w, r)
}

func (h *handler) secure(header http.Header) {
	header.Set("Content-Security-Policy", h.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	// Addresses of the page can hold one-time tokens: they are told to nobody.
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	chosen := f.plain
	if f.gzip != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Values("Accept-Encoding")) {
			chosen = *f.gzip
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("Cache-Control", f.cacheControl)
	header.Set("ETag", chosen.etag)
	if matches(r.Header.Values("If-None-Match"), chosen.etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(chosen.bytes)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(chosen.bytes) // a reader that went away needs no answer
}

func read(files fs.FS, name string) (*file, error) {
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	f := &file{contentType: contentType(name), cacheControl: "no-cache", plain: newBody(plain)}
	if strings.HasPrefix(name, hashed) {
		f.cacheControl = immutable
	}
	packed, err := fs.ReadFile(files, name+".gz")
	switch {
	case err == nil:
		b := newBody(packed)
		f.gzip = &b
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return f, nil
}

func newBody(bytes []byte) body {
	sum := sha256.Sum256(bytes)
	return body{bytes: bytes, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
}

// contentType says what a file is by its name. The types that matter are listed, because
// what package mime answers depends on the machine.
func contentType(name string) string {
	ext := path.Ext(name)
	switch ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if known := mime.TypeByExtension(ext); known != "" {
		return known
	}
	return "application/octet-stream"
}

// isNavigation reports whether a person opens the address, as against a script, image or
// program that asks for it.
func isNavigation(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// acceptsGzip reports whether Accept-Encoding, given as its header lines, allows gzip
// (RFC 9110, 12.5.3): by name or by *, unless its weight is 0.
func acceptsGzip(lines []string) bool {
	byName, byStar := -1.0, -1.0
	for _, item := range list(lines) {
		coding, parameters, _ := strings.Cut(item, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			byName = weight(parameters)
		case "*":
			byStar = weight(parameters)
		}
	}
	return byName > 0 || byName < 0 && byStar > 0
}

// weight is the q of a list item's parameters: 1 when there is none, 0 when it is unreadable.
func weight(parameters string) float64 {
	key, value, found := strings.Cut(strings.TrimSpace(parameters), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0
	}
	return q
}

// matches reports whether If-None-Match, given as its header lines, names etag or *. The
// comparison is the weak one (RFC 9110, 13.1.2): proxies that compress mark tags with W/.
func matches(lines []string, etag string) bool {
	return slices.ContainsFunc(list(lines), func(item string) bool {
		return item == "*" || strings.TrimPrefix(item, "W/") == etag
	})
}

// list is the items of a comma-separated header.
func list(lines []string) []string {
	var items []string
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	}
	return items
}
