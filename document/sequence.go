package document

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/numbersequence"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

const (
	maxSequences = 200
	maxPadding   = 12
)

// Sequences reads the number sequences, by type and name. Staff who see sales or purchases.
func (s *Service) Sequences(ctx context.Context) ([]*ent.NumberSequence, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	rows, err := s.DB.NumberSequence.Query().Order(numbersequence.ByDocumentType(), numbersequence.ByName()).All(ctx)
	return rows, wrapped("read the sequences", err)
}

// Sequence is what numbers the document; nil for a draft that takes the default of its type.
func (d *Document) Sequence(ctx context.Context) (*ent.NumberSequence, error) {
	if d.SequenceID == nil {
		return nil, nil //nolint:nilnil // the field's null
	}
	return page.Load(ctx, d.Group, "sequence", *d.SequenceID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*ent.NumberSequence, error) {
		rows, err := d.s.DB.NumberSequence.Query().All(ctx) // a business has a few
		out := make(map[uuid.UUID]*ent.NumberSequence, len(rows))
		for _, r := range rows {
			out[r.ID] = r
		}
		return out, wrapped("read the sequences", err)
	})
}

// CreateSequenceInput is the input of createNumberSequence.
type CreateSequenceInput struct {
	db.Idempotent
	DocumentType entdocument.Type
	Name         string
	Prefix       string
	Padding      *int // 5 when nil
	Yearly       bool
	IsDefault    bool
}

// UpdateSequenceInput is the input of updateNumberSequence; what is nil stays.
type UpdateSequenceInput struct {
	db.Idempotent
	ID        uuid.UUID
	Name      *string
	Prefix    *string
	Padding   *int
	IsDefault *bool
	Archived  *bool
}

// CreateSequence makes a sequence that counts from 1. The first of its type is its default.
//
// Faults: INVALID with every bad field; CONFLICT on name when it is taken; FORBIDDEN without
// ManageBusiness.
func (s *Service) CreateSequence(ctx context.Context, in CreateSequenceInput) (*ent.NumberSequence, error) {
	return s.sequenceStep(ctx, func(ctx context.Context, tx *ent.Tx, org uuid.UUID) (*ent.NumberSequence, error) {
		all, err := lockSequences(ctx, tx, in.DocumentType)
		if err != nil {
			return nil, err
		}
		row := &ent.NumberSequence{ID: schema.NewID(), OrganizationID: org, DocumentType: string(in.DocumentType), Name: in.Name,
			Prefix: in.Prefix, Padding: 5, Yearly: in.Yearly, IsDefault: in.IsDefault || !hasDefault(all)}
		apply(&row.Padding, in.Padding)
		if len(all) >= maxSequences {
			return nil, fault.New(fault.Invalid, "", "A type of document has at most %d sequences.", maxSequences)
		}
		if err := checkSequence(row, all); err != nil {
			return nil, err
		}
		if err := oneDefault(ctx, tx, row); err != nil {
			return nil, err
		}
		err = tx.NumberSequence.Create().SetID(row.ID).SetDocumentType(row.DocumentType).SetName(row.Name).SetPrefix(row.Prefix).
			SetPadding(row.Padding).SetYearly(row.Yearly).SetIsDefault(row.IsDefault).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("document: make a sequence: %w", err)
		}
		return row, tellSequence(ctx, tx, "createNumberSequence", row, nil, sequenceFields(row))
	})
}

// UpdateSequence changes how a sequence's numbers are printed from now on, makes it the default
// of its type, or archives it, when it numbers nothing any more. Numbers that were given stay as
// they are.
//
// Faults: INVALID with every bad field; NOT_FOUND; CONFLICT on name when it is taken, on
// archived for the default; FORBIDDEN without ManageBusiness.
func (s *Service) UpdateSequence(ctx context.Context, in UpdateSequenceInput) (*ent.NumberSequence, error) {
	return s.sequenceStep(ctx, func(ctx context.Context, tx *ent.Tx, _ uuid.UUID) (*ent.NumberSequence, error) {
		row, err := tx.NumberSequence.Get(ctx, in.ID)
		if ent.IsNotFound(err) {
			return nil, fault.New(fault.NotFound, "id", "There is no such sequence.")
		}
		if err != nil {
			return nil, fmt.Errorf("document: read a sequence: %w", err)
		}
		all, err := lockSequences(ctx, tx, entdocument.Type(row.DocumentType))
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if r.ID == in.ID {
				row = r // as it is now that it is locked
			}
		}
		before := sequenceFields(row)
		if err := in.apply(row); err != nil {
			return nil, err
		}
		if err := checkSequence(row, all); err != nil {
			return nil, err
		}
		if err := oneDefault(ctx, tx, row); err != nil {
			return nil, err
		}
		u := tx.NumberSequence.Update().Where(numbersequence.ID(row.ID)).SetName(row.Name).SetPrefix(row.Prefix).SetPadding(row.Padding).SetIsDefault(row.IsDefault)
		if row.ArchivedAt == nil {
			u.ClearArchivedAt()
		} else {
			u.SetArchivedAt(*row.ArchivedAt)
		}
		if err := u.Exec(ctx); err != nil {
			return nil, fmt.Errorf("document: change a sequence: %w", err)
		}
		was, is := audit.Diff(before, sequenceFields(row))
		return row, tellSequence(ctx, tx, "updateNumberSequence", row, was, is)
	})
}

func (in UpdateSequenceInput) apply(row *ent.NumberSequence) error {
	apply(&row.Name, in.Name)
	apply(&row.Prefix, in.Prefix)
	apply(&row.Padding, in.Padding)
	if in.Archived != nil && *in.Archived != (row.ArchivedAt != nil) {
		row.ArchivedAt = nil
		if *in.Archived {
			row.ArchivedAt = new(schema.Now())
		}
	}
	switch {
	case in.IsDefault != nil && !*in.IsDefault && row.IsDefault:
		return fault.New(fault.Conflict, "isDefault", "Make another sequence the default instead.")
	case in.IsDefault != nil:
		row.IsDefault = *in.IsDefault
	}
	if row.IsDefault && row.ArchivedAt != nil {
		return fault.New(fault.Conflict, "archived", "The sequence is the default: make another one the default first.")
	}
	return nil
}

func (s *Service) sequenceStep(ctx context.Context, f func(context.Context, *ent.Tx, uuid.UUID) (*ent.NumberSequence, error)) (*ent.NumberSequence, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := f(ctx, tx, v.Organization)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, nil
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.NumberSequence.Get(ctx, id)
	return row, wrapped("read a sequence", err)
}

// lockSequences locks the sequences of a type, so that one of them at a time becomes the
// default.
func lockSequences(ctx context.Context, tx *ent.Tx, t entdocument.Type) ([]*ent.NumberSequence, error) {
	rows, err := tx.NumberSequence.Query().Where(numbersequence.DocumentType(string(t)), db.ForUpdate).All(ctx)
	return rows, wrapped("lock the sequences", err)
}

func hasDefault(all []*ent.NumberSequence) bool {
	for _, r := range all {
		if r.IsDefault {
			return true
		}
	}
	return false
}

func checkSequence(row *ent.NumberSequence, all []*ent.NumberSequence) error {
	var bad fault.List
	row.Name = strings.TrimSpace(row.Name)
	if n := utf8.RuneCountInString(row.Name); n == 0 || n > 50 {
		bad = append(bad, fault.New(fault.Invalid, "name", "A sequence has a name of 1 to 50 characters."))
	}
	if utf8.RuneCountInString(row.Prefix) > 15 {
		bad = append(bad, fault.New(fault.Invalid, "prefix", "At most 15 characters."))
	}
	if row.Padding < 0 || row.Padding > maxPadding {
		bad = append(bad, fault.New(fault.Invalid, "padding", "From 0 to %d digits.", maxPadding))
	}
	for _, r := range all {
		if r.ID == row.ID {
			continue
		}
		if r.Name == row.Name {
			bad = append(bad, fault.New(fault.Conflict, "name", "Another sequence of the type has this name."))
		}
		if r.Prefix == row.Prefix && r.ArchivedAt == nil && row.ArchivedAt == nil {
			bad = append(bad, fault.New(fault.Conflict, "prefix", "Another sequence of the type has this prefix: their numbers would look the same."))
		}
	}
	return bad.Err()
}

// oneDefault takes the others of the type from being the default when the row is.
func oneDefault(ctx context.Context, tx *ent.Tx, row *ent.NumberSequence) error {
	if !row.IsDefault {
		return nil
	}
	err := tx.NumberSequence.Update().Where(numbersequence.DocumentType(row.DocumentType), numbersequence.IsDefault(true), numbersequence.IDNEQ(row.ID)).
		SetIsDefault(false).Exec(ctx)
	return wrapped("change the default sequence", err)
}

func sequenceFields(r *ent.NumberSequence) audit.Fields {
	f := audit.Fields{"documentType": r.DocumentType, "name": r.Name, "prefix": r.Prefix, "padding": r.Padding, "yearly": r.Yearly, "isDefault": r.IsDefault}
	if r.ArchivedAt != nil {
		f["archivedAt"] = r.ArchivedAt.Format(time.RFC3339)
	}
	return f
}

func tellSequence(ctx context.Context, tx *ent.Tx, action string, row *ent.NumberSequence, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "number_sequence", ObjectID: row.ID, Before: before, After: after})
}
