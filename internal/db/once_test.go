package db_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

type made struct {
	Contact uuid.UUID
	Rows    int
}

func keyed(ctx context.Context, key, request string) context.Context {
	return db.WithRequest(ctx, db.Request{Key: key, Hash: sha256.Sum256([]byte(request))})
}

// makeOne is a mutation with one effect: a contact.
func makeOne(ctx context.Context, d *db.DB) (made, bool, error) {
	return db.Once(ctx, d, func(ctx context.Context, tx *ent.Tx) (made, error) {
		id, err := addContact(ctx, tx, "x")
		if err != nil {
			return made{}, err
		}
		n, err := tx.Contact.Query().Count(ctx)
		return made{id, n}, err
	})
}

func TestARepeatGivesTheFirstResultAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := keyed(dbtest.Tenant(t, d, viewer.Owner), "k", "r")
		first, replayed, err := makeOne(ctx, d)
		if err != nil || replayed {
			t.Fatal(err, replayed)
		}
		newContact(t, ctx, d, "meanwhile")
		for range 3 {
			again, replayed, err := makeOne(ctx, d)
			if err != nil || !replayed || again != first {
				t.Errorf("%v, replayed %v, %v; the first was %v", again, replayed, err, first)
			}
		}
		if n := contacts(t, ctx, d); n != 2 {
			t.Errorf("%d contacts, not 2", n)
		}
	})
}

func TestAKeyIsForOneRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		if _, _, err := makeOne(keyed(ctx, "k", "r"), d); err != nil {
			t.Fatal(err)
		}
		got, _, err := makeOne(keyed(ctx, "k", "another"), d)
		if !errors.Is(err, fault.New(fault.Conflict, "idempotencyKey", "")) || got != (made{}) {
			t.Errorf("%v, %v", got, err)
		}
		if n := contacts(t, ctx, d); n != 1 {
			t.Errorf("%d contacts, not 1", n)
		}
	})
}

func TestWithoutAKeyEveryCallCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		for range 2 {
			if _, replayed, err := makeOne(ctx, d); err != nil || replayed {
				t.Error(replayed, err)
			}
		}
		if n := contacts(t, ctx, d); n != 2 {
			t.Errorf("%d contacts, not 2", n)
		}
	})
}

// One of the callers does it; the others wait for it and are given its result.
func TestARepeatAtTheSameTimeHasOneEffect(t *testing.T) {
	const callers = 32
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := keyed(dbtest.Tenant(t, d, viewer.Owner), "k", "r")
		results := make([]made, callers)
		fresh := make([]bool, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				r, replayed, err := makeOne(ctx, d)
				if err != nil {
					t.Error(err)
				}
				results[i], fresh[i] = r, !replayed
			}()
		}
		wg.Wait()
		firsts := 0
		for i := range callers {
			if results[i] != results[0] || results[i].Contact == uuid.Nil {
				t.Errorf("results differ: %v and %v", results[0], results[i])
			}
			if fresh[i] {
				firsts++
			}
		}
		if n := contacts(t, ctx, d); n != 1 || firsts != 1 {
			t.Errorf("%d contacts, %d callers were the first", n, firsts)
		}
	})
}

func TestAKeyIsTheActorsInTheOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here := dbtest.Tenant(t, d, viewer.Owner)
		colleague := dbtest.Member(t, here, d, viewer.Owner)
		elsewhere := dbtest.Tenant(t, d, viewer.Owner)
		v := viewer.From(here)
		program := viewer.With(here, viewer.Viewer{Kind: viewer.Staff, Organization: v.Organization, APIKey: uuid.New(), Role: viewer.Owner})
		w := viewer.From(elsewhere)
		sameUser := viewer.With(here, viewer.Viewer{Kind: viewer.Staff, Organization: w.Organization, User: v.User, Role: viewer.Owner})
		for name, ctx := range map[string]context.Context{
			"the first": here, "a colleague": colleague, "a program": program, "another organization": elsewhere, "the same person elsewhere": sameUser,
		} {
			if _, replayed, err := makeOne(keyed(ctx, "k", name), d); err != nil || replayed {
				t.Errorf("%s: replayed %v, %v", name, replayed, err)
			}
		}
		if a, b := contacts(t, here, d), contacts(t, elsewhere, d); a != 3 || b != 2 {
			t.Errorf("%d contacts here, %d elsewhere, not 3 and 2", a, b)
		}
	})
}

func TestAFailedMutationLeavesItsKeyFree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := keyed(dbtest.Tenant(t, d, viewer.Owner), "k", "r")
		for _, end := range []func() error{
			func() error { return errOurs },
			func() error { return fault.New(fault.Invalid, "x", "No.") },
			func() error { panic(errOurs) },
		} {
			_, _ = catch(func() error {
				_, replayed, err := db.Once(ctx, d, func(ctx context.Context, tx *ent.Tx) (made, error) {
					id, err := addContact(ctx, tx, "x")
					if err != nil {
						t.Error(err)
					}
					return made{Contact: id}, end()
				})
				if err == nil || replayed {
					t.Errorf("%v, replayed %v", err, replayed)
				}
				return nil
			})
		}
		if n, err := d.IdempotencyRecord.Query().Count(system); n != 0 || err != nil {
			t.Errorf("%d records are left (%v)", n, err)
		}
		if _, replayed, err := makeOne(ctx, d); err != nil || replayed {
			t.Errorf("the key is not free: replayed %v, %v", replayed, err)
		}
		if n := contacts(t, ctx, d); n != 1 {
			t.Errorf("%d contacts, not 1", n)
		}
	})
}

// A result that cannot be kept must not leave an effect that cannot be replayed.
func TestAResultThatCannotBeKeptUndoesTheMutation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := keyed(dbtest.Tenant(t, d, viewer.Owner), "k", "r")
		_, _, err := db.Once(ctx, d, func(ctx context.Context, tx *ent.Tx) (chan int, error) {
			_, err := addContact(ctx, tx, "x")
			return make(chan int), err
		})
		if n := contacts(t, ctx, d); err == nil || n != 0 {
			t.Errorf("%d contacts, %v", n, err)
		}
	})
}
