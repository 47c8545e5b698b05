package payment

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// before is what a new payment reads and locks first, all in one round trip: the contact, the
// business, and the documents that are named.
type before struct {
	contact   *contact.Actives
	org       *ent.Organization
	documents map[uuid.UUID]*ent.Document // locked; nil when none is named
}

// prepare gives the statements of before.
func (s *Service) prepare(ctx context.Context, in RecordInput) (b *before, out []*db.Statement, err error) {
	b = &before{org: &ent.Organization{}}
	out = make([]*db.Statement, 2, 3)
	if b.contact, out[0], err = contact.ActiveRead(ctx, s.DB.Dialect, in.ContactID, "contactId"); err != nil {
		return nil, nil, err
	}
	if out[1], err = s.organizationRead(ctx, b.org); err != nil {
		return nil, nil, err
	}
	if n := len(in.Allocations); n == 0 || n > maxAllocations || in.OldestFirst || in.Kind != nil && refunds(*in.Kind) {
		return b, out, nil // which are then found later, or refused
	}
	ids := make([]uuid.UUID, len(in.Allocations))
	for i, a := range in.Allocations {
		ids[i] = a.DocumentID
	}
	b.documents = make(map[uuid.UUID]*ent.Document, len(ids))
	locking, err := s.documentsLock(ctx, ids, b.documents)
	return b, append(out, locking), err
}

// organizationRead reads of the business what a payment needs.
func (s *Service) organizationRead(ctx context.Context, into *ent.Organization) (*db.Statement, error) {
	q, err := selecting(ctx, s.DB.Dialect, ent.TypeOrganization, organization.Table,
		organization.FieldBaseCurrency, organization.FieldTimeZone, organization.FieldClosingDate, organization.FieldMailPayments)
	if err != nil {
		return nil, err
	}
	query, args := q.Where(sql.EQ(q.C(organization.FieldID), viewer.From(ctx).Organization)).Query()
	return &db.Statement{Query: query, Args: args, Row: func(scan func(...any) error) error {
		return scan(&into.BaseCurrency, &into.TimeZone, &into.ClosingDate, &into.MailPayments)
	}}, nil
}

// documentsLock locks documents in the order of their ids, and reads of them what settling
// needs.
func (s *Service) documentsLock(ctx context.Context, ids []uuid.UUID, into map[uuid.UUID]*ent.Document) (*db.Statement, error) {
	q, err := selecting(ctx, s.DB.Dialect, ent.TypeDocument, entdocument.Table,
		entdocument.FieldID, entdocument.FieldContactID, entdocument.FieldType, entdocument.FieldStatus, entdocument.FieldCurrency,
		entdocument.FieldDate, entdocument.FieldExchangeRate, entdocument.FieldPayable, entdocument.FieldSettled)
	if err != nil {
		return nil, err
	}
	in := make([]any, len(ids))
	for i, id := range ids {
		in[i] = id
	}
	q.Where(sql.In(q.C(entdocument.FieldID), in...))
	db.ForUpdate(q)
	query, args := q.Query()
	return &db.Statement{Query: query, Args: args, Row: func(scan func(...any) error) error {
		d := &ent.Document{}
		err := scan(&d.ID, &d.ContactID, &d.Type, &d.Status, &d.Currency, &d.Date, &d.ExchangeRate, &d.Payable, &d.Settled)
		into[d.ID] = d
		return err
	}}, nil
}

// selecting selects columns of the rows of a type that the viewer may see.
func selecting(ctx context.Context, of, typ, table string, columns ...string) (*sql.Selector, error) {
	visible, err := rule.Rows(typ, viewer.From(ctx))
	if err != nil {
		return nil, fmt.Errorf("payment: read %s: %w", table, err)
	}
	q := sql.Dialect(of).Select().From(sql.Table(table))
	q.Select(q.Columns(columns...)...)
	visible(q)
	return q, nil
}

// dates are the days that the business can book on now.
func (s *Service) dates(org *ent.Organization) dates {
	d := dates{today: document.TodayIn(s.Now(), org.TimeZone)}
	apply(&d.closed, org.ClosingDate)
	return d
}
