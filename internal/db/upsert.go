package db

import (
	"context"
	"errors"
	"strings"

	"github.com/kartela/kartela/viewer"
)

// ownKey refuses an upsert on a key that does not begin with the organization, or on none
// in particular. Rows of every organization meet such a key, an id for instance, so that the
// update would change a row of another one; ent's hooks see only that a row is made.
// The system's own work is not bound.
func ownKey(ctx context.Context, query string) error {
	if len(query) < 6 || !strings.EqualFold(query[:6], "INSERT") || viewer.From(ctx).Kind == viewer.System {
		return nil
	}
	for _, key := range strings.Split(strings.ToLower(query), "on conflict")[1:] {
		if !strings.HasPrefix(strings.TrimLeft(key, " (\"`"), "organization_id") {
			return errors.New("db: an upsert on a key that does not begin with the organization")
		}
	}
	return nil
}
