package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// Incoming is what is known of a contact from outside.
type Incoming struct {
	Fields   *Fields           // prepared; no OptionIDs
	Options  []tracking.Choice // at most one a category
	Notes    []string          // each of 1 to MaxNote characters
	Archived bool              // of a new one

	row   *ent.Contact // of a new one, and what is below it
	parts parts
}

// Build makes the rows of a new contact ahead of time: InsertMany makes those that are
// missing, while its transaction waits. What is said of the contact is not changed after it.
func (c *Incoming) Build() { c.row, c.parts = newContact(c.Fields) }

// Prepare brings the fields into their kept form and checks each by itself.
//
// Faults: INVALID with the fields, all at once.
func (f *Fields) Prepare() error { return f.normalize() }

// CheckNew holds prepared fields to the rules of a new contact that need no other one. home
// is the country of the organization.
//
// Faults: INVALID with the fields.
func (f *Fields) CheckNew(home string) error {
	row := &ent.Contact{DisplayName: nameOf(f), ClientType: f.ClientType}
	if f.VatNumber != nil {
		row.VatNumber = *f.VatNumber
	}
	bad, err := checkAlone(row, f, func() (string, error) { return home, nil })
	if err != nil {
		return err
	}
	return bad.Err()
}

// Inserted says what was made of an incoming contact.
type Inserted struct {
	ID    uuid.UUID   // Nil: it was not written, its customId is another contact's
	Notes []uuid.UUID // of its notes
}

// InsertMany writes new contacts with their parts, options and notes, and a line in the
// history of each in the name of the action; at most some thousands, by one statement a
// table. A contact whose customId is another's, which the viewer may not see or which came in
// between, is left out.
func (s *Service) InsertMany(ctx context.Context, tx *ent.Tx, action string, in []Incoming) ([]Inserted, error) {
	out, now := make([]Inserted, len(in)), schema.Now()
	rows, all := make([]*ent.Contact, len(in)), make([]parts, len(in))
	for i, c := range in {
		if c.row == nil {
			c.Build()
		}
		rows[i], all[i] = c.row, c.parts
		out[i].ID = rows[i].ID
		if c.Archived {
			rows[i].ArchivedAt = &now
		}
	}
	if err := insertContacts(ctx, tx, rows, out, now); err != nil {
		return nil, err
	}
	var sum parts
	var notes []newNote
	var options []newOption
	var events []audit.Event
	for i, row := range rows {
		if out[i].ID == uuid.Nil {
			continue
		}
		sum = sum.and(all[i])
		for _, text := range in[i].Notes {
			n := newNote{schema.NewID(), row.ID, text}
			notes, out[i].Notes = append(notes, n), append(out[i].Notes, n.id)
		}
		after := Values(row)
		for _, o := range in[i].Options {
			options = append(options, newOption{row.ID, o})
		}
		if len(in[i].Options) > 0 {
			after["options"] = titles(in[i].Options)
		}
		events = append(events, audit.Event{Action: action, ObjectType: "contact", ObjectID: row.ID, ContactID: row.ID, After: after})
	}
	if err := sum.insertMany(ctx, tx, now); err != nil {
		return nil, err
	}
	if err := insertNotes(ctx, tx, notes, now); err != nil {
		return nil, err
	}
	if err := insertChoices(ctx, tx, options, now); err != nil {
		return nil, err
	}
	return out, audit.RecordMany(ctx, tx, events)
}

// insertContacts writes the contacts themselves, and takes the id from those left out.
func insertContacts(ctx context.Context, tx *ent.Tx, rows []*ent.Contact, out []Inserted, now time.Time) error {
	write, err := columns(rows)
	if err != nil {
		return err
	}
	write.Time(entcontact.FieldCreatedAt, now).Time(entcontact.FieldUpdatedAt, now)
	if !slices.ContainsFunc(rows, func(row *ent.Contact) bool { return row.CustomID != nil }) {
		if err := write.Insert(ctx, tx); err != nil {
			return fmt.Errorf("contact: create many: %w", err)
		}
		return nil
	}
	written, err := write.InsertNew(ctx, tx, entcontact.FieldCustomID)
	if err != nil {
		return fmt.Errorf("contact: create many: %w", err)
	}
	for i, row := range rows {
		if !written[row.ID] {
			out[i].ID = uuid.Nil
		}
	}
	return nil
}

// columns are all that a person says of contacts and what is computed of it, by their ids.
func columns(rows []*ent.Contact) (*db.Rows, error) {
	taxes := make([]json.RawMessage, len(rows))
	for i, row := range rows {
		if len(row.DefaultTaxes) == 0 {
			taxes[i] = json.RawMessage("[]")
			continue
		}
		var err error
		if taxes[i], err = json.Marshal(row.DefaultTaxes); err != nil {
			return nil, fmt.Errorf("contact: taxes: %w", err)
		}
	}
	out := db.NewRows(entcontact.Table, len(rows)).ID(entcontact.FieldID, func(i int) uuid.UUID { return rows[i].ID })
	return out.Int(entcontact.FieldVersion, func(i int) int { return rows[i].Version }).
		Text(entcontact.FieldFirstName, func(i int) string { return rows[i].FirstName }).
		Text(entcontact.FieldLastName, func(i int) string { return rows[i].LastName }).
		Text(entcontact.FieldCompany, func(i int) string { return rows[i].Company }).
		Text(entcontact.FieldDisplayName, func(i int) string { return rows[i].DisplayName }).
		Text(entcontact.FieldProfession, func(i int) string { return rows[i].Profession }).
		Text(entcontact.FieldVatNumber, func(i int) string { return rows[i].VatNumber }).
		Text(entcontact.FieldTaxOffice, func(i int) string { return rows[i].TaxOffice }).
		NullText(entcontact.FieldCustomID, func(i int) *string { return rows[i].CustomID }).
		Text(entcontact.FieldWebsite, func(i int) string { return rows[i].Website }).
		Bool(entcontact.FieldIsClient, func(i int) bool { return rows[i].IsClient }).
		Bool(entcontact.FieldIsSupplier, func(i int) bool { return rows[i].IsSupplier }).
		NullText(entcontact.FieldClientType, func(i int) *string { return (*string)(rows[i].ClientType) }).
		Text(entcontact.FieldDefaultCurrency, func(i int) string { return string(rows[i].DefaultCurrency) }).
		Text(entcontact.FieldDefaultLanguage, func(i int) string { return rows[i].DefaultLanguage }).
		NullInt(entcontact.FieldDefaultDueDays, func(i int) *int { return rows[i].DefaultDueDays }).
		Text(entcontact.FieldDefaultTemplate, func(i int) string { return rows[i].DefaultTemplate }).
		JSON(entcontact.FieldDefaultTaxes, func(i int) json.RawMessage { return taxes[i] }).
		NullTime(entcontact.FieldArchivedAt, func(i int) *time.Time { return rows[i].ArchivedAt }).
		Text(entcontact.FieldSearch, func(i int) string { return rows[i].Search }).
		Text(entcontact.FieldSortName, func(i int) string { return rows[i].SortName }).
		Text(entcontact.FieldNameKey, func(i int) string { return rows[i].NameKey }), nil
}

// and are the parts of two contacts, or more.
func (p parts) and(q parts) parts {
	p.addresses, p.emails, p.phones = append(p.addresses, q.addresses...), append(p.emails, q.emails...), append(p.phones, q.phones...)
	return p
}

// insertMany writes the parts of many contacts, but for their options.
func (p parts) insertMany(ctx context.Context, tx *ent.Tx, now time.Time) error {
	a, e, ph := p.addresses, p.emails, p.phones
	addresses := db.NewRows(contactaddress.Table, len(a)).Time(contactaddress.FieldCreatedAt, now).
		ID(contactaddress.FieldID, func(i int) uuid.UUID { return a[i].ID }).
		ID(contactaddress.FieldContactID, func(i int) uuid.UUID { return a[i].ContactID }).
		Int(contactaddress.FieldPosition, func(i int) int { return a[i].Position }).
		Text(contactaddress.FieldKind, func(i int) string { return string(a[i].Kind) }).
		Text(contactaddress.FieldLine, func(i int) string { return a[i].Line }).
		Text(contactaddress.FieldCity, func(i int) string { return a[i].City }).
		Text(contactaddress.FieldSortCity, func(i int) string { return a[i].SortCity }).
		Text(contactaddress.FieldRegion, func(i int) string { return a[i].Region }).
		Text(contactaddress.FieldPostalCode, func(i int) string { return a[i].PostalCode }).
		Text(contactaddress.FieldCountry, func(i int) string { return a[i].Country }).
		Text(contactaddress.FieldBranchCode, func(i int) string { return a[i].BranchCode })
	emails := db.NewRows(contactemail.Table, len(e)).Time(contactemail.FieldCreatedAt, now).
		ID(contactemail.FieldID, func(i int) uuid.UUID { return e[i].ID }).
		ID(contactemail.FieldContactID, func(i int) uuid.UUID { return e[i].ContactID }).
		Int(contactemail.FieldPosition, func(i int) int { return e[i].Position }).
		Text(contactemail.FieldEmail, func(i int) string { return e[i].Email }).
		Text(contactemail.FieldLabel, func(i int) string { return e[i].Label }).
		Bool(contactemail.FieldPrimary, func(i int) bool { return e[i].Primary })
	phones := db.NewRows(contactphone.Table, len(ph)).Time(contactphone.FieldCreatedAt, now).
		ID(contactphone.FieldID, func(i int) uuid.UUID { return ph[i].ID }).
		ID(contactphone.FieldContactID, func(i int) uuid.UUID { return ph[i].ContactID }).
		Int(contactphone.FieldPosition, func(i int) int { return ph[i].Position }).
		Text(contactphone.FieldNumber, func(i int) string { return ph[i].Number }).
		Text(contactphone.FieldLabel, func(i int) string { return ph[i].Label }).
		Bool(contactphone.FieldPrimary, func(i int) bool { return ph[i].Primary })
	for _, rows := range []*db.Rows{addresses, emails, phones} {
		if err := rows.Insert(ctx, tx); err != nil {
			return fmt.Errorf("contact: create many: %w", err)
		}
	}
	return nil
}

type newNote struct {
	id, contact uuid.UUID
	text        string
}

func insertNotes(ctx context.Context, tx *ent.Tx, notes []newNote, now time.Time) error {
	author := viewer.From(ctx).Actor()
	err := db.NewRows(contactnote.Table, len(notes)).
		Time(contactnote.FieldCreatedAt, now).Time(contactnote.FieldUpdatedAt, now).
		ID(contactnote.FieldID, func(i int) uuid.UUID { return notes[i].id }).
		ID(contactnote.FieldContactID, func(i int) uuid.UUID { return notes[i].contact }).
		ID(contactnote.FieldAuthorID, func(int) uuid.UUID { return author }).
		Text(contactnote.FieldText, func(i int) string { return notes[i].text }).Insert(ctx, tx)
	if err != nil {
		return fmt.Errorf("contact: save notes: %w", err)
	}
	return nil
}

type newOption struct {
	contact uuid.UUID
	tracking.Choice
}

func insertChoices(ctx context.Context, tx *ent.Tx, options []newOption, now time.Time) error {
	ids := make([]uuid.UUID, len(options))
	for i := range ids {
		ids[i] = schema.NewID()
	}
	err := db.NewRows(contactoption.Table, len(options)).Time(contactoption.FieldCreatedAt, now).
		ID(contactoption.FieldID, func(i int) uuid.UUID { return ids[i] }).
		ID(contactoption.FieldContactID, func(i int) uuid.UUID { return options[i].contact }).
		ID(contactoption.FieldCategoryID, func(i int) uuid.UUID { return options[i].Category.ID }).
		ID(contactoption.FieldOptionID, func(i int) uuid.UUID { return options[i].Option.ID }).Insert(ctx, tx)
	if err != nil {
		return fmt.Errorf("contact: save options: %w", err)
	}
	return nil
}

// titles are options as the history tells them.
func titles(options []tracking.Choice) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = o.Title()
	}
	slices.Sort(out)
	return out
}
