package blob_test

import (
	"cmp"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// s3 speaks as much of the protocol of S3 as a store asks for: whole objects, by path-style
// addresses, in memory. It checks no signature, but that there is one.
type s3 struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string][]byte
	changed map[string]time.Time
}

// startS3 starts one and gives the URL of a bucket on it.
func startS3(t *testing.T) string {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	s := httptest.NewServer(&s3{t: t, objects: map[string][]byte{}, changed: map[string]time.Time{}})
	t.Cleanup(s.Close)
	return "s3://bucket?" + url.Values{"region": {"eu-central-1"}, "endpoint": {s.URL}, "use_path_style": {"true"},
		"request_checksum_calculation": {"when_required"}, "response_checksum_validation": {"when_required"}}.Encode()
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client gave up
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		s.t.Errorf("an unsigned %s", r.Method)
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if bucket != "bucket" {
		s.fail(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	switch object, ok := s.objects[key]; {
	case r.Method == http.MethodGet && key == "":
		s.list(w, r.URL.Query())
	case r.Method == http.MethodPut && r.URL.RawQuery == "x-id=PutObject":
		s.objects[key], s.changed[key] = body, time.Now()
		w.Header().Set("ETag", `"x"`)
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case (r.Method == http.MethodGet || r.Method == http.MethodHead) && ok:
		w.Header().Set("ETag", `"x"`)
		http.ServeContent(w, r, "", s.changed[key], strings.NewReader(string(object)))
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.fail(w, http.StatusNotFound, "NoSuchKey")
	default:
		s.t.Errorf("%s %s is not spoken here", r.Method, r.URL)
		s.fail(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func (s *s3) fail(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}{Code: code})
}

type listed struct {
	Key          string
	LastModified string
	Size         int
}

func (s *s3) list(w http.ResponseWriter, q url.Values) {
	most, _ := strconv.Atoi(cmp.Or(q.Get("max-keys"), "1000"))
	var found []listed
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, q.Get("prefix")) && key > q.Get("continuation-token") {
			found = append(found, listed{key, s.changed[key].UTC().Format("2006-01-02T15:04:05.000Z"), len(s.objects[key])})
		}
	}
	next := ""
	if len(found) > most {
		found = found[:most]
		next = found[most-1].Key
	}
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []listed
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
	}{Contents: found, IsTruncated: next != "", NextContinuationToken: next})
}
