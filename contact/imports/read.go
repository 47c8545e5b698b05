package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/trackingcategory"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

func (s *Service) wrap(rows ...*ent.ContactImport) ([]*ContactImport, error) {
	ids, authors := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], authors[i] = r.ID, r.CreatedBy
	}
	group, people := page.NewGroup(ids...), page.NewGroup(authors...)
	out := make([]*ContactImport, len(rows))
	for i, r := range rows {
		k, err := unpack(r)
		if err != nil {
			return nil, err
		}
		out[i] = &ContactImport{ContactImport: r, Authors: people, group: group, service: s, kept: k}
	}
	return out, nil
}

// List reads a page of imports, newest first.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, first *int, after *string) (*page.Connection[*ContactImport], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	req, err := page.Args{First: first, After: after}.Check("imports", nil)
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.ContactImport.Query().Where(db.Keyset(req, "", true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("imports: list: %w", err)
	}
	all, err := s.wrap(rows...)
	if err != nil {
		return nil, err
	}
	return page.New(req, all, func(i *ContactImport) page.Cursor { return page.Cursor{Kind: "imports", ID: i.ID} }, nil), nil
}

// Get reads an import.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*ContactImport, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	row, err := s.DB.ContactImport.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("imports: read: %w", err)
	}
	all, err := s.wrap(row)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func notFound() error { return fault.New(fault.NotFound, "id", "There is no such import.") }

// ThatMade gives the imports that made contacts, by the contacts' ids; none for a role that
// may not see imports.
func (s *Service) ThatMade(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*ContactImport, error) {
	rows, err := s.DB.ImportRow.Query().Where(importrow.ContactIDIn(ids...), importrow.OutcomeEQ(importrow.OutcomeCreate)).
		Select(importrow.FieldID, importrow.FieldContactID, importrow.FieldImportID).All(ctx)
	if err != nil || len(rows) == 0 {
		return nil, wrapped("read what made contacts", err)
	}
	in := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		in[i] = r.ImportID
	}
	imports, err := s.DB.ContactImport.Query().Where(contactimport.IDIn(in...)).All(ctx)
	if err != nil {
		return nil, wrapped("read what made contacts", err)
	}
	all, err := s.wrap(imports...)
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]*ContactImport, len(all))
	for _, i := range all {
		byID[i.ID] = i
	}
	out := make(map[uuid.UUID]*ContactImport, len(rows))
	for _, r := range rows {
		out[*r.ContactID] = byID[r.ImportID]
	}
	return out, nil
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("imports: %s: %w", what, err)
	}
	return nil
}

// IsNode marks a type that has a global id.
func (*ContactImport) IsNode() {}

// Settings are how the file is read.
func (i *ContactImport) Settings() (*Settings, error) { return &i.kept.Settings, nil }

// Step is the step that was begun last; nil before the first.
func (i *ContactImport) Step() *Step {
	if i.kept.Step == "" {
		return nil
	}
	return &i.kept.Step
}

// Finished says whether nothing is being done with the import.
func (i *ContactImport) Finished() bool { return finished(i.ContactImport) }

func finished(row *ent.ContactImport) bool { return !slices.Contains(active, row.Status) }

// Fresh says whether nothing was done with the file yet.
func (i *ContactImport) Fresh() bool { return i.Status == contactimport.StatusUploaded }

// Preview is the beginning of a file as it is understood.
type Preview struct {
	Fields []*Field
	Rows   []*PreviewRow
}

// Preview is the beginning of the file; nil once the file is gone.
func (i *ContactImport) Preview(ctx context.Context) (*Preview, error) {
	if i.kept.Gone {
		return nil, nil //nolint:nilnil // as the schema has it
	}
	categories, err := page.Load(ctx, i.group, "categories", i.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Field, error) {
		list, err := i.service.DB.TrackingCategory.Query().Where(trackingcategory.Contacts(true), trackingcategory.ArchivedAtIsNil()).
			Order(trackingcategory.ByPosition(), trackingcategory.BySortTitle()).All(ctx)
		if err != nil {
			return nil, wrapped("read tracking categories", err)
		}
		all, out := make([]*Field, len(list)), make(map[uuid.UUID][]*Field, len(ids))
		for n, c := range list {
			all[n] = &Field{Name: ofCategory + c.Title, Label: c.Title, LabelEl: c.Title}
		}
		for _, id := range ids {
			out[id] = all
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	p := &Preview{Rows: i.kept.Rows}
	for n := range fields {
		p.Fields = append(p.Fields, &fields[n].Field)
	}
	p.Fields = append(p.Fields, categories...)
	return p, nil
}

// RowCount is how many rows the file has; nil until it was read to its end.
func (i *ContactImport) RowCount() *int {
	if i.Rows == 0 { // a file without rows is refused
		return nil
	}
	return &i.Rows
}

// RejectedURL is the path that the rejected rows are downloaded from; nil without any.
func (i *ContactImport) RejectedURL() *string {
	if i.Rejected == 0 || i.kept.Gone {
		return nil
	}
	path := "/imports/" + i.ID.String() + "/rejected"
	return &path
}

// Result says what became, or would become, of a row, with those that were read together with it.
type Result struct {
	*ent.ImportRow
	Contacts *page.Group // of the contacts' ids
	service  *Service
}

// Contact is the contact that was made, changed or met; nil when there is none to be seen.
func (r *Result) Contact(ctx context.Context) (*contact.Contact, error) {
	if r.ContactID == nil {
		return nil, nil //nolint:nilnil // as the schema has it
	}
	return page.Load(ctx, r.Contacts, "contact", *r.ContactID, r.service.Contacts.ByIDs)
}

// categories reads the tracking categories of contacts with their options, by folded titles.
func (s *Service) categories(ctx context.Context, client *ent.Client) (map[string]*choices, error) {
	list, err := client.TrackingCategory.Query().Where(trackingcategory.Contacts(true)).All(ctx)
	if err != nil {
		return nil, wrapped("read tracking categories", err)
	}
	ids, byID := make([]uuid.UUID, len(list)), make(map[uuid.UUID]*ent.TrackingCategory, len(list))
	out := make(map[string]*choices, len(list))
	for i, c := range list {
		ids[i], byID[c.ID] = c.ID, c
		out[contact.Fold(c.Title)] = &choices{c.Title, map[string]tracking.Choice{}}
	}
	if len(list) == 0 {
		return out, nil
	}
	options, err := client.TrackingOption.Query().Where(trackingoption.CategoryIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, wrapped("read tracking options", err)
	}
	for _, o := range options {
		c := byID[o.CategoryID]
		out[contact.Fold(c.Title)].options[contact.Fold(strings.TrimSpace(o.Title))] = tracking.Choice{Option: o, Category: c}
	}
	return out, nil
}
