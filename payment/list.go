package payment

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/paymentoption"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Filter says which payments; every part that is given must hold. Deleted ones are left out
// unless they are asked for.
type Filter struct {
	ContactID  *uuid.UUID
	Status     *entpayment.Status
	Kinds      []entpayment.Kind
	Methods    []entpayment.Method
	Currency   *money.Currency
	AmountFrom *money.Decimal // needs the currency
	AmountTo   *money.Decimal // needs the currency
	HasCredit  *bool
	From       *day.Date
	To         *day.Date
	Search     *string // in the reference and the contact's name
	OptionID   *uuid.UUID
}

const kind = "payments"

func cursor(p *Payment) page.Cursor { return page.Cursor{Kind: kind, Key: string(p.Date), ID: p.ID} }

func checkDate(key string) error {
	_, err := day.Parse(key)
	return err
}

// List reads one page of payments, newest date first. Staff only.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*Payment], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, checkDate)
	if err != nil {
		return nil, err
	}
	where, err := conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	q := s.DB.Payment.Query().Where(where...)
	rows, err := q.Clone().Where(db.Keyset(req, entpayment.FieldDate, true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: list: %w", err)
	}
	return page.New(req, s.wrap(rows...), cursor, q.Count), nil
}

func notDeleted(s *sql.Selector) {
	s.Where(sql.NEQ(s.C(entpayment.FieldStatus), entpayment.StatusDeleted))
}

// Of reads a page of a contact's payments, newest date first; the first page for the whole
// group of contacts by one statement.
func (s *Service) Of(ctx context.Context, c *contact.Contact, args page.Args) (*page.Connection[*Payment], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	return db.Below(ctx, c.Group, c.ID, args, db.Child[*Payment]{
		Kind: kind, Type: ent.TypePayment, Table: entpayment.Table, ParentColumn: entpayment.FieldContactID,
		Key: entpayment.FieldDate, Cursor: cursor, CheckKey: checkDate, Match: []db.Condition{notDeleted},
		Parent: func(p *Payment) uuid.UUID { return p.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Payment, error) {
			rows, err := s.DB.Payment.Query().Where(where).All(ctx)
			return s.wrap(rows...), err
		},
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ContactID uuid.UUID `json:"contact_id"`
				Count     int       `json:"count"`
			}
			err := s.DB.Payment.Query().Where(where).GroupBy(entpayment.FieldContactID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := make(map[uuid.UUID]int, len(rows))
			for _, r := range rows {
				out[r.ContactID] = r.Count
			}
			return out, err
		},
	})
}

const maxSearch = 200

// conditions are the filter's. Faults: INVALID on filter's fields.
func conditions(ctx context.Context, f *Filter) (out []predicate.Payment, err error) {
	if f == nil {
		f = &Filter{}
	}
	and := func(p predicate.Payment) { out = append(out, p) }
	if f.Status != nil {
		and(entpayment.StatusEQ(*f.Status))
	} else {
		and(entpayment.StatusNEQ(entpayment.StatusDeleted))
	}
	if f.ContactID != nil {
		and(entpayment.ContactID(*f.ContactID))
	}
	if f.Kinds != nil {
		and(entpayment.KindIn(f.Kinds...))
	}
	if f.Methods != nil {
		and(entpayment.MethodIn(f.Methods...))
	}
	if f.Currency != nil {
		and(entpayment.CurrencyEQ(*f.Currency))
	}
	if f.From != nil {
		and(entpayment.DateGTE(*f.From))
	}
	if f.To != nil {
		and(entpayment.DateLTE(*f.To))
	}
	if f.HasCredit != nil {
		left := entpayment.And(entpayment.StatusEQ(entpayment.StatusRecorded), notUsedUp)
		if !*f.HasCredit {
			left = entpayment.Not(left)
		}
		and(left)
	}
	if f.OptionID != nil {
		and(hasOption(viewer.From(ctx).Organization, *f.OptionID))
	}
	if f.Search != nil {
		if len(*f.Search) > maxSearch {
			return nil, fault.New(fault.Invalid, "filter.search", "At most %d characters.", maxSearch)
		}
		and(found(viewer.From(ctx).Organization, *f.Search))
	}
	for _, b := range []struct {
		field string
		value *money.Decimal
		where func(money.Minor) predicate.Payment
	}{{"amountFrom", f.AmountFrom, entpayment.AmountGTE}, {"amountTo", f.AmountTo, entpayment.AmountLTE}} {
		if b.value == nil {
			continue
		}
		if f.Currency == nil {
			return nil, fault.New(fault.Invalid, "filter."+b.field, "Say the currency as well: amounts of several are not compared.")
		}
		minor, err := money.ParseMinor(*b.value, *f.Currency)
		if err != nil {
			return nil, fault.New(fault.Invalid, "filter."+b.field, "%s", fault.From(err).Text)
		}
		and(b.where(minor))
	}
	return out, nil
}

// found is the condition that the text is in the reference, or in what the contact is found by.
func found(organization uuid.UUID, text string) predicate.Payment {
	return func(s *sql.Selector) {
		c := sql.Table(entcontact.Table)
		s.Where(sql.Or(sql.ContainsFold(s.C(entpayment.FieldReference), text),
			sql.In(s.C(entpayment.FieldContactID), sql.Dialect(s.Dialect()).Select(c.C(entcontact.FieldID)).From(c).Where(sql.And(
				sql.EQ(c.C(entcontact.FieldOrganizationID), organization),
				sql.Contains(c.C(entcontact.FieldSearch), fold.Text(text)))))))
	}
}

func hasOption(organization, id uuid.UUID) predicate.Payment {
	return func(s *sql.Selector) {
		o := sql.Table(paymentoption.Table)
		s.Where(sql.In(s.C(entpayment.FieldID), sql.Dialect(s.Dialect()).Select(o.C(paymentoption.FieldPaymentID)).From(o).Where(sql.And(
			sql.EQ(o.C(paymentoption.FieldOrganizationID), organization), sql.EQ(o.C(paymentoption.FieldOptionID), id)))))
	}
}
