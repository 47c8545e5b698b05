package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func TestAFilterThatCannotBeIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		foreign := stranger.options(t, "Ξένη", "a")[0].ID
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		supplier := ledgerentry.SideSupplier
		for name, tt := range map[string]struct {
			ctx   context.Context
			f     contact.Filter
			order contact.Order
			code  fault.Code
			field string
		}{
			"a long search":       {b.ctx, contact.Filter{Search: greek(201)}, contact.ByName, fault.Invalid, "filter.search"},
			"too many options":    {b.ctx, contact.Filter{OptionIDs: make([]uuid.UUID, 21)}, contact.ByName, fault.Invalid, "filter.optionIds"},
			"another's option":    {b.ctx, contact.Filter{OptionIDs: []uuid.UUID{foreign}}, contact.ByName, fault.NotFound, "filter.optionIds.0"},
			"too many decimals":   {b.ctx, contact.Filter{Balance: &contact.BalanceRange{Min: ptr(money.MustDecimal("0.001"))}}, contact.ByName, fault.Invalid, "filter.balance.min"},
			"decimals of yen":     {b.ctx, contact.Filter{Balance: &contact.BalanceRange{Currency: ptr(money.Currency("JPY")), Max: ptr(money.MustDecimal("0.1"))}}, contact.ByName, fault.Invalid, "filter.balance.max"},
			"a range upside down": {b.ctx, contact.Filter{Balance: &contact.BalanceRange{Min: ptr(money.FromInt(2)), Max: ptr(money.FromInt(1))}}, contact.ByName, fault.Invalid, "filter.balance.max"},
			"a side not seen":     {sales, contact.Filter{Balance: &contact.BalanceRange{Side: &supplier}}, contact.ByName, fault.Forbidden, "filter.balance.side"},
			"and to order by it":  {sales, contact.Filter{Balance: &contact.BalanceRange{Side: &supplier}}, contact.ByBalance, fault.Forbidden, "filter.balance.side"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := b.List(tt.ctx, page.Args{}, &tt.f, tt.order)
				refused(t, err, tt.code, tt.field)
				if tt.order == contact.ByName {
					_, err = b.Summary(tt.ctx, &tt.f)
					refused(t, err, tt.code, tt.field)
				}
			})
		}
	})
}

func TestACursorIsOfOneOrderOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.company(t, "ΑΕ")
		yen, supplier := money.Currency("JPY"), ledgerentry.SideSupplier
		type list struct {
			f     *contact.Filter
			order contact.Order
		}
		lists := map[string]list{}
		for _, o := range []contact.Order{contact.ByName, contact.ByNameDesc, contact.Newest, contact.Oldest, contact.ByBalance, contact.ByBalanceAsc, contact.LastActivity} {
			lists[string(o)] = list{nil, o}
		}
		lists["balance in yen"] = list{&contact.Filter{Balance: &contact.BalanceRange{Currency: &yen}}, contact.ByBalance}
		lists["balance of suppliers"] = list{&contact.Filter{Balance: &contact.BalanceRange{Side: &supplier}}, contact.ByBalance}
		for from, l := range lists {
			p, err := b.List(b.ctx, page.Args{}, l.f, l.order)
			must(t, err)
			for to, m := range lists {
				_, err := b.List(b.ctx, page.Args{After: p.PageInfo.EndCursor}, m.f, m.order)
				if from == to {
					must(t, err)
					continue
				}
				refused(t, err, fault.Invalid, "after")
			}
		}
		for kind, key := range map[string]string{"contacts.balance.client.EUR": "much", "contacts.last_activity": "yesterday"} {
			order := contact.ByBalance
			if kind == "contacts.last_activity" {
				order = contact.LastActivity
			}
			_, err := b.List(b.ctx, page.Args{Before: ptr(page.Cursor{Kind: kind, Key: key, ID: uuid.New()}.String())}, nil, order)
			refused(t, err, fault.Invalid, "before")
		}
	})
}

func TestCitiesAreThoseOfMostContactsFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		other := setup(t, d)
		at := func(cities ...string) *contact.Contact {
			var in []*contact.AddressInput
			for _, c := range cities {
				in = append(in, &contact.AddressInput{City: c})
			}
			return b.create(t, contact.Fields{Company: ptr("ΑΕ"), Addresses: in})
		}
		at("ΑΘΗΝΑ", "ΑΘΗΝΑ") // one contact, however many addresses
		at("Αθήνα")
		at("Άργος")
		at("", "Βόλος")
		at("βόλος")
		hidden := at("Αίγιο")
		other.create(t, contact.Fields{Company: ptr("ΑΕ"), Addresses: []*contact.AddressInput{{City: "Αγρίνιο"}}})
		for prefix, want := range map[string][]string{
			"":    {"Αθήνα", "βόλος", "Αίγιο", "Άργος"},
			"α ":  {"Αθήνα", "Αίγιο", "Άργος"}, //nolint:gocritic // a space at the end is typed before the next letter
			"ΑΘΉ": {"Αθήνα"},
			"%":   {},
		} {
			got, err := b.Cities(b.ctx, prefix)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", prefix, diff)
			}
		}
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		_, err := b.Restrict(b.ctx, contact.RestrictInput{ID: hidden.ID, UserIDs: []uuid.UUID{viewer.From(b.ctx).User}})
		must(t, err)
		if got, err := b.Cities(sales, "αι"); err != nil || len(got) != 0 {
			t.Errorf("the city of a hidden contact is told: %q, %v", got, err)
		}
		for i := range 25 {
			at(fmt.Sprintf("Πόλη %02d", i))
		}
		if got, err := b.Cities(b.ctx, "πολη"); err != nil || len(got) != 20 {
			t.Errorf("%d cities, %v", len(got), err)
		}
		_, err = b.Cities(b.ctx, greek(201))
		refused(t, err, fault.Invalid, "prefix")
	})
}

func TestALastActivityIsOfWhatTheViewerSees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		quiet, busy := b.company(t, "a"), b.company(t, "b")
		later := busy.UpdatedAt.Add(time.Hour)
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			org := viewer.From(ctx).Organization
			for side, at := range map[balance.Side]time.Time{balance.SideClient: later, balance.SideSupplier: later.Add(time.Hour)} {
				if err := tx.Balance.Create().SetOrganizationID(org).SetContactID(busy.ID).SetSide(side).SetCurrency("EUR").SetUpdatedAt(at).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		for role, want := range map[viewer.Role]time.Time{viewer.Owner: later.Add(time.Hour), viewer.Sales: later} {
			ctx := dbtest.Member(t, b.ctx, d, role)
			all, err := b.List(ctx, page.Args{}, nil, contact.LastActivity)
			must(t, err)
			got := map[uuid.UUID]time.Time{}
			for _, c := range all.Nodes() {
				at, err := c.LastActivityAt(ctx)
				must(t, err)
				got[c.ID] = at.UTC()
			}
			if diff := cmp.Diff(map[uuid.UUID]time.Time{quiet.ID: quiet.UpdatedAt.UTC(), busy.ID: want.UTC()}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", role, diff)
			}
		}
	})
}
