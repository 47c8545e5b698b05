package vies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/fault"
)

// service is VIES: it answers its check-vat-number as its test twin does, by the number, or
// as told. It keeps the bodies that it was sent.
type service struct {
	t      *testing.T
	status int
	answer string // empty: by the number
	bodies []string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	s.bodies = append(s.bodies, string(raw))
	if r.Method != http.MethodPost || r.URL.Path != "/rest-api/check-vat-number" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "kartela" {
		s.t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	w.Header().Set("Content-Type", "application/json")
	if s.answer != "" {
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.answer)
		return
	}
	var in struct{ CountryCode, VatNumber, RequesterMemberStateCode, RequesterNumber string }
	_ = json.Unmarshal(raw, &in)
	code := map[string]string{"201": "INVALID_INPUT", "202": "INVALID_REQUESTER_INFO", "300": "SERVICE_UNAVAILABLE", "301": "MS_UNAVAILABLE",
		"302": "TIMEOUT", "400": "VAT_BLOCKED", "401": "IP_BLOCKED", "500": "GLOBAL_MAX_CONCURRENT_REQ", "501": "GLOBAL_MAX_CONCURRENT_REQ_TIME",
		"600": "MS_MAX_CONCURRENT_REQ", "601": "MS_MAX_CONCURRENT_REQ_TIME"}[in.VatNumber]
	switch {
	case in.VatNumber == "100" || in.VatNumber == "200":
		_, _ = fmt.Fprintf(w, `{"countryCode":%q,"vatNumber":%q,"requestDate":"2024-02-09T08:41:22.123Z","valid":%v,"requestIdentifier":"%s",`+
			`"name":"John Doe","address":"123 Main St,\nAnytown,\nUK","traderName":"---","traderStreet":"---","traderPostalCode":"---","traderCity":"---",`+
			`"traderCompanyType":"---","traderNameMatch":"NOT_PROCESSED","traderStreetMatch":"NOT_PROCESSED","traderPostalCodeMatch":"NOT_PROCESSED",`+
			`"traderCityMatch":"NOT_PROCESSED","traderCompanyTypeMatch":"NOT_PROCESSED"}`, in.CountryCode, in.VatNumber, in.VatNumber == "100",
			map[bool]string{true: "WAPIAAAAYxk7Zc4q"}[in.RequesterNumber != ""])
	case code == "":
		_, _ = io.WriteString(w, `{"actionSucceed":false,"errorWrappers":[{"error":"SERVICE_UNAVAILABLE"}]}`)
	default:
		_, _ = fmt.Fprintf(w, `{"actionSucceed":false,"errorWrappers":[{"error":%q}]}`, code)
	}
}

func start(t *testing.T, status int, answer string) (*service, *Client) {
	s := &service{t: t, status: status, answer: answer}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, New(server.URL + "/rest-api/")
}

func question(number string) taxid.Question {
	return taxid.Question{Number: taxid.Number{Country: "EL", Bare: number}, Requester: &taxid.Number{Country: "EL", Bare: "094014201"}}
}

func TestWhatIsSent(t *testing.T) {
	s, c := start(t, 0, "")
	if _, err := c.Ask(t.Context(), question("100")); err != nil {
		t.Fatal(err)
	}
	q := question("100")
	q.Requester = nil
	if _, err := c.Ask(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	want := []string{`{"countryCode":"EL","vatNumber":"100","requesterMemberStateCode":"EL","requesterNumber":"094014201"}`,
		`{"countryCode":"EL","vatNumber":"100"}`} // what is unset is not there
	if diff := cmp.Diff(want, s.bodies); diff != "" {
		t.Errorf("(-want +sent):\n%s", diff)
	}
}

func TestTheMagicNumbers(t *testing.T) {
	type kind struct{ again, down, whole bool }
	country, everything, stop := kind{true, true, false}, kind{true, true, true}, kind{false, false, true}
	tests := map[string]struct {
		reason string
		kind
	}{
		"300": {"SERVICE_UNAVAILABLE", everything}, "301": {"MS_UNAVAILABLE", country}, "302": {"TIMEOUT", country},
		"400": {"VAT_BLOCKED", stop}, "401": {"IP_BLOCKED", stop},
		"500": {"GLOBAL_MAX_CONCURRENT_REQ", everything}, "501": {"GLOBAL_MAX_CONCURRENT_REQ_TIME", everything},
		"600": {"MS_MAX_CONCURRENT_REQ", country}, "601": {"MS_MAX_CONCURRENT_REQ_TIME", country},
		"999": {"SERVICE_UNAVAILABLE", everything}, "123456789": {"SERVICE_UNAVAILABLE", everything},
	}
	for number, tt := range tests {
		t.Run(number, func(t *testing.T) {
			s, c := start(t, 0, "")
			a, err := c.Ask(t.Context(), question(number))
			o := outage(t, a, err)
			if o.Reason != tt.reason || (kind{o.Again, o.Down, o.Whole}) != tt.kind || o.Text == "" || len(s.bodies) != 1 {
				t.Errorf("%+v, asked %d times", o, len(s.bodies))
			}
		})
	}
	t.Run("100", func(t *testing.T) {
		_, c := start(t, 0, "")
		a, err := c.Ask(t.Context(), question("100"))
		want := &taxid.Answer{Valid: true, RequestIdentifier: "WAPIAAAAYxk7Zc4q", AnsweredAt: time.Date(2024, 2, 9, 8, 41, 22, 123e6, time.UTC),
			Message: "The number is valid.", Company: taxid.Company{Name: "John Doe", VatNumber: "100", Line: "123 Main St,, Anytown,, UK", Country: "GR"}}
		if diff := cmp.Diff(want, a); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
	t.Run("200", func(t *testing.T) {
		_, c := start(t, 0, "")
		a, err := c.Ask(t.Context(), question("200"))
		if err != nil || a.Valid || a.RequestIdentifier == "" || a.Company != (taxid.Company{}) || a.Message == "" {
			t.Errorf("%+v, %v", a, err)
		}
	})
	t.Run("201", func(t *testing.T) {
		_, c := start(t, 0, "")
		if a, err := c.Ask(t.Context(), question("201")); !errors.Is(err, fault.New(fault.Invalid, "vatNumber", "")) || a != nil {
			t.Errorf("%+v, %v", a, err)
		}
	})
	t.Run("202 is asked once more without the requester", func(t *testing.T) {
		s, c := start(t, 0, "")
		a, err := c.Ask(t.Context(), question("202")) // the twin refuses again
		if o := outage(t, a, err); o.Reason != "INVALID_REQUESTER_INFO" || o.Again || o.Down {
			t.Errorf("%+v", o)
		}
		if len(s.bodies) != 2 || strings.Contains(s.bodies[1], "requester") {
			t.Errorf("sent %q", s.bodies)
		}
	})
}

func outage(t *testing.T, a *taxid.Answer, err error) *taxid.Outage {
	t.Helper()
	var o *taxid.Outage
	if a != nil || !errors.As(err, &o) {
		t.Fatalf("%+v, %v: not an outage", a, err)
	}
	return o
}

// A requester that VIES refuses costs the proof, not the answer.
func TestTheAnswerIsHadWithoutTheRequester(t *testing.T) {
	asks := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asks++; asks == 1 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"actionSucceed":false,"errorWrappers":[{"error":"INVALID_REQUESTER_INFO","message":"x"}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"valid":true,"requestDate":"2024-02-09","requestIdentifier":"","name":"---","address":"---"}`)
	}))
	defer server.Close()
	a, err := New(server.URL).Ask(t.Context(), question("094014201"))
	if err != nil || !a.Valid || a.RequestIdentifier != "" || asks != 2 {
		t.Errorf("%+v, %v after %d requests", a, err, asks)
	}
}

func TestAnErrorIsReadAtEveryStatus(t *testing.T) {
	const wrapper = `{"actionSucceed":false,"errorWrappers":[{"error":%q,"message":"m"}]}`
	tests := map[string]struct {
		status int
		code   string
		reason string // empty: the number is refused
		again  bool
	}{
		"a number of another pattern":        {400, "VOW-ERR-2600", "", false},
		"a field is missing":                 {400, "VOW-ERR-11", "VOW-ERR-11", false},
		"its own failure":                    {500, "VOW-ERR-1", "VOW-ERR-1", true},
		"a state is out, as an error":        {500, "MS_UNAVAILABLE", "MS_UNAVAILABLE", true},
		"a state is out, as a success":       {200, "MS_UNAVAILABLE", "MS_UNAVAILABLE", true},
		"an error that nobody wrote down":    {200, "SOMETHING_NEW", "SOMETHING_NEW", true},
		"blocked, as a bad request":          {400, "IP_BLOCKED", "IP_BLOCKED", false},
		"input refused, as a server's error": {500, "INVALID_INPUT", "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, tt.status, fmt.Sprintf(wrapper, tt.code))
			a, err := c.Ask(t.Context(), question("094014201"))
			if tt.reason == "" {
				if !errors.Is(err, fault.New(fault.Invalid, "vatNumber", "")) || a != nil {
					t.Errorf("%+v, %v", a, err)
				}
				return
			}
			if o := outage(t, a, err); o.Reason != tt.reason || o.Again != tt.again {
				t.Errorf("%+v", o)
			}
		})
	}
}

// What is not an answer is never one that says invalid.
func TestWhatIsNoAnswerIsAnOutage(t *testing.T) {
	tests := map[string]struct {
		status int
		answer string
	}{
		"a page":                     {200, `<html>maintenance</html>`},
		"nothing":                    {200, ` `},
		"no result":                  {200, `{"countryCode":"EL","vatNumber":"094014201","name":"---"}`},
		"a result that is null":      {200, `{"valid":null}`},
		"a result that is a text":    {200, `{"valid":"false"}`},
		"a result with a bad status": {503, `{"valid":false}`},
		"an unsuccessful one":        {200, `{"actionSucceed":false}`},
		"errors without a name":      {200, `{"actionSucceed":false,"errorWrappers":[{"message":"x"}],"valid":false}`},
		"an error beside a result":   {200, `{"valid":false,"errorWrappers":[{"error":"TIMEOUT"}]}`},
		"a result followed by more":  {200, `{"valid":false} x`},
		"a gateway":                  {502, `Bad Gateway`},
		"too much":                   {200, `{"valid":false,"name":"` + strings.Repeat("x", largest) + `"}`},
		"too much, after the result": {200, `{"valid":false}` + strings.Repeat(" ", largest)},
		"elsewhere":                  {302, `{"valid":false}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, tt.status, tt.answer)
			a, err := c.Ask(t.Context(), question("094014201"))
			if o := outage(t, a, err); !o.Again || !o.Down || o.Text == "" {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestNobodyIsFollowedElsewhere(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	a, err := New(server.URL).Ask(t.Context(), question("094014201"))
	outage(t, a, err)
}

func TestAServiceThatIsNotThereIsAnOutage(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	a, err := New(server.URL).Ask(t.Context(), question("094014201"))
	if o := outage(t, a, err); !o.Again || !o.Down || !o.Whole || o.Reason != "" {
		t.Errorf("%+v", o)
	}
}

func TestAServiceThatIsSlowIsTheCountrysOutage(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second)) // over already
	defer cancel()
	a, err := New(server.URL).Ask(ctx, question("094014201"))
	if o := outage(t, a, err); !o.Again || !o.Down || o.Whole {
		t.Errorf("%+v", o)
	}
}

func TestTheThreeFormsOfTheDate(t *testing.T) {
	for s, want := range map[string]time.Time{
		"2024-02-09":                time.Date(2024, 2, 9, 0, 0, 0, 0, time.UTC),
		"2024-02-09+01:00":          time.Date(2024, 2, 8, 23, 0, 0, 0, time.UTC),
		"2024-02-09Z":               time.Date(2024, 2, 9, 0, 0, 0, 0, time.UTC),
		"2024-02-09T08:41:22.123Z":  time.Date(2024, 2, 9, 8, 41, 22, 123e6, time.UTC),
		"2024-02-09T08:41:22+02:00": time.Date(2024, 2, 9, 6, 41, 22, 0, time.UTC),
	} {
		if got, err := date(s); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	if _, err := date("09/02/2024"); err == nil {
		t.Error("another form")
	}
}

func TestNamesAndWhatIsNotDisclosed(t *testing.T) {
	tests := map[string]struct {
		name, address string
		want          taxid.Company
	}{
		"Greek": {"ΔΗΜΟΣΙΑ ΕΠΙΧΕΙΡΗΣΗ   ΗΛΕΚΤΡΙΣΜΟΥ ΑΕ||ΔΕΗ Α.Ε.", "ΧΑΛΚΟΚΟΝΔΥΛΗ 30 \n10432 - ΑΘΗΝΑ\n",
			taxid.Company{Name: "ΔΗΜΟΣΙΑ ΕΠΙΧΕΙΡΗΣΗ ΗΛΕΚΤΡΙΣΜΟΥ ΑΕ", TradeName: "ΔΕΗ Α.Ε.", Line: "ΧΑΛΚΟΚΟΝΔΥΛΗ 30", PostalCode: "10432", City: "ΑΘΗΝΑ"}},
		"Greek without a trade name": {"ΑΛΦΑ ΑΕ||", "", taxid.Company{Name: "ΑΛΦΑ ΑΕ"}},
		"nothing disclosed":          {"---", "---", taxid.Company{}},
		"nothing, in lines":          {"--- ", "---\n---\n", taxid.Company{}},
		"a name with hyphens":        {"A---B", "---", taxid.Company{Name: "A---B"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body, _ := json.Marshal(map[string]any{"valid": true, "requestDate": "2024-02-09", "name": tt.name, "address": tt.address})
			_, c := start(t, 200, string(body))
			a, err := c.Ask(t.Context(), question("094014201"))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.VatNumber, tt.want.Country = "094014201", "GR"
			if diff := cmp.Diff(tt.want, a.Company); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddressesAreSplitAsWellAsCanBe(t *testing.T) {
	tests := map[string]struct{ in, line, code, city string }{
		"Greece":                   {"ΟΔΟΣ 12\n15343 - ΑΓΙΑ ΠΑΡΑΣΚΕΥΗ", "ΟΔΟΣ 12", "15343", "ΑΓΙΑ ΠΑΡΑΣΚΕΥΗ"},
		"a city with a hyphen":     {"ΟΔΟΣ 12\n54622 - ΘΕΣΣΑΛΟΝΙΚΗ - ΚΕΝΤΡΟ", "ΟΔΟΣ 12", "54622", "ΘΕΣΣΑΛΟΝΙΚΗ - ΚΕΝΤΡΟ"},
		"Austria":                  {"Straße 1/2\nAT-1010 Wien", "Straße 1/2", "AT-1010", "Wien"},
		"Belgium":                  {"Rue de la Loi 1\n1000 Bruxelles", "Rue de la Loi 1", "1000", "Bruxelles"},
		"Czechia":                  {"Václavské nám. 1/2\nPRAHA 1 - NOVÉ MĚSTO\n110 00  PRAHA 1", "Václavské nám. 1/2, PRAHA 1 - NOVÉ MĚSTO", "110 00", "PRAHA 1"},
		"Italy":                    {"VIA ROMA 1 \n00100 ROMA RM\n", "VIA ROMA 1", "00100", "ROMA RM"},
		"Luxembourg":               {"1, RUE X\nL-1234  LUXEMBOURG", "1, RUE X", "L-1234", "LUXEMBOURG"},
		"the Netherlands":          {"\nDAMRAK 00001\n1012AB AMSTERDAM\n", "DAMRAK 00001", "1012AB", "AMSTERDAM"},
		"Portugal":                 {"AV DA LIBERDADE 1\nLISBOA\n1250-001 LISBOA", "AV DA LIBERDADE 1, LISBOA", "1250-001", "LISBOA"},
		"Poland":                   {"UL. PROSTA 1\n00-001 WARSZAWA", "UL. PROSTA 1", "00-001", "WARSZAWA"},
		"Sweden":                   {"GATAN 1\n123 45 STOCKHOLM", "GATAN 1", "123 45", "STOCKHOLM"},
		"Slovakia names itself":    {"Mlynské nivy 44/a\n82109 Bratislava - mestská časť Ružinov\nSlovensko", "Mlynské nivy 44/a", "82109", "Bratislava - mestská časť Ružinov"},
		"Latvia, in one line":      {"Brīvības iela 1, Rīga, LV-1010", "Brīvības iela 1", "LV-1010", "Rīga"},
		"one line":                 {"MUN. BUCUREŞTI STR. X NR. 1", "MUN. BUCUREŞTI STR. X NR. 1", "", ""},
		"no code":                  {"Triq X\nValletta", "Triq X, Valletta", "", ""},
		"a house number is none":   {"Main Street\n12 Dublin", "Main Street, 12 Dublin", "", ""},
		"nothing":                  {"", "", "", ""},
		"a code alone in one line": {"10434 ΑΘΗΝΑ", "10434 ΑΘΗΝΑ", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			line, code, city := address(tt.in)
			if line != tt.line || code != tt.code || city != tt.city {
				t.Errorf("line %q, code %q, city %q", line, code, city)
			}
		})
	}
}
