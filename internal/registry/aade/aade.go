// Package aade asks the business registry of AADE, the Greek tax authority, over SOAP 1.2
// (RgWsPublic2). It owns the bytes on the wire; when to ask is taxid's.
package aade

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/day"
)

// URL is where the registry is.
const URL = "https://www1.gsis.gr/wsaade/RgWsPublic2/RgWsPublic2"

const (
	timeout = 20 * time.Second
	largest = 64 << 10 // of an answer, in bytes
)

// Client asks AADE. It is safe for use by several goroutines.
type Client struct {
	url  string
	http *http.Client
	now  func() time.Time
}

// New makes a client of the service at the URL; empty: the real one. now tells when a limit of
// the day or the month is over.
func New(url string, now func() time.Time) *Client {
	if url == "" {
		url = URL
	}
	return &Client{url, &http.Client{Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, now}
}

// Ask asks about one AFM. AADE tells the party that is looked up of it, so a question that
// may have arrived is not asked again.
//
// Faults: INVALID without a field when AADE refuses the credentials. An *taxid.Outage when it
// did not answer.
func (c *Client) Ask(ctx context.Context, q taxid.Question) (*taxid.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(envelope(q)))
	if err != nil {
		return nil, fmt.Errorf("aade: %w", err)
	}
	req.Header.Set("Content-Type", "application/soap+xml; charset=utf-8")
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
	var r reply
	if err := xml.Unmarshal(raw, &r); err != nil || len(raw) > largest {
		return nil, unusable(fmt.Errorf("HTTP %d: %d bytes that are no answer of AADE", resp.StatusCode, len(raw)))
	}
	if f := r.Body.Fault; f != nil {
		return nil, &taxid.Outage{Reason: text(f.Code), Down: true, Cause: errors.New(text(f.Reason)),
			Text: "AADE answered with a failure of its own: nothing is known of the number. Try again later."}
	}
	if r.Body.Result == nil || resp.StatusCode != http.StatusOK {
		return nil, unusable(fmt.Errorf("HTTP %d without a result", resp.StatusCode))
	}
	return r.Body.Result.answer(q, c.now())
}

// envelope is the request. What is unset is left out: an empty as_on_date makes the service
// answer HTTP 500.
func envelope(q taxid.Question) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` +
		`<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"` +
		` xmlns:ns1="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"` +
		` xmlns:ns2="http://rgwspublic2/RgWsPublic2Service" xmlns:ns3="http://rgwspublic2/RgWsPublic2">` +
		`<env:Header><ns1:Security><ns1:UsernameToken>`)
	element(&b, "ns1:Username", q.Credentials.Username)
	element(&b, "ns1:Password", q.Credentials.Password)
	b.WriteString(`</ns1:UsernameToken></ns1:Security></env:Header><env:Body><ns2:rgWsPublic2AfmMethod><ns2:INPUT_REC>`)
	if q.Credentials.CalledBy != "" {
		element(&b, "ns3:afm_called_by", q.Credentials.CalledBy)
	}
	element(&b, "ns3:afm_called_for", q.Bare)
	b.WriteString(`</ns2:INPUT_REC></ns2:rgWsPublic2AfmMethod></env:Body></env:Envelope>`)
	return b.Bytes()
}

func element(b *bytes.Buffer, name, value string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(value)) // a buffer takes everything
	b.WriteString("</" + name + ">")
}

// reply is the answer. Names are matched whatever their namespace; an element that is nil or
// missing is an empty text.
type reply struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    struct {
		Fault *struct {
			Code   string `xml:"Code>Value"`
			Reason string `xml:"Reason>Text"`
		} `xml:"Fault"`
		Result *result `xml:"rgWsPublic2AfmMethodResponse>result>rg_ws_public2_result_rtType"`
	} `xml:"Body"`
}

type result struct {
	CallSeqID string `xml:"call_seq_id"`
	ErrorCode string `xml:"error_rec>error_code"`
	ErrorText string `xml:"error_rec>error_descr"`
	Basic     struct {
		AFM              string `xml:"afm"`
		DOY              string `xml:"doy"`
		DOYName          string `xml:"doy_descr"`
		DeactivationFlag string `xml:"deactivation_flag"`
		Name             string `xml:"onomasia"`
		TradeName        string `xml:"commer_title"`
		LegalForm        string `xml:"legal_status_descr"`
		Street           string `xml:"postal_address"`
		StreetNumber     string `xml:"postal_address_no"`
		PostalCode       string `xml:"postal_zip_code"`
		City             string `xml:"postal_area_description"`
		RegisteredOn     string `xml:"regist_date"`
		StoppedOn        string `xml:"stop_date"`
	} `xml:"basic_rec"`
	Activities []struct {
		Name string `xml:"firm_act_descr"`
		Kind string `xml:"firm_act_kind"`
	} `xml:"firm_act_tab>item"`
}

// answer reads the record. Only an active business is valid.
func (r *result) answer(q taxid.Question, now time.Time) (*taxid.Answer, error) {
	out := &taxid.Answer{RequestIdentifier: text(r.CallSeqID), AnsweredAt: now}
	if code := text(r.ErrorCode); code != "" {
		if err := refused(code, text(r.ErrorText), now); err != nil {
			return nil, err
		}
		out.Message = "AADE knows no business with this number."
		if said := text(r.ErrorText); said != "" {
			out.Message = "AADE knows no business with this number: " + said
		}
		return out, nil
	}
	if text(r.Basic.AFM) != q.Bare {
		return nil, unusable(errors.New("the record is of another number"))
	}
	out.Company = r.company(q)
	out.Valid = text(r.Basic.DeactivationFlag) == "1"
	switch {
	case out.Valid:
		out.Message = "The business is active."
	case out.Company.StoppedOn != nil:
		out.Message = "The business is no longer active: it stopped on " + string(*out.Company.StoppedOn) + "."
	default:
		out.Message = "The business is no longer active."
	}
	return out, nil
}

func (r *result) company(q taxid.Question) taxid.Company {
	c := taxid.Company{Name: text(r.Basic.Name), TradeName: text(r.Basic.TradeName), LegalForm: text(r.Basic.LegalForm),
		VatNumber: q.Kept(), TaxOffice: text(r.Basic.DOY), TaxOfficeName: text(r.Basic.DOYName),
		Line: text(r.Basic.Street + " " + r.Basic.StreetNumber), City: text(r.Basic.City), PostalCode: text(r.Basic.PostalCode),
		Country: q.ISO(), RegisteredOn: date(r.Basic.RegisteredOn), StoppedOn: date(r.Basic.StoppedOn)}
	if flag := text(r.Basic.DeactivationFlag); flag != "" {
		active := flag == "1"
		c.Active = &active
	}
	for _, a := range r.Activities {
		if text(a.Kind) == "1" {
			c.Profession = text(a.Name)
			break
		}
	}
	return c
}

// text is a value without the spaces that it is padded with.
func text(s string) string { return strings.Join(strings.Fields(s), " ") }

// date reads a date; nil when there is none.
func date(s string) *day.Date {
	d, err := day.Parse(text(s))
	if err != nil {
		return nil
	}
	return &d
}
