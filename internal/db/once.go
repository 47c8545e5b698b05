package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"crypto/sha256"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/idempotencyrecord"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// Idempotent is embedded in the input of every mutation. The key may come by the HTTP
// header or the socket instead; the edge puts whichever there is into the context.
type Idempotent struct {
	IdempotencyKey *string
}

// Request is one mutation that carries an idempotency key.
type Request struct {
	Key  string            // 1 to 200 characters, the caller's choice
	Hash [sha256.Size]byte // of the mutation's name and input
}

type requestKey struct{}

// WithRequest puts the key of a mutation in the context.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// Keyed gives the idempotency key that the request carries, "" when it has none.
func Keyed(ctx context.Context) string {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r.Key
}

// ForgetKeys drops the keys of requests from before the time, of every organization, and
// gives how many.
func ForgetKeys(ctx context.Context, d *DB, before time.Time) (n int, err error) {
	err = InTx(viewer.AsSystem(ctx, "forget old idempotency keys"), d, func(ctx context.Context, tx *ent.Tx) error {
		n, err = tx.IdempotencyRecord.Delete().Where(idempotencyrecord.CreatedAtLT(before)).Exec(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("db: forget old idempotency keys: %w", err)
	}
	return n, nil
}

// Once runs f like InTx, at most once per idempotency key: a repeat gives the first
// result and changes nothing, with replayed true. The result is kept as JSON in f's own
// transaction, so it holds ids, never secrets. Without a key, f just runs.
//
// Faults: those of InTx; CONFLICT on idempotencyKey when the key was used for another
// request.
func Once[R any](ctx context.Context, d *DB, f func(ctx context.Context, tx *ent.Tx) (R, error)) (result R, replayed bool, err error) {
	req, keyed := ctx.Value(requestKey{}).(Request)
	err = InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) (err error) {
		if !keyed {
			result, err = f(ctx, tx)
			return err
		}
		var fresh bool
		var first R
		if first, fresh, err = claim[R](ctx, tx, req); err != nil {
			return err
		}
		if replayed = !fresh; replayed {
			result = first
			return nil
		}
		if result, err = f(ctx, tx); err != nil {
			return err
		}
		return keep(ctx, tx, req, result)
	})
	return result, replayed, err
}

// claim takes the key for this transaction. A concurrent claim of the same key waits for
// the first transaction's end on the unique key, and then finds its record.
func claim[R any](ctx context.Context, tx *ent.Tx, req Request) (first R, fresh bool, err error) {
	v := viewer.From(ctx)
	id := schema.NewID()
	err = tx.IdempotencyRecord.Create().SetID(id).SetOrganizationID(v.Organization).SetActorID(v.Actor()).
		SetKey(req.Key).SetRequestHash(req.Hash[:]).
		OnConflict(sql.ConflictColumns("organization_id", "actor_id", "key")).Ignore().Exec(ctx)
	if err != nil {
		return first, false, fmt.Errorf("db: claim the idempotency key: %w", err)
	}
	rec, err := tx.IdempotencyRecord.Query().Where(idempotencyrecord.OrganizationID(v.Organization),
		idempotencyrecord.ActorID(v.Actor()), idempotencyrecord.Key(req.Key)).Only(ctx)
	if err != nil {
		return first, false, fmt.Errorf("db: read the idempotency key: %w", err)
	}
	if rec.ID == id {
		return first, true, nil
	}
	if string(rec.RequestHash) != string(req.Hash[:]) {
		return first, false, fault.New(fault.Conflict, "idempotencyKey", "This idempotency key was used for another request.")
	}
	if err := json.Unmarshal(rec.Result, &first); err != nil {
		return first, false, fmt.Errorf("db: the kept result of a mutation: %w", err)
	}
	return first, false, nil
}

func keep(ctx context.Context, tx *ent.Tx, req Request, result any) error {
	raw, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("db: keep the result of a mutation: %w", err)
	}
	v := viewer.From(ctx)
	err = tx.IdempotencyRecord.Update().Where(idempotencyrecord.OrganizationID(v.Organization),
		idempotencyrecord.ActorID(v.Actor()), idempotencyrecord.Key(req.Key)).SetResult(raw).Exec(ctx)
	if err != nil {
		return fmt.Errorf("db: keep the result of a mutation: %w", err)
	}
	return nil
}
