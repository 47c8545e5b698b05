package merge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// person makes a contact to be compared: a company, a VAT number and e-mail addresses.
func (h *house) person(t testing.TB, company, vat string, emails ...string) uuid.UUID {
	t.Helper()
	f := contact.Fields{Company: &company}
	if vat != "" {
		f.VatNumber = &vat
	}
	for _, e := range emails {
		f.Emails = append(f.Emails, &contact.EmailInput{Email: e})
	}
	return h.create(t, f).ID
}

// pairs reads all pairs, page by page, as "a b REASONS".
func (h *house) pairs(t testing.TB, ctx context.Context, size int) []string {
	t.Helper()
	out, after := []string{}, (*string)(nil)
	for {
		c, err := h.Merges.Duplicates(ctx, &size, after)
		must(t, err)
		for _, p := range c.Nodes() {
			out = append(out, fmt.Sprintln(p.Contact.DisplayName, "|", p.Other.DisplayName, p.Reasons))
		}
		if !c.PageInfo.HasNextPage {
			return out
		}
		after = c.PageInfo.EndCursor
	}
}

func TestDuplicatesAreFoundWithTheirReasons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		theirs := open(t, d)
		a := h.person(t, "Άλφα Εμπορική ΑΕ", "094014201", "info@alpha.example")
		b := h.person(t, "ALFA", "094014201")
		e := h.person(t, "Beta", "", "other@beta.example", "info@alpha.example")
		n := h.person(t, "ΕΜΠΟΡΙΚΗ ΑΛΦΑ", "")
		s := h.person(t, "Αλφα Εμπορηκή", "", "info@alpha.example")
		gone, dismissed, hidden := h.person(t, "x", "094014201"), h.person(t, "y", "094014201"), h.person(t, "z", "094014201")
		archived := h.person(t, "Omega Ltd", "")
		last := h.person(t, "Omega", "")
		theirs.person(t, "Άλφα Εμπορική", "094014201", "info@alpha.example")
		_, err := h.Contacts.Archive(h.ctx, contact.IDInput{ID: archived})
		must(t, err)
		h.merge(t, last, gone)
		for _, id := range []uuid.UUID{a, b, hidden} {
			_, err := h.Merges.Dismiss(h.ctx, merge.DismissInput{ContactID: dismissed, OtherID: id})
			must(t, err)
			_, err = h.Merges.Dismiss(h.ctx, merge.DismissInput{ContactID: id, OtherID: dismissed})
			must(t, err)
		}
		_, err = h.Merges.Dismiss(h.ctx, merge.DismissInput{ContactID: last, OtherID: dismissed})
		must(t, err)
		_, err = h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: hidden, UserIDs: []uuid.UUID{viewer.From(h.ctx).User}})
		must(t, err)
		member := dbtest.Member(t, h.ctx, d, viewer.Sales)

		want := []string{
			"Άλφα Εμπορική ΑΕ | ALFA [VAT_NUMBER]\n",
			"Άλφα Εμπορική ΑΕ | Αλφα Εμπορηκή [EMAIL SIMILAR_NAME]\n",
			"Άλφα Εμπορική ΑΕ | Beta [EMAIL]\n",
			"Beta | Αλφα Εμπορηκή [EMAIL]\n",
			"Άλφα Εμπορική ΑΕ | ΕΜΠΟΡΙΚΗ ΑΛΦΑ [NAME]\n",
			"Omega Ltd | Omega [NAME]\n",
			"ΕΜΠΟΡΙΚΗ ΑΛΦΑ | Αλφα Εμπορηκή [SIMILAR_NAME]\n",
		}
		// Omega got its VAT number of the one that was merged into it.
		want = slices.Insert(want, 1, "Άλφα Εμπορική ΑΕ | Omega [VAT_NUMBER]\n", "ALFA | Omega [VAT_NUMBER]\n")
		for _, size := range []int{1, 2, 100} {
			if diff := cmp.Diff(want, h.pairs(t, member, size)); diff != "" {
				t.Errorf("pages of %d (-want +got):\n%s", size, diff)
			}
		}
		if all := h.pairs(t, h.ctx, 100); len(all) != len(want)+3 { // the hidden one, with three of its VAT number
			t.Errorf("an owner sees %d pairs: %q", len(all), all)
		}
		got, err := h.Merges.DuplicatesOf(h.ctx, h.get(t, a))
		must(t, err)
		var ids []uuid.UUID
		for _, g := range got {
			ids = append(ids, g.Contact.ID)
		}
		if diff := cmp.Diff([]uuid.UUID{b, hidden, last, s, e, n}, ids); diff != "" {
			t.Errorf("duplicates (-want +got):\n%s", diff)
		}
	})
}

func TestWhoDismissesIsHeldToWhatTheySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a, hidden := h.person(t, "A", ""), h.person(t, "B", "")
		_, err := h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: hidden, UserIDs: []uuid.UUID{viewer.From(h.ctx).User}})
		must(t, err)
		sales := dbtest.Member(t, h.ctx, d, viewer.Sales)
		for want, call := range map[string]struct {
			ctx context.Context
			in  merge.DismissInput
		}{
			"INVALID otherId":     {h.ctx, merge.DismissInput{ContactID: a, OtherID: a}},
			"NOT_FOUND otherId":   {sales, merge.DismissInput{ContactID: a, OtherID: hidden}},
			"NOT_FOUND contactId": {h.ctx, merge.DismissInput{ContactID: uuid.New(), OtherID: a}},
			"FORBIDDEN":           {dbtest.Member(t, h.ctx, d, viewer.ReadOnly), merge.DismissInput{ContactID: a, OtherID: hidden}},
		} {
			h.Refused(t, h.ctx, want, func() error { _, err := h.Merges.Dismiss(call.ctx, call.in); return err })
		}
		_, err = h.Merges.Duplicates(h.ctx, ptr(101), nil)
		if got := paymenttest.Faults(err); got != "INVALID first" {
			t.Errorf("a page too large: %q", got)
		}
		for _, bad := range []string{"x", (page.Cursor{Kind: "duplicates", Key: "x"}).String()} {
			if _, err = h.Merges.Duplicates(h.ctx, nil, &bad); paymenttest.Faults(err) != "INVALID after" {
				t.Errorf("the cursor %q: %v", bad, err)
			}
		}
	})
}

// The number of statements is the same for few contacts and for many.
func TestTwentyThousandContactsAreComparedByAsManyStatementsAsFew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.many(t, 20)
		h.person(t, "Twin", "")
		h.person(t, "Twin", "")
		few, fewOf := h.searched(t)
		h.many(t, 20_000)
		many, manyOf := h.searched(t)
		if few != many || fewOf != manyOf || many > 6 {
			t.Errorf("%d and %d statements for few, %d and %d for many", few, fewOf, many, manyOf)
		}
	})
}

// searched counts the statements for a page of pairs, and for the duplicates of one contact.
func (h *house) searched(t *testing.T) (pairs, of int64) {
	t.Helper()
	ctx, n := db.CountStatements(h.ctx)
	at := time.Now()
	c, err := h.Merges.Duplicates(ctx, nil, nil)
	must(t, err)
	pairs = n.Load()
	total, err := c.TotalCount(ctx)
	must(t, err)
	t.Logf("%d pairs in %v", total, time.Since(at).Round(time.Millisecond))
	if len(c.Nodes()) == 0 {
		t.Error("no pair was found")
	}
	one := h.get(t, c.Nodes()[0].Contact.ID)
	ctx, n = db.CountStatements(h.ctx)
	at = time.Now()
	found, err := h.Merges.DuplicatesOf(ctx, one)
	must(t, err)
	t.Logf("%d of one in %v", len(found), time.Since(at).Round(time.Millisecond))
	return pairs, n.Load()
}

// many makes contacts with names as they are: few first names, many surnames.
func (h *house) many(t *testing.T, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	first := strings.Fields("Γιώργος Γεώργιος Νίκος Μαρία Ελένη Κώστας Γιάννης Δημήτρης Αναστασία Παναγιώτης Χρήστος Σοφία")
	syllables := strings.Fields("πα δο νι κο λα μα ρι θε στα τσι βου γκα ρα λε ζα φω χρι")
	ends := strings.Fields("πουλος ίδης άκης ου ίου έας άτος")
	h.system(t, func(ctx context.Context, tx *ent.Tx) error {
		org := viewer.From(h.ctx).Organization
		for range (n + 499) / 500 {
			var c []*ent.ContactCreate
			for range min(n, 500) {
				name := first[r.IntN(len(first))] + " " + syllables[r.IntN(len(syllables))] + syllables[r.IntN(len(syllables))] + syllables[r.IntN(len(syllables))] + ends[r.IntN(len(ends))]
				c = append(c, tx.Contact.Create().SetOrganizationID(org).SetDisplayName(name).SetSortName(contact.Fold(name)).SetNameKey(contact.NameKey(name)).SetDefaultTaxes(nil))
			}
			if err := tx.Contact.CreateBulk(c...).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
