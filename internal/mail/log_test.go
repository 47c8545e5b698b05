package mail

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestLogNeverHasTheBody(t *testing.T) {
	var log bytes.Buffer
	l := Log{slog.New(slog.NewTextHandler(&log, nil))}
	m := Message{To: "Maria <maria@example.com>", Subject: "Πρόσκληση", Text: "https://kartela.example/#secret", HTML: "<a href=secret>"}
	if err := l.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("the body is logged: %s", &log)
	}
	for _, want := range []string{"level=WARN", "no mail relay is set", "to=maria@example.com", "Πρόσκληση"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in %s", want, &log)
		}
	}
}
