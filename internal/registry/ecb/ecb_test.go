package ecb_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/registry/ecb"
	"github.com/kartela/kartela/rate"
)

// The bank's bytes: the daily file has lines and single quotes, that of 90 days neither.
const (
	daily = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender>
		<gesmes:name>European Central Bank</gesmes:name>
	</gesmes:Sender>
	<Cube>
		<Cube time='2024-06-28'>
			<Cube currency='USD' rate='1.0705'/>
			<Cube currency='JPY' rate='171.94'/>
			<Cube currency='GBP' rate='0.84638'/>
			<Cube currency='IDR' rate='17487.21'/>
		</Cube>
	</Cube>
</gesmes:Envelope>`
	recent = `<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube><Cube time="2024-06-28"><Cube currency="USD" rate="1.0705"/><Cube currency="XXX" rate="2"/></Cube><Cube time="2024-06-27"><Cube currency="USD" rate="1.0696"/></Cube></Cube></gesmes:Envelope>`
)

func TestTheBanksFilesAreRead(t *testing.T) {
	asked := []string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "90d.xml") {
			_, _ = w.Write([]byte(recent))
			return
		}
		_, _ = w.Write([]byte(daily))
	}))
	defer server.Close()
	c := ecb.New(server.URL + "/stats/eurofxref/")
	days, err := c.Daily(context.Background())
	told(t, days, err, "2024-06-28 4 USD 1.0705")
	days, err = c.Recent(context.Background())
	told(t, days, err, "2024-06-28 1 USD 1.0705, 2024-06-27 1 USD 1.0696")
	if got := strings.Join(asked, " "); got != "/stats/eurofxref/eurofxref-daily.xml /stats/eurofxref/eurofxref-hist-90d.xml" {
		t.Errorf("asked for %s", got)
	}
}

func told(t *testing.T, days []rate.Day, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, d := range days {
		parts = append(parts, fmt.Sprintf("%s %d USD %s", d.Date, len(d.Rates), d.Rates["USD"]))
	}
	if got := strings.Join(parts, ", "); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestAnAnswerThatIsNoFeedIsAFault(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
	}{
		"down":           {503, daily},
		"moved":          {302, daily},
		"nothing":        {200, ""},
		"a page":         {200, "<html><body>Sorry</body></html>"},
		"no day":         {200, strings.Split(daily, "\t<Cube>")[0] + "</gesmes:Envelope>"},
		"no rates":       {200, strings.NewReplacer("currency", "x").Replace(daily)},
		"no date":        {200, strings.NewReplacer("2024-06-28", "yesterday").Replace(daily)},
		"a negative":     {200, strings.NewReplacer("1.0705", "-1.0705").Replace(daily)},
		"no number":      {200, strings.NewReplacer("1.0705", "N/A").Replace(daily)},
		"cut off":        {200, daily[:len(daily)-40]},
		"another schema": {200, strings.NewReplacer("vocabulary/2002-08-01", "vocabulary/2030-01-01").Replace(daily)},
		"too long":       {200, daily + strings.Repeat(" ", 4<<20)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			if days, err := ecb.New(server.URL).Daily(context.Background()); !fault.IsCode(err, fault.Conflict) {
				t.Errorf("it gives %v, %v", days, err)
			}
		})
	}
	if _, err := ecb.New("http://127.0.0.1:1").Daily(context.Background()); !fault.IsCode(err, fault.Conflict) {
		t.Errorf("nobody is there: %v", err)
	}
}
