package merge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestAPreviewSaysWhatTheMergeDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		options := h.categories(t, 2)
		a, b := h.rich(t, "Άλφα", 0, options), h.rich(t, "Βήτα", 1, options)
		before := h.Dump(t, h.ctx)
		p, err := h.Merges.Preview(h.ctx, merge.PreviewInput{SurvivorID: a, LoserIDs: []uuid.UUID{b}})
		must(t, err)
		if !cmp.Equal(before, h.Dump(t, h.ctx)) {
			t.Error("the preview changed something")
		}
		moves := map[string]int{}
		for _, m := range p.Moves {
			moves[m.Kind] = m.Count
		}
		want := map[string]int{"documents": 5, "payments": 1, "notes": 1, "attachments": 1, "portalAccess": 3, "addresses": 1, "emails": 1, "phones": 1}
		if diff := cmp.Diff(want, moves); diff != "" {
			t.Errorf("moves (-want +got):\n%s", diff)
		}
		results := map[string]string{}
		for _, f := range p.Fields {
			results[f.Field] = f.Result
		}
		h.merge(t, a, b)
		c := h.get(t, a)
		wantFields := map[string]string{"lastName": c.LastName, "customId": *c.CustomID, "website": c.Website, "isSupplier": "true"}
		if diff := cmp.Diff(wantFields, results); diff != "" {
			t.Errorf("fields (-merged +foretold):\n%s", diff)
		}
		rows, err := h.Ledger.Balances(h.ctx, []uuid.UUID{a})
		must(t, err)
		if len(rows[a]) != len(p.Balances) {
			t.Fatalf("%d balances were foretold, there are %d", len(p.Balances), len(rows[a]))
		}
		for i, r := range rows[a] {
			if p.Balances[i].After != r.Net() || p.Balances[i].Currency != r.Currency {
				t.Errorf("foretold %v, is %v", p.Balances[i], r.Net())
			}
		}
		if len(p.Collisions) == 0 || p.Survivor.ID != a || p.Losers[0].ID != b {
			t.Errorf("%v", p)
		}
	})
}

// Who sees a contact that came of several is who saw each of them.
func TestAMergeShowsNobodyWhatWasHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		one, two := dbtest.Member(t, h.ctx, d, viewer.Accountant), dbtest.Member(t, h.ctx, d, viewer.Sales)
		u1, u2 := viewer.From(one).User, viewer.From(two).User
		for name, tt := range map[string]struct {
			survivor, loser []uuid.UUID // restricted to; nil: not
			sees1, sees2    bool
		}{
			"neither is":        {nil, nil, true, true},
			"the survivor is":   {[]uuid.UUID{u1}, nil, true, false},
			"the loser is":      {nil, []uuid.UUID{u2}, false, true},
			"to others":         {[]uuid.UUID{u1}, []uuid.UUID{u2}, false, false},
			"to some of others": {[]uuid.UUID{u1, u2}, []uuid.UUID{u2}, false, true},
		} {
			t.Run(name, func(t *testing.T) {
				a, b := h.Client(t, h.ctx, "A"), h.Client(t, h.ctx, "B")
				for id, users := range map[uuid.UUID][]uuid.UUID{a: tt.survivor, b: tt.loser} {
					if users != nil {
						_, err := h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: id, UserIDs: users})
						must(t, err)
					}
				}
				h.merge(t, a, b)
				for _, id := range []uuid.UUID{a, b} {
					_, err1 := h.Contacts.Get(one, id)
					_, err2 := h.Contacts.Get(two, id)
					if (err1 == nil) != tt.sees1 || (err2 == nil) != tt.sees2 {
						t.Errorf("the first sees it: %v, the second: %v", err1, err2)
					}
				}
			})
		}
	})
}

func TestListsAreUnitedUpToTheirLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		emails := func(name string, n int) (out []*contact.EmailInput) {
			for i := range n {
				out = append(out, &contact.EmailInput{Email: fmt.Sprintf("%s%d@test.example", name, i)})
			}
			return out
		}
		a := h.create(t, contact.Fields{Company: ptr("A"), Emails: emails("a", 30)}).ID
		b := h.create(t, contact.Fields{Company: ptr("B"), Emails: emails("b", 30)}).ID
		p, err := h.Merges.Preview(h.ctx, merge.PreviewInput{SurvivorID: a, LoserIDs: []uuid.UUID{b}})
		must(t, err)
		if len(p.Collisions) != 1 || !strings.Contains(p.Collisions[0], "10 e-mail addresses of B") {
			t.Errorf("collisions: %q", p.Collisions)
		}
		m := h.merge(t, a, b)
		got, err := h.get(t, a).Emails(h.ctx)
		must(t, err)
		if len(got) != 50 {
			t.Errorf("%d e-mail addresses", len(got))
		}
		for i, e := range got {
			if e.Position != i || e.Primary != (i == 0) {
				t.Errorf("at %d: %v", i, e)
			}
		}
		h.unmerge(t, m)
		if got, err = h.get(t, b).Emails(h.ctx); err != nil || len(got) != 30 || !got[0].Primary {
			t.Errorf("back: %d, %v", len(got), err)
		}
	})
}
