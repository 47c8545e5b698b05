package account

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// UpdateOwnInput is the input of updateOwnAccount; what is nil stays.
type UpdateOwnInput struct {
	db.Idempotent
	Name     *string
	Language *string // en, el, or empty for the organization's
}

const maxName = 200 // characters

// UpdateOwn changes the own name, which the other side sees beside what one writes and decides, and
// the language of mails and of the page, of staff and portal customers alike.
//
// Faults: INVALID on name and language; UNAUTHENTICATED; FORBIDDEN for an API key.
func (s *Service) UpdateOwn(ctx context.Context, in UpdateOwnInput) error {
	v := viewer.From(ctx)
	switch {
	case v.Kind == viewer.Nobody:
		return fault.New(fault.Unauthenticated, "", "Sign in first.")
	case v.User == uuid.Nil:
		return fault.New(fault.Forbidden, "", "An API key is no person.")
	}
	var bad fault.List
	if in.Name != nil {
		name := text(*in.Name, 8*maxName)
		if in.Name = &name; utf8.RuneCountInString(name) > maxName {
			bad = append(bad, fault.New(fault.Invalid, "name", "At most %d characters.", maxName))
		}
	}
	if in.Language != nil && *in.Language != "" && *in.Language != "en" && *in.Language != "el" {
		bad = append(bad, fault.New(fault.Invalid, "language", "en, el, or empty for the business's."))
	}
	if err := bad.Err(); err != nil {
		return err
	}
	_, _, err := db.Once(systemFor(ctx, v.Organization, v.User, "change the own account"), s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		u, err := tx.User.Query().Where(user.ID(v.User), db.ForUpdate).Only(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: read the person: %w", err)
		}
		before := audit.Fields{"name": u.Name, "language": u.Language}
		if in.Name != nil {
			u.Name = *in.Name
		}
		if in.Language != nil {
			u.Language = *in.Language
		}
		if err := tx.User.UpdateOneID(u.ID).SetName(u.Name).SetLanguage(u.Language).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("account: change the own account: %w", err)
		}
		was, is := audit.Diff(before, audit.Fields{"name": u.Name, "language": u.Language})
		return u.ID, tell(ctx, tx, "updateOwnAccount", "user", u.ID, was, is)
	})
	return err
}
