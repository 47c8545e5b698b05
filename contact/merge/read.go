package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/duplicatedismissal"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
)

// side is one contact of a merge with what a merge decides about row by row.
type side struct {
	row       *ent.Contact
	addresses []*ent.ContactAddress
	emails    []*ent.ContactEmail
	phones    []*ent.ContactPhone
	options   []*ent.ContactOption
	accesses  []*ent.ContactAccess
	grants    []*ent.PortalGrant
}

// kept is a side as it is kept for taking the merge back.
type kept struct {
	Contact   *ent.Contact          `json:"contact"`
	Taxes     []money.Tax           `json:"taxes"` // the contact's: none and nothing are two things
	Addresses []*ent.ContactAddress `json:"addresses,omitempty"`
	Emails    []*ent.ContactEmail   `json:"emails,omitempty"`
	Phones    []*ent.ContactPhone   `json:"phones,omitempty"`
	Options   []*ent.ContactOption  `json:"options,omitempty"`
	Accesses  []*ent.ContactAccess  `json:"accesses,omitempty"`
	Grants    []*keptGrant          `json:"grants,omitempty"`
}

// keptGrant has the hash of the invitation with it, which is no secret.
type keptGrant struct {
	*ent.PortalGrant
	Token []byte `json:"token,omitempty"`
}

// before is what a merge changes, as it was.
type before struct {
	Survivor   *kept                     `json:"survivor"`
	Losers     []*kept                   `json:"losers"` // in their order
	Dismissals []*ent.DuplicateDismissal `json:"dismissals,omitempty"`
}

// after is what taking a merge back needs to know of how it ended.
type after struct {
	At       uuid.UUID         `json:"at"`       // what was told since has a greater id
	Contacts map[uuid.UUID]int `json:"contacts"` // their versions
	Moved    map[string]int64  `json:"moved"`    // rows by kind
	Shifts   []shift           `json:"shifts"`   // of the ledger, in the losers' order
	Balances map[string]int64  `json:"balances"` // the versions of all of them
}

type shift struct {
	Loser    uuid.UUID      `json:"loser"`
	Accounts []ledger.Shift `json:"accounts,omitempty"`
}

// read reads what hangs on the contacts, by one statement a kind. The viewer must see all of it.
func read(ctx context.Context, c *ent.Client, rows []*ent.Contact, lock ...db.Condition) ([]*side, []*ent.DuplicateDismissal, error) {
	out, byID, ids := make([]*side, len(rows)), map[uuid.UUID]*side{}, make([]uuid.UUID, len(rows))
	for i, r := range rows {
		out[i], ids[i] = &side{row: r}, r.ID
		byID[r.ID] = out[i]
	}
	addresses, err := c.ContactAddress.Query().Where(contactaddress.ContactIDIn(ids...)).Order(contactaddress.ByPosition(), contactaddress.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read addresses: %w", err)
	}
	for _, r := range addresses {
		byID[r.ContactID].addresses = append(byID[r.ContactID].addresses, r)
	}
	emails, err := c.ContactEmail.Query().Where(contactemail.ContactIDIn(ids...)).Order(contactemail.ByPosition(), contactemail.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read e-mails: %w", err)
	}
	for _, r := range emails {
		byID[r.ContactID].emails = append(byID[r.ContactID].emails, r)
	}
	phones, err := c.ContactPhone.Query().Where(contactphone.ContactIDIn(ids...)).Order(contactphone.ByPosition(), contactphone.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read phones: %w", err)
	}
	for _, r := range phones {
		byID[r.ContactID].phones = append(byID[r.ContactID].phones, r)
	}
	options, err := c.ContactOption.Query().Where(contactoption.ContactIDIn(ids...)).Order(contactoption.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read options: %w", err)
	}
	for _, r := range options {
		byID[r.ContactID].options = append(byID[r.ContactID].options, r)
	}
	accesses, err := c.ContactAccess.Query().Where(contactaccess.ContactIDIn(ids...)).Order(contactaccess.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read who sees them: %w", err)
	}
	for _, r := range accesses {
		byID[r.ContactID].accesses = append(byID[r.ContactID].accesses, r)
	}
	q := c.PortalGrant.Query().Where(portalgrant.ContactIDIn(ids...))
	for _, l := range lock {
		q.Where(l)
	}
	grants, err := q.All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read portal access: %w", err)
	}
	for _, r := range grants {
		byID[r.ContactID].grants = append(byID[r.ContactID].grants, r)
	}
	dismissed, err := c.DuplicateDismissal.Query().Where(duplicatedismissal.Or(
		duplicatedismissal.ContactIDIn(ids[1:]...), duplicatedismissal.OtherIDIn(ids[1:]...))).Order(duplicatedismissal.ByID()).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read dismissed pairs: %w", err)
	}
	return out, dismissed, nil
}

func (s *side) keep() *kept {
	k := &kept{Contact: s.row, Taxes: s.row.DefaultTaxes, Addresses: s.addresses, Emails: s.emails, Phones: s.phones, Options: s.options, Accesses: s.accesses}
	for _, g := range s.grants {
		kg := &keptGrant{PortalGrant: g}
		if g.TokenHash != nil {
			kg.Token = *g.TokenHash
		}
		k.Grants = append(k.Grants, kg)
	}
	return k
}

// before writes down what the plan changes.
func (p *planned) before() (json.RawMessage, error) {
	b := before{Survivor: p.survivor.keep(), Dismissals: p.dismissed}
	for _, l := range p.losers {
		b.Losers = append(b.Losers, l.keep())
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("merge: write down what was: %w", err)
	}
	return raw, nil
}

// utc is a time as the databases keep it: JSON may have given it another zone.
func utc(t time.Time) time.Time { return t.UTC() }

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
