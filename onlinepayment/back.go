package onlinepayment

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entnotice "github.com/kartela/kartela/ent/notice"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/paymentevent"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// gaveBack books that money of a charge went back to the customer: by a refund, or by a dispute
// for as long as it is not won. Each refund and dispute is booked once.
func (s *Service) gaveBack(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) (done, error) {
	name, typ := factName(m)
	charge, err := factOf(ctx, tx, row.Provider, m.Charge)
	if err != nil {
		return done{}, err
	}
	fact, fresh, err := add(ctx, tx, row.Provider, name, typ, m, row)
	if err != nil {
		return done{}, err
	}
	switch {
	case !fresh && m.What == payment.DisputeLost:
		return ignored("booked when it opened"), s.news(ctx, tx, row, entnotice.KindDispute, fact.PaymentID, amountOf(m), "The dispute is lost: the money stays with the customer.")
	case !fresh:
		return ignored("booked already"), nil
	case charge == nil || charge.PaymentID == nil:
		return ignored("about a charge that is not known yet"), finish(ctx, tx, fact, ignored(string(m.What)))
	}
	d, err := s.giveBack(ctx, tx, row, charge, m)
	if err != nil {
		return done{}, err
	}
	return d, finishFact(ctx, tx, fact, d)
}

// finishFact keeps what came of money that went back. What could not be booked is kept with it:
// it is made up for when money of the same charge comes back.
func finishFact(ctx context.Context, tx *ent.Tx, fact *ent.PaymentEvent, d done) error {
	d.detail = ""
	if d.short > 0 {
		d.detail = shortPrefix + strconv.FormatInt(int64(d.short), 10)
	}
	return finish(ctx, tx, fact, d)
}

const shortPrefix = "short:"

// shortOf is how much of what went back could not be booked.
func shortOf(fact *ent.PaymentEvent) money.Minor {
	rest, ok := strings.CutPrefix(fact.Detail, shortPrefix)
	n, err := strconv.ParseInt(rest, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return money.Minor(n)
}

func (s *Service) giveBack(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, charge *ent.PaymentEvent, m *payment.ProviderMessage) (done, error) {
	d := done{outcome: paymentevent.OutcomeRefunded}
	kind, text := entnotice.KindRefund, "The provider gave the money back to the customer."
	if m.What != payment.MoneyRefunded {
		d.outcome, kind = paymentevent.OutcomeDisputed, entnotice.KindDispute
		text = "The customer disputes the payment: the provider took the money. Answer there; what it paid is open again."
	}
	if m.Currency != charge.Currency {
		d.outcome, d.detail = paymentevent.OutcomeIgnored, "in another currency than the charge"
		return d, s.news(ctx, tx, row, entnotice.KindPaymentProblem, charge.PaymentID, amountOf(m), text+" It is in another currency than the payment: book it by hand.")
	}
	late, err := s.takeFrom(ctx, tx, row, charge, m, &d)
	if err != nil {
		return done{}, err
	}
	var problems []string
	if d.short > 0 {
		problems = append(problems, fmt.Sprintf("%s of it could not be booked, because the payment is void or was refunded by hand", money.New(d.short, m.Currency).Amount()))
		kind = entnotice.KindPaymentProblem
	}
	if late {
		problems = append(problems, "today is closed, so it is dated the first open day")
	}
	if d.detail = strings.Join(problems, "; "); d.detail != "" {
		text += " But " + d.detail + "."
	}
	if d.payment == nil {
		d.outcome = paymentevent.OutcomeIgnored
	}
	return d, s.news(ctx, tx, row, kind, charge.PaymentID, amountOf(m), text)
}

// takeFrom books what went back: of the charge's payment, and then of those by which money of
// the charge came back.
func (s *Service) takeFrom(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, charge *ent.PaymentEvent, m *payment.ProviderMessage, d *done) (late bool, err error) {
	below, err := factsBelow(ctx, tx, charge)
	if err != nil {
		return false, err
	}
	sources := []uuid.UUID{*charge.PaymentID}
	for _, f := range below {
		if f.Type == factBack && f.PaymentID != nil {
			sources = append(sources, *f.PaymentID)
		}
	}
	d.short = m.Amount
	for _, id := range sources {
		if d.short == 0 {
			break
		}
		back, err := s.Payments.GiveBackIn(ctx, tx, payment.GiveBack{PaymentID: id, Amount: d.short, Method: methods[row.Provider], Reference: cut(m.Object, 200)})
		if err != nil {
			return false, err
		}
		if back.Refund != nil && d.payment == nil {
			d.payment = &back.Refund.ID
		}
		d.short, late = back.Short, late || back.Late
	}
	return late, nil
}

// factsBelow are what went of a charge and came back, by their names.
func factsBelow(ctx context.Context, tx *ent.Tx, charge *ent.PaymentEvent) ([]*ent.PaymentEvent, error) {
	rows, err := tx.PaymentEvent.Query().Where(paymentevent.ProviderEQ(charge.Provider), paymentevent.EventIDHasPrefix(charge.EventID+"/"),
		paymentevent.TypeIn(factOut, factBack)).Order(paymentevent.ByEventID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read what went of a charge: %w", err)
	}
	return rows, nil
}

// cameBack books that a refund failed or a dispute was won: the money is the business's again,
// and settles what the payment was for as far as that is open. Where it was not told yet that
// the money went, neither is booked.
func (s *Service) cameBack(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) (done, error) {
	name, typ := factName(m)
	fact, fresh, err := add(ctx, tx, row.Provider, name, typ, m, row)
	if err != nil || !fresh {
		return ignored("booked already"), err
	}
	out, first, err := add(ctx, tx, row.Provider, strings.TrimSuffix(name, backSuffix), factOut, m, row)
	if err != nil {
		return done{}, err
	}
	if first || waits(out) { // what tells that it went comes later, and finds that it is told
		if err := finish(ctx, tx, out, ignored(never)); err != nil {
			return done{}, err
		}
		return ignored(never), finish(ctx, tx, fact, ignored(never))
	}
	charge, err := factOf(ctx, tx, row.Provider, m.Charge)
	if err != nil {
		return done{}, err
	}
	came, err := s.makeUp(ctx, tx, charge, out, m)
	if err != nil {
		return done{}, err
	}
	if came.Minor == 0 {
		return ignored("what went was not booked"), finish(ctx, tx, fact, ignored("what went was not booked"))
	}
	d, err := s.putBack(ctx, tx, row, &came, m)
	if err != nil {
		return done{}, err
	}
	return d, finish(ctx, tx, fact, d)
}

// makeUp is how much of money that came back is to be booked: what was booked when it went, less
// what went of the same charge and could not be booked, which it makes up for.
func (s *Service) makeUp(ctx context.Context, tx *ent.Tx, charge, out *ent.PaymentEvent, m *payment.ProviderMessage) (money.Money, error) {
	left := money.New(min(m.Amount, out.Amount)-shortOf(out), out.Currency)
	booked, err := s.standing(ctx, tx, out)
	if err != nil {
		return left, err
	}
	if !booked {
		left.Minor = 0
	}
	below, err := factsBelow(ctx, tx, charge)
	if err != nil {
		return left, err
	}
	for _, f := range below {
		if f.Type != factOut || shortOf(f) == 0 {
			continue
		}
		part := money.Minor(0)
		if f.ID != out.ID {
			part = min(left.Minor, shortOf(f))
		}
		left.Minor -= part
		rest := done{outcome: f.Outcome, payment: f.PaymentID, short: shortOf(f) - part}
		if f.ID == out.ID {
			rest.short = 0
		}
		if err := finishFact(ctx, tx, f, rest); err != nil {
			return left, err
		}
	}
	return left, nil
}

// standing says whether what was booked when money went is in force still.
func (s *Service) standing(ctx context.Context, tx *ent.Tx, out *ent.PaymentEvent) (bool, error) {
	if out.PaymentID == nil {
		return false, nil
	}
	refund, err := tx.Payment.Get(ctx, *out.PaymentID)
	if err != nil {
		return false, fmt.Errorf("onlinepayment: read a refund: %w", err)
	}
	return refund.Status == entpayment.StatusRecorded, nil
}

func (s *Service) putBack(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, amount *money.Money, m *payment.ProviderMessage) (done, error) {
	got, err := s.Payments.ReceiveIn(ctx, tx, payment.Receipt{ContactID: row.ContactID, Amount: *amount, Method: methods[row.Provider],
		Reference: cut(m.Object, 200), DocumentID: row.DocumentID, OldestFirst: row.DocumentID == nil})
	if err != nil {
		return done{}, err
	}
	kind, text := entnotice.KindRefund, "The refund failed: the money is yours again."
	d := done{outcome: paymentevent.OutcomeBooked, payment: &got.Payment.ID, detail: strings.Join(doubts(got), "; ")}
	if m.What == payment.DisputeWon {
		d.outcome, kind, text = paymentevent.OutcomeDisputeWon, entnotice.KindDispute, "The dispute is won: the money is yours again."
	}
	return d, s.news(ctx, tx, row, kind, &got.Payment.ID, *amount, text)
}

// never is why neither end of money that came back early is booked.
const never = "it came back before it was booked that it went"

// waits says whether a fact was told before its charge: it keeps what it tells as its detail.
func waits(fact *ent.PaymentEvent) bool {
	return fact.Outcome == paymentevent.OutcomeIgnored && slices.Contains(early, fact.Detail)
}

// early are the details of facts that wait.
var early = []string{string(payment.MoneyRefunded), string(payment.DisputeOpened), string(payment.DisputeLost), string(payment.RefundFailed), string(payment.DisputeWon)}

// waiting does, now that a charge is booked, what was told of it before. Its name says what.
func (s *Service) waiting(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) error {
	if m.Charge == "" {
		return nil
	}
	rows, err := tx.PaymentEvent.Query().Where(paymentevent.ProviderEQ(paymentevent.Provider(row.Provider)), paymentevent.EventIDHasPrefix(m.Charge+"/"),
		paymentevent.OutcomeEQ(paymentevent.OutcomeIgnored), paymentevent.DetailIn(early...)).Order(paymentevent.ByEventID()).All(ctx)
	if err != nil {
		return fmt.Errorf("onlinepayment: read what waits for a charge: %w", err)
	}
	charge, err := factOf(ctx, tx, row.Provider, m.Charge)
	if err != nil {
		return err
	}
	back := map[string]bool{}
	for _, r := range rows {
		if r.Type == factBack {
			back[strings.TrimSuffix(r.EventID, backSuffix)] = true
		}
	}
	for _, r := range rows {
		told := &payment.ProviderMessage{What: payment.Happening(r.Detail), Charge: m.Charge, Amount: r.Amount, Currency: r.Currency,
			Object: strings.TrimSuffix(strings.TrimPrefix(r.EventID, m.Charge+"/"), backSuffix)}
		d := ignored(never)
		switch {
		case r.Type == factOut && !back[r.EventID]:
			d, err = s.giveBack(ctx, tx, row, charge, told)
		case r.Type == factBack:
			err = s.forestall(ctx, tx, row, told)
		}
		if err != nil {
			return err
		}
		if err := tx.PaymentEvent.UpdateOneID(r.ID).SetOnlinePaymentID(row.ID).Exec(ctx); err != nil {
			return fmt.Errorf("onlinepayment: keep what a fact is about: %w", err)
		}
		if r.Type == factOut && !back[r.EventID] {
			err = finishFact(ctx, tx, r, d)
		} else {
			err = finish(ctx, tx, r, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forestall keeps that money went which is known to have come back, so that it is not booked
// when it is told.
func (s *Service) forestall(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment, m *payment.ProviderMessage) error {
	out, fresh, err := add(ctx, tx, row.Provider, m.Charge+"/"+m.Object, factOut, m, row)
	if err != nil || !fresh {
		return err
	}
	return finish(ctx, tx, out, ignored(never))
}
