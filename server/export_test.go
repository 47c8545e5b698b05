package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/internal/dbtest"
)

// broken is a workbook that writes a part and then fails.
type broken struct{ w io.Writer }

func (b broken) Row([]string) error {
	_, err := b.w.Write(make([]byte, 100_000))
	return errors.Join(err, errors.New("no more"))
}
func (broken) Close() error { return nil }
func (broken) Drop()        {}

// What fails on the way must not be taken for the whole.
func TestAnExportThatFailsOnTheWayBreaksOff(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	owner.newContact("A")
	s.app.exports.Workbook = func(w io.Writer, _ string) (exports.Rows, error) { return broken{w}, nil }
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+"/contacts/export?format=xlsx", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+owner.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if got, err := io.ReadAll(answer.Body); err == nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Disposition") == "" {
		t.Errorf("%d, %d bytes, %v", answer.StatusCode, len(got), err)
	}
}
