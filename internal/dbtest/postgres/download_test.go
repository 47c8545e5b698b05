//go:build unix

package postgres

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A download that hangs is given up with the context, which the library knows nothing of.
func TestADownloadThatHangs(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // where downloads are kept
	t.Setenv("TMPDIR", t.TempDir())
	asked, goOn := make(chan struct{}), make(chan struct{})
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-goOn
		w.WriteHeader(http.StatusNotFound)
	}))
	defer repository.Close()
	defer close(goOn)
	c := defaults()
	c.root, c.repository = false, repository.URL
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := fromDownload(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
