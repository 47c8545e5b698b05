// Package page holds keyset connections (Relay's), with typed opaque cursors and caps on
// page sizes, and groups of rows that were read together.
package page

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
)

// The sizes of a page.
const (
	DefaultSize = 25
	MaxSize     = 100
)

// Args are the arguments of a connection as they were asked.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Request is a checked page request.
type Request struct {
	Size     int  // 1 to MaxSize
	Backward bool // the last rows before Before, instead of the first after After
	After    *Cursor
	Before   *Cursor
}

// Cursor is the place of a row in a list: the list's kind, the row's sort key, its id.
type Cursor struct {
	Kind string
	Key  string
	ID   uuid.UUID
}

const separator = "\x1f"

// String is the opaque form of the cursor.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.Kind + separator + c.ID.String() + separator + c.Key))
}

// ParseCursor reads a cursor of the kind. Faults: INVALID without a field.
func ParseCursor(kind, s string) (*Cursor, error) {
	bad := fault.New(fault.Invalid, "", "This is not a cursor of this list.")
	if len(s) > 2048 {
		return nil, bad
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, bad
	}
	part := strings.SplitN(string(raw), separator, 3)
	if len(part) != 3 || part[0] != kind {
		return nil, bad
	}
	id, err := uuid.Parse(part[1])
	if err != nil {
		return nil, bad
	}
	if !utf8.ValidString(part[2]) || strings.Contains(part[2], "\x00") { // no text of a database
		return nil, bad
	}
	return &Cursor{Kind: kind, Key: part[2], ID: id}, nil
}

// Check turns the arguments of a list of the kind into a request. check, when given, says
// whether a cursor's sort key is one that the list could have made.
//
// Faults: INVALID on first, last, after or before, all that are wrong at once.
func (a Args) Check(kind string, check func(key string) error) (Request, error) {
	r := Request{Size: DefaultSize}
	var bad fault.List
	size := func(field string, n *int) {
		if n == nil {
			return
		}
		if *n < 1 || *n > MaxSize {
			bad = append(bad, fault.New(fault.Invalid, field, "A page has 1 to %d rows.", MaxSize))
			return
		}
		r.Size = *n
	}
	size("first", a.First)
	size("last", a.Last)
	cursor := func(field string, s *string) *Cursor {
		if s == nil {
			return nil
		}
		c, err := ParseCursor(kind, *s)
		if err == nil && check != nil {
			err = check(c.Key)
		}
		if err != nil {
			bad = append(bad, fault.New(fault.Invalid, field, "This is not a cursor of this list."))
			return nil
		}
		return c
	}
	r.After, r.Before = cursor("after", a.After), cursor("before", a.Before)
	if a.First != nil && a.Last != nil {
		bad = append(bad, fault.New(fault.Invalid, "last", "Ask for the first or for the last rows, not for both."))
	}
	r.Backward = a.Last != nil || (a.First == nil && a.Before != nil && a.After == nil)
	return r, bad.Err()
}

// Info says where a page lies.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Edge is a row of a page with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// Connection is one page of a list.
type Connection[T any] struct {
	Edges    []*Edge[T]
	PageInfo *Info
	total    func(context.Context) (int, error)
}

// Map is the same page of rows in another form.
func Map[A, B any](c *Connection[A], f func(A) B) *Connection[B] {
	out := &Connection[B]{Edges: make([]*Edge[B], len(c.Edges)), PageInfo: c.PageInfo, total: c.total}
	for i, e := range c.Edges {
		out.Edges[i] = &Edge[B]{Cursor: e.Cursor, Node: f(e.Node)}
	}
	return out
}

// Nodes are the rows without their cursors.
func (c *Connection[T]) Nodes() []T {
	out := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		out[i] = e.Node
	}
	return out
}

// TotalCount counts the whole list; it is not counted before it is asked for.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.total(ctx) }

// New makes the page from at most r.Size+1 rows, read in the list's order, or against it
// when r.Backward. total counts the list on demand and may be nil where the list has no count.
func New[T any](r Request, rows []T, cursor func(T) Cursor, total func(context.Context) (int, error)) *Connection[T] {
	more := len(rows) > r.Size
	if more {
		rows = rows[:r.Size]
	}
	c := &Connection[T]{Edges: make([]*Edge[T], len(rows)), PageInfo: &Info{}, total: total}
	for i, row := range rows {
		at := i
		if r.Backward {
			at = len(rows) - 1 - i
		}
		c.Edges[at] = &Edge[T]{Cursor: cursor(row).String(), Node: row}
	}
	if r.Backward {
		c.PageInfo.HasPreviousPage, c.PageInfo.HasNextPage = more, r.Before != nil
	} else {
		c.PageInfo.HasNextPage, c.PageInfo.HasPreviousPage = more, r.After != nil
	}
	if n := len(rows); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c
}
