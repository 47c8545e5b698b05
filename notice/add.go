// Package notice tells staff of what a customer did, or what happened to a payment on its own.
package notice

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/money"
)

// News is what staff are told.
type News struct {
	Kind       entnotice.Kind
	ContactID  uuid.UUID
	DocumentID *uuid.UUID
	PaymentID  *uuid.UUID
	MessageID  *uuid.UUID
	Name       string // who did it
	Text       string // the comment, or what was wrong; cut at 5,000 characters
	Amount     money.Money
}

// Add keeps a notice in the transaction of what it tells.
func Add(ctx context.Context, tx *ent.Tx, n News) error {
	err := tx.Notice.Create().SetKind(n.Kind).SetContactID(n.ContactID).SetNillableDocumentID(n.DocumentID).
		SetNillablePaymentID(n.PaymentID).SetNillableMessageID(n.MessageID).SetName(cut(n.Name, 200)).SetText(cut(n.Text, 5000)).
		SetAmount(n.Amount.Minor).SetCurrency(n.Amount.Currency).Exec(ctx)
	if err != nil {
		return fmt.Errorf("notice: add: %w", err)
	}
	return nil
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
