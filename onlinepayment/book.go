package onlinepayment

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entnotice "github.com/kartela/kartela/ent/notice"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/paymentevent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/payment"
)

// apply does what a message about a locked online payment calls for.
func (s *Service) apply(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) (done, error) {
	switch m.What {
	case payment.MoneyReceived:
		return s.received(ctx, tx, row, m)
	case payment.CheckoutFailed:
		return s.close(ctx, tx, row, entonline.StatusFailed)
	case payment.CheckoutExpired:
		return s.close(ctx, tx, row, entonline.StatusExpired)
	case payment.CheckoutCancelled:
		return s.close(ctx, tx, row, entonline.StatusCancelled)
	case payment.MoneyRefunded, payment.DisputeOpened, payment.DisputeLost:
		return s.gaveBack(ctx, tx, row, m)
	case payment.RefundFailed, payment.DisputeWon:
		return s.cameBack(ctx, tx, row, m)
	case payment.DisputeInquiry, payment.InquiryClosed:
		return ignored("a question, by which no money has moved"), s.news(ctx, tx, row, entnotice.KindDispute, nil, amountOf(m), inquiries[m.What])
	}
	return ignored("nothing is booked by this"), nil
}

var inquiries = map[payment.Happening]string{
	payment.DisputeInquiry: "The customer's bank asks about this payment. No money has moved. Answer at the provider.",
	payment.InquiryClosed:  "The bank's question about this payment is closed. No money has moved.",
}

func amountOf(m *payment.ProviderMessage) money.Money { return money.New(m.Amount, m.Currency) }

// problem is a message of money that cannot be booked: it is told, for somebody to look at.
func (s *Service) problem(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) (done, error) {
	if m.What == payment.NothingHappened {
		return ignored(m.Problem), nil
	}
	return ignored(m.Problem), s.news(ctx, tx, row, entnotice.KindPaymentProblem, nil, amountOf(m),
		fmt.Sprintf("The provider told of %s. Look at it there, and book it by hand.", m.Problem))
}

// close ends a try that brought no money. One that was paid stays paid.
func (s *Service) close(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, to entonline.Status) (done, error) {
	if row.Status != entonline.StatusOpen {
		return ignored("it was " + string(row.Status) + " already"), nil
	}
	s.tell(ctx, row)
	err := tx.OnlinePayment.UpdateOneID(row.ID).SetStatus(to).AddVersion(1).SetUpdatedAt(s.now()).Exec(ctx)
	if err != nil {
		return done{}, fmt.Errorf("onlinepayment: close: %w", err)
	}
	return done{outcome: paymentevent.OutcomeClosed}, nil
}

// received books money that a charge brought, each charge once. It settles what was asked to be
// paid, when it is the first and as much as was asked; otherwise all of it is kept as credit,
// and staff are told.
func (s *Service) received(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) (done, error) {
	name, typ := factName(m)
	if name == "" {
		name, typ = m.ID, factMoney // a charge without a name: its message is one
		name += "/money"
	}
	fact, fresh, err := add(ctx, tx, row.Provider, name, typ, m, row)
	if err != nil {
		return done{}, err
	}
	if !fresh {
		return ignored("the charge was booked already"), nil
	}
	d, err := s.book(ctx, tx, row, amountOf(m), methods[row.Provider])
	if err != nil {
		return done{}, err
	}
	if err := finish(ctx, tx, fact, d); err != nil {
		return done{}, err
	}
	return d, s.waiting(ctx, tx, row, m)
}

var methods = map[entonline.Provider]entpayment.Method{
	entonline.ProviderStripe: entpayment.MethodOnline, entonline.ProviderSandbox: entpayment.MethodOnline,
	entonline.ProviderBankTransfer: entpayment.MethodBankTransfer,
}

// book books money that arrived by a locked online payment.
func (s *Service) book(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, amount money.Money, method entpayment.Method) (done, error) {
	problems := s.mismatch(row, amount)
	in := payment.Receipt{ContactID: row.ContactID, Amount: amount, Method: method, Reference: row.Reference}
	if len(problems) == 0 {
		in.DocumentID, in.OldestFirst = row.DocumentID, row.DocumentID == nil
	}
	got, err := s.Payments.ReceiveIn(ctx, tx, in)
	if err != nil {
		return done{}, err
	}
	problems = append(problems, doubts(got)...)
	kept := got.Payment.Amount - got.Payment.Allocated
	if len(problems) == 0 && kept > 0 {
		problems = append(problems, "what it was for was paid otherwise, or is not in force any more")
	}
	if err := s.paid(ctx, tx, row, got.Payment.ID); err != nil {
		return done{}, err
	}
	d := done{outcome: paymentevent.OutcomeBooked, payment: &got.Payment.ID, detail: strings.Join(problems, "; ")}
	if kept > 0 {
		d.outcome = paymentevent.OutcomeCredited
	}
	if len(problems) == 0 {
		return d, s.news(ctx, tx, row, entnotice.KindPaymentReceived, &got.Payment.ID, amount, "")
	}
	return d, s.news(ctx, tx, row, entnotice.KindPaymentProblem, &got.Payment.ID, amount,
		fmt.Sprintf("The payment is booked, %s of it as credit: %s.", money.New(kept, amount.Currency).Amount(), d.detail))
}

// mismatch is why money does not settle what it was asked for.
func (s *Service) mismatch(row *ent.OnlinePayment, amount money.Money) (out []string) {
	if row.PaymentID != nil {
		out = append(out, "it was paid before: this is one payment more")
	}
	if amount != money.New(row.Amount, row.Currency) {
		asked := money.New(row.Amount, row.Currency)
		out = append(out, fmt.Sprintf("%s %s arrived, %s %s were asked for", amount.Amount(), amount.Currency, asked.Amount(), asked.Currency))
	}
	return out
}

func doubts(got *payment.Received) (out []string) {
	if got.Archived {
		out = append(out, "the contact is archived")
	}
	if got.Late {
		out = append(out, "today is closed, so it is dated "+string(got.Payment.Date))
	}
	if got.NoRate {
		out = append(out, "there is no exchange rate, so it has 1")
	}
	return out
}

// paid keeps that an online payment was paid. The first payment stays the one it was booked as.
func (s *Service) paid(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, id uuid.UUID) error {
	u := tx.OnlinePayment.UpdateOneID(row.ID).SetStatus(entonline.StatusPaid).AddVersion(1).SetUpdatedAt(s.now())
	if row.PaymentID == nil {
		u.SetPaymentID(id).SetPaidAt(schema.Now())
		row.PaymentID = &id
	}
	s.tell(ctx, row)
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("onlinepayment: keep that it is paid: %w", err)
	}
	return nil
}

// news tells staff.
func (s *Service) news(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, kind entnotice.Kind, of *uuid.UUID, amount money.Money, text string) error {
	err := s.Notices.Add(ctx, tx, notice.New{Kind: kind, ContactID: row.ContactID, DocumentID: row.DocumentID, PaymentID: of, Amount: amount, Text: text})
	if err != nil {
		return err
	}
	if kind != entnotice.KindPaymentProblem {
		return nil
	}
	return audit.Record(ctx, tx, audit.Event{Action: "onlinePaymentProblem", ObjectType: "online_payment", ObjectID: row.ID, ContactID: row.ContactID,
		After: audit.Fields{"text": text}})
}
