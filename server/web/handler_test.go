package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/server/web"
)

const policy = "default-src 'self'"

var site = fstest.MapFS{
	"index.html":          {Data: []byte("<!doctype html>")},
	"index.html.gz":       {Data: []byte("packed index")},
	"favicon.svg":         {Data: []byte("<svg/>")},
	"assets/a-1234.js":    {Data: []byte("script")},
	"assets/a-1234.js.gz": {Data: []byte("packed script")},
}

func serve(t *testing.T, files fs.FS, method, target string, header map[string]string) *http.Response {
	t.Helper()
	h, err := web.NewHandler(files, policy)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, target, nil)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHandlerChoosesWhatToSend(t *testing.T) {
	type sent struct {
		Status                      int
		Type, Cache, Encoding, Body string
	}
	page := sent{200, "text/html; charset=utf-8", "no-cache", "", "<!doctype html>"}
	missing := sent{404, "text/plain; charset=utf-8", "no-store", "", "There is nothing at this address.\n"}
	refused := sent{405, "text/plain; charset=utf-8", "", "", "Only GET and HEAD are allowed here.\n"}
	navigates := map[string]string{"Accept": "text/html,*/*"}
	tests := map[string]struct {
		method string
		path   string
		header map[string]string
		want   sent
	}{
		"the root, for any client":               {"GET", "/", nil, page},
		"index.html by name":                     {"GET", "/index.html", nil, page},
		"an address of the page, opened":         {"GET", "/contacts/018f?x=1", navigates, page},
		"an address of the page, by a new one":   {"GET", "/portal", map[string]string{"Sec-Fetch-Mode": "navigate"}, page},
		"an address of the page, fetched":        {"GET", "/portal", map[string]string{"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, missing},
		"an unknown path for a program":          {"GET", "/robots.txt", nil, missing},
		"a missing hashed file, opened":          {"GET", "/assets/old.js", navigates, missing},
		"a hashed file":                          {"GET", "/assets/a-1234.js", nil, sent{200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "", "script"}},
		"a hashed file, packed":                  {"GET", "/assets/a-1234.js", map[string]string{"Accept-Encoding": "br, GZIP;q=0.5"}, sent{200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "gzip", "packed script"}},
		"packed for whoever takes anything":      {"GET", "/", map[string]string{"Accept-Encoding": "*"}, sent{200, page.Type, page.Cache, "gzip", "packed index"}},
		"not packed where gzip is refused":       {"GET", "/", map[string]string{"Accept-Encoding": "*, gzip;q=0"}, page},
		"not packed for an unreadable weight":    {"GET", "/", map[string]string{"Accept-Encoding": "gzip;q=much"}, page},
		"a file that has no packed form":         {"GET", "/favicon.svg", map[string]string{"Accept-Encoding": "gzip"}, sent{200, "image/svg+xml", "no-cache", "", "<svg/>"}},
		"a packed file is no address of its own": {"GET", "/index.html.gz", nil, missing},
		"a way out of the folder":                {"GET", "/assets/../../embed.go", nil, missing},
		"a folder":                               {"GET", "/assets/", navigates, sent{200, page.Type, page.Cache, "", page.Body}},
		"HEAD":                                   {"HEAD", "/", nil, sent{200, page.Type, page.Cache, "", ""}},
		"POST":                                   {"POST", "/", nil, refused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := serve(t, site, tt.method, tt.path, tt.header)
			got := sent{r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"), r.Header.Get("Content-Encoding"), text(t, r)}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": policy,
		"X-Content-Type-Options":  "nosniff",
		"X-Frame-Options":         "DENY",
		"Referrer-Policy":         "no-referrer",
	}
	for _, request := range []string{"GET /", "GET /assets/a-1234.js", "GET /nothing", "POST /"} {
		method, target, _ := strings.Cut(request, " ")
		r := serve(t, site, method, target, nil)
		for header, value := range want {
			if got := r.Header.Get(header); got != value {
				t.Errorf("%s: %s is %q, want %q", request, header, got, value)
			}
		}
	}
	if strings.Contains(web.PagePolicy, "unsafe") || !strings.Contains(web.PagePolicy, "frame-ancestors 'none'") {
		t.Errorf("the page's policy is too wide: %s", web.PagePolicy)
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	plain := serve(t, site, "GET", "/", nil)
	packed := serve(t, site, "GET", "/", map[string]string{"Accept-Encoding": "gzip"})
	etag, packedTag := plain.Header.Get("ETag"), packed.Header.Get("ETag")
	if etag == "" || etag == packedTag {
		t.Fatalf("ETag plain %q, packed %q: want two different ones", etag, packedTag)
	}
	if plain.Header.Get("Vary") != "Accept-Encoding" || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Error("Vary does not name Accept-Encoding")
	}
	tests := map[string]struct {
		noneMatch string
		status    int
	}{
		"the same":               {etag, 304},
		"weak, among others":     {`"other", W/` + etag, 304},
		"any":                    {"*", 304},
		"an older one":           {`"other"`, 200},
		"that of the other form": {packedTag, 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := serve(t, site, "GET", "/", map[string]string{"If-None-Match": tt.noneMatch})
			if r.StatusCode != tt.status {
				t.Errorf("status %d, want %d", r.StatusCode, tt.status)
			}
			if body := text(t, r); r.StatusCode == http.StatusNotModified && body != "" {
				t.Errorf("a 304 has the body %q", body)
			}
		})
	}
}

func TestHandlerNeedsAnIndex(t *testing.T) {
	if _, err := web.NewHandler(fstest.MapFS{"a.js": {}}, policy); err == nil {
		t.Error("no error for files without index.html")
	}
}

// The committed build is whole: all that index.html names is there, and every packed file
// unpacks to the file it stands for.
func TestDistIsWhole(t *testing.T) {
	page, err := fs.ReadFile(web.Dist, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:src|href)="/([^"]+)"`).FindAllSubmatch(page, -1)
	if len(named) < 2 {
		t.Fatalf("index.html names %d files, want a script and an icon at least", len(named))
	}
	for _, m := range named {
		r := serve(t, web.Dist, "GET", "/"+string(m[1]), nil)
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", m[1], r.StatusCode)
		}
	}
	packed := 0
	err = fs.WalkDir(web.Dist, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".gz") {
			return err
		}
		packed++
		plain, err := fs.ReadFile(web.Dist, strings.TrimSuffix(name, ".gz"))
		if err != nil {
			return err
		}
		if got := unpack(t, name); !bytes.Equal(got, plain) {
			t.Errorf("%s does not unpack to the file beside it", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if packed == 0 {
		t.Error("nothing is packed")
	}
}

func unpack(t *testing.T, name string) []byte {
	t.Helper()
	f, err := web.Dist.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
