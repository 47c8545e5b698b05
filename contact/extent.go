package contact

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/ent/trackingcategory"
)

// Extent is the most that one contact of a list has of what contacts have several of.
type Extent struct {
	Addresses, Emails, Phones, Notes int
	Categories                       []string // that any has an option of, by their titles
}

// Extent finds it for a list by one statement a table, however long the list is.
//
// Faults: as for List, but for pages.
func (s *Service) Extent(ctx context.Context, f *Filter) (*Extent, error) {
	l, err := s.listing(ctx, f)
	if err != nil {
		return nil, err
	}
	listed, err := l.listed()
	if err != nil {
		return nil, err
	}
	ctx = l.reading(ctx)
	out := &Extent{}
	for _, t := range []struct {
		most   *int
		groups interface {
			Scan(ctx context.Context, v any) error
		}
	}{
		{&out.Addresses, s.DB.ContactAddress.Query().Where(listed).Order(mostFirst).Limit(1).GroupBy(contactaddress.FieldContactID).Aggregate(ent.Count())},
		{&out.Emails, s.DB.ContactEmail.Query().Where(listed).Order(mostFirst).Limit(1).GroupBy(contactemail.FieldContactID).Aggregate(ent.Count())},
		{&out.Phones, s.DB.ContactPhone.Query().Where(listed).Order(mostFirst).Limit(1).GroupBy(contactphone.FieldContactID).Aggregate(ent.Count())},
		{&out.Notes, s.DB.ContactNote.Query().Where(listed).Order(mostFirst).Limit(1).GroupBy(contactnote.FieldContactID).Aggregate(ent.Count())},
	} {
		var groups []struct {
			ContactID uuid.UUID `sql:"contact_id"`
			Count     int
		}
		if err := t.groups.Scan(ctx, &groups); err != nil {
			return nil, wrapped("the extent of a list", err)
		}
		for _, g := range groups {
			*t.most = g.Count
		}
	}
	out.Categories, err = s.DB.TrackingCategory.Query().Where(func(t *sql.Selector) {
		o := sql.Table(contactoption.Table)
		used := sql.Dialect(t.Dialect()).Select(o.C(contactoption.FieldCategoryID)).From(o)
		listed(used)
		t.Where(sql.In(t.C(trackingcategory.FieldID), used))
	}).Select(trackingcategory.FieldTitle).Strings(ctx)
	slices.Sort(out.Categories)
	return out, wrapped("the categories of a list", err)
}

// listed is the condition that a row is of a contact of the list that the viewer may see.
func (l *listing) listed() (func(*sql.Selector), error) {
	seen, err := rule.Rows(ent.TypeContact, l.viewer)
	if err != nil {
		return nil, err
	}
	return func(s *sql.Selector) {
		t := sql.Table(entcontact.Table)
		in := sql.Dialect(s.Dialect()).Select(t.C(entcontact.FieldID)).From(t)
		seen(in)
		for _, w := range l.where {
			w(in)
		}
		s.Where(sql.In(s.C("contact_id"), in))
	}, nil
}

// mostFirst orders groups by how many rows they have.
func mostFirst(s *sql.Selector) { s.OrderExpr(sql.Raw("COUNT(*) DESC")) }
