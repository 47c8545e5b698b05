package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactmerge"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Of gives the merges into a contact, newest first, without those taken back, for the whole
// group of contacts by one statement.
func (s *Service) Of(ctx context.Context, c *contact.Contact) ([]*Merge, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	return page.Load(ctx, c.Group, "merges", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Merge, error) {
		rows, err := s.DB.ContactMerge.Query().Where(contactmerge.SurvivorIDIn(ids...), contactmerge.UndoneAtIsNil()).
			Order(contactmerge.ByID(sql.OrderDesc())).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("merge: read merges: %w", err)
		}
		all, err := s.wrap(rows...)
		if err != nil {
			return nil, err
		}
		out := make(map[uuid.UUID][]*Merge)
		for i, r := range rows {
			out[r.SurvivorID] = append(out[r.SurvivorID], all[i])
		}
		return out, nil
	})
}

// wrap makes merges of rows that were read together.
func (s *Service) wrap(rows ...*ent.ContactMerge) ([]*Merge, error) {
	ids, mergers := make([]uuid.UUID, len(rows)), []uuid.UUID{}
	for i, r := range rows {
		ids[i] = r.ID
		if !slices.Contains(mergers, r.MergedBy) {
			mergers = append(mergers, r.MergedBy)
		}
	}
	group, people, out := page.NewGroup(ids...), page.NewGroup(mergers...), make([]*Merge, len(rows))
	for i, r := range rows {
		var names struct {
			Losers []struct {
				Contact struct {
					DisplayName string `json:"display_name"`
				} `json:"contact"`
			} `json:"losers"`
		}
		if err := json.Unmarshal(r.Before, &names); err != nil {
			return nil, fmt.Errorf("merge: read what was: %w", err)
		}
		out[i] = &Merge{ID: r.ID, At: r.CreatedAt, MergedBy: r.MergedBy, Mergers: people, row: r, rows: rows, group: group, s: s}
		for _, l := range names.Losers {
			out[i].LoserNames = append(out[i].LoserNames, l.Contact.DisplayName)
		}
	}
	return out, nil
}

// CanUnmerge says whether nothing has changed since, for all merges of the group at once.
func (m *Merge) CanUnmerge(ctx context.Context) (bool, error) {
	return page.Load(ctx, m.group, "canUnmerge", m.ID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]bool, error) {
		ctx = viewer.With(ctx, contact.Everything(viewer.From(ctx)))
		all, out := make([]*apart, len(m.rows)), map[uuid.UUID]bool{}
		for i, r := range m.rows {
			all[i] = &apart{row: r, mover: mover{merge: r.ID}}
			if err := json.Unmarshal(r.After, &all[i].after); err != nil {
				return nil, fmt.Errorf("merge: read how it ended: %w", err)
			}
		}
		found, err := changes(ctx, m.s.DB.Client, all)
		for _, r := range m.rows {
			out[r.ID] = r.UndoneAt == nil && len(found[r.ID]) == 0
		}
		return out, err
	})
}

// maxTold is how many lines of the history since a merge are looked at.
const maxTold = 1000

// changes says for each merge what has changed since, in the words of the history, nothing for
// one that stands as it ended. It is three statements for any number of merges. The viewer must
// see everything.
//
// A change of the contacts, or of what belongs to them, is told in the history with its contact;
// versions of contacts and balances are held as well, because they are what the merge is undone by.
func changes(ctx context.Context, c *ent.Client, all []*apart) (map[uuid.UUID][]string, error) {
	var ids []uuid.UUID
	first := uuid.Max
	for _, a := range all {
		for id := range a.after.Contacts {
			ids = append(ids, id)
		}
		if a.after.At.String() < first.String() {
			first = a.after.At
		}
	}
	contacts, err := c.Contact.Query().Where(entcontact.IDIn(ids...)).Select(entcontact.FieldID, entcontact.FieldVersion).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read versions: %w", err)
	}
	accounts, err := c.Balance.Query().Where(balance.ContactIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read versions: %w", err)
	}
	told, err := c.AuditEvent.Query().Where(auditevent.ContactIDIn(ids...), auditevent.IDGT(first)).
		Order(auditevent.ByID()).Limit(maxTold).
		Select(auditevent.FieldID, auditevent.FieldContactID, auditevent.FieldAction).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read the history: %w", err)
	}
	out := map[uuid.UUID][]string{}
	for _, a := range all {
		out[a.merge] = a.since(contacts, accounts, told)
	}
	return out, nil
}

// since picks what concerns the merge.
func (a *apart) since(contacts []*ent.Contact, accounts []*ent.Balance, told []*ent.AuditEvent) (what []string) {
	add := func(text string) {
		if !slices.Contains(what, text) {
			what = append(what, text)
		}
	}
	for _, e := range told {
		if _, ours := a.after.Contacts[*e.ContactID]; ours && e.ID.String() > a.after.At.String() {
			add(e.Action)
		}
	}
	there := 0
	for _, c := range contacts {
		if v, ours := a.after.Contacts[c.ID]; ours {
			there++
			if v != c.Version && len(what) == 0 {
				add("a change of a contact")
			}
		}
	}
	if there != len(a.after.Contacts) {
		add("a contact deleted")
	}
	for _, b := range accounts {
		if _, ours := a.after.Contacts[b.ContactID]; ours && a.after.Balances[account(b)] != b.Version && len(what) == 0 {
			add("a change of a balance")
		}
	}
	return what
}
