package main

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"github.com/kartela/kartela/internal/dbtest"
)

func TestAListIsExportedAsThePageShowsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		for _, company := range []string{"Γάμα", "Άλφα", "Βήτα"} {
			owner.newContact(company)
		}
		owner.do(`mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }`,
			vars{"input": vars{"company": "Δέλτα", "isSupplier": true, "vatNumber": "094014201", "phones": []vars{{"number": "+30 2101234567"}}}})
		names := func(rows [][]string) (out []string) {
			at := slices.Index(rows[0], "company")
			for _, r := range rows[1:] {
				out = append(out, r[at])
			}
			return out
		}
		text := owner.get("/contacts/export?format=csv&role=CLIENT&orderBy=NAME_DESC&search=&page=2")
		body, ok := strings.CutPrefix(text.body, "\ufeff")
		if text.status != http.StatusOK || !ok || text.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" {
			t.Fatalf("%d %v", text.status, text.header)
		}
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || !slices.Equal(names(rows), []string{"Γάμα", "Βήτα", "Άλφα"}) {
			t.Errorf("%v, %v", rows, err)
		}
		book := owner.get("/contacts/export?format=xlsx&role=SUPPLIER")
		if d := book.header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="contacts-20`) || !strings.Contains(d, `.xlsx"`) {
			t.Errorf("named %s", d)
		}
		f, err := excelize.OpenReader(bytes.NewReader([]byte(book.body)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		rows, err = f.GetRows("contacts", excelize.Options{RawCellValue: true})
		if err != nil || len(rows) != 2 || !slices.Contains(rows[1], "094014201") || !slices.Contains(rows[1], "'+30 2101234567") {
			t.Errorf("%v, %v", rows, err)
		}
	})
}

func TestAnExportThatCannotBeSaysWhy(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	contact := owner.newContact("A")
	for path, want := range map[string]string{
		"?format=pdf": "400 INVALID format", "": "400 INVALID format", "?format=csv&role=CLIENTS": "400 INVALID role", "?format=csv&orderBy=AGE": "400 INVALID orderBy",
		"?format=csv&archived=1": "400 INVALID archived", "?format=csv&option=x": "400 INVALID option", "?format=csv&createdSince=yesterday": "400 INVALID createdSince",
		"?format=csv&balanceMin=a": "400 INVALID balanceMin", "?format=csv&balanceCurrency=EURO": "400 INVALID balanceCurrency", "?format=csv&balanceSide=X": "400 INVALID balanceSide",
	} {
		r := owner.get("/contacts/export" + path)
		if got := strings.TrimSpace(strings.Join([]string{http.StatusText(r.status), r.code(t)}, " ")); got != strings.Replace(want, "400", "Bad Request", 1) {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
		if r.header.Get("Content-Disposition") != "" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
			t.Errorf("%q is answered as a file: %v", path, r.header)
		}
	}
	for name, tt := range map[string]struct {
		who    *caller
		status int
	}{
		"nobody": {s.nobody(t), http.StatusUnauthorized}, "a bad token": {s.nobody(t).as("x"), http.StatusUnauthorized},
		"a customer": {owner.invited(contact), http.StatusForbidden}, "a time-keeper": {owner.colleague(t, "TIME_KEEPER"), http.StatusForbidden},
		"who only reads": {owner.colleague(t, "READ_ONLY"), http.StatusOK},
	} {
		if r := tt.who.get("/contacts/export?format=csv"); r.status != tt.status {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestTheParametersOfAListAreThoseOfThePage(t *testing.T) {
	option := uuid.NewString()
	q, err := url.ParseQuery("search=%CE%B1%20b&role=PROSPECT&archived=true&option=" + option + "&option=" + option + "&city=%CE%91&overdue=false" +
		"&balanceSide=SUPPLIER&balanceCurrency=USD&balanceMin=-1.5&balanceMax=20&createdSince=2026-11-24&changedSince=2026-11-24T10:00:00%2B02:00&orderBy=LAST_ACTIVITY")
	if err != nil {
		t.Fatal(err)
	}
	f, order, err := contactList(q)
	if err != nil {
		t.Fatal(err)
	}
	b := f.Balance
	if f.Search != "α b" || *f.Role != "PROSPECT" || !*f.Archived || len(f.OptionIDs) != 2 || f.OptionIDs[0].String() != option || *f.City != "Α" || *f.HasOverdue ||
		*b.Side != "supplier" || *b.Currency != "USD" || b.Min.String() != "-1.5" || b.Max.String() != "20" ||
		f.CreatedSince.String() != "2026-11-24 00:00:00 +0000 UTC" || f.ChangedSince.String() != "2026-11-24 08:00:00 +0000 UTC" || order != "LAST_ACTIVITY" {
		t.Errorf("%+v %+v in order %s", f, b, order)
	}
	f, order, err = contactList(url.Values{"role": {""}, "city": {""}})
	if err != nil || f.Role != nil || f.City != nil || f.Archived != nil || f.Balance != nil || order != "NAME" {
		t.Errorf("%+v in order %s, %v", f, order, err)
	}
}
