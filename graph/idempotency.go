package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

const maxKey = 200 // characters of an idempotency key

type keyContext struct{}

// WithIdempotencyKey puts the key of a whole request in the context: the HTTP header
// Idempotency-Key, or over a socket the extension idempotencyKey.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyContext{}, key)
}

// Idempotency gives each mutation of a request its key and a hash of what was asked, for
// db.Once. A key in the input goes before the request's. Where a request holds several
// mutations, the request's key is one of each of them, told apart by their aliases.
func Idempotency(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	op := graphql.GetOperationContext(ctx)
	root := graphql.GetRootFieldContext(ctx)
	if op.Operation.Operation != ast.Mutation || root == nil {
		return next(ctx)
	}
	input, _ := root.Field.ArgumentMap(op.Variables)["input"].(map[string]any)
	key, given := input["idempotencyKey"].(string)
	if !given {
		if key, given = ctx.Value(keyContext{}).(string); !given {
			return next(ctx)
		}
		if len(op.Operation.SelectionSet) > 1 {
			key += "\x1f" + root.Field.Alias
		}
	}
	if n := utf8.RuneCountInString(key); n == 0 || n > maxKey || !utf8.ValidString(key) {
		graphql.AddError(ctx, fault.New(fault.Invalid, "idempotencyKey", "A key has 1 to %d characters.", maxKey))
		return graphql.Null
	}
	hash, err := requestHash(root.Field.Name, input)
	if err != nil {
		graphql.AddError(ctx, err)
		return graphql.Null
	}
	return next(db.WithRequest(ctx, db.Request{Key: key, Hash: hash}))
}

// Preview refuses every mutation to a member of the staff who only looks at the portal, but for
// ending the look.
func Preview(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	op, root := graphql.GetOperationContext(ctx), graphql.GetRootFieldContext(ctx)
	if op.Operation.Operation == ast.Mutation && viewer.From(ctx).Preview && root != nil && root.Field.Name != "signOut" {
		graphql.AddError(ctx, fault.New(fault.Forbidden, "", "This is a preview: it changes nothing."))
		return graphql.Null
	}
	return next(ctx)
}

// secret are the input fields that no hash is kept of: a hash of a password could be
// searched for the password. What is done with a password checks it before a repeat is
// answered.
var secret = map[string]bool{"password": true, "current": true, "new": true}

func requestHash(name string, input map[string]any) (sum [sha256.Size]byte, err error) {
	plain, err := hashable(input)
	if err != nil {
		return sum, err
	}
	raw, err := json.Marshal([]any{name, plain}) // keys of objects are sorted
	if err != nil {
		return sum, fmt.Errorf("graph: hash of a request: %w", err)
	}
	return sha256.Sum256(raw), nil
}

// hashable is the input without the key and secrets; a file stands as its own hash.
func hashable(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, field := range v {
			if k == "idempotencyKey" || secret[k] {
				continue
			}
			inner, err := hashable(field)
			if err != nil {
				return nil, err
			}
			out[k] = inner
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			inner, err := hashable(item)
			if err != nil {
				return nil, err
			}
			out[i] = inner
		}
		return out, nil
	case graphql.Upload:
		return fileHash(v.File)
	}
	return v, nil
}

func fileHash(f io.ReadSeeker) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("graph: hash of a file: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("graph: hash of a file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
