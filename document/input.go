package document

import (
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
)

// LineInput is a line to save. What a line of a product leaves out is the product's.
type LineInput struct {
	ID              *uuid.UUID // the line to change; a new line when nil
	ProductID       *uuid.UUID
	Title           string         // the product's when empty
	Quantity        *money.Decimal // 1 when nil
	Unit            string
	UnitPrice       *money.Decimal // the product's when nil
	DiscountPercent money.Decimal
	DiscountAmount  *money.Decimal // in units of the currency
	Taxes           []*money.Tax   // nil: the product's, else the contact's defaults
	CategoryID      *uuid.UUID     // the expense category; of purchases alone
	ProjectID       *uuid.UUID
	Billable        bool // on a purchase with a project: to be billed to the client
}

// AdjustmentInput is an allowance or charge to save.
type AdjustmentInput struct {
	Charge  bool
	Title   string
	Percent money.Decimal  // of the sum of the lines
	Amount  *money.Decimal // in units of the currency
	Taxes   []*money.Tax   // nil: the contact's defaults
}

// CreateInput is the input of createDocument.
type CreateInput struct {
	db.Idempotent
	Type             entdocument.Type
	ContactID        uuid.UUID
	SequenceID       *uuid.UUID      // the default of the type when nil
	Date             *day.Date       // today when nil
	DueDate          *day.Date       // by the contact's default when nil
	Currency         *money.Currency // the contact's default, else the base currency, when nil
	ExchangeRate     *money.Decimal  // 1 in base currency
	PricesIncludeTax bool
	Lines            []*LineInput
	Adjustments      []*AdjustmentInput
	Reference        string
	Notes            string
	Terms            string
	Language         string
	PaidBy           *entpayment.Method // of an expense alone, and always
	CustomID         *string
	OptionIDs        []uuid.UUID // of tracking categories

	// What only the business itself says, never a request.
	OriginID      *uuid.UUID // the document that this one is made from
	RecurringID   *uuid.UUID // the recurring invoice that makes it
	RecurringDate *day.Date  // and for which of its dates
	copied        bool       // what the lines name and may not any more is left out
}

// UpdateInput is the input of updateDocument; what is nil stays.
type UpdateInput struct {
	db.Idempotent
	ID               uuid.UUID
	Version          int
	SequenceID       *uuid.UUID
	Date             *day.Date
	DueDate          *day.Date
	PricesIncludeTax *bool
	Lines            []*LineInput
	Adjustments      []*AdjustmentInput
	Reference        *string
	Notes            *string
	Terms            *string
	Language         *string
	PaidBy           *entpayment.Method
	Currency         *money.Currency // another one needs the lines and adjustments too
	ExchangeRate     *money.Decimal
	OptionIDs        []uuid.UUID
}

// IDInput is the input of a mutation on one document.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}
