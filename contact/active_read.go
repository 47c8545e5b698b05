package contact

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Actives is Active, for statements that go to the database together: first the statement, then
// Contact.
type Actives struct {
	id, found uuid.UUID
	archived  *time.Time
	field     string
}

// ActiveRead is the statement of Active, and what takes its row.
func ActiveRead(ctx context.Context, of string, id uuid.UUID, field string) (*Actives, *db.Statement, error) {
	visible, err := rule.Rows(ent.TypeContact, viewer.From(ctx))
	if err != nil {
		return nil, nil, err
	}
	s := sql.Dialect(of).Select().From(sql.Table(entcontact.Table))
	s.Select(s.C(entcontact.FieldID), s.C(entcontact.FieldArchivedAt)).
		Where(sql.And(sql.EQ(s.C(entcontact.FieldID), id), sql.IsNull(s.C(entcontact.FieldMergedIntoID))))
	visible(s)
	forShare(s)
	a := &Actives{id: id, field: field}
	query, args := s.Query()
	return a, &db.Statement{Query: query, Args: args, Row: func(scan func(...any) error) error { return scan(&a.found, &a.archived) }}, nil
}

// Contact is the id of the contact that was read, and is held as by Active; of one that was
// merged, the survivor's.
//
// Faults: those of Active.
func (a *Actives) Contact(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
	if a.found == uuid.Nil {
		row, err := Active(ctx, tx, a.id, a.field)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, nil
	}
	_, err := active(&ent.Contact{ID: a.found, ArchivedAt: a.archived}, a.field, nil)
	return a.found, err
}
