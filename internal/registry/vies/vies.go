// Package vies asks VIES, the EU's registry of VAT numbers, over its REST interface. It owns
// the bytes on the wire; when to ask, and again, is taxid's.
package vies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/fault"
)

// URL is where VIES is.
const URL = "https://ec.europa.eu/taxation_customs/vies/rest-api"

const (
	timeout = 20 * time.Second // slow states take 15 to 20 seconds
	largest = 64 << 10         // of an answer, in bytes
)

// Client asks VIES. It is safe for use by several goroutines.
type Client struct {
	url  string
	http *http.Client
}

// New makes a client of the service at the base URL; empty: the real one.
func New(base string) *Client {
	if base == "" {
		base = URL
	}
	return &Client{strings.TrimRight(base, "/"), &http.Client{Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// request is the body of check-vat-number. What is unset is left out.
type request struct {
	CountryCode              string `json:"countryCode"`
	VatNumber                string `json:"vatNumber"`
	RequesterMemberStateCode string `json:"requesterMemberStateCode,omitempty"`
	RequesterNumber          string `json:"requesterNumber,omitempty"`
}

// reply is everything that it answers, errors included.
type reply struct {
	ErrorWrappers []struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	} `json:"errorWrappers"`
	Valid             *bool  `json:"valid"`
	RequestDate       string `json:"requestDate"`
	RequestIdentifier string `json:"requestIdentifier"`
	Name              string `json:"name"`
	Address           string `json:"address"`
}

// Ask asks about one number, in the requester's name when there is one. Where VIES refuses
// the requester, it asks once more without: the answer counts, only the proof is less.
//
// Faults: INVALID on vatNumber when VIES does not take the number. An *taxid.Outage when it
// did not answer.
func (c *Client) Ask(ctx context.Context, q taxid.Question) (*taxid.Answer, error) {
	r := request{CountryCode: q.Country, VatNumber: q.Bare}
	if q.Requester != nil {
		r.RequesterMemberStateCode, r.RequesterNumber = q.Requester.Country, q.Requester.Bare
	}
	a, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	if a.code() == invalidRequester && q.Requester != nil {
		if a, err = c.send(ctx, request{CountryCode: q.Country, VatNumber: q.Bare}); err != nil {
			return nil, err
		}
	}
	return a.answer(q.Number, time.Now())
}

// send makes one request and reads its answer, whatever its status.
func (c *Client) send(ctx context.Context, r request) (*reply, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("vies: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/check-vat-number", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("vies: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "kartela")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	if err != nil {
		return nil, unreachable(err)
	}
	var a reply
	if err := json.Unmarshal(raw, &a); err != nil || len(raw) > largest {
		return nil, unusable(fmt.Errorf("HTTP %d: %d bytes that are no answer of VIES", resp.StatusCode, len(raw)))
	}
	if a.code() == "" && (resp.StatusCode != http.StatusOK || a.Valid == nil) {
		return nil, unusable(fmt.Errorf("HTTP %d without a result", resp.StatusCode))
	}
	return &a, nil
}

// code is the error that the reply holds; empty for none.
func (a *reply) code() string {
	for _, w := range a.ErrorWrappers {
		if w.Error != "" {
			return w.Error
		}
	}
	if len(a.ErrorWrappers) > 0 {
		return "UNKNOWN"
	}
	return ""
}

// message is what VIES says of the error, for the log.
func (a *reply) message() string {
	var all []string
	for _, w := range a.ErrorWrappers {
		all = append(all, strings.TrimSpace(w.Error+" "+w.Message))
	}
	return strings.Join(all, "; ")
}

func (a *reply) answer(n taxid.Number, now time.Time) (*taxid.Answer, error) {
	if code := a.code(); code != "" {
		return nil, refused(code, errors.New(a.message()))
	}
	at, err := date(a.RequestDate)
	if err != nil {
		at = now // the answer counts without its date
	}
	out := &taxid.Answer{Valid: *a.Valid, RequestIdentifier: strings.TrimSpace(a.RequestIdentifier), AnsweredAt: at}
	if !out.Valid {
		out.Message = "VIES says that the number is not valid: it is wrong, or not registered for trade between states of the EU."
		return out, nil
	}
	out.Message = "The number is valid."
	out.Company = taxid.Company{VatNumber: n.Kept(), Country: n.ISO()}
	out.Company.Name, out.Company.TradeName, _ = strings.Cut(disclosed(a.Name), "||") // as Greece writes them
	out.Company.Name, out.Company.TradeName = collapsed(out.Company.Name), collapsed(out.Company.TradeName)
	out.Company.Line, out.Company.PostalCode, out.Company.City = address(disclosed(a.Address))
	return out, nil
}

// date reads a date, a date with an offset, or RFC 3339.
func date(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "2006-01-02Z07:00", time.RFC3339} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("vies: %q is no date", s)
}

// disclosed is the text, or nothing where a state writes that it does not say.
func disclosed(s string) string {
	if strings.Trim(s, "- \n\t") == "" {
		return ""
	}
	return s
}

func collapsed(s string) string { return strings.Join(strings.Fields(s), " ") }

const invalidRequester = "INVALID_REQUESTER_INFO"

// refused is what an error code means.
func refused(code string, cause error) error {
	switch code {
	case "INVALID_INPUT", "VOW-ERR-2600":
		return fault.New(fault.Invalid, "vatNumber", "VIES does not take this as a number of the country (%s).", code)
	case "VAT_BLOCKED", "IP_BLOCKED":
		return &taxid.Outage{Reason: code, Whole: true, Cause: cause,
			Text: "VIES refuses to answer this business or this server (" + code + "): nothing is known of the number. Waiting does not help; ask VIES why."}
	case "VOW-ERR-11", invalidRequester: // what we send is wrong: again would be no better
		return &taxid.Outage{Reason: code, Whole: true, Cause: cause}
	case "MS_UNAVAILABLE", "TIMEOUT", "MS_MAX_CONCURRENT_REQ", "MS_MAX_CONCURRENT_REQ_TIME":
		return &taxid.Outage{Reason: code, Again: true, Down: true, Cause: cause,
			Text: "The country's own service does not answer VIES at the moment (" + code + "): nothing is known of the number. Try again later."}
	}
	return &taxid.Outage{Reason: code, Again: true, Down: true, Whole: true, Cause: cause,
		Text: "VIES does not answer at the moment (" + code + "): nothing is known of the number. Try again later."}
}

// unreachable is a failure on the way. One of time may be the country's, which VIES waits for.
func unreachable(cause error) error {
	var slow net.Error
	return &taxid.Outage{Again: true, Down: true, Whole: !errors.As(cause, &slow) || !slow.Timeout(), Cause: cause,
		Text: "VIES could not be reached: nothing is known of the number. Try again later."}
}

// unusable is an answer that says nothing.
func unusable(cause error) error {
	return &taxid.Outage{Again: true, Down: true, Cause: cause,
		Text: "VIES gave an answer that says nothing of the number. Try again later."}
}
