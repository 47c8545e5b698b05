package merge

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// PreviewInput is the input of mergePreview.
type PreviewInput struct {
	SurvivorID uuid.UUID
	LoserIDs   []uuid.UUID
}

// Preview is what merging would do.
type Preview struct {
	Survivor   *contact.Contact
	Losers     []*contact.Contact
	Fields     []*Field
	Moves      []*Move
	Collisions []string
	Balances   []*Balance
}

// Field is a field in which the contacts differ.
type Field struct {
	Field    string
	Survivor string
	Losers   []string
	Result   string
}

// Move says how many things of a kind move.
type Move struct {
	Kind  string
	Count int
}

// Balance is a balance before and after. After = Survivor + the losers'.
type Balance struct {
	Side     ledgerentry.Side
	Currency money.Currency
	Survivor money.Money
	Losers   []money.Money
	After    money.Money
}

// Preview says what merging would do, by the decisions that Merge carries out. It changes
// nothing. Balances, documents and payments are those that the viewer may see: a merge moves
// the others too.
//
// Faults: as for Merge, but for the version.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (*Preview, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	if err := checkIDs(in.SurvivorID, in.LoserIDs); err != nil {
		return nil, err
	}
	survivor, losers, err := find(ctx, s.DB.Client, in.SurvivorID, in.LoserIDs)
	if err != nil {
		return nil, err
	}
	p, err := plan(viewer.With(ctx, contact.Everything(v)), s.DB.Client, survivor, losers)
	if err != nil {
		return nil, err
	}
	out := &Preview{Fields: p.differences(), Collisions: p.collisions}
	if out.Moves, err = s.moves(ctx, p); err != nil {
		return nil, err
	}
	if out.Balances, err = s.balances(ctx, in); err != nil {
		return nil, err
	}
	all, err := s.Contacts.ByIDs(ctx, append([]uuid.UUID{in.SurvivorID}, in.LoserIDs...))
	if err != nil {
		return nil, err
	}
	out.Survivor = all[in.SurvivorID]
	for _, id := range in.LoserIDs {
		out.Losers = append(out.Losers, all[id])
	}
	if len(all) != 1+len(in.LoserIDs) { // one of them was deleted meanwhile
		return nil, fault.New(fault.NotFound, "", "There is no such contact any more.")
	}
	return out, nil
}

// differences are the fields that are not the same everywhere.
func (p *planned) differences() []*Field {
	var out []*Field
	for _, f := range shown {
		d := &Field{Field: f.name, Survivor: f.text(p.survivor.row), Result: f.text(p.united)}
		differs := false
		for _, l := range p.losers {
			text := f.text(l.row)
			differs = differs || text != d.Survivor
			d.Losers = append(d.Losers, text)
		}
		if differs {
			out = append(out, d)
		}
	}
	return out
}

// moves counts what would move, without the kinds of which nothing would.
func (s *Service) moves(ctx context.Context, p *planned) ([]*Move, error) {
	losers := p.loserIDs()
	var out []*Move
	for _, k := range []struct {
		kind  string
		count func() (int, error)
	}{
		{"documents", func() (int, error) { return s.DB.Document.Query().Where(document.ContactIDIn(losers...)).Count(ctx) }},
		{"payments", func() (int, error) { return s.DB.Payment.Query().Where(payment.ContactIDIn(losers...)).Count(ctx) }},
		{"notes", func() (int, error) {
			return s.DB.ContactNote.Query().Where(contactnote.ContactIDIn(losers...)).Count(ctx)
		}},
		{"attachments", func() (int, error) {
			return s.DB.Attachment.Query().Where(attachment.ContactIDIn(losers...)).Count(ctx)
		}},
		{"portalAccess", func() (int, error) { return len(p.grants), nil }},
		{"addresses", func() (int, error) { return len(p.addresses), nil }},
		{"emails", func() (int, error) { return len(p.emails), nil }},
		{"phones", func() (int, error) { return len(p.phones), nil }},
		{"options", func() (int, error) { return len(p.options), nil }},
	} {
		n, err := k.count()
		if err != nil {
			return nil, fmt.Errorf("merge: count %s: %w", k.kind, err)
		}
		if n > 0 {
			out = append(out, &Move{k.kind, n})
		}
	}
	return out, nil
}

// balances are those of all of the contacts, each account once, by side and currency.
func (s *Service) balances(ctx context.Context, in PreviewInput) ([]*Balance, error) {
	rows, err := s.Ledger.Balances(ctx, append([]uuid.UUID{in.SurvivorID}, in.LoserIDs...))
	if err != nil {
		return nil, err
	}
	var out []*Balance
	at := map[ledger.Account]*Balance{}
	of := func(b *ledger.Balance) *Balance {
		key := ledger.Account{Side: ledgerentry.Side(b.Side), Currency: b.Currency}
		if at[key] == nil {
			zero := money.New(0, b.Currency)
			at[key] = &Balance{Side: key.Side, Currency: key.Currency, Survivor: zero, After: zero}
			for range in.LoserIDs {
				at[key].Losers = append(at[key].Losers, zero)
			}
			out = append(out, at[key])
		}
		return at[key]
	}
	total := map[*Balance]money.Minor{}
	for _, b := range rows[in.SurvivorID] {
		of(b).Survivor = b.Net()
		total[of(b)] += b.Balance.Net
	}
	for i, id := range in.LoserIDs {
		for _, b := range rows[id] {
			of(b).Losers[i] = b.Net()
			total[of(b)] += b.Balance.Net
		}
	}
	for b, sum := range total {
		b.After = money.New(sum, b.Currency)
	}
	return out, nil
}
