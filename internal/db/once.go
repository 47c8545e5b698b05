package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"crypto/sha256"

	"github.com/google/uuid"

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
	return OnceReading(ctx, d, func(context.Context) (struct{}, []*Statement, error) { return struct{}{}, nil, nil },
		func(ctx context.Context, tx *ent.Tx, _ struct{}) (R, error) { return f(ctx, tx) })
}

// OnceReading is Once for a mutation that knows what it reads and locks first: that goes to the
// database together with the key. prepare gives the statements, and what they read into, anew
// for each try. A repeat may have run them too.
func OnceReading[R, P any](ctx context.Context, d *DB, prepare func(ctx context.Context) (P, []*Statement, error),
	f func(ctx context.Context, tx *ent.Tx, read P) (R, error),
) (result R, replayed bool, err error) {
	req, keyed := ctx.Value(requestKey{}).(Request)
	err = InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		read, statements, err := prepare(ctx)
		if err != nil {
			return err
		}
		replayed = false
		if keyed {
			c, err := claim(ctx, req, &replayed)
			if err != nil {
				return err
			}
			statements = append([]*Statement{c}, statements...)
		}
		if len(statements) > 0 {
			if err := Together(ctx, tx, statements...); err != nil {
				return fmt.Errorf("db: claim the idempotency key, and read: %w", err)
			}
		}
		if replayed {
			result, err = first[R](ctx, tx, req)
			return err
		}
		if result, err = f(ctx, tx, read); err != nil || !keyed {
			return err
		}
		return keep(ctx, tx, req, result)
	})
	return result, replayed, err
}

// claim takes the key for a transaction; taken says whether it was taken already. A concurrent
// claim of the same key waits for the first transaction's end on the unique key, and then finds
// its record.
func claim(ctx context.Context, req Request, taken *bool) (*Statement, error) {
	if err := idempotencyrecord.KeyValidator(req.Key); err != nil {
		return nil, fmt.Errorf("db: claim the idempotency key: %w", err)
	}
	v := viewer.From(ctx)
	*taken = true
	c := NewStatement(ctx, `INSERT INTO idempotency_records (id, organization_id, created_at, actor_id, key, request_hash)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, actor_id, key) DO NOTHING RETURNING id`,
		schema.NewID(), v.Organization, schema.Now(), v.Actor(), req.Key, req.Hash[:])
	c.Row = func(scan func(...any) error) error {
		*taken = false
		return scan(new(uuid.UUID))
	}
	return c, nil
}

// first is the result that was kept with the key.
func first[R any](ctx context.Context, tx *ent.Tx, req Request) (result R, err error) {
	v := viewer.From(ctx)
	rec, err := tx.IdempotencyRecord.Query().Where(idempotencyrecord.OrganizationID(v.Organization),
		idempotencyrecord.ActorID(v.Actor()), idempotencyrecord.Key(req.Key)).Only(ctx)
	if err != nil {
		return result, fmt.Errorf("db: read the idempotency key: %w", err)
	}
	if string(rec.RequestHash) != string(req.Hash[:]) {
		return result, fault.New(fault.Conflict, "idempotencyKey", "This idempotency key was used for another request.")
	}
	if err := json.Unmarshal(rec.Result, &result); err != nil {
		return result, fmt.Errorf("db: the kept result of a mutation: %w", err)
	}
	return result, nil
}

func keep(ctx context.Context, tx *ent.Tx, req Request, result any) error {
	raw, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("db: keep the result of a mutation: %w", err)
	}
	v := viewer.From(ctx)
	return Later(ctx, tx, NewStatement(ctx, `UPDATE idempotency_records SET result = $1 WHERE organization_id = $2 AND actor_id = $3 AND key = $4`,
		json.RawMessage(raw), v.Organization, v.Actor(), req.Key))
}
