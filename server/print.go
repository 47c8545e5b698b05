package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

// printDocument answers GET /documents/{id}/pdf: a document as it is printed, for staff and for
// customers who may see it. language is one of those of documents, the contact's when it is left out; inline=1
// has it shown in place. What is not for the viewer is not there.
func (a *app) printDocument(w http.ResponseWriter, r *http.Request) {
	a.print(w, r, func(ctx context.Context, p *parameters, to *bytes.Buffer) (name string, err error) {
		language := p.language()
		if p.bad != nil {
			return "", p.bad.Err()
		}
		d, err := a.asked(ctx, idOf(r))
		if err != nil {
			return "", err
		}
		org, err := a.business(ctx)
		if err != nil {
			return "", err
		}
		sheet, err := a.printed(ctx, d, org, language)
		if err != nil {
			return "", err
		}
		return documentName(d), pdf.WriteDocument(to, sheet)
	})
}

// business is the one that a member of staff works for, or that a customer is a customer of.
func (a *app) business(ctx context.Context) (*ent.Organization, error) {
	if viewer.From(ctx).Kind != viewer.Portal {
		return a.graph.Accounts.Organization(ctx)
	}
	return a.graph.Accounts.Place(ctx, viewer.From(ctx))
}

// asked is the document that a member of staff, or a customer, asks for.
func (a *app) asked(ctx context.Context, id uuid.UUID) (*document.Document, error) {
	if viewer.From(ctx).Kind != viewer.Portal {
		return a.graph.Documents.Get(ctx, id)
	}
	p, err := a.graph.Portals.For(ctx)
	if err != nil {
		return nil, err
	}
	d, err := p.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.Document, nil
}

// documentName is what the file of a document is called.
func documentName(d *document.Document) string {
	return cmp.Or(d.NumberText, strings.ReplaceAll(string(d.Type), "_", "-")) + ".pdf"
}

// printStatement answers GET /contacts/{id}/statement/pdf: the statement of a contact, for
// staff, and for its customers the client's. side is CLIENT or SUPPLIER, from and to are dates, language and inline as for a
// document.
func (a *app) printStatement(w http.ResponseWriter, r *http.Request) {
	a.print(w, r, func(ctx context.Context, p *parameters, to *bytes.Buffer) (name string, err error) {
		in, language := p.statement(r)
		if p.bad != nil {
			return "", p.bad.Err()
		}
		s, err := a.askedStatement(ctx, in)
		if err != nil {
			return "", err
		}
		sheet, err := a.printedStatement(ctx, s, language)
		if err != nil {
			return "", err
		}
		return statementName(s) + ".pdf", pdf.WriteStatement(to, sheet)
	})
}

// askedStatement is the statement that a member of staff, or a customer, asks for.
func (a *app) askedStatement(ctx context.Context, in statement.Input) (*statement.Statement, error) {
	if viewer.From(ctx).Kind != viewer.Portal {
		return a.graph.Statements.For(ctx, in)
	}
	p, err := a.graph.Portals.For(ctx)
	if err != nil {
		return nil, err
	}
	c, err := p.Contact(ctx, &in.ContactID)
	if err != nil {
		return nil, err
	}
	return c.Printed(ctx, in.From, in.To)
}

func statementName(s *statement.Statement) string {
	return fmt.Sprintf("statement-%s-%s", s.Contact.DisplayName, s.To)
}

// drawing writes a file of what the parameters ask for, and gives the file's name.
type drawing func(context.Context, *parameters, *bytes.Buffer) (name string, err error)

// print answers with the PDF that draw makes, under the name that it gives.
func (a *app) print(w http.ResponseWriter, r *http.Request, draw drawing) {
	if name, content, ok := a.drawn(w, r, draw); ok {
		servePDF(w, r, name, content, r.URL.Query().Get("inline") == "1")
	}
}

// drawn has a file drawn for the viewer of a request. When it cannot be, that is answered.
func (a *app) drawn(w http.ResponseWriter, r *http.Request, draw drawing) (name string, content []byte, ok bool) {
	private(w)
	to := answer{w, mediaJSON}
	ctx, err := a.door.enter(w, r)
	if err != nil {
		to.denied(ctx, err)
		return "", nil, false
	}
	var out bytes.Buffer
	name, err = draw(ctx, &parameters{q: r.URL.Query()}, &out)
	if fault.IsCode(err, fault.Forbidden) { // that it is there is no business of theirs
		err = fault.New(fault.NotFound, "id", "There is no such file.")
	}
	if err != nil {
		to.denied(ctx, err)
		return "", nil, false
	}
	return name, out.Bytes(), true
}

func servePDF(w http.ResponseWriter, r *http.Request, name string, content []byte, inline bool) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", disposition(inline, name))
	if inline {
		w.Header().Set("Content-Security-Policy", pdfPolicy)
	}
	patient(w, int64(len(content)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// statement is which statement is asked for, and in which language.
func (p *parameters) statement(r *http.Request) (in statement.Input, language string) {
	language = p.language()
	in = statement.Input{ContactID: idOf(r), From: p.date("from"), To: p.date("to")}
	if s := choice(p, "side", "CLIENT", "SUPPLIER"); s != nil {
		side := ledgerentry.Side(strings.ToLower(*s))
		in.Side = &side
	}
	return in, language
}

// language is one of those of documents; "" when none is given.
func (p *parameters) language() string {
	l := choice(p, "language", "en", "el", "de", "fr", "it", "es", "bg")
	if l == nil {
		return ""
	}
	return *l
}

func (p *parameters) date(name string) *day.Date {
	text := p.q.Get(name)
	if text == "" {
		return nil
	}
	d, err := day.Parse(text)
	if err != nil {
		p.wrong(name, fault.From(err).Text)
		return nil
	}
	return &d
}

// house is the business as it is printed.
type house struct {
	pdf.Party
	logo     []byte
	language string
}

func (a *app) house(ctx context.Context, org *ent.Organization) (*house, error) {
	logo, err := a.graph.Files.Logo(ctx, org)
	if err != nil {
		return nil, err
	}
	return &house{pdf.Party{Name: org.Name, Profession: org.Profession, VATNumber: org.VatNumber, TaxOffice: org.TaxOffice,
		Address: org.Address, Email: org.Email, Phone: org.Phone}, logo, org.Language}, nil
}

// printed is a document as it is drawn, in a language or, when that is "", in the contact's.
func (a *app) printed(ctx context.Context, d *document.Document, org *ent.Organization, language string) (*pdf.Document, error) {
	from, err := a.house(ctx, org)
	if err != nil {
		return nil, err
	}
	c, err := d.Contact(ctx)
	if err != nil {
		return nil, err
	}
	language = cmp.Or(language, d.Language, c.DefaultLanguage, from.language)
	out := &pdf.Document{
		Language: pdf.Language(language), Kind: pdf.Kind(d.Type), Mark: pdf.MarkOf(string(d.Status)), Number: d.NumberText, From: from.Party, Logo: from.logo,
		To:   pdf.Party{Name: d.ContactName, Profession: d.ContactProfession, VATNumber: d.ContactVatNumber, TaxOffice: d.ContactTaxOffice, Address: d.BillingAddress},
		Date: d.Date, DueDate: d.DueDate, Reference: d.Reference, Currency: d.Currency, Inclusive: d.PricesIncludeTax, Notes: d.Notes, Terms: d.Terms,
		Net: d.Net(), Total: d.Total(), Withheld: d.Withholding(), Payable: d.Payable(), Settled: d.Settled(), Remaining: d.Remaining(),
	}
	if d.ShippingAddress != d.BillingAddress {
		out.ShipTo = d.ShippingAddress
	}
	lines, err := d.Lines(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		out.Lines = append(out.Lines, printedLine(l, language))
	}
	adjustments, err := d.Adjustments(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range adjustments {
		out.Extras = append(out.Extras, printedAdjustment(x, language))
	}
	taxes, err := d.Taxes(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range taxes {
		tax := pdf.Tax{Name: t.Name, Rate: t.Rate, Fixed: t.Fixed(), Withholding: t.Kind == money.Withholding, Informational: t.Informational, Base: t.Base(), Amount: t.Amount()}
		if tax.Withholding {
			tax.Amount.Minor = -tax.Amount.Minor
		}
		out.Taxes = append(out.Taxes, tax)
	}
	return out, nil
}

// printedAdjustment is an allowance, which takes off, or a charge.
func printedAdjustment(x *document.AdjustmentLine, language string) pdf.Extra {
	out := pdf.Extra{Title: x.Title, Amount: x.Amount()}
	if x.Percent.Sign() != 0 {
		out.Title += " " + pdf.Percent(pdf.Language(language), x.Percent)
	}
	if !x.Charge {
		out.Amount.Minor = -out.Amount.Minor
	}
	return out
}

func printedLine(l *document.Line, language string) pdf.Line {
	out := pdf.Line{Title: l.Title, Quantity: l.Quantity, Unit: l.Unit, Price: l.UnitPrice, Net: l.Net()}
	if off := l.DiscountAmount(); off.Minor != 0 {
		out.Discount = off.Format(language)
	} else if l.DiscountPercent.Sign() != 0 {
		out.Discount = pdf.Percent(pdf.Language(language), l.DiscountPercent)
	}
	var rates []string
	for _, t := range l.DocumentLine.Taxes {
		if !t.Informational && t.Fixed == 0 { // one that is fixed is told below the lines
			rates = append(rates, pdf.Percent(pdf.Language(language), t.Rate))
		}
	}
	out.Taxes = strings.Join(slices.Compact(rates), " + ")
	return out
}

func (a *app) printedStatement(ctx context.Context, s *statement.Statement, language string) (*pdf.Statement, error) {
	org, err := a.business(ctx)
	if err != nil {
		return nil, err
	}
	from, err := a.house(ctx, org)
	if err != nil {
		return nil, err
	}
	c := s.Contact
	language = cmp.Or(language, c.DefaultLanguage, from.language)
	out := &pdf.Statement{Language: pdf.Language(language), From: from.Party, Logo: from.logo, Begin: s.From, End: s.To,
		To: pdf.Party{Name: c.DisplayName, Profession: c.Profession, VATNumber: c.VatNumber, TaxOffice: c.TaxOffice}}
	for _, t := range s.Tables {
		table := pdf.Table{Currency: t.Currency, Opening: t.Opening, Charges: t.Charges, Credits: t.Credits, Closing: t.Closing}
		for _, l := range t.Lines {
			table.Lines = append(table.Lines, pdf.Posting{Date: l.Date, Kind: string(l.Kind), Reference: l.Reference, Charge: l.Charge, Credit: l.Credit, Balance: l.Balance})
		}
		out.Tables = append(out.Tables, table)
	}
	return out, nil
}
