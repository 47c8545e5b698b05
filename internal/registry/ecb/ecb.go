// Package ecb reads the euro foreign exchange reference rates of the European Central Bank. It
// owns the bytes on the wire; when to ask, and what for, is rate's.
package ecb

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/rate"
)

// URL is the folder where the bank publishes them.
const URL = "https://www.ecb.europa.eu/stats/eurofxref"

const (
	timeout = 30 * time.Second
	largest = 4 << 20 // of an answer, in bytes; three months are some 100 kB
)

// Client reads the feed. It is safe for use by several goroutines.
type Client struct {
	url  string
	http *http.Client
}

// New makes a client of the feed below the address; empty: the real one.
func New(base string) *Client {
	if base == "" {
		base = URL
	}
	return &Client{strings.TrimRight(base, "/"), &http.Client{Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Daily is the last day alone.
//
// Faults: CONFLICT when the feed does not answer, or not with rates.
func (c *Client) Daily(ctx context.Context) ([]rate.Day, error) {
	return c.get(ctx, "eurofxref-daily.xml")
}

// Recent are the days of the last 90.
//
// Faults: as for Daily.
func (c *Client) Recent(ctx context.Context) ([]rate.Day, error) {
	return c.get(ctx, "eurofxref-hist-90d.xml")
}

// envelope is the document, both of one day and of many. Elements of the bank's own are in
// its namespace, those around them in that of GESMES.
type envelope struct {
	XMLName xml.Name `xml:"http://www.gesmes.org/xml/2002-08-01 Envelope"`
	Days    []struct {
		Time  string `xml:"time,attr"`
		Rates []struct {
			Currency string `xml:"currency,attr"`
			Rate     string `xml:"rate,attr"`
		} `xml:"http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"`
	} `xml:"http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube>Cube"`
}

func (c *Client) get(ctx context.Context, file string) ([]rate.Day, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/"+file, nil)
	if err != nil {
		return nil, fmt.Errorf("ecb: %w", err)
	}
	req.Header.Set("Accept", "application/xml, text/xml")
	req.Header.Set("User-Agent", "kartela")
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.New(fault.Conflict, "", "The European Central Bank's rates cannot be reached at the moment.")
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Conflict, "", "The European Central Bank answers %d instead of its rates.", resp.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	if err != nil {
		return nil, fault.New(fault.Conflict, "", "The European Central Bank's answer broke off.")
	}
	if len(raw) > largest {
		return nil, unusable("it is too long")
	}
	return read(raw)
}

// read understands the document. Currencies that are none of today's are left out: three
// months may have one that was given up since.
func read(raw []byte) ([]rate.Day, error) {
	var e envelope
	if err := xml.Unmarshal(raw, &e); err != nil {
		return nil, unusable("it is not its XML")
	}
	if len(e.Days) == 0 {
		return nil, unusable("it has no day")
	}
	out := make([]rate.Day, len(e.Days))
	for i, d := range e.Days {
		date, err := day.Parse(d.Time)
		if err != nil {
			return nil, unusable("a day has no date")
		}
		out[i] = rate.Day{Date: date, Rates: map[money.Currency]money.Decimal{}}
		for _, r := range d.Rates {
			code, err := money.ParseCurrency(r.Currency)
			if err != nil {
				continue
			}
			value, err := money.ParseDecimal(r.Rate, 10)
			if err != nil || value.Sign() <= 0 {
				return nil, unusable("a rate is no number above 0")
			}
			out[i].Rates[code] = value
		}
		if len(out[i].Rates) == 0 {
			return nil, unusable("a day has no rates")
		}
	}
	return out, nil
}

func unusable(why string) error {
	return fault.New(fault.Conflict, "", "The European Central Bank's answer cannot be used: %s.", why)
}
