package contact

import (
	"context"
	"fmt"
	"strings"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// CustomIDsTaken says which of some customIds are contacts' of the organization, those that
// the viewer may not see among them: what InsertMany would leave out. At most some thousands.
func (s *Service) CustomIDsTaken(ctx context.Context, tx *ent.Tx, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	args := []any{viewer.From(ctx).Organization}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := tx.QueryContext(ctx, db.Marked(s.DB.Dialect, "SELECT custom_id FROM contacts WHERE organization_id = ? AND custom_id IN (?"+strings.Repeat(", ?", len(ids)-1)+")"), args...)
	if err != nil {
		return nil, fmt.Errorf("contact: look for customIds: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("contact: look for customIds: %w", err)
		}
		out[id] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("contact: look for customIds: %w", err)
	}
	return out, nil
}
