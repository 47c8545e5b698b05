package account

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/apikey"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// CreateAPIKeyInput is the input of createApiKey.
type CreateAPIKeyInput struct {
	db.Idempotent
	Name      string
	Role      viewer.Role
	ExpiresAt *time.Time
}

// NewAPIKey is a key with its secret, which is shown this once.
type NewAPIKey struct {
	APIKey *ent.APIKey
	Secret string
}

// APIKeys reads the keys, newest first. Faults: FORBIDDEN without ManageStaff.
func (s *Service) APIKeys(ctx context.Context) ([]*ent.APIKey, error) {
	if _, err := manage(ctx); err != nil {
		return nil, err
	}
	rows, err := s.DB.APIKey.Query().Order(apikey.ByID(sql.OrderDesc())).Limit(500).All(ctx)
	return rows, wrapped("read API keys", err)
}

// CreateAPIKey makes a key with a role. A repeat with the same idempotency key gives the
// same key a new secret, because the first is not kept.
//
// Faults: INVALID on name, expiresAt; FORBIDDEN on role when a non-owner makes an owner's.
func (s *Service) CreateAPIKey(ctx context.Context, in CreateAPIKeyInput) (*NewAPIKey, error) {
	v, err := manage(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	in.Name = text(in.Name, 800)
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > 100 {
		bad = append(bad, fault.New(fault.Invalid, "name", "From 1 to 100 characters."))
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.After(s.Now()) {
		bad = append(bad, fault.New(fault.Invalid, "expiresAt", "The key would have expired already."))
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	token, hash := NewToken("ktk_")
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		k, err := tx.APIKey.Create().SetName(in.Name).SetRole(in.Role).SetPrefix(token[:12]).SetKeyHash(hash).
			SetNillableExpiresAt(in.ExpiresAt).SetCreatedBy(v.Actor()).Save(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: make an API key: %w", err)
		}
		return k.ID, tell(ctx, tx, "createApiKey", "api_key", k.ID, nil, audit.Fields{"name": in.Name, "role": in.Role})
	})
	if err == nil && replayed {
		err = db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
			return tx.APIKey.UpdateOneID(id).SetKeyHash(hash).SetPrefix(token[:12]).Exec(ctx)
		})
	}
	if err != nil {
		return nil, err
	}
	k, err := s.DB.APIKey.Get(ctx, id)
	return &NewAPIKey{k, token}, wrapped("read the API key", err)
}

// RevokeAPIKeyInput is the input of revokeApiKey.
type RevokeAPIKeyInput struct {
	db.Idempotent
	ID uuid.UUID
}

// RevokeAPIKey ends a key at once, its sockets included. Faults: NOT_FOUND on id.
func (s *Service) RevokeAPIKey(ctx context.Context, in RevokeAPIKeyInput) (*ent.APIKey, error) {
	v, err := manage(ctx)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		k, err := tx.APIKey.Get(ctx, in.ID)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "id", "There is no such API key.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: read the API key: %w", err)
		}
		if k.RevokedAt != nil {
			return k.ID, nil
		}
		if err := tx.APIKey.UpdateOneID(k.ID).SetRevokedAt(schema.Now()).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("account: revoke an API key: %w", err)
		}
		db.AfterCommit(ctx, func() { s.over(viewer.Ended{Organization: v.Organization, APIKey: k.ID}) })
		return k.ID, tell(ctx, tx, "revokeApiKey", "api_key", k.ID, nil, nil)
	})
	if err != nil {
		return nil, err
	}
	k, err := s.DB.APIKey.Get(ctx, id)
	return k, wrapped("read the API key", err)
}
