package contact_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// noon is the time of the lists' tests: 2026-03-10 in Athens, and in UTC.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// facts are what a list can ask of a contact.
type facts struct {
	id               uuid.UUID
	name, city       string
	made, changed    time.Time
	archived, merged bool
	client, supplier bool
	options          []uuid.UUID
	overdue          map[ledgerentry.Side]bool
	accounts         []account
}

type account struct {
	side     ledgerentry.Side
	currency money.Currency
	net      int64
	moved    time.Time
}

// world is an organization whose contacts are all known.
type world struct {
	contacts []*facts
	category map[uuid.UUID]int // of each option
}

func moments() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "ago")) * 500_001 * time.Microsecond)
	})
}

var bothSides = []ledgerentry.Side{ledgerentry.SideClient, ledgerentry.SideSupplier}

func (w *world) draw(t *rapid.T) *facts {
	f := &facts{id: schema.NewID(), name: rapid.SampledFrom([]string{"Άλφα", "άλφα", "Βήτα", "Γάμα ΑΕ", "Delta"}).Draw(t, "name"),
		city: rapid.SampledFrom([]string{"", "Αθήνα", "ΑΘΗΝΑ", "Βόλος"}).Draw(t, "city"),
		made: moments().Draw(t, "made"), changed: moments().Draw(t, "changed"),
		archived: rapid.IntRange(0, 5).Draw(t, "archived") == 0, merged: rapid.IntRange(0, 9).Draw(t, "merged") == 0,
		client: rapid.Bool().Draw(t, "client"), supplier: rapid.Bool().Draw(t, "supplier"), overdue: map[ledgerentry.Side]bool{}}
	taken := map[int]bool{}
	for _, id := range slices.SortedFunc(keys(w.category), func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) }) {
		if !taken[w.category[id]] && rapid.Bool().Draw(t, "has the option") {
			taken[w.category[id]] = true
			f.options = append(f.options, id)
		}
	}
	for _, side := range bothSides {
		f.overdue[side] = rapid.IntRange(0, 3).Draw(t, "overdue") == 0
		for _, c := range []money.Currency{"EUR", "JPY"} {
			if rapid.Bool().Draw(t, "has the balance") {
				f.accounts = append(f.accounts, account{side, c, rapid.Int64Range(-2, 2).Draw(t, "net"), moments().Draw(t, "moved")})
			}
		}
	}
	return f
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// write puts the world into the database.
func (w *world) write(ctx context.Context, tx *ent.Tx, org uuid.UUID) error {
	categories := map[int]uuid.UUID{}
	for id, c := range w.category {
		if categories[c] == uuid.Nil {
			row, err := tx.TrackingCategory.Create().SetOrganizationID(org).SetTitle(fmt.Sprint(c)).SetSortTitle(fmt.Sprint(c)).Save(ctx)
			if err != nil {
				return err
			}
			categories[c] = row.ID
		}
		if err := tx.TrackingOption.Create().SetID(id).SetOrganizationID(org).SetCategoryID(categories[c]).SetTitle(id.String()).SetSortTitle(id.String()).Exec(ctx); err != nil {
			return err
		}
	}
	survivor := schema.NewID()
	if err := tx.Contact.Create().SetID(survivor).SetOrganizationID(org).SetDisplayName("survivor").SetDefaultTaxes(nil).SetArchivedAt(noon).
		SetCreatedAt(noon.AddDate(-1, 0, 0)).SetUpdatedAt(noon.AddDate(-1, 0, 0)).SetSortName("survivor").Exec(ctx); err != nil {
		return err
	}
	w.contacts = append(w.contacts, &facts{id: survivor, name: "survivor", archived: true, made: noon.AddDate(-1, 0, 0), changed: noon.AddDate(-1, 0, 0)})
	for _, f := range w.contacts[:len(w.contacts)-1] {
		if err := w.writeOne(ctx, tx, org, f, categories, survivor); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) writeOne(ctx context.Context, tx *ent.Tx, org uuid.UUID, f *facts, categories map[int]uuid.UUID, survivor uuid.UUID) error {
	c := tx.Contact.Create().SetID(f.id).SetOrganizationID(org).SetDisplayName(f.name).SetSortName(contact.Fold(f.name)).SetSearch(contact.Fold(f.name + " " + f.city)).
		SetDefaultTaxes(nil).SetCreatedAt(f.made).SetUpdatedAt(f.changed).SetIsClient(f.client).SetIsSupplier(f.supplier)
	if f.archived {
		c.SetArchivedAt(noon)
	}
	if f.merged {
		c.SetMergedIntoID(survivor)
	}
	if err := c.Exec(ctx); err != nil {
		return err
	}
	if f.city != "" {
		if err := tx.ContactAddress.Create().SetOrganizationID(org).SetContactID(f.id).SetCity(f.city).SetSortCity(contact.Fold(f.city)).Exec(ctx); err != nil {
			return err
		}
	}
	for _, o := range f.options {
		if err := tx.ContactOption.Create().SetOrganizationID(org).SetContactID(f.id).SetOptionID(o).SetCategoryID(categories[w.category[o]]).Exec(ctx); err != nil {
			return err
		}
	}
	for _, a := range f.accounts {
		out, credit := max(a.net, 0)+5, max(-a.net, 0)+5
		if err := tx.Balance.Create().SetOrganizationID(org).SetContactID(f.id).SetSide(balance.Side(a.side)).SetCurrency(a.currency).
			SetOutstanding(money.Minor(out)).SetCredit(money.Minor(credit)).SetNet(money.Minor(a.net)).SetUpdatedAt(a.moved).Exec(ctx); err != nil {
			return err
		}
	}
	for _, side := range bothSides {
		due, typ := "2026-03-10", document.TypeInvoice // today: not overdue yet
		if f.overdue[side] {
			due = "2026-03-09"
		}
		if side == ledgerentry.SideSupplier {
			typ = document.TypeBill
		}
		for _, status := range []document.Status{document.StatusIssued, document.StatusDraft} {
			if status == document.StatusDraft {
				due = "2026-01-01" // drafts are never overdue
			}
			if err := tx.Document.Create().SetOrganizationID(org).SetType(typ).SetSide(document.Side(side)).SetStatus(status).SetContactID(f.id).SetContactName(f.name).
				SetDate("2026-01-01").SetDueDate(day.Date(due)).SetCurrency("EUR").SetExchangeRate(money.FromInt(1)).SetPayable(100).SetCreatedBy(org).Exec(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// sees says whether the role sees a side.
func sees(role viewer.Role, side ledgerentry.Side) bool {
	return side == ledgerentry.SideClient || role.May(viewer.SeePurchases)
}

func (f *facts) net(side ledgerentry.Side, c money.Currency) int64 {
	for _, a := range f.accounts {
		if a.side == side && a.currency == c {
			return a.net
		}
	}
	return 0
}

// matches is what the filter promises.
func (w *world) matches(f *facts, role viewer.Role, in *contact.Filter, side ledgerentry.Side, currency money.Currency) bool {
	want := map[int][]uuid.UUID{}
	for _, o := range in.OptionIDs {
		want[w.category[o]] = append(want[w.category[o]], o)
	}
	for _, of := range want {
		if !slices.ContainsFunc(of, func(o uuid.UUID) bool { return slices.Contains(f.options, o) }) {
			return false
		}
	}
	late := false
	for side, l := range f.overdue {
		late = late || (l && sees(role, side))
	}
	net := money.FromInt(f.net(side, currency))
	if currency == "EUR" {
		net = money.New(money.Minor(f.net(side, currency)), currency).Amount()
	}
	switch {
	case f.merged, f.archived != (in.Archived != nil && *in.Archived),
		in.Role != nil && *in.Role == contact.Client && !f.client,
		in.Role != nil && *in.Role == contact.Supplier && !f.supplier,
		in.Role != nil && *in.Role == contact.Prospect && (f.client || f.supplier),
		in.City != nil && contact.Fold(*in.City) != contact.Fold(f.city),
		in.HasOverdue != nil && *in.HasOverdue != late,
		in.CreatedSince != nil && f.made.Before(*in.CreatedSince),
		in.ChangedSince != nil && f.changed.Before(*in.ChangedSince),
		in.Search != "" && !strings.Contains(contact.Fold(f.name+" "+f.city), contact.Fold(in.Search)),
		in.Balance != nil && in.Balance.Min != nil && net.Cmp(*in.Balance.Min) < 0,
		in.Balance != nil && in.Balance.Max != nil && net.Cmp(*in.Balance.Max) > 0:
		return false
	}
	return true
}

// compare is what the order promises.
func compare(a, b *facts, order contact.Order, role viewer.Role, side ledgerentry.Side, currency money.Currency) int {
	activity := func(f *facts) time.Time {
		last := f.changed
		for _, a := range f.accounts {
			if sees(role, a.side) && a.moved.After(last) {
				last = a.moved
			}
		}
		return last
	}
	id := cmp.Compare(a.id.String(), b.id.String())
	switch order {
	case contact.ByName:
		return cmp.Or(cmp.Compare(contact.Fold(a.name), contact.Fold(b.name)), id)
	case contact.ByNameDesc:
		return cmp.Or(cmp.Compare(contact.Fold(b.name), contact.Fold(a.name)), -id)
	case contact.Oldest:
		return id
	case contact.Newest:
		return -id
	case contact.ByBalance:
		return cmp.Or(cmp.Compare(b.net(side, currency), a.net(side, currency)), -id)
	case contact.ByBalanceAsc:
		return cmp.Or(cmp.Compare(a.net(side, currency), b.net(side, currency)), id)
	default:
		return cmp.Or(activity(b).Compare(activity(a)), -id)
	}
}

func (w *world) drawFilter(t *rapid.T, role viewer.Role) (f *contact.Filter, side ledgerentry.Side, currency money.Currency) {
	f, side, currency = &contact.Filter{}, ledgerentry.SideClient, "EUR"
	few := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	if few("search") {
		f.Search = rapid.SampledFrom([]string{"ΑΛΦ", "βητα", "a", "αθην", " "}).Draw(t, "for")
	}
	if strings.TrimSpace(f.Search) == "" {
		f.Search = ""
	}
	if few("by role") {
		f.Role = ptr(rapid.SampledFrom([]contact.Role{contact.Client, contact.Supplier, contact.Prospect}).Draw(t, "role"))
	}
	if few("by archive") {
		f.Archived = ptr(rapid.Bool().Draw(t, "archived"))
	}
	if few("by options") {
		all := slices.SortedFunc(keys(w.category), func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) })
		f.OptionIDs = rapid.SliceOfN(rapid.SampledFrom(all), 0, 3).Draw(t, "options")
	}
	if few("by city") {
		f.City = ptr(rapid.SampledFrom([]string{"αθηνα", "ΒΌΛΟΣ", "Πάτρα"}).Draw(t, "city"))
	}
	if few("by overdue") {
		f.HasOverdue = ptr(rapid.Bool().Draw(t, "overdue"))
	}
	if few("by creation") {
		f.CreatedSince = ptr(moments().Draw(t, "created since"))
	}
	if few("by change") {
		f.ChangedSince = ptr(moments().Draw(t, "changed since"))
	}
	if rapid.Bool().Draw(t, "by balance") {
		f.Balance = &contact.BalanceRange{}
		if side = rapid.SampledFrom(bothSides).Draw(t, "side"); !sees(role, side) || side == ledgerentry.SideClient {
			side = ledgerentry.SideClient
		} else {
			f.Balance.Side = &side
		}
		step := money.MustDecimal("0.01")
		if rapid.Bool().Draw(t, "yen") {
			currency, step = "JPY", money.FromInt(1)
			f.Balance.Currency = &currency
		}
		scale := func(n int) *money.Decimal {
			d := money.FromInt(int64(n))
			if step.Cmp(money.FromInt(1)) != 0 {
				d = money.New(money.Minor(n), "EUR").Amount()
			}
			return &d
		}
		least := rapid.IntRange(-2, 2).Draw(t, "least")
		if rapid.Bool().Draw(t, "has a least") {
			f.Balance.Min = scale(least)
		}
		if rapid.Bool().Draw(t, "has a most") {
			f.Balance.Max = scale(rapid.IntRange(least, 2).Draw(t, "most"))
		}
	}
	return f, side, currency
}

func TestPagesOfEveryListMakeTheWholeOfIt(t *testing.T) {
	orders := []contact.Order{contact.ByName, contact.ByNameDesc, contact.Newest, contact.Oldest, contact.ByBalance, contact.ByBalanceAsc, contact.LastActivity}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			b := setup(t, d)
			b.Service.Now = func() time.Time { return noon }
			w := &world{category: map[uuid.UUID]int{schema.NewID(): 1, schema.NewID(): 1, schema.NewID(): 2}}
			for range rapid.IntRange(0, 10).Draw(rt, "contacts") {
				w.contacts = append(w.contacts, w.draw(rt))
			}
			org := viewer.From(b.ctx).Organization
			b.system(t, func(ctx context.Context, tx *ent.Tx) error { return w.write(ctx, tx, org) })
			for range 6 {
				role := rapid.SampledFrom([]viewer.Role{viewer.Owner, viewer.Sales}).Draw(rt, "role")
				v := viewer.From(b.ctx)
				v.Role = role
				ctx := viewer.With(b.ctx, v)
				f, side, currency := w.drawFilter(rt, role)
				order := rapid.SampledFrom(orders).Draw(rt, "order")
				var found []*facts
				for _, c := range w.contacts {
					if w.matches(c, role, f, side, currency) {
						found = append(found, c)
					}
				}
				slices.SortFunc(found, func(a, b *facts) int { return compare(a, b, order, role, side, currency) })
				want := make([]uuid.UUID, len(found))
				for i, c := range found {
					want[i] = c.id
				}
				size := rapid.IntRange(1, 4).Draw(rt, "size")
				for _, backward := range []bool{false, true} {
					if d := diff.Diff(want, walk(rt, ctx, b, f, order, size, backward, len(want))); d != "" {
						rt.Fatalf("%s by %s, %+v, backward %t (-want +got):\n%s", role, order, f, backward, d)
					}
				}
				whole, err := b.IDs(ctx, f, order)
				if d := diff.Diff(want, whole, cmpopts.EquateEmpty()); err != nil || d != "" {
					rt.Fatalf("%s by %s, %+v, as a whole: %v (-want +got):\n%s", role, order, f, err, d)
				}
				w.summed(rt, ctx, b, f, found, role)
			}
		})
	})
}

// walk reads a list page by page, and gives it from its beginning.
func walk(t *rapid.T, ctx context.Context, b *bench, f *contact.Filter, order contact.Order, size int, backward bool, total int) []uuid.UUID {
	args := page.Args{First: &size}
	if backward {
		args = page.Args{Last: &size}
	}
	all := []uuid.UUID{}
	for {
		p, err := b.List(ctx, args, f, order)
		fatal(t, err)
		ids := []uuid.UUID{}
		for _, c := range p.Nodes() {
			ids = append(ids, c.ID)
		}
		if n, err := p.TotalCount(ctx); err != nil || n != total {
			t.Fatalf("counted %d, %v, want %d", n, err, total)
		}
		if backward {
			all = append(ids, all...)
			if args.Before = p.PageInfo.StartCursor; !p.PageInfo.HasPreviousPage {
				return all
			}
			continue
		}
		all = append(all, ids...)
		if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
			return all
		}
	}
}

// summed holds the summary of a list to its contacts.
func (w *world) summed(t *rapid.T, ctx context.Context, b *bench, f *contact.Filter, found []*facts, role viewer.Role) {
	s, err := b.Summary(ctx, f)
	fatal(t, err)
	type key struct {
		side     ledgerentry.Side
		currency money.Currency
	}
	want, got := map[key]int64{}, map[key]int64{}
	for _, c := range found {
		for _, a := range c.accounts {
			if sees(role, a.side) {
				want[key{a.side, a.currency}] += a.net
			}
		}
	}
	for _, total := range s.Totals {
		if total.Net.Minor != total.Outstanding.Minor-total.Credit.Minor || total.Net.Currency != total.Currency {
			t.Fatalf("%+v does not add up", total)
		}
		got[key{total.Side, total.Currency}] = int64(total.Net.Minor)
	}
	if d := diff.Diff(want, got); d != "" || s.Count != len(found) {
		t.Fatalf("%d contacts, want %d; totals (-want +got):\n%s", s.Count, len(found), d)
	}
}
