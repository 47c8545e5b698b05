package portal

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Access is a person's access to a contact as it was read, with those that were read together.
type Access struct {
	*ent.PortalGrant
	Contacts *page.Group // of the ids of their contacts
	People   *page.Group // of those of the people who accepted, or invited
}

func accesses(rows ...*ent.PortalGrant) []*Access {
	contacts, people := make([]uuid.UUID, len(rows)), make([]uuid.UUID, 0, 2*len(rows))
	for i, r := range rows {
		contacts[i] = r.ContactID
		people = append(people, r.InvitedBy)
		if r.UserID != nil {
			people = append(people, *r.UserID)
		}
	}
	c, p, out := page.NewGroup(contacts...), page.NewGroup(people...), make([]*Access, len(rows))
	for i, r := range rows {
		out[i] = &Access{r, c, p}
	}
	return out
}

// AccessFilter says which access; every part that is given must hold.
type AccessFilter struct {
	Statuses []portalgrant.Status
	Expired  *bool   // invitations whose link works no more, or all but those
	Search   *string // words in the e-mail address, or in what the contact is found by
}

const (
	accessKind = "portalAccess"
	maxSearch  = 200 // characters
)

// Access reads one page of who has, was offered, or had access to contacts that the viewer sees,
// the last invited first, by one statement.
//
// Faults: INVALID for a bad page and on filter.search; UNAUTHENTICATED, FORBIDDEN without
// SeeContacts.
func (s *Service) Access(ctx context.Context, args page.Args, f *AccessFilter) (*page.Connection[*Access], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	req, err := args.Check(accessKind, nil)
	if err != nil {
		return nil, err
	}
	q := s.DB.PortalGrant.Query()
	if f != nil {
		if err := s.narrow(q, f); err != nil {
			return nil, err
		}
	}
	rows, err := q.Clone().Where(db.Keyset(req, "", true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("portal: list access: %w", err)
	}
	return page.New(req, accesses(rows...), func(a *Access) page.Cursor { return page.Cursor{Kind: accessKind, ID: a.ID} }, q.Count), nil
}

func (s *Service) narrow(q *ent.PortalGrantQuery, f *AccessFilter) error {
	if len(f.Statuses) > 0 {
		q.Where(portalgrant.StatusIn(f.Statuses...))
	}
	if f.Expired != nil {
		late := portalgrant.And(portalgrant.StatusEQ(portalgrant.StatusInvited), portalgrant.ExpiresAtLTE(s.Now().UTC()))
		if !*f.Expired {
			late = portalgrant.Not(late)
		}
		q.Where(late)
	}
	if f.Search == nil {
		return nil
	}
	if utf8.RuneCountInString(*f.Search) > maxSearch {
		return fault.New(fault.Invalid, "filter.search", "At most %d characters.", maxSearch)
	}
	if words := strings.Fields(fold.Text(*f.Search)); len(words) > 0 {
		q.Where(found(*f.Search, words))
	}
	return nil
}

// found is access of an e-mail address that has all words, or of a contact that they find.
func found(search string, words []string) func(*sql.Selector) {
	return func(q *sql.Selector) {
		mail := make([]*sql.Predicate, len(words))
		for i, w := range words {
			mail[i] = sql.Contains(q.C(portalgrant.FieldEmail), w)
		}
		t := sql.Table(entcontact.Table)
		of := sql.Dialect(q.Dialect()).Select(t.C(entcontact.FieldID)).From(t).
			Where(sql.ColumnsEQ(t.C(entcontact.FieldOrganizationID), q.C(portalgrant.FieldOrganizationID)))
		contact.Matching(search)(of)
		q.Where(sql.Or(sql.And(mail...), sql.In(q.C(portalgrant.FieldContactID), of)))
	}
}
