package document

import (
	"context"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// effect is what an issued document does to its account.
type effect int

const (
	none   effect = iota // an offer: nothing is owed yet
	charge               // what is payable is outstanding
	credit               // what is payable is credit
)

// kindOf is what there is to know about a type of document.
type kindOf struct {
	side   entdocument.Side
	effect effect
	prefix string // of the numbers, until the business chooses its own
}

var kinds = map[entdocument.Type]kindOf{
	entdocument.TypeInvoice:        {entdocument.SideClient, charge, "INV-"},
	entdocument.TypeCreditNote:     {entdocument.SideClient, credit, "CN-"},
	entdocument.TypeEstimate:       {entdocument.SideClient, none, "EST-"},
	entdocument.TypeBill:           {entdocument.SideSupplier, charge, "BILL-"},
	entdocument.TypeSupplierCredit: {entdocument.SideSupplier, credit, "SC-"},
	entdocument.TypeExpense:        {entdocument.SideSupplier, charge, "EXP-"},
}

// typesWith are the types of an effect.
func typesWith(e effect) (out []any) {
	for t, k := range kinds {
		if k.effect == e {
			out = append(out, t)
		}
	}
	return out
}

var (
	sees = map[entdocument.Side]viewer.Permission{
		entdocument.SideClient: viewer.SeeSales, entdocument.SideSupplier: viewer.SeePurchases,
	}
	edits = map[entdocument.Side]viewer.Permission{
		entdocument.SideClient: viewer.EditSales, entdocument.SideSupplier: viewer.EditPurchases,
	}
)

// mayReadAny asks for sight of sales or purchases; which rows, the row rule says.
func mayReadAny(ctx context.Context) error { return mayAny(ctx, sees) }

// mayEditAny asks for the right to change sales or purchases.
func mayEditAny(ctx context.Context) error { return mayAny(ctx, edits) }

func mayAny(ctx context.Context, of map[entdocument.Side]viewer.Permission) error {
	if _, err := viewer.RequireStaff(ctx, of[entdocument.SideClient]); err == nil {
		return nil
	}
	_, err := viewer.RequireStaff(ctx, of[entdocument.SideSupplier])
	return err
}

// mayEdit asks for the right to change documents of the type.
func mayEdit(ctx context.Context, t entdocument.Type) error {
	_, err := viewer.RequireStaff(ctx, edits[kinds[t].side])
	return err
}

// suits says whether the contact may have documents of the type: clients have sales, and a
// prospect, who is neither client nor supplier yet, has estimates; suppliers have purchases.
func suits(t entdocument.Type, c *ent.Contact) error {
	switch {
	case kinds[t].side == entdocument.SideSupplier && !c.IsSupplier:
		return fault.New(fault.Conflict, "contactId", "The contact is no supplier yet: make it a supplier first.")
	case kinds[t].side == entdocument.SideSupplier, c.IsClient:
		return nil
	case t == entdocument.TypeEstimate && !c.IsSupplier:
		return nil
	}
	return fault.New(fault.Conflict, "contactId", "The contact is no client yet: make it a client first.")
}

// Open says whether the books are open on the date: nothing dated up to the organization's
// closing date is made or changed any more.
//
// Faults: CONFLICT on the field.
func Open(org *ent.Organization, date day.Date, field string) error {
	if org.ClosingDate != nil && date <= *org.ClosingDate {
		return fault.New(fault.Conflict, field, "The books are closed up to %s.", *org.ClosingDate)
	}
	return nil
}

// openFor is Open on the organization of the viewer, which it gives.
func openFor(ctx context.Context, tx *ent.Tx, date day.Date, field string) (*ent.Organization, error) {
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, wrapped("read the organization", err)
	}
	return org, Open(org, date, field)
}
