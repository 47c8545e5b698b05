package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/secret"
	"github.com/kartela/kartela/viewer"
)

func TestTheKeyOfTheEmbeddedDatabaseIsMadeOnce(t *testing.T) {
	c := &config{Data: filepath.Join(t.TempDir(), "a folder")}
	first, err := c.secrets()
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	path := filepath.Join(c.Data, "secret.key")
	info, err := os.Stat(path)
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Fatal(info, err)
	}
	sealed, err := first.Seal([]byte("x"), "place")
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.secrets()
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := second.Open(sealed, "place"); err != nil || string(got) != "x" {
		t.Errorf("the second start has another key: %q, %v", got, err)
	}
	if files, err := os.ReadDir(c.Data); err != nil || len(files) != 1 {
		t.Errorf("beside the key: %v, %v", files, err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.secrets(); err == nil || !strings.Contains(err.Error(), "secret.key") {
		t.Errorf("an empty key: %v", err)
	}
}

func TestWhereTheKeyComesFrom(t *testing.T) {
	one, two := secret.NewKey(), secret.NewKey()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(one+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	parsed, err := secret.ParseKey(one)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(parsed)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := box.Seal([]byte("x"), "place")
	if err != nil {
		t.Fatal(err)
	}
	const postgres = "postgres://nowhere"
	tests := map[string]struct {
		config config
		opens  bool
		old    bool
		none   bool
		fails  string
	}{
		"the variable":             {config: config{SecretKey: one, Data: "nowhere"}, opens: true},
		"the file":                 {config: config{SecretKeyFile: file, Database: postgres}, opens: true},
		"another key":              {config: config{SecretKey: two}},
		"the old key":              {config: config{SecretKey: two, SecretKeyOld: one}, opens: true, old: true},
		"PostgreSQL without a key": {config: config{Database: postgres, Data: "nowhere"}, none: true},
		"both":                     {config: config{SecretKey: one, SecretKeyFile: file}, fails: "both set"},
		"a bad key":                {config: config{SecretKey: "x"}, fails: "KARTELA_SECRET_KEY: "},
		"a file that is not there": {config: config{SecretKeyFile: file + "x"}, fails: "KARTELA_SECRET_KEY_FILE: "},
		"a bad old key":            {config: config{SecretKey: one, SecretKeyOld: "x"}, fails: "KARTELA_SECRET_KEY_OLD: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			box, err := tt.config.secrets()
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || strings.Contains(err.Error(), one) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || (box == nil) != tt.none {
				t.Fatalf("%v, %v", box, err)
			}
			if box == nil {
				return
			}
			got, old, err := box.Open(sealed, "place")
			if (err == nil) != tt.opens || old != tt.old || (tt.opens && string(got) != "x") {
				t.Errorf("%q, %v, %v", got, old, err)
			}
		})
	}
	if _, err := os.Stat("nowhere"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key was made where none is to be")
	}
}

// registries are VIES and AADE, which answer what they are told.
type registries struct {
	vies, aade string
	status     int
	bodies     []string
}

func (r *registries) start(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		r.bodies = append(r.bodies, string(raw))
		w.WriteHeader(r.status)
		if req.URL.Path == "/vies/check-vat-number" {
			_, _ = io.WriteString(w, r.vies)
		} else {
			_, _ = io.WriteString(w, r.aade)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

const lookupVat = `mutation($input: LookupVatInput!) { lookupVat(input: $input) { status reason cached retryAt message
	differences { field present registry }
	check { id registry country number valid requestIdentifier requestedBy { name } company { name line postalCode city country vatNumber } } } }`

// From a number to a contact that has what the registry says, over the API.
func TestANumberIsLookedUpAndTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		out := &registries{status: 200, vies: `{"valid":true,"requestDate":"2026-07-09+02:00","requestIdentifier":"WAPI1","name":"MUSTER GMBH","address":"STRASSE 1\n10115 BERLIN"}`,
			aade: `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><r:rgWsPublic2AfmMethodResponse xmlns:r="http://rgwspublic2/RgWsPublic2Service"><r:result>` +
				`<rg_ws_public2_result_rtType><call_seq_id>1</call_seq_id><error_rec><error_code/></error_rec><basic_rec><afm>094014201</afm><doy>1159</doy>` +
				`<deactivation_flag>1</deactivation_flag><onomasia>ΕΘΝΙΚΗ  </onomasia></basic_rec></rg_ws_public2_result_rtType></r:result></r:rgWsPublic2AfmMethodResponse></e:Body></e:Envelope>`}
		at := out.start(t)
		s := startServer(t, d, config{VIES: at.URL + "/vies", AADE: at.URL + "/aade", SecretKey: secret.NewKey()})
		owner := s.owner(t)
		contact := owner.do(`mutation { createContact(input: {company: "Muster"}) { contact { id version } } }`, nil)
		id := contact.at("createContact.contact.id").text()

		got := owner.do(lookupVat, vars{"input": vars{"vatNumber": "de 123.456.789", "contactId": id}})
		for path, want := range map[string]string{"status": "VALID", "cached": "false", "check.registry": "VIES", "check.country": "DE", "check.requestIdentifier": "WAPI1",
			"check.requestedBy.name": "Ελένη", "check.company.city": "BERLIN", "check.company.vatNumber": "DE123456789",
			"differences.0.field": "COMPANY", "differences.2.field": "ADDRESS", "differences.2.registry": "STRASSE 1, 10115 BERLIN, DE"} {
			if v := toText(got.at("lookupVat." + path).is); v != want {
				t.Errorf("%s is %q, not %q", path, v, want)
			}
		}
		after := owner.do(`mutation($input: ApplyRegistryCheckInput!) { applyRegistryCheck(input: $input) { contact { company vatNumber version
				addresses { line city } registryChecks(first: 5) { nodes { number requestedBy { name } } } } } }`,
			vars{"input": vars{"checkId": got.at("lookupVat.check.id").text(), "contactId": id, "version": 1, "fields": []string{"COMPANY", "VAT_NUMBER", "ADDRESS"}}})
		for path, want := range map[string]string{"company": "MUSTER GMBH", "vatNumber": "DE123456789", "version": "2", "addresses.0.city": "BERLIN",
			"registryChecks.nodes.0.number": "123456789", "registryChecks.nodes.0.requestedBy.name": "Ελένη"} {
			if v := toText(after.at("applyRegistryCheck.contact." + path).is); v != want {
				t.Errorf("%s is %q, not %q", path, v, want)
			}
		}

		afm := `mutation { lookupAfm(input: {afm: "094014201"}) { status check { company { name taxOffice active } } } }`
		owner.try(afm, nil).refused("INVALID", "")
		settings := owner.do(`mutation { updateRegistrySettings(input: {aadeUsername: "USER", aadePassword: "s3cret"}) { settings { aadeUsername aadePasswordSet secretsAvailable } } }`, nil)
		if v := settings.at("updateRegistrySettings.settings.aadePasswordSet").is; v != true {
			t.Errorf("the password is set: %v", v)
		}
		greek := owner.do(afm, nil)
		if v := greek.at("lookupAfm.check.company.name").text(); v != "ΕΘΝΙΚΗ" || !strings.Contains(out.bodies[len(out.bodies)-1], "s3cret") {
			t.Errorf("AADE: %q", v)
		}
	})
}

// An outage is told as one, and a contact is saved all the same.
func TestAnOutageBlocksNoSaving(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		out := &registries{status: 500, vies: `{"actionSucceed":false,"errorWrappers":[{"error":"IP_BLOCKED"}]}`}
		at := out.start(t)
		registries, err := newRegistries(&config{VIES: at.URL + "/vies"}, s.db, s.graph.Contacts, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		s.graph.Registries = registries
		owner := s.owner(t)
		got := owner.do(lookupVat, vars{"input": vars{"vatNumber": "DE123456789"}})
		if v := got.at("lookupVat.status").text(); v != "UNAVAILABLE" || got.at("lookupVat.reason").text() != "IP_BLOCKED" {
			t.Errorf("%s", v)
		}
		saved := owner.do(`mutation { createContact(input: {company: "Muster", vatNumber: "DE123456789"}) { contact { vatNumber } } }`, nil)
		if v := saved.at("createContact.contact.vatNumber").text(); v != "DE123456789" {
			t.Errorf("saved %q", v)
		}
		owner.try(`mutation { updateRegistrySettings(input: {aadePassword: "x"}) { settings { recheck } } }`, nil).refused("CONFLICT", "aadePassword")
	})
}

// A start with the old key seals anew, so that the next needs it no more.
func TestAStartWithTheOldKeySealsAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, two := secret.NewKey(), secret.NewKey()
		startServer(t, d, config{SecretKey: one}).owner(t).
			do(`mutation { updateRegistrySettings(input: {aadeUsername: "USER", aadePassword: "s3cret"}) { settings { recheck } } }`, nil)
		sealed := func() (out []byte) {
			rows, err := d.QueryContext(viewer.AsSystem(context.Background(), "a test"), `SELECT aade_password FROM registry_settings`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				if err := rows.Scan(&out); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		before := sealed()
		if err := startServer(t, d, config{SecretKey: two, SecretKeyOld: one}).reseal(context.Background()); err != nil {
			t.Fatal(err)
		}
		if after := sealed(); len(before) == 0 || bytes.Equal(before, after) {
			t.Errorf("%x became %x", before, after)
		}
	})
}
