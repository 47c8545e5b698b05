package db_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// list is one ordered list of the contacts of an organization.
type list struct {
	t    *testing.T
	d    *db.DB
	ctx  context.Context
	key  string // the column, "" for the id alone
	down bool
}

func (l list) cursor(c *ent.Contact) page.Cursor {
	if l.key == "" {
		return page.Cursor{Kind: "test", ID: c.ID}
	}
	return page.Cursor{Kind: "test", Key: c.SortName, ID: c.ID}
}

func (l list) page(args page.Args) *page.Connection[*ent.Contact] {
	l.t.Helper()
	req, err := args.Check("test", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	rows, err := l.d.Contact.Query().Where(db.Keyset(req, l.key, l.down)).All(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	return page.New(req, rows, l.cursor, nil)
}

// naive is the whole list, ordered in Go.
func (l list) naive() []uuid.UUID {
	l.t.Helper()
	rows, err := l.d.Contact.Query().All(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b *ent.Contact) int {
		c := 0
		if l.key != "" {
			c = strings.Compare(a.SortName, b.SortName)
		}
		c = cmp.Or(c, strings.Compare(a.ID.String(), b.ID.String()))
		if l.down {
			return -c
		}
		return c
	})
	return ids(rows)
}

func ids(rows []*ent.Contact) []uuid.UUID {
	out := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

// insert adds contacts with sort names of a small alphabet, so that many are the same, and
// with random ids, so that new rows fall anywhere.
func (l list) insert(names []string) {
	l.t.Helper()
	if len(names) == 0 {
		return
	}
	inTx(l.t, l.ctx, l.d, func(ctx context.Context, tx *ent.Tx) error {
		return tx.Contact.MapCreateBulk(names, func(c *ent.ContactCreate, i int) {
			c.SetID(uuid.New()).SetDisplayName("x").SetDefaultTaxes(nil).SetSortName(names[i])
		}).Exec(ctx)
	})
}

var someNames = rapid.SliceOfN(rapid.StringMatching(`[aαβ]{0,2}`), 0, 20)

// draw makes a list with rows, in an organization of its own.
func draw(t *testing.T, rt *rapid.T, d *db.DB) list {
	l := list{t: t, d: d, ctx: dbtest.Tenant(t, d, viewer.Owner),
		key: rapid.SampledFrom([]string{"", contact.FieldSortName}).Draw(rt, "key"), down: rapid.Bool().Draw(rt, "down")}
	l.insert(someNames.Draw(rt, "names"))
	return l
}

// walk reads page after page, forwards or backwards, until there is no further one, and
// gives the rows in the list's order.
func (l list) walk(rt *rapid.T, size int, backward bool, between func()) []uuid.UUID {
	got := []uuid.UUID{}
	args := page.Args{}
	for turn := 0; ; turn++ {
		if turn > 200 {
			rt.Fatal("the pages do not end")
		}
		if backward {
			args.Last = &size
		} else {
			args.First = &size
		}
		c := l.page(args)
		if len(c.Edges) > size {
			rt.Fatalf("a page of %d rows, not %d", len(c.Edges), size)
		}
		if before := args.After != nil || args.Before != nil; backward && c.PageInfo.HasNextPage != before || !backward && c.PageInfo.HasPreviousPage != before {
			rt.Fatalf("the page does not know what it came from: %+v", *c.PageInfo)
		}
		nodes := ids(c.Nodes())
		more := c.PageInfo.HasNextPage
		if backward {
			got, more = append(nodes, got...), c.PageInfo.HasPreviousPage
			args.Before = c.PageInfo.StartCursor
		} else {
			got = append(got, nodes...)
			args.After = c.PageInfo.EndCursor
		}
		if !more {
			return got
		}
		between()
	}
}

func TestPagesTogetherAreTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			l := draw(t, rt, d)
			size := rapid.IntRange(1, 8).Draw(rt, "size")
			for _, backward := range []bool{false, true} {
				if diff := gocmp.Diff(l.naive(), l.walk(rt, size, backward, func() {})); diff != "" {
					rt.Fatalf("backward %v (-list +pages):\n%s", backward, diff)
				}
			}
		})
	})
}

// Rows that were there at the start are neither skipped nor repeated, and new ones come at
// most once, whatever is inserted between two pages.
func TestPagesNeitherSkipNorRepeatWhileRowsAreInserted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			l := draw(t, rt, d)
			start := l.naive()
			size := rapid.IntRange(1, 8).Draw(rt, "size")
			backward := rapid.Bool().Draw(rt, "backward")
			inserts := 0
			got := l.walk(rt, size, backward, func() {
				if inserts++; inserts < 10 {
					l.insert(rapid.SliceOfN(rapid.StringMatching(`[aαβ]{0,2}`), 0, 3).Draw(rt, "new"))
				}
			})
			seen := map[uuid.UUID]bool{}
			for _, id := range got {
				if seen[id] {
					rt.Fatalf("%s came twice", id)
				}
				seen[id] = true
			}
			old := slices.DeleteFunc(slices.Clone(got), func(id uuid.UUID) bool { return !slices.Contains(start, id) })
			if diff := gocmp.Diff(start, old); diff != "" {
				rt.Fatalf("rows of the start (-there +seen):\n%s", diff)
			}
			order := slices.DeleteFunc(l.naive(), func(id uuid.UUID) bool { return !seen[id] })
			if diff := gocmp.Diff(order, got); diff != "" {
				rt.Fatalf("order (-list +pages):\n%s", diff)
			}
		})
	})
}

// Between two cursors there is exactly what lies between them.
func TestAPageBetweenTwoCursors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			l := draw(t, rt, d)
			l.insert([]string{"a", "a"})
			all := l.naive()
			i := rapid.IntRange(0, len(all)-1).Draw(rt, "after")
			j := rapid.IntRange(i, len(all)-1).Draw(rt, "before")
			at := func(i int) *string {
				c, err := d.Contact.Get(l.ctx, all[i])
				if err != nil {
					rt.Fatal(err)
				}
				s := l.cursor(c).String()
				return &s
			}
			most := page.MaxSize
			got := ids(l.page(page.Args{First: &most, After: at(i), Before: at(j)}).Nodes())
			want := all[min(i+1, j):j]
			if !slices.Equal(got, want) {
				rt.Fatalf("got %v, not %v", got, want)
			}
		})
	})
}

// family is parents with child lists: contacts with their documents.
type family struct {
	list
	parents []uuid.UUID
	docs    map[uuid.UUID][]*ent.Document // newest first
}

func drawFamily(t *testing.T, rt *rapid.T, d *db.DB) family {
	f := family{list: list{t: t, d: d, ctx: dbtest.Tenant(t, d, viewer.Owner)}, docs: map[uuid.UUID][]*ent.Document{}}
	sizes := rapid.SliceOfN(rapid.IntRange(0, 6), 1, 6).Draw(rt, "children")
	inTx(t, f.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		for _, n := range sizes {
			parent, err := addContact(ctx, tx, "x")
			if err != nil {
				return err
			}
			f.parents = append(f.parents, parent)
			for range n {
				doc, err := addDocument(ctx, tx, parent, rapid.SampledFrom([]string{"2026-01-31", "2026-02-01", "2026-02-02"}).Draw(rt, "date"), rapid.Bool().Draw(rt, "draft"))
				if err != nil {
					return err
				}
				f.docs[parent] = append(f.docs[parent], doc)
			}
		}
		return nil
	})
	for _, docs := range f.docs {
		slices.SortFunc(docs, func(a, b *ent.Document) int {
			return -cmp.Or(strings.Compare(string(a.Date), string(b.Date)), strings.Compare(a.ID.String(), b.ID.String()))
		})
	}
	return f
}

func addDocument(ctx context.Context, tx *ent.Tx, parent uuid.UUID, date string, draft bool) (*ent.Document, error) {
	status := document.StatusIssued
	if draft {
		status = document.StatusDraft
	}
	return tx.Document.Create().SetID(uuid.New()).SetType("invoice").SetSide("client").SetStatus(status).SetContactID(parent).SetContactName("x").
		SetDate(day.Date(date)).SetDueDate(day.Date(date)).SetCurrency("EUR").SetExchangeRate(money.FromInt(1)).SetCreatedBy(uuid.New()).Save(ctx)
}

func issued(docs []*ent.Document) []*ent.Document {
	return slices.DeleteFunc(slices.Clone(docs), func(d *ent.Document) bool { return d.Status != document.StatusIssued })
}

func docIDs(docs []*ent.Document) []uuid.UUID {
	out := []uuid.UUID{}
	for _, d := range docs {
		out = append(out, d.ID)
	}
	return out
}

func TestTheTopOfEachParentIsReadByOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			f := drawFamily(t, rt, d)
			n := rapid.IntRange(1, 7).Draw(rt, "n")
			asked := f.parents[:rapid.IntRange(0, len(f.parents)).Draw(rt, "asked")]
			ctx, statements := db.CountStatements(f.ctx)
			rows, err := d.Document.Query().Where(db.TopPerParent(document.Table, document.FieldContactID, asked, document.FieldDate, n, document.StatusEQ(document.StatusIssued))).All(ctx)
			if err != nil {
				rt.Fatal(err)
			}
			want := map[uuid.UUID]bool{}
			for _, p := range asked {
				docs := issued(f.docs[p])
				for _, doc := range docs[:min(n, len(docs))] {
					want[doc.ID] = true
				}
			}
			got := map[uuid.UUID]bool{}
			for _, r := range rows {
				got[r.ID] = true
			}
			if diff := gocmp.Diff(want, got); diff != "" || len(rows) != len(want) {
				rt.Fatalf("top %d (-want +got):\n%s", n, diff)
			}
			if statements.Load() != 1 {
				rt.Fatalf("%d statements", statements.Load())
			}
		})
	})
}

func (f family) child() db.Child[*ent.Document] {
	q := func(where db.Condition) *ent.DocumentQuery { return f.d.Document.Query().Where(where) }
	return db.Child[*ent.Document]{
		Kind: "doc", Type: ent.TypeDocument, Table: document.Table, ParentColumn: document.FieldContactID, Key: document.FieldDate,
		Match:  []db.Condition{document.StatusEQ(document.StatusIssued)},
		Cursor: func(d *ent.Document) page.Cursor { return page.Cursor{Kind: "doc", Key: string(d.Date), ID: d.ID} },
		Parent: func(d *ent.Document) uuid.UUID { return d.ContactID },
		Read:   func(ctx context.Context, where db.Condition) ([]*ent.Document, error) { return q(where).All(ctx) },
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ContactID uuid.UUID `sql:"contact_id"`
				Count     int       `sql:"count"`
			}
			err := q(where).GroupBy(document.FieldContactID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := map[uuid.UUID]int{}
			for _, r := range rows {
				out[r.ContactID] = r.Count
			}
			return out, err
		},
	}
}

func TestAListBelowManyParentsCostsOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			f := drawFamily(t, rt, d)
			size := rapid.IntRange(1, 4).Draw(rt, "size")
			ctx, statements := db.CountStatements(f.ctx)
			g := page.NewGroup(f.parents...)
			for _, p := range f.parents {
				c, err := db.Below(ctx, g, p, page.Args{First: &size}, f.child())
				if err != nil {
					rt.Fatal(err)
				}
				want := docIDs(issued(f.docs[p]))
				if diff := gocmp.Diff(want[:min(size, len(want))], docIDs(c.Nodes())); diff != "" || c.PageInfo.HasNextPage != (len(want) > size) {
					rt.Fatalf("the first page, more %v (-want +got):\n%s", c.PageInfo.HasNextPage, diff)
				}
				if n, err := c.TotalCount(ctx); n != len(want) || err != nil {
					rt.Fatalf("%d in all (%v), not %d", n, err, len(want))
				}
			}
			if statements.Load() != 2 {
				rt.Fatalf("%d statements for %d parents and their counts, not 2", statements.Load(), len(f.parents))
			}
		})
	})
}

func TestFurtherPagesBelowAParentTogetherAreItsList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			f := drawFamily(t, rt, d)
			size := rapid.IntRange(1, 4).Draw(rt, "size")
			backward := rapid.Bool().Draw(rt, "backward")
			g := page.NewGroup(f.parents...)
			for _, p := range f.parents {
				args, got := page.Args{First: &size}, []uuid.UUID{}
				if backward {
					args = page.Args{Last: &size}
				}
				for more := true; more; {
					c, err := db.Below(f.ctx, g, p, args, f.child())
					if err != nil {
						rt.Fatal(err)
					}
					nodes := docIDs(c.Nodes())
					if backward {
						got, more, args.Before = append(nodes, got...), c.PageInfo.HasPreviousPage, c.PageInfo.StartCursor
					} else {
						got, more, args.After = append(got, nodes...), c.PageInfo.HasNextPage, c.PageInfo.EndCursor
					}
					if len(got) > len(f.docs[p]) {
						rt.Fatal("the pages repeat rows")
					}
				}
				if diff := gocmp.Diff(docIDs(issued(f.docs[p])), got); diff != "" {
					rt.Fatalf("(-list +pages):\n%s", diff)
				}
			}
		})
	})
}

// Rows that the viewer may not see take no place among the first of a parent.
func TestHiddenRowsTakeNoPlaceInAListBelow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		parent := newContact(t, ctx, d, "x")
		var old uuid.UUID
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			doc, err := addDocument(ctx, tx, parent, "2026-01-01", false)
			if err != nil {
				return err
			}
			old = doc.ID
			for range 3 { // newer bills
				doc, err := addDocument(ctx, tx, parent, "2026-02-01", false)
				if err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, "UPDATE documents SET side = 'supplier' WHERE id = '"+doc.ID.String()+"'"); err != nil {
					return err
				}
			}
			return nil
		})
		sales := dbtest.Member(t, ctx, d, viewer.Sales)
		one := 1
		c, err := db.Below(sales, page.NewGroup(parent), parent, page.Args{First: &one}, family{list: list{d: d}}.child())
		if err != nil || len(c.Edges) != 1 || c.Edges[0].Node.ID != old || c.PageInfo.HasNextPage {
			t.Errorf("%v, %v", c, err)
		}
	})
}
