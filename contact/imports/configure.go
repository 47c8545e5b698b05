package imports

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// ConfigureInput is the input of configureContactImport.
type ConfigureInput struct {
	db.Idempotent
	ID                     uuid.UUID
	Version                int // that was read
	Encoding               *Encoding
	Separator, Sheet       *string
	HeaderRow              *int
	Columns                []*ColumnInput
	MatchBy                []Match
	Existing               *Existing
	AsClients, AsSuppliers *bool
}

// ColumnInput says what a column means.
type ColumnInput struct {
	Index int
	Field *string
}

// Configure corrects how the file is read and what its columns mean. A change of encoding,
// separator, sheet or header row guesses the columns anew. A check that was made, or is being
// made, is dropped.
//
// Faults: INVALID with the fields; NOT_FOUND; CONFLICT on version when it has changed since,
// without a field when the import runs or ran.
func (s *Service) Configure(ctx context.Context, in ConfigureInput) (*ContactImport, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	now, err := s.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	k := *now.kept
	k.Columns = slices.Clone(k.Columns)
	// The file is read before the transaction: the version says that nothing came between.
	if now.Version == in.Version && changeable(&k) == nil {
		if err := s.configure(ctx, now, &k, in); err != nil {
			return nil, err
		}
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return in.ID, s.saveSettings(ctx, tx, in, &k)
	})
	if err != nil {
		return nil, err
	}
	s.told(now.OrganizationID, id)
	return s.Get(ctx, id)
}

func (s *Service) configure(ctx context.Context, now *ContactImport, k *kept, in ConfigureInput) error {
	reread, err := k.reading(in)
	if err != nil {
		return err
	}
	if reread {
		if err := s.examine(ctx, now.BlobKey, now.Size, k); err != nil {
			return onSetting(err, in)
		}
	}
	categories, err := s.categories(ctx, s.DB.Client)
	if err != nil {
		return err
	}
	return k.meaning(in, categories)
}

// onSetting names the setting by which a file that was read before cannot be.
func onSetting(err error, in ConfigureInput) error {
	all, ok := fault.All(err)
	if !ok || len(all) != 1 || all[0].Field != "file" {
		return err
	}
	switch {
	case in.Encoding != nil:
		return fault.New(all[0].Code, "encoding", "%s", all[0].Text)
	case in.Separator != nil:
		return fault.New(all[0].Code, "separator", "%s", all[0].Text)
	case in.Sheet != nil:
		return fault.New(all[0].Code, "sheet", "%s", all[0].Text)
	}
	return fault.New(all[0].Code, "headerRow", "%s", all[0].Text)
}

// reading takes over how the file is read, and says whether it must be read again.
func (k *kept) reading(in ConfigureInput) (again bool, err error) {
	var bad fault.List
	csv := k.FileType == csvFile
	if in.Encoding != nil {
		if !csv {
			bad = append(bad, fault.New(fault.Invalid, "encoding", "An Excel file has no encoding to choose."))
		}
		e := *in.Encoding
		k.Encoding, again = &e, true
	}
	if in.Separator != nil {
		if !csv || !slices.Contains([]string{",", ";", "\t", "|"}, *in.Separator) {
			bad = append(bad, fault.New(fault.Invalid, "separator", "One of , ; tab | and only of a text file."))
		}
		k.Separator, again = *in.Separator, true
	}
	if in.Sheet != nil {
		if csv || !slices.Contains(k.Sheets, *in.Sheet) {
			bad = append(bad, fault.New(fault.Invalid, "sheet", "The file has no such sheet."))
		}
		k.Sheet, again = *in.Sheet, true
	}
	if again {
		k.HeaderRow = 0
	}
	if in.HeaderRow != nil {
		if *in.HeaderRow < 1 {
			bad = append(bad, fault.New(fault.Invalid, "headerRow", "Rows are counted from 1."))
		}
		k.HeaderRow, again = *in.HeaderRow, true
	}
	return again, bad.Err()
}

// meaning takes over what columns mean and how contacts are matched.
func (k *kept) meaning(in ConfigureInput, categories map[string]*choices) error {
	var bad fault.List
	for i, c := range in.Columns {
		at := fmt.Sprintf("columns.%d.", i)
		if c.Index < 0 || c.Index >= len(k.Columns) {
			bad = append(bad, fault.New(fault.Invalid, at+"index", "The file has no such column."))
			continue
		}
		was := *k.Columns[c.Index]
		was.Field, was.Guessed = c.Field, false
		if c.Field != nil {
			col, ok := fieldColumn(*c.Field)
			if col.role == category {
				_, ok = categories[contact.Fold(col.category)]
			}
			if !ok {
				bad = append(bad, fault.New(fault.Invalid, at+"field", "There is no such field."))
				continue
			}
		}
		k.Columns[c.Index] = &was
	}
	bad = append(bad, k.twice()...)
	if in.MatchBy != nil {
		k.MatchBy = slices.Compact(slices.Sorted(slices.Values(in.MatchBy)))
	}
	if in.Existing != nil {
		k.Existing = *in.Existing
	}
	if in.AsClients != nil {
		k.AsClients = *in.AsClients
	}
	if in.AsSuppliers != nil {
		k.AsSuppliers = *in.AsSuppliers
	}
	return bad.Err()
}

// twice finds fields that can be said once and several columns mean. Names may be: a row may
// have one in the first column and another in the second, and what is left goes to the note.
func (k *kept) twice() (bad fault.List) {
	seen := map[string]bool{}
	for _, c := range k.Columns {
		if c.Field == nil {
			continue
		}
		if col, _ := fieldColumn(*c.Field); col.role >= isClient && seen[*c.Field] {
			bad = append(bad, fault.New(fault.Invalid, "columns", "Only one column can mean %s.", *c.Field))
		}
		seen[*c.Field] = true
	}
	return bad
}

func (s *Service) saveSettings(ctx context.Context, tx *ent.Tx, in ConfigureInput, k *kept) error {
	row, was, err := lock(ctx, tx, in.ID)
	if err != nil {
		return err
	}
	if row.Version != in.Version {
		return fault.New(fault.Conflict, "version", "The import was changed since you read it: it has version %d now.", row.Version)
	}
	if err := changeable(was); err != nil {
		return err
	}
	k.Step = ""
	raw, err := k.pack()
	if err != nil {
		return err
	}
	if err := dropRows(ctx, tx, row.ID); err != nil {
		return err
	}
	err = reset(tx.ContactImport.UpdateOneID(row.ID), row).SetStatus(contactimport.StatusUploaded).SetRows(0).SetSettings(raw).Exec(ctx)
	if err != nil {
		return fmt.Errorf("imports: configure: %w", err)
	}
	return audit.Record(ctx, tx, audit.Event{Action: "configureContactImport", ObjectType: "import", ObjectID: row.ID})
}

// changeable says whether the settings may change: nothing was imported by them yet.
//
// Faults: CONFLICT.
func changeable(k *kept) error {
	switch {
	case k.Gone:
		return errGone
	case k.Step == Running || k.Step == Undoing:
		return fault.New(fault.Conflict, "", "The import runs already, or ran: upload the file again.")
	}
	return nil
}

var errGone = fault.New(fault.Conflict, "", "The file of this import is not kept any longer: upload it again.")
