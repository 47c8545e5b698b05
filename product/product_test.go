package product_test

import (
	"context"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "40") // each reads a list in pages; -rapid.checks on the command line goes before
	dbtest.Main(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	all, _ := fault.All(err)
	for _, f := range all {
		if f.Code == code && f.Field == field {
			return
		}
	}
	t.Errorf("got %v, want %s on %q", err, code, field)
}

func ptr[T any](v T) *T { return &v }

func price(s string) money.Decimal { return money.MustDecimal(s) }

func TestAProductIsMadeChangedArchivedAndDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &product.Service{DB: d}, dbtest.Tenant(t, d, viewer.Owner)
		p, err := s.Create(ctx, product.CreateInput{Title: "  Ώρα συμβούλου ", Code: ptr(" Σ-1 "), Unit: "ώρα", UnitPrice: price("80.12345")})
		must(t, err)
		if p.Title != "Ώρα συμβούλου" || *p.Code != "Σ-1" || p.Currency != "EUR" || p.Kind != entproduct.KindService || p.Taxes != nil || p.Version != 1 || p.UnitPrice.String() != "80.12345" {
			t.Errorf("made %+v", p)
		}
		p, err = s.Update(ctx, product.UpdateInput{ID: p.ID, Version: 1, Kind: ptr(entproduct.KindProduct), Title: ptr("Καρέκλα"), UnitPrice: ptr(price("12.4")),
			Currency: ptr(money.Currency("USD")), Taxes: []*money.Tax{{Rate: price("24")}}})
		must(t, err)
		if p.Kind != entproduct.KindProduct || p.Title != "Καρέκλα" || p.Currency != "USD" || p.Version != 2 || len(p.Taxes) != 1 || p.Taxes[0].Category != "S" || *p.Code != "Σ-1" {
			t.Errorf("changed to %+v", p)
		}
		_, err = s.Update(ctx, product.UpdateInput{ID: p.ID, Version: 1, Title: ptr("x")})
		refused(t, err, fault.Conflict, "version")
		p, err = s.Update(ctx, product.UpdateInput{ID: p.ID, Version: 2, Code: ptr(""), Taxes: []*money.Tax{}})
		must(t, err)
		if p.Code != nil || p.Taxes == nil || len(p.Taxes) != 0 {
			t.Errorf("no code and no taxes, but %v and %v", p.Code, p.Taxes)
		}
		p, err = s.Update(ctx, product.UpdateInput{ID: p.ID, Version: 3, Clear: []product.Clear{product.ClearTaxes}})
		must(t, err)
		if p.Taxes != nil {
			t.Errorf("taxes %v instead of the contact's defaults", p.Taxes)
		}
		for range 2 { // a repeat changes nothing
			p, err = s.Archive(ctx, product.IDInput{ID: p.ID})
			must(t, err)
			if p.ArchivedAt == nil || p.Version != 5 {
				t.Errorf("archived: %+v", p)
			}
		}
		for range 2 {
			p, err = s.Restore(ctx, product.IDInput{ID: p.ID})
			must(t, err)
			if p.ArchivedAt != nil || p.Version != 6 {
				t.Errorf("restored: %+v", p)
			}
		}
		_, err = s.Delete(ctx, product.IDInput{ID: p.ID})
		must(t, err)
		_, err = s.Get(ctx, p.ID)
		refused(t, err, fault.NotFound, "id")
		events, err := d.AuditEvent.Query().Where(auditevent.ObjectID(p.ID)).Order(auditevent.ByID()).Select(auditevent.FieldAction).Strings(ctx)
		must(t, err)
		want := []string{"createProduct", "updateProduct", "updateProduct", "updateProduct", "archiveProduct", "restoreProduct", "deleteProduct"}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	})
}

func TestWhatAProductMayNotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &product.Service{DB: d}, dbtest.Tenant(t, d, viewer.Owner)
		_, err := s.Create(ctx, product.CreateInput{Title: "Α", Code: ptr("A"), UnitPrice: price("1")})
		must(t, err)
		_, err = s.Create(ctx, product.CreateInput{Title: "Β", Code: ptr("A"), UnitPrice: price("1")})
		refused(t, err, fault.Conflict, "code")
		long := strings.Repeat("ά", 1001)
		_, err = s.Create(ctx, product.CreateInput{Title: long, Code: &long, Unit: long, UnitPrice: price("0.000001"), Currency: ptr(money.Currency("XXX")),
			Taxes: []*money.Tax{{Rate: price("24")}, {Rate: price("13")}, {Rate: price("101")}}})
		for _, field := range []string{"title", "code", "unit", "unitPrice", "currency", "taxes", "taxes.2.rate"} {
			refused(t, err, fault.Invalid, field)
		}
		_, err = s.Create(ctx, product.CreateInput{Title: " ", UnitPrice: price("-1")})
		refused(t, err, fault.Invalid, "title")
		refused(t, err, fault.Invalid, "unitPrice")
		elsewhere := dbtest.Tenant(t, d, viewer.Owner)
		_, err = s.Create(elsewhere, product.CreateInput{Title: "Ξένο", Code: ptr("A"), UnitPrice: price("1")})
		must(t, err) // another organization's codes are its own
	})
}

func TestWhoMayDoWhatWithThePriceList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, owner := &product.Service{DB: d}, dbtest.Tenant(t, d, viewer.Owner)
		var category *ent.ExpenseCategory
		must(t, db.InTx(owner, d, func(ctx context.Context, tx *ent.Tx) (err error) {
			category, err = tx.ExpenseCategory.Create().SetName("Υλικά").SetSortName("υλικα").Save(ctx)
			return err
		}))
		p, err := s.Create(owner, product.CreateInput{Title: "Ξύλο", UnitPrice: price("1"), CategoryID: &category.ID})
		must(t, err)
		sales := dbtest.Member(t, owner, d, viewer.Sales)
		_, err = s.Create(sales, product.CreateInput{Title: "Πέτρα", UnitPrice: price("1"), CategoryID: &category.ID})
		refused(t, err, fault.NotFound, "categoryId") // sales staff see no purchases
		p, err = s.Update(sales, product.UpdateInput{ID: p.ID, Version: p.Version, Title: ptr("Ξύλο δρυός")})
		must(t, err)
		if p.CategoryID == nil || *p.CategoryID != category.ID {
			t.Errorf("the category is %v after a change of the title", p.CategoryID)
		}
		for role, want := range map[viewer.Role]struct{ see, edit bool }{
			viewer.Administrator: {true, true}, viewer.Accountant: {true, true}, viewer.Sales: {true, true}, viewer.ReadOnly: {true, false}, viewer.TimeKeeper: {},
		} {
			ctx := dbtest.Member(t, owner, d, role)
			if _, err := s.List(ctx, page.Args{}, nil, product.ByTitle); (err == nil) != want.see {
				t.Errorf("%s lists: %v", role, err)
			}
			_, err := s.Create(ctx, product.CreateInput{Title: string(role), UnitPrice: price("1")})
			if (err == nil) != want.edit {
				t.Errorf("%s creates: %v", role, err)
			}
			for _, f := range []func() error{
				func() error { _, err := s.Archive(ctx, product.IDInput{ID: p.ID}); return err },
				func() error { _, err := s.Restore(ctx, product.IDInput{ID: p.ID}); return err },
			} {
				if err := f(); (err == nil) != want.edit {
					t.Errorf("%s archives or restores: %v", role, err)
				}
			}
		}
		elsewhere := dbtest.Tenant(t, d, viewer.Owner)
		_, err = s.Get(elsewhere, p.ID)
		refused(t, err, fault.NotFound, "id")
		_, err = s.Delete(elsewhere, product.IDInput{ID: p.ID})
		refused(t, err, fault.NotFound, "id")
		customer := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(owner).Organization})
		_, err = s.List(customer, page.Args{}, nil, product.ByTitle)
		refused(t, err, fault.Forbidden, "")
	})
}

func TestAProductOfALineIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &product.Service{DB: d}, dbtest.Tenant(t, d, viewer.Owner)
		p, err := s.Create(ctx, product.CreateInput{Title: "Ξύλο", UnitPrice: price("1")})
		must(t, err)
		must(t, db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			c, err := tx.Contact.Create().SetDisplayName("x").SetDefaultTaxes(nil).SetIsSupplier(true).Save(ctx)
			if err != nil {
				return err
			}
			bill, err := tx.Document.Create().SetType("bill").SetSide("supplier").SetContactID(c.ID).SetContactName("x").SetDate("2026-01-01").SetDueDate("2026-01-01").
				SetCurrency("EUR").SetExchangeRate(price("1")).SetCreatedBy(viewer.From(ctx).User).Save(ctx)
			if err != nil {
				return err
			}
			return tx.DocumentLine.Create().SetDocumentID(bill.ID).SetPosition(0).SetTitle("x").SetQuantity(price("1")).SetUnitPrice(price("1")).
				SetDiscountPercent(price("0")).SetTaxes([]money.Tax{}).SetProductID(p.ID).SetNet(100).Exec(ctx)
		}))
		for _, role := range []viewer.Role{viewer.Owner, viewer.Sales} { // who does not see the bill neither
			_, err = s.Delete(dbtest.Member(t, ctx, d, role), product.IDInput{ID: p.ID})
			refused(t, err, fault.Conflict, "id")
			if f := fault.From(err); !strings.Contains(f.Text, "1 line was") {
				t.Errorf("it says %q", f.Text)
			}
		}
	})
}

// The list has what matches, once each, in its order, whatever the pages.
func TestThePriceListIsPagedSearchedAndOrdered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &product.Service{DB: d}, dbtest.Tenant(t, d, viewer.Owner)
		var all []*ent.Product
		for i, title := range []string{"Καρέκλα", "καρεκλα ψηλή", "Τραπέζι", "Ώρα", "ώρες", "Γραφείο", "Desk", "chair", "Chair"} {
			in := product.CreateInput{Title: title, UnitPrice: price("1")}
			if i%3 == 0 {
				in.Kind, in.Code = ptr(entproduct.KindProduct), ptr("Κωδ-"+string(rune('A'+i)))
			}
			p, err := s.Create(ctx, in)
			must(t, err)
			if i%4 == 3 {
				p, err = s.Archive(ctx, product.IDInput{ID: p.ID})
				must(t, err)
			}
			all = append(all, p)
		}
		rapid.Check(t, func(rt *rapid.T) {
			f := &product.Filter{Search: rapid.SampledFrom([]string{"", "ΚΑΡΕΚΛΑ", "ωρ", "chair", "κωδ a", "κάρ ψηλ", "%", "_"}).Draw(rt, "search")}
			if rapid.Bool().Draw(rt, "kind") {
				f.Kind = ptr(entproduct.KindProduct)
			}
			if rapid.Bool().Draw(rt, "archived") {
				f.Archived = ptr(true)
			}
			by := rapid.SampledFrom([]product.Order{product.ByTitle, product.ByTitleDesc, product.Newest, product.Oldest}).Draw(rt, "order")
			size := rapid.IntRange(1, 4).Draw(rt, "size")
			var want, got []string
			for _, p := range all {
				code := ""
				if p.Code != nil {
					code = *p.Code
				}
				text, found := fold.Text(p.Title+" "+code), true
				for _, w := range strings.Fields(fold.Text(f.Search)) {
					found = found && strings.Contains(text, w)
				}
				if found && (f.Kind == nil || p.Kind == *f.Kind) && (p.ArchivedAt != nil) == (f.Archived != nil) {
					want = append(want, p.ID.String())
				}
			}
			var keys []string
			args := page.Args{First: &size}
			for {
				c, err := s.List(ctx, args, f, by)
				if err != nil {
					rt.Fatal(err)
				}
				for _, p := range c.Nodes() {
					got, keys = append(got, p.ID.String()), append(keys, p.ID.String())
				}
				if n, err := c.TotalCount(ctx); err != nil || n != len(want) {
					rt.Fatalf("counted %d, %v, not %d", n, err, len(want))
				}
				if !c.PageInfo.HasNextPage {
					break
				}
				args.After = c.PageInfo.EndCursor
			}
			if by == product.Newest {
				slices.Reverse(keys)
			}
			if (by == product.Newest || by == product.Oldest) && !slices.IsSorted(keys) {
				rt.Errorf("%s: %v", by, got)
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("(-want +got):\n%s", diff)
			}
		})
		_, err := s.List(ctx, page.Args{}, &product.Filter{Search: strings.Repeat("x", 201)}, product.ByTitle)
		refused(t, err, fault.Invalid, "filter.search")
		_, err = s.List(ctx, page.Args{After: ptr(page.Cursor{Kind: "contacts", ID: all[0].ID}.String())}, nil, product.ByTitle)
		refused(t, err, fault.Invalid, "after")
	})
}
