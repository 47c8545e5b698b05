package portal

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Document is an issued invoice, credit note or estimate, as the customer sees it.
type Document struct{ *document.Document }

// MayDecide says whether the customer may accept or decline it: an estimate that was issued,
// is not decided and has not expired.
func (d *Document) MayDecide(ctx context.Context) (bool, error) {
	if d.Type != entdocument.TypeEstimate || d.Status != entdocument.StatusIssued {
		return false, nil
	}
	expired, err := d.IsExpired(ctx)
	return !expired, err
}

// DocumentFilter says which documents; every part that is given must hold.
type DocumentFilter struct {
	Types     []entdocument.Type
	PaidState *document.PaidState
	From      *day.Date
	To        *day.Date
}

// Documents reads a page of what was issued to the contact, newest date first.
//
// Faults: INVALID for a bad page.
func (c *Contact) Documents(ctx context.Context, first *int, after *string, f *DocumentFilter) (*page.Connection[*Document], error) {
	name, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("portal: a filter: %w", err)
	}
	return db.Below(ctx, c.group, c.ID, page.Args{First: first, After: after}, db.Child[*Document]{
		Kind: "portalDocuments", Type: ent.TypeDocument, Table: entdocument.Table, ParentColumn: entdocument.FieldContactID,
		Key: entdocument.FieldDate, CheckKey: checkDate, Filter: string(name), Match: []db.Condition{f.condition},
		Cursor: func(d *Document) page.Cursor {
			return page.Cursor{Kind: "portalDocuments", Key: string(d.Date), ID: d.ID}
		},
		Parent: func(d *Document) uuid.UUID { return d.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Document, error) {
			rows, err := c.s.DB.Document.Query().Where(where).All(ctx)
			return documents(c.s.Documents.Wrap(rows...)), err
		},
	})
}

func (f *DocumentFilter) condition(q *sql.Selector) {
	if f == nil {
		return
	}
	if f.Types != nil {
		in := make([]any, len(f.Types))
		for i, t := range f.Types {
			in[i] = t
		}
		q.Where(sql.In(q.C(entdocument.FieldType), in...))
	}
	if f.PaidState != nil {
		q.Where(document.Paying(q, *f.PaidState))
	}
	if f.From != nil {
		q.Where(sql.GTE(q.C(entdocument.FieldDate), *f.From))
	}
	if f.To != nil {
		q.Where(sql.LTE(q.C(entdocument.FieldDate), *f.To))
	}
}

func documents(docs []*document.Document) []*Document {
	out := make([]*Document, len(docs))
	for i, d := range docs {
		out[i] = &Document{d}
	}
	return out
}

// Document is one document of the own contacts, of any kind. Faults: NOT_FOUND on id.
func (p *Portal) Document(ctx context.Context, id uuid.UUID) (*Document, error) {
	row, err := p.s.DB.Document.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, noDocument("id")
	}
	if err != nil {
		return nil, fmt.Errorf("portal: read the document: %w", err)
	}
	return &Document{p.s.Documents.Wrap(row)[0]}, nil
}

func noDocument(field string) error {
	return fault.New(fault.NotFound, field, "There is no such document.")
}

// WatchDocuments says what documents of an own contact there are to follow, and their versions.
//
// Faults: NOT_FOUND on contactId; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) WatchDocuments(ctx context.Context, contactID uuid.UUID) (*document.Watched, []*document.Document, error) {
	if _, err := viewer.RequirePortal(ctx); err != nil {
		return nil, nil, err
	}
	one, err := s.OwnContact(ctx, &contactID)
	if err != nil {
		return nil, nil, err
	}
	return s.Documents.WatchAs(ctx, one)
}

// Wrap makes what a customer sees of documents that they may see.
func Wrap(docs []*document.Document) []*Document { return documents(docs) }
