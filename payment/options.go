package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/paymentoption"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/tracking"
)

// options are a payment's options of tracking categories as they are to be; nil when the
// input says nothing of them.
type options struct {
	isNew bool
	want  []uuid.UUID
	known map[uuid.UUID]tracking.Choice
}

// readOptions reads and checks the options that a payment, nil for a new one, is to have.
//
// Faults: NOT_FOUND and INVALID on optionIds.N.
func readOptions(ctx context.Context, tx *ent.Tx, id *uuid.UUID, want []uuid.UUID) (*options, error) {
	if want == nil {
		return nil, nil //nolint:nilnil // a nil list is as it is
	}
	has := map[uuid.UUID]bool{}
	if id != nil {
		rows, err := tx.PaymentOption.Query().Where(paymentoption.PaymentID(*id)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("payment: read options: %w", err)
		}
		for _, r := range rows {
			has[r.OptionID] = true
		}
	}
	known, err := tracking.Choices(ctx, tx, want)
	if err != nil {
		return nil, err
	}
	return &options{id == nil, want, known}, tracking.Check("optionIds", want, known, forPayments, has)
}

func forPayments(c *ent.TrackingCategory) bool { return c.Payments }

// save replaces the payment's options.
func (o *options) save(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	if o == nil {
		return nil
	}
	if !o.isNew {
		if _, err := tx.PaymentOption.Delete().Where(paymentoption.PaymentID(id)).Exec(ctx); err != nil {
			return fmt.Errorf("payment: save options: %w", err)
		}
	}
	c := make([]*ent.PaymentOptionCreate, len(o.want))
	for i, option := range o.want {
		c[i] = tx.PaymentOption.Create().SetPaymentID(id).SetCategoryID(o.known[option].Category.ID).SetOptionID(option)
	}
	if len(c) == 0 {
		return nil
	}
	return wrapped("save options", tx.PaymentOption.CreateBulk(c...).Exec(ctx))
}

// Options are the payment's options of tracking categories, read for the whole group at once.
func (p *Payment) Options(ctx context.Context) ([]*tracking.Option, error) {
	return page.Load(ctx, p.Group, "options", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*tracking.Option, error) {
		rows, err := p.s.DB.PaymentOption.Query().Where(paymentoption.PaymentIDIn(ids...)).Order(paymentoption.ByCategoryID()).All(ctx)
		if err != nil || len(rows) == 0 {
			return nil, wrapped("read options", err)
		}
		options := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			options[i] = r.OptionID
		}
		known, err := (&tracking.Service{DB: p.s.DB}).OptionsByIDs(ctx, options)
		if err != nil {
			return nil, err
		}
		out := map[uuid.UUID][]*tracking.Option{}
		for _, r := range rows {
			if o := known[r.OptionID]; o != nil { // it may have gone since
				out[r.PaymentID] = append(out[r.PaymentID], o)
			}
		}
		return out, nil
	})
}
