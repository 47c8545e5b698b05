package onlinepayment

import (
	"context"
	"fmt"
	"log/slog"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/paymentevent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// What is moved is kept as a fact beside the message that told of it, under a name of its own:
// the charge, and below it each refund and dispute, and each that came back. The database holds
// every name once, so that no money is booked twice, however many messages tell of it and in
// whatever order.
const (
	factMoney     = "payment"
	factOut       = "given_back"
	factBack      = "came_back"
	backSuffix    = "/back"
	maxFactLength = 255
)

// facts are the types of those rows.
var facts = []string{factMoney, factOut, factBack}

// done is what came of a message.
type done struct {
	outcome paymentevent.Outcome
	detail  string
	payment *uuid.UUID
	short   money.Minor // of what went back, what could not be booked
}

func ignored(detail string) done { return done{outcome: paymentevent.OutcomeIgnored, detail: detail} }

// Receive takes a message of a provider about an organization's money: it checks the signature,
// and in one transaction keeps the message and books what it tells. A message that came before
// changes nothing. Only an error calls for the message to be sent again.
//
// Faults: NOT_FOUND for a provider that the organization has no settings of; INVALID for a
// message that is not signed rightly.
func (s *Service) Receive(ctx context.Context, p entonline.Provider, organization uuid.UUID, header func(string) string, body []byte) error {
	if s.Providers[p] == nil {
		return fault.New(fault.NotFound, "", "There is no such provider.")
	}
	setting, err := s.setting(ctx, organization, p)
	if err != nil {
		return err
	}
	m, err := s.Providers[p].Read(s.secrets(setting), header, body, s.Now())
	if err != nil {
		return err
	}
	ctx = asProvider(ctx, organization)
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error { return s.take(ctx, tx, p, m) })
}

// take keeps a message and does what it calls for.
func (s *Service) take(ctx context.Context, tx *ent.Tx, p entonline.Provider, m *payment.ProviderMessage) error {
	row, err := s.lockOf(ctx, tx, p, m)
	if err != nil {
		return err
	}
	event, fresh, err := keep(ctx, tx, p, m, row)
	if err != nil || !fresh {
		return err
	}
	var d done
	switch {
	case row == nil:
		d, err = s.unknown(ctx, tx, p, m)
	case m.Problem != "":
		d, err = s.problem(ctx, tx, row, m)
	default:
		d, err = s.apply(ctx, tx, row, m)
	}
	if err != nil {
		return err
	}
	return finish(ctx, tx, event, d)
}

// lockOf finds the online payment that a message is about, by our id that the provider gives
// back, by its own name of the checkout, or by the charge; and locks its contact and it. nil
// when it is none of ours.
func (s *Service) lockOf(ctx context.Context, tx *ent.Tx, p entonline.Provider, m *payment.ProviderMessage) (*ent.OnlinePayment, error) {
	q := tx.OnlinePayment.Query().Where(entonline.ProviderEQ(p))
	switch {
	case m.OnlinePayment != uuid.Nil:
		q.Where(entonline.ID(m.OnlinePayment))
	case m.ExternalID != "":
		q.Where(entonline.ExternalID(m.ExternalID))
	case m.Charge != "":
		fact, err := factOf(ctx, tx, p, m.Charge)
		if err != nil || fact == nil || fact.OnlinePaymentID == nil {
			return nil, err
		}
		q.Where(entonline.ID(*fact.OnlinePaymentID))
	default:
		return nil, nil //nolint:nilnil // it is about nothing that we know
	}
	found, err := q.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // none of ours
	}
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: find what a message is about: %w", err)
	}
	if _, err := contact.Present(ctx, tx, found.ContactID, "contactId"); err != nil {
		return nil, err
	}
	row, err := tx.OnlinePayment.Query().Where(entonline.ID(found.ID), db.ForUpdate).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: lock: %w", err)
	}
	return row, nil
}

// keep keeps a message, once. A concurrent one with the same id waits for the first's end.
func keep(ctx context.Context, tx *ent.Tx, p entonline.Provider, m *payment.ProviderMessage, row *ent.OnlinePayment) (*ent.PaymentEvent, bool, error) {
	return add(ctx, tx, p, m.ID, m.Type, m, row)
}

// add makes a row of a message or fact; fresh is false when there is one of the name already.
func add(ctx context.Context, tx *ent.Tx, p entonline.Provider, name, typ string, m *payment.ProviderMessage, row *ent.OnlinePayment) (*ent.PaymentEvent, bool, error) {
	if len(name) > maxFactLength {
		return nil, false, fault.New(fault.Invalid, "", "The message cannot be read.")
	}
	id := schema.NewID()
	c := tx.PaymentEvent.Create().SetID(id).SetProvider(paymentevent.Provider(p)).SetEventID(name).SetType(cut(typ, 100)).
		SetOutcome(paymentevent.OutcomeIgnored).SetAmount(m.Amount).SetCurrency(m.Currency)
	if row != nil {
		c.SetOnlinePaymentID(row.ID)
	}
	err := c.OnConflict(sql.ConflictColumns(paymentevent.FieldOrganizationID, paymentevent.FieldProvider, paymentevent.FieldEventID)).Ignore().Exec(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("onlinepayment: keep a message: %w", err)
	}
	kept, err := factOf(ctx, tx, p, name)
	if err != nil {
		return nil, false, err
	}
	return kept, kept.ID == id, nil
}

// factOf reads the row of a name; nil when there is none.
func factOf(ctx context.Context, tx *ent.Tx, p entonline.Provider, name string) (*ent.PaymentEvent, error) {
	row, err := tx.PaymentEvent.Query().Where(paymentevent.ProviderEQ(paymentevent.Provider(p)), paymentevent.EventID(name)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read an event: %w", err)
	}
	return row, nil
}

// finish keeps what came of a message or fact.
func finish(ctx context.Context, tx *ent.Tx, event *ent.PaymentEvent, d done) error {
	u := tx.PaymentEvent.UpdateOneID(event.ID).SetOutcome(d.outcome).SetDetail(cut(d.detail, 1000))
	if d.payment != nil {
		u.SetPaymentID(*d.payment)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("onlinepayment: keep what came of a message: %w", err)
	}
	return nil
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// unknown is a message about none of our online payments. What it tells of a charge waits for
// the charge: providers promise no order.
func (s *Service) unknown(ctx context.Context, tx *ent.Tx, p entonline.Provider, m *payment.ProviderMessage) (done, error) {
	name, typ := factName(m)
	if name == "" || m.What == payment.MoneyReceived || m.Problem != "" {
		slog.InfoContext(ctx, "a message about no online payment of ours", "provider", p, "type", m.Type, "event", m.ID)
		return ignored("about no online payment of ours"), nil
	}
	fact, fresh, err := add(ctx, tx, p, name, typ, m, nil)
	if err != nil || !fresh {
		return ignored("told already"), err
	}
	return ignored("about a charge that is not known yet"), finish(ctx, tx, fact, ignored(string(m.What)))
}

// factName is the name of what a message says was moved, "" where nothing is.
func factName(m *payment.ProviderMessage) (name, typ string) {
	if m.Charge == "" {
		return "", ""
	}
	switch m.What {
	case payment.MoneyReceived:
		return m.Charge, factMoney
	case payment.MoneyRefunded, payment.DisputeOpened, payment.DisputeLost:
		return m.Charge + "/" + m.Object, factOut
	case payment.RefundFailed, payment.DisputeWon:
		return m.Charge + "/" + m.Object + backSuffix, factBack
	}
	return "", ""
}
