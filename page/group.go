package page

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"
)

// Group is the rows that one statement read, or several statements of one level. What
// hangs below them is read for all of them at once, when the first of them is asked: so a
// nested list costs one statement per level, however many rows there are, without waiting
// for a time window.
//
// A group belongs to one request: it is never kept.
type Group struct {
	mu    sync.Mutex
	ids   []uuid.UUID
	loads map[any]*load
	known map[any]any
}

type load struct {
	once  sync.Once
	value any
	err   error
}

// Remember keeps what the reader of the group knows about all of its rows.
func (g *Group) Remember(key, value any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil {
		g.known = map[any]any{}
	}
	g.known[key] = value
}

// Recall gives what was remembered, or the zero value.
func Recall[V any](g *Group, key any) V {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, _ := g.known[key].(V)
	return v
}

// NewGroup makes the group of the rows with these ids.
func NewGroup(ids ...uuid.UUID) *Group {
	return &Group{ids: ids, loads: map[any]*load{}}
}

// Load gives the value below the row id, reading it for the whole group at the first call
// with this key. The key names the field and its arguments; it must be comparable. A row
// that read does not mention has the zero value.
func Load[V any](ctx context.Context, g *Group, key any, id uuid.UUID, read func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]V, error)) (V, error) {
	g.mu.Lock()
	l := g.loads[key]
	if l == nil {
		l = &load{}
		g.loads[key] = l
	}
	g.mu.Unlock()
	l.once.Do(func() {
		l.err = errors.New("page: reading a group did not end") // stays if read panics
		l.value, l.err = read(ctx, g.ids)
	})
	if l.err != nil {
		var zero V
		return zero, l.err
	}
	rows, ok := l.value.(map[uuid.UUID]V)
	if !ok {
		var zero V
		return zero, fmt.Errorf("page: the key %v stands for two types", key)
	}
	return rows[id], nil
}
