package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// exportContacts answers GET /contacts/export: a list of contacts as a file. The parameters
// are those of the page's address of the list, and format, csv or xlsx. CSV goes out as it is
// read, and no statement is open while a reader is slow. What fails before the first byte is
// told; later the connection breaks off, so that no part is taken for the whole.
func (a *app) exportContacts(w http.ResponseWriter, r *http.Request) {
	private(w)
	to := answer{w, mediaJSON}
	ctx, err := a.door.enter(w, r)
	if err == nil {
		_, err = viewer.RequireStaff(ctx, viewer.SeeContacts)
	}
	if err != nil {
		to.denied(ctx, err)
		return
	}
	q := r.URL.Query()
	filter, order, err := contactList(q)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	format := exports.Format(q.Get("format"))
	today, err := a.graph.Documents.Today(ctx, viewer.From(ctx).Organization)
	if err != nil {
		to.denied(ctx, fmt.Errorf("server: the export: %w", err))
		return
	}
	file := &download{ResponseWriter: w, mediaType: exportTypes[format], name: fmt.Sprintf("contacts-%s.%s", today, format)}
	_, err = a.exports.Export(ctx, filter, order, format, file)
	switch {
	case err == nil:
	case !file.begun:
		to.denied(ctx, err)
	default:
		if ctx.Err() == nil {
			slog.ErrorContext(ctx, "an export broke off", "err", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// download is a file that is answered while it is made: its headers go with its first byte,
// and a reader has time for each part.
type download struct {
	http.ResponseWriter
	mediaType, name string
	begun           bool
}

func (d *download) Write(part []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.Header().Set("Content-Type", d.mediaType)
		d.Header().Set("Content-Disposition", disposition(false, d.name))
	}
	patient(d.ResponseWriter, int64(len(part)))
	return d.ResponseWriter.Write(part)
}

var exportTypes = map[exports.Format]string{
	exports.CSV:  "text/csv; charset=utf-8; header=present",
	exports.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

func workbook(w io.Writer, name string) (exports.Rows, error) { return sheet.NewWriter(w, name) }

var contactOrders = []contact.Order{contact.ByName, contact.ByNameDesc, contact.Newest, contact.Oldest,
	contact.ByBalance, contact.ByBalanceAsc, contact.LastActivity}

// contactList reads which contacts in which order, as the page's address says it.
//
// Faults: INVALID on the parameters, all that are wrong.
func contactList(q url.Values) (*contact.Filter, contact.Order, error) {
	p := &parameters{q: q}
	f := &contact.Filter{
		Search: q.Get("search"), Role: choice(p, "role", contact.Client, contact.Supplier, contact.Prospect),
		Archived: p.truth("archived"), HasOverdue: p.truth("overdue"), CreatedSince: p.instant("createdSince"), ChangedSince: p.instant("changedSince"),
	}
	for _, text := range q["option"] {
		if id, err := uuid.Parse(text); err == nil {
			f.OptionIDs = append(f.OptionIDs, id)
		} else {
			p.wrong("option", "An option is given by its id.")
		}
	}
	if city := q.Get("city"); city != "" {
		f.City = &city
	}
	f.Balance = p.balance()
	order := contact.ByName
	if o := choice(p, "orderBy", contactOrders...); o != nil {
		order = *o
	}
	return f, order, p.bad.Err()
}

// parameters are those of an address. One that is empty is not given.
type parameters struct {
	q   url.Values
	bad fault.List
}

func (p *parameters) wrong(name, text string) {
	p.bad = append(p.bad, fault.New(fault.Invalid, name, "%s", text))
}

func choice[T ~string](p *parameters, name string, all ...T) *T {
	v := T(p.q.Get(name))
	if v == "" {
		return nil
	}
	if !slices.Contains(all, v) {
		p.wrong(name, fmt.Sprintf("One of %v.", all))
		return nil
	}
	return &v
}

func (p *parameters) truth(name string) *bool {
	v := choice(p, name, "true", "false")
	if v == nil {
		return nil
	}
	yes := *v == "true"
	return &yes
}

// instant reads a time, or a date, which begins in UTC.
func (p *parameters) instant(name string) *time.Time {
	text := p.q.Get(name)
	if text == "" {
		return nil
	}
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			t = t.UTC()
			return &t
		}
	}
	p.wrong(name, "A time is of the form 2026-11-24T18:00:00Z, a date of 2026-11-24.")
	return nil
}

// balance is nil when no part of it is given.
func (p *parameters) balance() *contact.BalanceRange {
	b := contact.BalanceRange{Min: p.decimal("balanceMin"), Max: p.decimal("balanceMax")}
	sides := map[string]ledgerentry.Side{"CLIENT": ledgerentry.SideClient, "SUPPLIER": ledgerentry.SideSupplier}
	if s := choice(p, "balanceSide", "CLIENT", "SUPPLIER"); s != nil {
		side := sides[*s]
		b.Side = &side
	}
	if text := p.q.Get("balanceCurrency"); text != "" {
		if c, err := money.ParseCurrency(text); err == nil {
			b.Currency = &c
		} else {
			p.wrong("balanceCurrency", "A currency is its three letters of ISO 4217, such as EUR.")
		}
	}
	if b == (contact.BalanceRange{}) {
		return nil
	}
	return &b
}

func (p *parameters) decimal(name string) *money.Decimal {
	text := p.q.Get(name)
	if text == "" {
		return nil
	}
	var d money.Decimal
	if err := d.UnmarshalGQL(text); err != nil { // as the API reads it
		p.wrong(name, fault.From(err).Text)
		return nil
	}
	return &d
}
