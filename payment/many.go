package payment

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// MaxRecorded is how many payments one request records.
const MaxRecorded = 500

// RecordManyInput is the input of recordPayments.
type RecordManyInput struct {
	db.Idempotent
	Payments        []*RecordInput
	AllowDuplicates bool
}

// Recorded says what became of one of many payments.
type Recorded struct {
	Payment *Payment       // nil when there is none
	Errors  []*fault.Error // fields are relative to the payment
}

// recorded is what is kept of a payment for a repeat of the request.
type recorded struct {
	ID     *uuid.UUID     `json:"id,omitempty"`
	Errors []*fault.Error `json:"errors,omitempty"`
}

// RecordMany records payments as of a bank statement, each by itself, in one transaction: one
// with a fault stops no other. They are recorded contact by contact, each contact's in the
// order given. A payment with the contact, date, amount, currency and reference of another
// one in force, or of one before it in the request, may be the same once more: it is refused
// unless duplicates are allowed. One without a reference is no duplicate.
//
// Faults: INVALID on payments for none or over MaxRecorded, UNAUTHENTICATED, FORBIDDEN; those
// of a payment as for Record, in its result; CONFLICT on reference for a possible duplicate.
func (s *Service) RecordMany(ctx context.Context, in RecordManyInput) ([]*Recorded, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	if n := len(in.Payments); n == 0 || n > MaxRecorded {
		return nil, fault.New(fault.Invalid, "payments", "From 1 to %d payments.", MaxRecorded)
	}
	kept, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]recorded, error) {
		order, err := s.lockMany(ctx, tx, in.Payments)
		if err != nil {
			return nil, err
		}
		known := duplicates{}
		if !in.AllowDuplicates {
			if err := known.read(ctx, tx, in.Payments); err != nil {
				return nil, err
			}
		}
		out := make([]recorded, len(in.Payments))
		for _, i := range order {
			var row *ent.Payment
			err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) (err error) {
				if row, err = s.recordOne(ctx, tx, *in.Payments[i]); err != nil {
					return err
				}
				return known.refuse(row, in.AllowDuplicates)
			})
			if err == nil {
				known.add(row)
				out[i].ID = &row.ID
				continue
			}
			all, ok := fault.All(err)
			if !ok {
				return nil, fmt.Errorf("payment: %d of many: %w", i, err)
			}
			out[i].Errors = all
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	return s.told(ctx, kept)
}

// told reads the payments of the results as they are now.
func (s *Service) told(ctx context.Context, kept []recorded) ([]*Recorded, error) {
	var ids []uuid.UUID
	for _, k := range kept {
		if k.ID != nil {
			ids = append(ids, *k.ID)
		}
	}
	rows, err := s.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*Recorded, len(kept))
	for i, k := range kept {
		out[i] = &Recorded{Errors: k.Errors}
		if k.ID != nil {
			out[i].Payment = rows[*k.ID]
		}
	}
	return out, nil
}

// lockMany locks the contacts, and then all documents and credit that the payments may meet,
// each in the order of their ids, before any balance: so that two requests, or a request and a
// single payment, never wait for each other. It gives the order in which to record them, contact
// by contact, which is that of the balances.
func (s *Service) lockMany(ctx context.Context, tx *ent.Tx, in []*RecordInput) ([]int, error) {
	order := make([]int, len(in))
	for i := range in {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare(in[a].ContactID[:], in[b].ContactID[:]) })
	var last uuid.UUID
	var payments, documents, sweeping, refunding []uuid.UUID
	for _, i := range order {
		p := in[i]
		if p.ContactID != last {
			last = p.ContactID
			if _, err := contact.Active(ctx, tx, p.ContactID, "contactId"); err != nil {
				if _, ok := fault.All(err); !ok {
					return nil, err
				}
			}
		}
		for _, a := range p.Allocations {
			documents = append(documents, a.DocumentID)
		}
		for _, f := range p.Sources {
			if f.PaymentID != nil {
				payments = append(payments, *f.PaymentID)
			}
			if f.CreditID != nil {
				documents = append(documents, *f.CreditID)
			}
		}
		if p.OldestFirst {
			sweeping = append(sweeping, p.ContactID)
		}
		if p.Kind != nil && refunds(*p.Kind) && len(p.Sources) == 0 {
			refunding = append(refunding, p.ContactID)
		}
	}
	if len(payments)+len(refunding) > 0 {
		_, err := tx.Payment.Query().Where(entpayment.Or(entpayment.IDIn(payments...), entpayment.And(entpayment.ContactIDIn(refunding...),
			entpayment.StatusEQ(entpayment.StatusRecorded), notUsedUp)), db.ForUpdate).IDs(ctx)
		if err != nil {
			return nil, fmt.Errorf("payment: lock credit: %w", err)
		}
	}
	if len(documents)+len(sweeping)+len(refunding) > 0 {
		_, err := tx.Document.Query().Where(entdocument.Or(entdocument.IDIn(documents...), entdocument.And(entdocument.StatusEQ(entdocument.StatusIssued),
			entdocument.ContactIDIn(append(sweeping, refunding...)...), notSettled)), db.ForUpdate).IDs(ctx)
		if err != nil {
			return nil, fmt.Errorf("payment: lock documents: %w", err)
		}
	}
	return order, nil
}

// duplicates are payments by what two of the same have in common.
type duplicates map[likeness]bool

type likeness struct {
	contact   uuid.UUID
	date      day.Date
	amount    money.Minor
	currency  money.Currency
	reference string
}

func likenessOf(row *ent.Payment) likeness {
	return likeness{row.ContactID, row.Date, row.Amount, row.Currency, row.Reference}
}

// read finds what there is of the references in force already.
func (d duplicates) read(ctx context.Context, tx *ent.Tx, in []*RecordInput) error {
	var references []string
	var contacts []uuid.UUID
	for _, p := range in {
		if reference := strings.TrimSpace(p.Reference); reference != "" {
			references, contacts = append(references, reference), append(contacts, p.ContactID)
		}
	}
	if len(references) == 0 {
		return nil
	}
	rows, err := tx.Payment.Query().Where(entpayment.StatusEQ(entpayment.StatusRecorded), entpayment.ContactIDIn(contacts...), entpayment.ReferenceIn(references...)).
		Select(entpayment.FieldContactID, entpayment.FieldDate, entpayment.FieldAmount, entpayment.FieldCurrency, entpayment.FieldReference).All(ctx)
	if err != nil {
		return fmt.Errorf("payment: look for duplicates: %w", err)
	}
	for _, r := range rows {
		d.add(r)
	}
	return nil
}

func (d duplicates) add(row *ent.Payment) { d[likenessOf(row)] = true }

func (d duplicates) refuse(row *ent.Payment, allowed bool) error {
	if allowed || row.Reference == "" || !d[likenessOf(row)] {
		return nil
	}
	return fault.New(fault.Conflict, "reference", "There is a payment of this contact with the same date, amount and reference already.")
}
