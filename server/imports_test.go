package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/viewer"
)

// workOff does all the work that waits.
func (s *testServer) workOff(t testing.TB) {
	t.Helper()
	for worked := true; worked; {
		var err error
		if worked, err = s.graph.Imports.Work(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// plainly asks for a path that is no GraphQL.
func (c *caller) plainly(method, path, contentType string, body io.Reader, headers ...string) (status int, header http.Header, answer string) {
	c.t.Helper()
	r := c.request(method, contentType, body, headers...)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	answered, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }()
	raw, err := io.ReadAll(answered.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answered.StatusCode, answered.Header, string(raw)
}

const peopleFile = "Company,E-mail\nAlpha,alpha@x.gr\nBeta,nonsense\n=Gamma,gamma@x.gr\n"

func TestToolsImportByPlainHTTP(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		status, _, body := owner.plainly("POST", "/imports?run=true", "text/csv", strings.NewReader(peopleFile), "Content-Disposition", `attachment; filename="people.csv"`)
		var state importAnswer
		if err := json.Unmarshal([]byte(body), &state); err != nil || status != 200 || state.Status != "RUNNING" || state.FileName != "people.csv" ||
			len(state.Preview) != 3 || state.Settings.Columns[1].Field == nil || *state.Settings.Columns[1].Field != "email" {
			t.Fatalf("%d %s", status, body)
		}
		s.workOff(t)
		_, _, body = owner.plainly("GET", "/imports/"+state.ID.String(), "", nil)
		if err := json.Unmarshal([]byte(body), &state); err != nil || state.Status != "DONE" || state.Created != 2 || state.Rejected != 1 || state.RejectedURL == nil {
			t.Fatalf("%s", body)
		}
		status, header, csv := owner.plainly("GET", *state.RejectedURL, "", nil)
		if want := "\ufeffCompany,E-mail,Error\r\nBeta,nonsense,E-mail: This is not an e-mail address.\r\n"; csv != want || status != 200 {
			t.Errorf("%d %q, want %q", status, csv, want)
		}
		if d := header.Get("Content-Disposition"); !strings.Contains(d, "people-rejected.csv") || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("headers %v", header)
		}

		// A form, with the file's name; the same key again gives the same import.
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		_ = w.WriteField("note", "not a file")
		part, _ := w.CreateFormFile("contacts", "form.csv")
		_, _ = io.WriteString(part, peopleFile)
		_ = w.Close()
		var again [2]importAnswer
		for i := range again {
			_, _, body := owner.plainly("POST", "/imports", w.FormDataContentType(), bytes.NewReader(form.Bytes()), "Idempotency-Key", "k1")
			if err := json.Unmarshal([]byte(body), &again[i]); err != nil || again[i].FileName != "form.csv" || again[i].Status != "UPLOADED" {
				t.Fatalf("%s", body)
			}
		}
		if again[0].ID != again[1].ID {
			t.Error("a repeat made another import")
		}
		if status, _, body := owner.plainly("POST", "/imports", "text/csv", strings.NewReader("other"), "Idempotency-Key", "k1"); status != http.StatusConflict && status != 400 {
			t.Errorf("the key for another file: %d %s", status, body)
		}
	})
}

func TestNobodyElseSeesAnImport(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	ours, theirs := s.newTenant(t, "ours").caller, s.newTenant(t, "theirs").caller
	_, _, body := ours.plainly("POST", "/imports?run=true", "text/csv", strings.NewReader(peopleFile))
	var state importAnswer
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		t.Fatal(body)
	}
	s.workOff(t)
	for _, path := range []string{"/imports/" + state.ID.String(), "/imports/" + state.ID.String() + "/rejected"} {
		if status, _, body := ours.plainly("GET", path, "", nil); status != 200 {
			t.Errorf("ours: %s: %d %s", path, status, body)
		}
		foreign, _, told := theirs.plainly("GET", path, "", nil)
		unknown, _, same := theirs.plainly("GET", strings.Replace(path, state.ID.String(), "018f0000-0000-7000-8000-000000000001", 1), "", nil)
		if foreign != 404 || unknown != 404 || told != same {
			t.Errorf("theirs: %s: %d %s, and what is not there: %d %s", path, foreign, told, unknown, same)
		}
		if status, _, _ := s.nobody(t).plainly("GET", path, "", nil); status != 401 {
			t.Errorf("nobody: %s: %d", path, status)
		}
	}
	if status, _, _ := s.nobody(t).plainly("POST", "/imports", "text/csv", strings.NewReader(peopleFile)); status != 401 {
		t.Errorf("nobody uploads: %d", status)
	}
	if status, _, body := ours.plainly("POST", "/imports", "text/csv", strings.NewReader(peopleFile), "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); status != 403 {
		t.Errorf("another site's page uploads: %d %s", status, body)
	}
	for name, file := range map[string]string{"nothing": "", "a header alone": "Name\n", "a zip": "PK\x03\x04"} {
		if status, _, body := ours.plainly("POST", "/imports", "text/csv", strings.NewReader(file)); status != 400 || !strings.Contains(body, `"field":"file"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, _, body := ours.plainly("POST", "/imports", "text/csv", strings.NewReader("Name\n"+strings.Repeat("A B\n", 17<<20))); status != http.StatusRequestEntityTooLarge {
		t.Errorf("68 MB: %d %s", status, body)
	}
}

// An import is followed over a socket to its end, and goes on in another process when the one
// that works on it stops in the middle.
func TestAnImportGoesOnAfterARestartAndIsFollowed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		past := viewer.AsSystem(context.Background(), "a test counts")
		first := startServer(t, d, config{})
		owner := first.owner(t)
		var file strings.Builder
		file.WriteString("Company,E-mail\n")
		for i := range 2500 { // three chunks
			fmt.Fprintf(&file, "Company %d,c%d@x.gr\n", i, i)
		}
		_, _, body := owner.plainly("POST", "/imports", "text/csv", strings.NewReader(file.String()))
		var state importAnswer
		if err := json.Unmarshal([]byte(body), &state); err != nil {
			t.Fatal(body)
		}
		id := state.ID
		ctx, stop := context.WithCancel(context.Background())
		first.graph.Imports.Progress = func(uuid.UUID, uuid.UUID) { // stops after the first chunk
			if n := d.Contact.Query().CountX(past); n > 0 {
				stop()
			}
		}
		owner.do(`mutation($input: ContactImportIdInput!) { runContactImport(input: $input) { import { id } } }`, vars{"input": vars{"id": id.String()}})
		if _, err := first.graph.Imports.Work(ctx); err != nil {
			t.Fatal(err)
		}
		done := d.Contact.Query().CountX(past)
		if done == 0 || done == 2500 {
			t.Fatalf("%d contacts at the stop", done)
		}

		second := startServer(t, d, config{})
		again := second.nobody(t).as(owner.token)
		ws := again.talk()
		ws.say(vars{"type": "subscribe", "id": "1", "payload": vars{"variables": vars{"id": id.String()},
			"query": `subscription($id: ID!) { contactImportProgress(id: $id) { status version position rows created } }`}})
		if got := ws.next().at("contactImportProgress"); got.at("status").text() != "RUNNING" || got.at("position").is.(float64) != float64(done) {
			t.Errorf("first %v", got.is)
		}
		defer second.work(context.Background())()
		version := 0.
		for {
			got := ws.next().at("contactImportProgress")
			if v := got.at("version").is.(float64); v <= version {
				t.Errorf("version %v after %v", v, version)
			} else {
				version = v
			}
			if got.at("status").text() == "DONE" {
				if got.at("created").is.(float64) != 2500 {
					t.Errorf("last %v", got.is)
				}
				break
			}
		}
		if got := ws.hear(); got["type"] != "complete" {
			t.Errorf("after the end came %v", got)
		}
		if n := d.Contact.Query().CountX(past); n != 2500 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestAWorkbookIsImported(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		var file bytes.Buffer
		w, err := sheet.NewWriter(&file, "Επαφές")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range [][]string{{"Πελάτες 2026"}, {}, {"Επωνυμία", "ΑΦΜ", "ΤΚ", "Πόλη", "E-mail"}, {"Άλφα ΑΕ", "094259216", "01234", "Αθήνα", "a@x.gr"}} {
			if err := w.Row(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		owner := s.owner(t)
		status, _, body := owner.plainly("POST", "/imports?run=true", "application/octet-stream", &file)
		var state importAnswer
		if err := json.Unmarshal([]byte(body), &state); err != nil || status != 200 || state.Settings.FileType != "xlsx" || state.Settings.HeaderRow != 3 || state.Settings.Sheet != "Επαφές" {
			t.Fatalf("%d %s", status, body)
		}
		s.workOff(t)
		got := owner.do(`{ contacts(first: 1) { nodes { displayName vatNumber addresses { postalCode city } emails { email } } } }`, nil).at("contacts.nodes.0")
		if got.at("displayName").text() != "Άλφα ΑΕ" || got.at("vatNumber").text() != "094259216" || got.at("addresses.0.postalCode").text() != "01234" {
			t.Errorf("the contact is %v", got.is)
		}
	})
}
