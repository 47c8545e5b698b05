package contact

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Role is the role in which a contact is listed.
type Role string

// The roles of a list.
const (
	Client   Role = "CLIENT"
	Supplier Role = "SUPPLIER"
	Prospect Role = "PROSPECT"
)

// Order is the order of a list.
type Order string

// The orders of a list.
const (
	ByName Order = "NAME"
	Newest Order = "NEWEST"
)

// Filter says which contacts; every part that is given must hold.
type Filter struct {
	Search   string // words, each part of a name, number, e-mail, phone or city
	Role     *Role
	Archived *bool // nil: only those that are not
}

const maxSearch = 200 // characters

// List reads one page of contacts. Staff only.
//
// Faults: INVALID for a bad page or a search of over 200 characters, UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter, order Order) (*page.Connection[*Contact], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	if f == nil {
		f = &Filter{}
	}
	if len([]rune(f.Search)) > maxSearch {
		return nil, fault.New(fault.Invalid, "filter.search", "Search for at most %d characters.", maxSearch)
	}
	kind, key := "contacts.name", entcontact.FieldSortName
	if order == Newest {
		kind, key = "contacts.newest", ""
	}
	req, err := args.Check(kind, nil)
	if err != nil {
		return nil, err
	}
	q := s.DB.Contact.Query().Where(f.conditions()...)
	rows, err := q.Clone().Where(db.Keyset(req, key, order == Newest)).All(f.reading(ctx))
	if err != nil {
		return nil, fmt.Errorf("contact: list: %w", err)
	}
	cursor := func(c *Contact) page.Cursor {
		if order == Newest {
			return page.Cursor{Kind: kind, ID: c.ID}
		}
		return page.Cursor{Kind: kind, Key: c.SortName, ID: c.ID}
	}
	total := func(ctx context.Context) (int, error) { return q.Count(f.reading(ctx)) }
	return page.New(req, s.wrap(rows...), cursor, total), nil
}

// reading is the context to read the list in: a search needs the trigram index.
func (f *Filter) reading(ctx context.Context) context.Context {
	if f.Search == "" {
		return ctx
	}
	return db.PastRowSecurity(ctx)
}

func (f *Filter) conditions() []predicate.Contact {
	where := []predicate.Contact{entcontact.MergedIntoIDIsNil()}
	if f.Archived != nil && *f.Archived {
		where = append(where, entcontact.ArchivedAtNotNil())
	} else {
		where = append(where, entcontact.ArchivedAtIsNil())
	}
	if f.Role != nil {
		switch *f.Role {
		case Client:
			where = append(where, entcontact.IsClient(true))
		case Supplier:
			where = append(where, entcontact.IsSupplier(true))
		case Prospect:
			where = append(where, entcontact.IsClient(false), entcontact.IsSupplier(false))
		}
	}
	return append(where, searchConditions(f.Search)...)
}

// searchConditions hold when every word is found; a word, or the whole text, that is
// written as a telephone number may be found by its digits alone as well.
func searchConditions(search string) []predicate.Contact {
	words := strings.Fields(Fold(search))
	if len(words) == 0 {
		return nil
	}
	return []predicate.Contact{func(s *sql.Selector) {
		found := make([]*sql.Predicate, len(words))
		for i, w := range words {
			found[i] = sql.Contains(s.C(entcontact.FieldSearch), w)
			if d := digits(w); d != w && phoneLike(w) {
				found[i] = sql.Or(found[i], sql.Contains(s.C(entcontact.FieldSearch), d))
			}
		}
		if phoneLike(search) {
			s.Where(sql.Or(sql.And(found...), sql.Contains(s.C(entcontact.FieldSearch), digits(search))))
			return
		}
		s.Where(sql.And(found...))
	}}
}

// searchText is the folded text that search runs on.
func searchText(c *ent.Contact, addresses []*ent.ContactAddress, emails []*ent.ContactEmail, phones []*ent.ContactPhone) string {
	parts := []string{c.FirstName, c.LastName, c.Company, c.Profession, c.VatNumber}
	if c.CustomID != nil {
		parts = append(parts, *c.CustomID)
	}
	for _, a := range addresses {
		parts = append(parts, a.City)
	}
	for _, e := range emails {
		parts = append(parts, e.Email)
	}
	for _, p := range phones {
		parts = append(parts, digits(p.Number))
	}
	return Fold(strings.Join(parts, " "))
}
