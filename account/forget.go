package account

import (
	"context"
	"fmt"
	"time"

	"github.com/kartela/kartela/ent"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/internal/db"
)

// ForgetSessions deletes the sessions, of every organization, that ran out or ended before the
// time, and gives how many. That they were is in the history.
func (s *Service) ForgetSessions(ctx context.Context, before time.Time) (n int, err error) {
	err = db.InTx(system(ctx, "forget old sessions"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n, err = tx.Session.Delete().Where(entsession.Or(entsession.ExpiresAtLT(before), entsession.EndedAtLT(before))).Exec(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("account: forget old sessions: %w", err)
	}
	return n, nil
}
