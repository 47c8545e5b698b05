// Package look finds which of the things that are followed have changed lately, for a process that
// was perhaps not told. What became of balances, ledger's own look tells.
package look

import (
	"context"
	stdsql "database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Thing is what is followed, within its organization: a contact for its documents and messages, a
// document, an online payment or an import. An id alone says which of them it is.
type Thing = struct{ Organization, ID uuid.UUID }

// Each part is answered by an index for each thing that is followed: a process reads nothing of what
// nobody follows. A message is never changed, and its id has its time.
const query = `SELECT f.organization, f.id FROM %s
WHERE EXISTS (SELECT 1 FROM documents AS d WHERE d.organization_id = f.organization AND d.contact_id = f.id AND d.updated_at >= ?)
OR EXISTS (SELECT 1 FROM messages AS m WHERE m.organization_id = f.organization AND m.contact_id = f.id AND m.created_at >= ? AND m.id >= ?)
OR EXISTS (SELECT 1 FROM documents AS d WHERE d.organization_id = f.organization AND d.id = f.id AND d.updated_at >= ?)
OR EXISTS (SELECT 1 FROM online_payments AS o WHERE o.organization_id = f.organization AND o.id = f.id AND o.updated_at >= ?)
OR EXISTS (SELECT 1 FROM contact_imports AS i WHERE i.organization_id = f.organization AND i.id = f.id AND i.updated_at >= ?)`

// Service looks in a database.
type Service struct{ DB *db.DB }

// Changed gives those of the things that have changed since a time, by one statement. It is the
// system's own, for what is read anew by others under their rules.
func (s *Service) Changed(ctx context.Context, things []Thing, since time.Time) ([]Thing, error) {
	if len(things) == 0 {
		return nil, nil
	}
	ctx = viewer.AsSystem(ctx, "look what of the things that are followed has changed")
	pairs := make([][2]uuid.UUID, len(things))
	for i, t := range things {
		pairs[i] = [2]uuid.UUID{t.Organization, t.ID}
	}
	from, args, err := db.Pairs(s.DB.Dialect, "organization", "id", pairs)
	if err != nil {
		return nil, err
	}
	since = since.UTC()
	args = append(args, since, since, firstID(since), since, since, since)
	rows, err := s.DB.QueryContext(ctx, db.Marked(s.DB.Dialect, fmt.Sprintf(query, from)), args...)
	if err != nil {
		return nil, fmt.Errorf("look: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out, err := read(rows)
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("look: %w", err)
	}
	return out, nil
}

func read(rows *stdsql.Rows) (out []Thing, err error) {
	for rows.Next() {
		var t Thing
		if err := rows.Scan(&t.Organization, &t.ID); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// firstID is the least id (version 7) of a time.
func firstID(at time.Time) (id uuid.UUID) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(at.UnixMilli(), 0)))
	copy(id[:], ms[2:])
	return id
}
