package aade

import (
	"bytes"
	"encoding/xml"
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
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/fault"
)

// The parts of a reply, byte by byte.
const (
	open  = `<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Header/><env:Body>`
	head  = `<?xml version='1.0' encoding='UTF-8'?>` + open + inner
	inner = `<srvc:rgWsPublic2AfmMethodResponse xmlns:srvc="http://rgwspublic2/RgWsPublic2Service"><srvc:result xmlns="http://rgwspublic2/RgWsPublic2">` +
		`<rg_ws_public2_result_rtType><call_seq_id>87654321</call_seq_id>`
	noError = `<error_rec><error_code xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>` +
		`<error_descr xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></error_rec>` +
		`<afm_called_by_rec><token_username>USER             </token_username><token_afm>090165560</token_afm><token_afm_fullname>ΔΟΚΙΜΗ   ΑΕ</token_afm_fullname>` +
		`<afm_called_by>090165560</afm_called_by><afm_called_by_fullname>ΔΟΚΙΜΗ ΑΕ</afm_called_by_fullname><as_on_date>2026-07-09</as_on_date></afm_called_by_rec>`
	active = `<basic_rec><afm>094014201      </afm><doy>1159</doy><doy_descr>ΦΑΕ ΑΘΗΝΩΝ          </doy_descr><i_ni_flag_descr>ΜΗ ΦΠ</i_ni_flag_descr>` +
		`<deactivation_flag>1</deactivation_flag><deactivation_flag_descr>ΕΝΕΡΓΟΣ ΑΦΜ         </deactivation_flag_descr><firm_flag_descr>ΕΠΙΤΗΔΕΥΜΑΤΙΑΣ      </firm_flag_descr>` +
		`<onomasia>ΕΘΝΙΚΗ ΤΡΑΠΕΖΑ   ΤΗΣ ΕΛΛΑΔΟΣ &amp; ΣΙΑ ΑΕ      </onomasia><commer_title>ΕΤΕ   </commer_title><legal_status_descr>ΑΕ   </legal_status_descr>` +
		`<postal_address>ΑΙΟΛΟΥ              </postal_address><postal_address_no>86      </postal_address_no><postal_zip_code>10559</postal_zip_code>` +
		`<postal_area_description>ΑΘΗΝΑ          </postal_area_description><regist_date>1900-01-01</regist_date>` +
		`<stop_date xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><normal_vat_system_flag>Y</normal_vat_system_flag></basic_rec>`
	activities = `<firm_act_tab><item><firm_act_code>66221001</firm_act_code><firm_act_descr>ΥΠΗΡΕΣΙΕΣ ΑΣΦΑΛΙΣΤΙΚΟΥ ΠΡΑΚΤΟΡΑ</firm_act_descr><firm_act_kind>2</firm_act_kind>` +
		`<firm_act_kind_descr>ΔΕΥΤΕΡΕΥΟΥΣΑ</firm_act_kind_descr></item><item><firm_act_code>64191204</firm_act_code>` +
		`<firm_act_descr>ΑΛΛΕΣ ΥΠΗΡΕΣΙΕΣ   ΤΡΑΠΕΖΩΝ  </firm_act_descr><firm_act_kind>1</firm_act_kind><firm_act_kind_descr>ΚΥΡΙΑ</firm_act_kind_descr></item></firm_act_tab>`
	tail = `</rg_ws_public2_result_rtType></srvc:result></srvc:rgWsPublic2AfmMethodResponse></env:Body></env:Envelope>`
)

// refusal is a reply with an error, as it comes: everything else nil, no activities.
func refusal(code, text string) string {
	null := func(names ...string) (out string) {
		for _, n := range names {
			out += `<` + n + ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`
		}
		return out
	}
	return head + `<error_rec><error_code>` + code + `   </error_code><error_descr>` + text + `  </error_descr></error_rec>` +
		`<afm_called_by_rec>` + null("token_username", "token_afm", "afm_called_by", "as_on_date") + `</afm_called_by_rec>` +
		`<basic_rec>` + null("afm", "doy", "doy_descr", "deactivation_flag", "onomasia", "regist_date", "stop_date") + `</basic_rec>` + tail
}

var (
	now      = time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC) // the year is over in Athens
	question = taxid.Question{Number: taxid.Number{Country: "EL", Bare: "094014201"},
		Credentials: &taxid.Credentials{Username: `U<S>"ER`, Password: `p&ss<w>ord'"]]>`}}
)

// service is AADE, which answers what it is told. It keeps the bodies that it was sent.
func service(t *testing.T, status int, answer string) (*Client, *[]string) {
	bodies := []string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(raw))
		if r.Method != http.MethodPost || r.URL.Path != "/RgWsPublic2" || r.Header.Get("Content-Type") != "application/soap+xml; charset=utf-8" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		w.Header().Set("Content-Type", "application/soap+xml; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return New(server.URL+"/RgWsPublic2", func() time.Time { return now }), &bodies
}

func ask(t *testing.T, status int, answer string) (*taxid.Answer, error) {
	c, bodies := service(t, status, answer)
	a, err := c.Ask(t.Context(), question)
	if len(*bodies) != 1 {
		t.Errorf("asked %d times", len(*bodies))
	}
	return a, err
}

// sent is a request, read by its namespaces as the service does.
type sent struct {
	XMLName  xml.Name `xml:"http://www.w3.org/2003/05/soap-envelope Envelope"`
	Security struct {
		Username string `xml:"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd UsernameToken>Username"`
		Password string `xml:"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd UsernameToken>Password"`
	} `xml:"Header>Security"`
	Input struct {
		Fields []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"Body>rgWsPublic2AfmMethod>INPUT_REC"`
}

func TestWhatIsSent(t *testing.T) {
	c, bodies := service(t, 200, head+noError+active+activities+tail)
	if _, err := c.Ask(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	q := question
	q.Credentials = &taxid.Credentials{Username: "USER", Password: "p", CalledBy: "090165560"}
	if _, err := c.Ask(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"afm_called_for=094014201"}, {"afm_called_by=090165560", "afm_called_for=094014201"}} {
		var s sent
		if err := xml.Unmarshal([]byte((*bodies)[i]), &s); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, f := range s.Input.Fields {
			if f.XMLName.Space != "http://rgwspublic2/RgWsPublic2" {
				t.Errorf("%v is in another namespace", f.XMLName)
			}
			got = append(got, f.XMLName.Local+"="+f.Value)
		}
		if diff := cmp.Diff(want, got); diff != "" { // an empty as_on_date would be an HTTP 500
			t.Errorf("(-want +sent):\n%s", diff)
		}
		if i == 0 && (s.Security.Username != question.Credentials.Username || s.Security.Password != question.Credentials.Password) {
			t.Errorf("credentials %+v", s.Security)
		}
		for _, name := range []string{`<ns2:rgWsPublic2AfmMethod>`, `xmlns:ns2="http://rgwspublic2/RgWsPublic2Service"`, `<ns1:Security>`} {
			if !strings.Contains((*bodies)[i], name) {
				t.Errorf("%s is not in %s", name, (*bodies)[i])
			}
		}
	}
}

func TestAnActiveBusiness(t *testing.T) {
	a, err := ask(t, 200, head+noError+active+activities+tail)
	yes, registered := true, day.Date("1900-01-01")
	want := &taxid.Answer{Valid: true, RequestIdentifier: "87654321", AnsweredAt: now, Message: "The business is active.", Company: taxid.Company{
		Name: "ΕΘΝΙΚΗ ΤΡΑΠΕΖΑ ΤΗΣ ΕΛΛΑΔΟΣ & ΣΙΑ ΑΕ", TradeName: "ΕΤΕ", LegalForm: "ΑΕ", Profession: "ΑΛΛΕΣ ΥΠΗΡΕΣΙΕΣ ΤΡΑΠΕΖΩΝ", VatNumber: "094014201",
		TaxOffice: "1159", TaxOfficeName: "ΦΑΕ ΑΘΗΝΩΝ", Line: "ΑΙΟΛΟΥ 86", City: "ΑΘΗΝΑ", PostalCode: "10559", Country: "GR",
		Active: &yes, RegisteredOn: &registered}}
	if diff := cmp.Diff(want, a); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestABusinessThatStopped(t *testing.T) {
	stopped := strings.NewReplacer("<deactivation_flag>1<", "<deactivation_flag>2 <",
		`<stop_date xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`, `<stop_date>2019-03-31</stop_date>`).Replace(active)
	a, err := ask(t, 200, head+noError+stopped+tail)
	if err != nil || a.Valid || a.Company.Active == nil || *a.Company.Active || a.Company.StoppedOn == nil || *a.Company.StoppedOn != "2019-03-31" ||
		a.Message != "The business is no longer active: it stopped on 2019-03-31." || a.Company.Name == "" || a.Company.Profession != "" {
		t.Errorf("%+v, %v", a, err)
	}
	unsaid := strings.Replace(active, "<deactivation_flag>1</deactivation_flag>", "<deactivation_flag/>", 1)
	if a, err := ask(t, 200, head+noError+unsaid+tail); err != nil || a.Valid || a.Company.Active != nil {
		t.Errorf("a business of which it is not said: %+v, %v", a, err)
	}
}

func TestEveryErrorCode(t *testing.T) {
	newYear := time.Date(2027, 1, 1, 0, 0, 0, 0, athens)
	if !now.After(newYear) {
		t.Fatal("the clock of the test")
	}
	tests := map[string]struct {
		unknown bool // no such business: an answer
		setup   bool // a fault that points at the settings
		retryAt time.Time
		again   bool
	}{
		"WRONG_AFM":                         {unknown: true},
		"EPIT_NF":                           {unknown: true},
		"TAXPAYER_NF":                       {unknown: true},
		"TOKEN_USERNAME_NOT_DEFINED":        {setup: true},
		"TOKEN_USERNAME_TOO_LONG":           {setup: true},
		"TOKEN_USERNAME_NOT_AUTHENTICATED":  {setup: true},
		"TOKEN_USERNAME_NOT_ACTIVE":         {setup: true},
		"TOKEN_AFM_NOT_FOUND":               {setup: true},
		"TOKEN_AFM_BLOCKED":                 {setup: true},
		"TOKEN_AFM_NOT_AUTHORIZED":          {setup: true},
		"TOKEN_AFM_NOT_INFOS":               {setup: true},
		"AFM_CALLED_BY_BLOCKED":             {setup: true},
		"AFM_CALLED_BY_NOT_FOUND":           {setup: true},
		"MONTHLY_LIMIT_EXCEEDED":            {retryAt: time.Date(2027, 2, 1, 0, 0, 0, 0, athens)},
		"MAX_DAILY_USERNAME_CALLS_EXCEEDED": {retryAt: time.Date(2027, 1, 2, 0, 0, 0, 0, athens)},
		"FAILURES_TOLERATED_EXCEEDED":       {retryAt: time.Date(2027, 1, 2, 0, 0, 0, 0, athens)},
		"SERVICE_NOT_ACTIVE":                {again: true},
		"MSG_TO_TAXISNET_ERROR":             {again: true},
		"NO_INPUT_PARAMETERS":               {retryAt: now.Add(time.Minute)},
		"SOMETHING_NEW":                     {retryAt: now.Add(time.Minute)},
	}
	for short, tt := range tests {
		t.Run(short, func(t *testing.T) {
			code := "RG_WS_PUBLIC_" + short
			a, err := ask(t, 200, refusal(code, "Ο λόγος."))
			var o *taxid.Outage
			switch {
			case tt.unknown:
				if err != nil || a.Valid || a.Message != "AADE knows no business with this number: Ο λόγος." || a.Company != (taxid.Company{}) || a.RequestIdentifier == "" {
					t.Errorf("%+v, %v", a, err)
				}
			case tt.setup:
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != "" || a != nil || !strings.Contains(f.Text, code) || !strings.Contains(f.Text, "settings") {
					t.Errorf("%+v, %v", a, err)
				}
			case !errors.As(err, &o) || a != nil:
				t.Errorf("%+v, %v", a, err)
			case o.Reason != code || o.Again != tt.again || o.Down != tt.again || !o.RetryAt.Equal(tt.retryAt) || o.Text == "":
				t.Errorf("%+v", o)
			}
		})
	}
}

// A question that may have arrived is not asked again: the party would be told twice.
func TestWhatIsNoAnswerIsAnOutage(t *testing.T) {
	soap := func(code, reason string) string {
		return fmt.Sprintf(`<?xml version="1.0"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body><env:Fault><env:Code><env:Value>%s</env:Value></env:Code>`+
			`<env:Reason><env:Text xml:lang="en">%s</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>`, code, reason)
	}
	tests := map[string]struct {
		status int
		answer string
		reason string
	}{
		"a SOAP fault":            {500, soap("env:Receiver", "out"), "env:Receiver"},
		"a fault as a success":    {200, soap("env:Sender", "bad"), "env:Sender"},
		"a page":                  {200, `<html><body>maintenance</body></html>`, ""},
		"nothing":                 {200, "", ""},
		"no record":               {200, open + `</env:Body></env:Envelope>`, ""},
		"half a record":           {200, head + noError, ""},
		"a record, not a success": {503, head + noError + active + tail, ""},
		"another's record":        {200, head + noError + strings.Replace(active, "094014201", "090165560", 1) + tail, ""},
		"an empty record":         {200, head + noError + tail, ""},
		"too much":                {200, head + noError + active + tail + strings.Repeat(" ", largest), ""},
		"an entity":               {200, `<!DOCTYPE x [<!ENTITY a "aaaa">]>` + open + inner + noError + strings.Replace(active, "ΕΤΕ", "&a;", 1) + tail, ""},
		"elsewhere":               {302, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := ask(t, tt.status, tt.answer)
			var o *taxid.Outage
			if !errors.As(err, &o) || a != nil || o.Again || !o.Down || o.Reason != tt.reason || o.Text == "" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	server := httptest.NewServer(nil)
	server.Close()
	a, err := New(server.URL, time.Now).Ask(t.Context(), question)
	var o *taxid.Outage
	if !errors.As(err, &o) || a != nil || o.Again || !o.Down {
		t.Errorf("not there: %+v, %v", a, err)
	}
}

func TestThePasswordIsInNoError(t *testing.T) {
	c, _ := service(t, 200, refusal("RG_WS_PUBLIC_TOKEN_USERNAME_NOT_AUTHENTICATED", "x"))
	_, err := c.Ask(t.Context(), question)
	var log bytes.Buffer
	fmt.Fprintf(&log, "%v %+v %v", err, question.Credentials, *question.Credentials)
	if strings.Contains(log.String(), question.Credentials.Password) {
		t.Error(log.String())
	}
}
