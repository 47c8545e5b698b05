package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
)

// planned is what a merge does, decided before anything is written: Preview shows it, Merge
// carries it out.
type planned struct {
	survivor *side
	losers   []*side // in their order
	united   *ent.Contact

	// Items that move, as they are at the survivor.
	addresses []moved[*ent.ContactAddress]
	emails    []moved[*ent.ContactEmail]
	phones    []moved[*ent.ContactPhone]

	options     []moved[*ent.ContactOption]
	optionsGone []uuid.UUID // of losers, where another option of the category wins

	grants      []moved[*ent.PortalGrant]
	grantsEnded []uuid.UUID // of losers, where the person has access already
	grantsGone  []uuid.UUID // of the survivor, which give way to a loser's

	users []uuid.UUID // who sees the survivor, when it is restricted

	dismissed  []*ent.DuplicateDismissal // pairs with a loser
	collisions []string                  // one sentence each
}

// moved is a row of a loser that becomes the survivor's.
type moved[R any] struct {
	loser uuid.UUID
	row   R
}

// plan decides. The contacts were found; with a lock, what hangs on them stays as it is read.
func plan(ctx context.Context, c *ent.Client, survivor *ent.Contact, losers []*ent.Contact, lock ...db.Condition) (*planned, error) {
	sides, dismissed, err := read(ctx, c, append([]*ent.Contact{survivor}, losers...), lock...)
	if err != nil {
		return nil, err
	}
	united := *survivor
	p := &planned{survivor: sides[0], losers: sides[1:], united: &united, dismissed: dismissed}
	p.fields()
	p.lists()
	p.chooseOptions()
	p.admit()
	p.restrict()
	p.united.Search = contact.SearchText(p.united, together(p.survivor.addresses, p.addresses), together(p.survivor.emails, p.emails),
		together(p.survivor.phones, p.phones))
	return p, nil
}

func together[R any](own []R, more []moved[R]) []R {
	out := slices.Clone(own)
	for _, m := range more {
		out = append(out, m.row)
	}
	return out
}

func (p *planned) collide(text string, args ...any) {
	p.collisions = append(p.collisions, fmt.Sprintf(text, args...))
}

// fields has the survivor's values win, fills gaps from the losers in their order, and unites
// the roles.
func (p *planned) fields() {
	for _, l := range p.losers {
		p.united.IsClient = p.united.IsClient || l.row.IsClient
		p.united.IsSupplier = p.united.IsSupplier || l.row.IsSupplier
		for _, g := range gaps {
			if !g.has(p.united) && g.has(l.row) {
				g.take(p.united, l.row)
			}
		}
	}
	contact.Rename(p.united)
	for _, l := range p.losers {
		if n := l.row.VatNumber; n != "" && n != p.united.VatNumber {
			p.collide("%s has another VAT number, %s, which is not kept.", l.row.DisplayName, n)
		}
		if id := l.row.CustomID; id != nil && *id != *p.united.CustomID { // the survivor has one then
			p.collide("%s has another customId, %s, which becomes free.", l.row.DisplayName, *id)
		}
	}
}

// lists unites the sub-lists. An item that the survivor has already stays on the tombstone, and
// so does what is over the limit of a list; the survivor's primary item stays primary.
func (p *planned) lists() {
	p.addresses = unite(p, "addresses", func(s *side) []*ent.ContactAddress { return s.addresses },
		func(a *ent.ContactAddress) string {
			return fold.Text(a.Line + "\n" + a.City + "\n" + a.Region + "\n" + a.PostalCode + "\n" + a.Country + "\n" + a.BranchCode)
		},
		func(a *ent.ContactAddress, at int, _ bool) *ent.ContactAddress {
			b := *a
			b.ContactID, b.Position = p.united.ID, at
			return &b
		}, func(*ent.ContactAddress) bool { return true })
	p.emails = unite(p, "e-mail addresses", func(s *side) []*ent.ContactEmail { return s.emails },
		func(e *ent.ContactEmail) string { return fold.Text(e.Email) },
		func(e *ent.ContactEmail, at int, first bool) *ent.ContactEmail {
			b := *e
			b.ContactID, b.Position, b.Primary = p.united.ID, at, e.Primary && first
			return &b
		}, func(e *ent.ContactEmail) bool { return e.Primary })
	p.phones = unite(p, "telephone numbers", func(s *side) []*ent.ContactPhone { return s.phones },
		func(t *ent.ContactPhone) string { return contact.SameNumber(t.Number) },
		func(t *ent.ContactPhone, at int, first bool) *ent.ContactPhone {
			b := *t
			b.ContactID, b.Position, b.Primary = p.united.ID, at, t.Primary && first
			return &b
		}, func(t *ent.ContactPhone) bool { return t.Primary })
}

// unite gives the items of the losers that the survivor has not, as they are at the survivor.
// at makes one for its place; first says that nothing is primary there yet.
func unite[R any](p *planned, name string, of func(*side) []R, key func(R) string, at func(row R, position int, first bool) R, primary func(R) bool) (out []moved[R]) {
	seen, has, place := map[string]bool{}, false, -1
	for i, r := range of(p.survivor) {
		seen[key(r)] = true
		has = has || primary(r)
		place = max(place, i)
	}
	n := len(of(p.survivor))
	for _, l := range p.losers {
		over := 0
		for _, r := range of(l) {
			switch k := key(r); {
			case seen[k]:
			case n == contact.MaxParts:
				over++
			default:
				seen[k] = true
				place++
				n++
				m := at(r, place, !has)
				has = has || primary(m)
				out = append(out, moved[R]{l.row.ID, m})
			}
		}
		if over > 0 {
			p.collide("%d %s of %s are over the limit of %d and stay behind.", over, name, l.row.DisplayName, contact.MaxParts)
		}
	}
	return out
}

// chooseOptions has the survivor's option of each category win, and then the first loser's.
func (p *planned) chooseOptions() {
	taken := map[uuid.UUID]uuid.UUID{}
	for _, o := range p.survivor.options {
		taken[o.CategoryID] = o.OptionID
	}
	for _, l := range p.losers {
		others := 0
		for _, o := range l.options {
			won, ok := taken[o.CategoryID]
			if !ok {
				taken[o.CategoryID] = o.OptionID
				p.options = append(p.options, moved[*ent.ContactOption]{l.row.ID, o})
				continue
			}
			p.optionsGone = append(p.optionsGone, o.ID)
			if won != o.OptionID {
				others++
			}
		}
		if others > 0 {
			p.collide("%d tracking options of %s give way to others of the same category.", others, l.row.DisplayName)
		}
	}
}

// admit decides which portal access goes on. For each e-mail address the strongest does (let in,
// then invited, then ended), the survivor's before a loser's, and those of losers in their
// order; the others end. A weaker one of the survivor gives way, because a contact has one
// for each address.
func (p *planned) admit() {
	strength := map[portalgrant.Status]int{portalgrant.StatusActive: 2, portalgrant.StatusInvited: 1}
	best, own := map[string]*ent.PortalGrant{}, map[string]*ent.PortalGrant{}
	for _, g := range p.survivor.grants {
		best[g.Email], own[g.Email] = g, g
	}
	for _, l := range p.losers {
		for _, g := range l.grants {
			if b := best[g.Email]; b == nil || strength[g.Status] > strength[b.Status] {
				best[g.Email] = g
			}
		}
	}
	for _, l := range p.losers {
		for _, g := range l.grants {
			switch {
			case best[g.Email] == g:
				p.grants = append(p.grants, moved[*ent.PortalGrant]{l.row.ID, g})
				if o := own[g.Email]; o != nil {
					p.grantsGone = append(p.grantsGone, o.ID)
				}
			case g.Status != portalgrant.StatusRevoked:
				p.grantsEnded = append(p.grantsEnded, g.ID)
				p.collide("%s has portal access more than once: that of %s ends.", g.Email, l.row.DisplayName)
			}
		}
	}
}

// restrict keeps from everyone what was kept from them: the survivor is restricted when one of
// the contacts is, to the members who see each of them.
func (p *planned) restrict() {
	restricted := false
	for _, s := range append([]*side{p.survivor}, p.losers...) {
		if !s.row.Restricted {
			continue
		}
		users := make([]uuid.UUID, len(s.accesses))
		for i, a := range s.accesses {
			users[i] = a.UserID
		}
		if restricted {
			users = slices.DeleteFunc(users, func(u uuid.UUID) bool { return !slices.Contains(p.users, u) })
		}
		restricted, p.users = true, users
	}
	p.united.Restricted = restricted
	if restricted && !p.survivor.row.Restricted {
		p.collide("%s becomes restricted, to the members who see every one of the contacts.", p.united.DisplayName)
	}
}

func (p *planned) loserIDs() []uuid.UUID {
	out := make([]uuid.UUID, len(p.losers))
	for i, l := range p.losers {
		out[i] = l.row.ID
	}
	return out
}

// versions are those of the contacts after the merge.
func (p *planned) versions() map[uuid.UUID]int {
	out := map[uuid.UUID]int{p.survivor.row.ID: p.survivor.row.Version + 1}
	for _, l := range p.losers {
		out[l.row.ID] = l.row.Version + 1
	}
	return out
}

// events are the lines of the history: what changed at the survivor, and where each loser went.
func (p *planned) events() []audit.Event {
	was, is := audit.Diff(contact.Values(p.survivor.row), contact.Values(p.united))
	names := make([]string, len(p.losers))
	for i, l := range p.losers {
		names[i] = l.row.DisplayName
	}
	is["merged"] = names
	out := []audit.Event{{Action: "mergeContacts", ObjectType: "contact", ObjectID: p.united.ID, ContactID: p.united.ID, Before: was, After: is}}
	for _, l := range p.losers {
		out = append(out, audit.Event{Action: "mergeContacts", ObjectType: "contact", ObjectID: l.row.ID, ContactID: l.row.ID,
			After: audit.Fields{"mergedIntoId": p.united.ID}})
	}
	return out
}
