package exports

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactnote"
)

const (
	together = 1000    // contacts that are read by one statement a table
	noteSize = 2 << 20 // characters of notes that are read by one statement, at most 8 MB
)

// card is what a contact has several of.
type card struct {
	addresses []*ent.ContactAddress
	emails    []*ent.ContactEmail
	phones    []*ent.ContactPhone
	options   map[string]string // titles by the category's title
	notes     []string          // the oldest first
}

// each gives f the contacts with these ids, in their order, with their parts. One that is gone
// since, or is not the viewer's to see any more, is left out.
func (s *Service) each(ctx context.Context, ids []uuid.UUID, f func(*contact.Contact, *card) error) error {
	for some := range slices.Chunk(ids, together) {
		contacts, err := s.Contacts.ByIDs(ctx, some)
		if err != nil {
			return err
		}
		notes := &notebook{s: s, left: some}
		for _, id := range some {
			texts, err := notes.of(ctx, id)
			if err != nil {
				return err
			}
			c := contacts[id]
			if c == nil {
				continue
			}
			parts, err := cardOf(ctx, c)
			if err != nil {
				return err
			}
			parts.notes = texts
			if err := f(c, parts); err != nil {
				return err
			}
		}
	}
	return nil
}

// cardOf reads the parts but for notes: for all contacts that were read together at once,
// where they are the first.
func cardOf(ctx context.Context, c *contact.Contact) (*card, error) {
	out := &card{options: map[string]string{}}
	var err error
	if out.addresses, err = c.Addresses(ctx); err != nil {
		return nil, err
	}
	if out.emails, err = c.Emails(ctx); err != nil {
		return nil, err
	}
	if out.phones, err = c.Phones(ctx); err != nil {
		return nil, err
	}
	options, err := c.Options(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		category, err := o.Category(ctx)
		if err != nil {
			return nil, err
		}
		out.options[category.Title] = o.Title
	}
	return out, nil
}

// notebook reads the notes of contacts in the order of their ids, as many contacts at once as
// have short enough ones.
type notebook struct {
	s     *Service
	left  []uuid.UUID       // whose notes are not read
	size  map[uuid.UUID]int // characters of all notes of a contact; nil until it is known
	texts map[uuid.UUID][]string
}

// of gives the notes of the next contact, the oldest first. The ids come in their order.
func (n *notebook) of(ctx context.Context, id uuid.UUID) ([]string, error) {
	if n.size == nil {
		if err := n.measure(ctx); err != nil {
			return nil, err
		}
	}
	if len(n.left) == 0 || n.left[0] != id { // read with one before
		return n.texts[id], nil
	}
	room, some := noteSize, []uuid.UUID(nil)
	for ; len(n.left) > 0 && (len(some) == 0 || n.size[n.left[0]] <= room); n.left = n.left[1:] {
		if size := n.size[n.left[0]]; size > 0 {
			room, some = room-size, append(some, n.left[0])
		}
	}
	n.texts = map[uuid.UUID][]string{}
	if len(some) == 0 {
		return nil, nil
	}
	rows, err := n.s.DB.ContactNote.Query().Where(contactnote.ContactIDIn(some...)).Order(contactnote.ByID()).
		Select(contactnote.FieldID, contactnote.FieldContactID, contactnote.FieldText).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("exports: read notes: %w", err)
	}
	for _, r := range rows {
		n.texts[r.ContactID] = append(n.texts[r.ContactID], r.Text)
	}
	return n.texts[id], nil
}

// measure finds how long the notes of each contact are.
func (n *notebook) measure(ctx context.Context) error {
	var rows []struct {
		ContactID uuid.UUID `sql:"contact_id"`
		Size      int
	}
	err := n.s.DB.ContactNote.Query().Where(contactnote.ContactIDIn(n.left...)).GroupBy(contactnote.FieldContactID).
		Aggregate(func(s *sql.Selector) string { return sql.As("SUM(LENGTH("+s.C(contactnote.FieldText)+"))", "size") }).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("exports: measure notes: %w", err)
	}
	n.size = make(map[uuid.UUID]int, len(rows))
	for _, r := range rows {
		n.size[r.ContactID] = r.Size
	}
	return nil
}
