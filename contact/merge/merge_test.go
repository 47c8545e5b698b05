package merge_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// rich makes a contact with something of everything that a merge moves or decides about.
func (h *house) rich(t testing.TB, name string, n int, options map[string]uuid.UUID) uuid.UUID {
	t.Helper()
	email := func(s string) *contact.EmailInput { return &contact.EmailInput{Email: s} }
	c := h.create(t, contact.Fields{
		FirstName: ptr("Ελένη"), LastName: ptr(name), CustomID: ptr("id-" + name), IsClient: ptr(true), IsSupplier: ptr(n%2 == 0),
		Website: ptr(map[bool]string{true: "", false: name + ".example"}[n == 0]), DefaultTaxes: []*money.Tax{},
		Addresses: []*contact.AddressInput{{Line: "Ερμού 1", City: "Αθήνα"}, {Line: "ΕΡΜΟΥ 1", City: "αθηνα", Region: name}},
		Emails:    []*contact.EmailInput{email("shared@test.example"), email(strings.ToLower(fmt.Sprintf("own%d@test.example", n)))},
		Phones:    []*contact.PhoneInput{{Number: "+30 210 1234567"}, {Number: fmt.Sprintf("210 555 00%02d", n)}},
	})
	paid := h.Issued(t, h.ctx, c.ID, "100")
	h.Paid(t, h.ctx, c.ID, "130", paid)
	h.Issued(t, h.ctx, c.ID, "50")
	h.Draft(t, h.ctx, c.ID, "7")
	void := h.Issued(t, h.ctx, c.ID, "9")
	_, err := h.Documents.Void(h.ctx, document.IDInput{ID: void.ID})
	must(t, err)
	yen := paymenttest.Invoice(c.ID, "JPY", "5000")
	d, err := h.Documents.Create(h.ctx, yen)
	must(t, err)
	_, err = h.Documents.Issue(h.ctx, document.IDInput{ID: d.ID})
	must(t, err)
	_, err = h.Contacts.AddNote(h.ctx, contact.NoteInput{ContactID: c.ID, Text: "note of " + name})
	must(t, err)
	h.system(t, func(ctx context.Context, tx *ent.Tx) error {
		org := viewer.From(h.ctx).Organization
		for category, option := range options {
			if category != fmt.Sprint(n) { // each lacks one
				err := tx.ContactOption.Create().SetOrganizationID(org).SetContactID(c.ID).SetCategoryID(uuid.MustParse(strings.Split(category, "/")[1])).SetOptionID(option).Exec(ctx)
				if err != nil {
					return err
				}
			}
		}
		err := tx.Attachment.Create().SetOrganizationID(org).SetContactID(c.ID).SetName("a.pdf").SetMediaType("application/pdf").SetSize(1).
			SetSha256(make([]byte, 32)).SetBlobKey(name).SetUploadedBy(uuid.New()).Exec(ctx)
		if err != nil {
			return err
		}
		err = tx.RegistryCheck.Create().SetOrganizationID(org).SetContactID(c.ID).SetRegistry("vies").SetCountry("EL").SetNumber("123456789").
			SetValid(true).SetAnsweredAt(schema.Now()).SetAnswer([]byte(`{}`)).SetRequestedBy(uuid.New()).Exec(ctx)
		if err != nil {
			return err
		}
		for i, status := range []portalgrant.Status{portalgrant.StatusActive, portalgrant.StatusInvited, portalgrant.StatusRevoked} {
			q := tx.PortalGrant.Create().SetOrganizationID(org).SetContactID(c.ID).SetEmail(fmt.Sprintf("p%d@test.example", (i+n)%4)).SetStatus(status).
				SetExpiresAt(schema.Now()).SetInvitedBy(uuid.New())
			if status == portalgrant.StatusInvited {
				q.SetTokenHash(slices.Concat(c.ID[:], c.ID[:]))
			}
			if err := q.Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return c.ID
}

// categories makes categories with an option each.
func (h *house) categories(t testing.TB, n int) map[string]uuid.UUID {
	t.Helper()
	out := map[string]uuid.UUID{}
	h.system(t, func(ctx context.Context, tx *ent.Tx) error {
		org := viewer.From(h.ctx).Organization
		for i := range n {
			c, err := tx.TrackingCategory.Create().SetOrganizationID(org).SetTitle(fmt.Sprint(i)).SetSortTitle(fmt.Sprint(i)).Save(ctx)
			if err != nil {
				return err
			}
			o, err := tx.TrackingOption.Create().SetOrganizationID(org).SetCategoryID(c.ID).SetTitle("o").SetSortTitle("o").Save(ctx)
			if err != nil {
				return err
			}
			out[fmt.Sprintf("%d/%s", i, c.ID)] = o.ID
		}
		return nil
	})
	return out
}

func TestAMergeMovesEverythingAndKeepsTheSums(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		options := h.categories(t, 3)
		ids := []uuid.UUID{h.rich(t, "Άλφα", 0, options), h.rich(t, "Βήτα", 1, options), h.rich(t, "Γάμμα", 2, options)}
		lines := 0
		for _, id := range ids {
			lines += h.statementLines(t, id)
		}
		before, printed := h.sums(t), h.printed(t)
		h.merge(t, ids[0], ids[1:]...)
		h.Verified(t)
		if diff := cmp.Diff(before, h.sums(t)); diff != "" {
			t.Errorf("the sums have changed (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(printed, h.printed(t)); diff != "" {
			t.Errorf("what is printed on documents has changed:\n%s", diff)
		}
		if got := h.statementLines(t, ids[0]); got != lines {
			t.Errorf("the survivor's statement has %d lines, theirs had %d", got, lines)
		}
		for _, id := range ids[1:] {
			if c := h.get(t, id); c.ID != ids[0] {
				t.Errorf("the id of a loser answers with %s", c.ID)
			}
			for _, table := range []string{"documents", "payments", "allocations", "ledger_entries", "contact_notes", "attachments", "registry_checks"} {
				if n := h.Count(t, "SELECT COUNT(*) FROM "+table+" WHERE contact_id = ?", id); n != 0 {
					t.Errorf("%d rows of %s are left behind", n, table)
				}
			}
		}
		c := h.get(t, ids[0])
		emails, err := c.Emails(h.ctx)
		must(t, err)
		phones, err := c.Phones(h.ctx)
		must(t, err)
		addresses, err := c.Addresses(h.ctx)
		must(t, err)
		// One of each is shared by all, the rest is each one's own.
		if len(emails) != 4 || len(phones) != 4 || len(addresses) != 4 {
			t.Errorf("%d e-mails, %d phones, %d addresses", len(emails), len(phones), len(addresses))
		}
		primary := 0
		for _, e := range emails {
			if e.Primary {
				primary++
			}
		}
		if primary != 1 || !emails[0].Primary || emails[0].Email != "shared@test.example" {
			t.Errorf("%d e-mail addresses are primary, the first is %v", primary, emails[0])
		}
		if c.Website != "Βήτα.example" || !c.IsSupplier || c.LastName != "Άλφα" || *c.CustomID != "id-Άλφα" || !strings.Contains(c.Search, "own2@test.example") {
			t.Errorf("the survivor is %v", c.Contact)
		}
		for _, id := range ids {
			n, err := h.DB.AuditEvent.Query().Where(auditevent.ContactID(id), auditevent.Action("mergeContacts")).Count(h.ctx)
			must(t, err)
			if n != 1 {
				t.Errorf("%d lines of the history of %s tell of the merge", n, id)
			}
		}
		if len(h.ended) != 2 || h.ended[0].Contact != ids[1] || h.ended[0].Organization != c.OrganizationID {
			t.Errorf("told as ended: %v", h.ended)
		}
	})
}

// statementLines counts the lines of all of a contact's statements.
func (h *house) statementLines(t testing.TB, id uuid.UUID) int {
	t.Helper()
	rows, err := h.DB.LedgerEntry.Query().All(h.ctx)
	must(t, err)
	n := 0
	for _, r := range rows {
		if r.ContactID == id {
			n++
		}
	}
	return n
}

// printed is the copy of the contact on every document.
func (h *house) printed(t testing.TB) map[uuid.UUID]string {
	t.Helper()
	rows, err := h.DB.Document.Query().All(h.ctx)
	must(t, err)
	out := map[uuid.UUID]string{}
	for _, r := range rows {
		out[r.ID] = strings.Join([]string{r.ContactName, r.ContactVatNumber, r.BillingAddress, r.NumberText, r.UpdatedAt.String()}, "|")
	}
	return out
}

func TestOnlyTheLastOfSeveralMergesIsTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		options := h.categories(t, 3)
		var ids []uuid.UUID
		for n, name := range []string{"Άλφα", "Βήτα", "Γάμμα", "Δέλτα", "Έψιλον"} {
			ids = append(ids, h.rich(t, name, n, options))
		}
		other := h.create(t, contact.Fields{Company: ptr("Other")})
		_, err := h.Merges.Dismiss(h.ctx, merge.DismissInput{ContactID: ids[1], OtherID: other.ID})
		must(t, err)
		member := viewer.From(dbtest.Member(t, h.ctx, d, viewer.Accountant)).User
		for _, id := range ids[1:3] {
			_, err := h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: id, UserIDs: []uuid.UUID{member}})
			must(t, err)
		}
		_, err = h.Contacts.Archive(h.ctx, contact.IDInput{ID: ids[4]})
		must(t, err)
		first := h.merge(t, ids[0], ids[1], ids[2])
		second := h.merge(t, ids[3], ids[0], ids[4])
		if c := h.get(t, ids[2]); c.ID != ids[3] {
			t.Errorf("a chain of two merges answers with %s", c.ID)
		}
		h.Verified(t)
		h.Refused(t, h.ctx, "CONFLICT mergeId", func() error {
			_, _, err := h.Merges.Unmerge(h.ctx, merge.UnmergeInput{MergeID: first.ID})
			return err
		})
		h.unmerge(t, second)
		h.Verified(t)
		h.Refused(t, h.ctx, "CONFLICT mergeId", func() error { // the survivor went through another merge since
			_, _, err := h.Merges.Unmerge(h.ctx, merge.UnmergeInput{MergeID: first.ID})
			return err
		})
		third := h.merge(t, ids[3], ids[4])
		h.unmerge(t, third)
		h.Verified(t)
	})
}

// A merge that is taken back leaves every row as it was, but for versions and times of
// contacts and balances, the history, and the merge itself.
func TestUnmergePutsEveryRowBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		options := h.categories(t, 3)
		var ids []uuid.UUID
		for n, name := range []string{"Άλφα", "Βήτα", "Γάμμα", "Δέλτα", "Έψιλον"} {
			ids = append(ids, h.rich(t, name, n, options))
		}
		other := h.create(t, contact.Fields{Company: ptr("Other")})
		_, err := h.Merges.Dismiss(h.ctx, merge.DismissInput{ContactID: ids[1], OtherID: other.ID})
		must(t, err)
		member := viewer.From(dbtest.Member(t, h.ctx, d, viewer.Accountant)).User
		for _, id := range ids[1:3] {
			_, err := h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: id, UserIDs: []uuid.UUID{member}})
			must(t, err)
		}
		_, err = h.Contacts.Archive(h.ctx, contact.IDInput{ID: ids[4]})
		must(t, err)
		for name, losers := range map[string][]uuid.UUID{"one": ids[1:2], "several": ids[1:]} {
			t.Run(name, func(t *testing.T) {
				before := h.rows(t)
				m := h.merge(t, ids[0], losers...)
				if cmp.Equal(before, h.rows(t)) {
					t.Fatal("nothing was merged")
				}
				h.unmerge(t, m)
				h.Verified(t)
				if diff := cmp.Diff(before, h.rows(t)); diff != "" {
					t.Errorf("rows are not what they were (-before +after):\n%s", diff)
				}
			})
		}
	})
}

// rows is the dump without the history and the merges, versions and times of contacts and
// balances.
func (h *house) rows(t testing.TB) map[string][]string {
	t.Helper()
	out := h.Dump(t, h.ctx)
	for _, table := range []string{"audit_events", "contact_merges", "merge_moves", "idempotency_records"} {
		delete(out, table)
	}
	contacts, err := h.DB.Contact.Query().Order(entcontact.ByID()).All(h.ctx)
	must(t, err)
	out["contacts"] = nil
	for _, c := range contacts {
		c.Version, c.UpdatedAt = 0, c.CreatedAt
		taxes := "null"
		if c.DefaultTaxes != nil {
			taxes = "[]"
		}
		out["contacts"] = append(out["contacts"], fmt.Sprint(c, taxes, c.MergedIntoID))
	}
	balances, err := h.DB.Balance.Query().All(h.ctx)
	must(t, err)
	out["balances"] = nil
	for _, b := range balances {
		if b.Entries > 0 || b.Outstanding != 0 || b.Credit != 0 {
			out["balances"] = append(out["balances"], fmt.Sprint(b.ContactID, b.Side, b.Currency, b.Outstanding, b.Credit, b.Net, b.Entries))
		}
	}
	slices.Sort(out["balances"])
	return out
}

func TestWhatCannotBeMergedIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a, b, c := h.Client(t, h.ctx, "A"), h.Client(t, h.ctx, "B"), h.Client(t, h.ctx, "C")
		archived, gone, hidden := h.Client(t, h.ctx, "D"), h.Client(t, h.ctx, "E"), h.Client(t, h.ctx, "F")
		_, err := h.Contacts.Archive(h.ctx, contact.IDInput{ID: archived})
		must(t, err)
		h.merge(t, c, gone)
		_, err = h.Contacts.Restrict(h.ctx, contact.RestrictInput{ID: hidden, UserIDs: []uuid.UUID{viewer.From(h.ctx).User}})
		must(t, err)
		theirs := open(t, d)
		foreign := theirs.Client(t, theirs.ctx, "X")
		accountant := dbtest.Member(t, h.ctx, d, viewer.Accountant)
		many := make([]uuid.UUID, merge.MaxLosers+1)
		for i := range many {
			many[i] = uuid.New()
		}
		for name, tt := range map[string]struct {
			ctx      context.Context
			survivor uuid.UUID
			version  int
			losers   []uuid.UUID
			want     string
		}{
			"nobody":                      {h.ctx, a, 1, nil, "INVALID loserIds"},
			"too many":                    {h.ctx, a, 1, many, "INVALID loserIds"},
			"itself, and one twice":       {h.ctx, a, 1, []uuid.UUID{b, a, b}, "INVALID loserIds.1, INVALID loserIds.2"},
			"nothing":                     {h.ctx, a, 1, []uuid.UUID{b, uuid.New()}, "NOT_FOUND loserIds.1"},
			"into nothing":                {h.ctx, uuid.New(), 1, []uuid.UUID{b}, "NOT_FOUND survivorId"},
			"another organization's":      {h.ctx, a, 1, []uuid.UUID{foreign}, "NOT_FOUND loserIds.0"},
			"into another organization's": {h.ctx, foreign, 1, []uuid.UUID{a}, "NOT_FOUND survivorId"},
			"one that is hidden":          {accountant, a, 1, []uuid.UUID{hidden}, "NOT_FOUND loserIds.0"},
			"into one that is hidden":     {accountant, hidden, 2, []uuid.UUID{a}, "NOT_FOUND survivorId"},
			"one merged already":          {h.ctx, a, 1, []uuid.UUID{gone}, "CONFLICT loserIds.0"},
			"into one merged already":     {h.ctx, gone, 2, []uuid.UUID{a}, "CONFLICT survivorId"},
			"into an archived one":        {h.ctx, archived, 2, []uuid.UUID{a}, "CONFLICT survivorId"},
			"a survivor that changed":     {h.ctx, c, 1, []uuid.UUID{a}, "CONFLICT survivorVersion"},
		} {
			t.Run(name, func(t *testing.T) {
				in := merge.Input{SurvivorID: tt.survivor, SurvivorVersion: tt.version, LoserIDs: tt.losers}
				var said error
				h.Refused(t, h.ctx, tt.want, func() error { _, _, said = h.Merges.Merge(tt.ctx, in); return said })
				var f *fault.Error
				if tt.want == "CONFLICT survivorVersion" && (!errors.As(said, &f) || f.Current["version"] != 2) {
					t.Errorf("what it is now is not told: %v", said)
				}
				if name != "a survivor that changed" {
					_, err := h.Merges.Preview(tt.ctx, merge.PreviewInput{SurvivorID: tt.survivor, LoserIDs: tt.losers})
					if got := paymenttest.Faults(err); got != tt.want {
						t.Errorf("the preview says %q, want %q", got, tt.want)
					}
				}
			})
		}
		for who, ctx := range paymenttest.Who(t, h.ctx, d, a) {
			_, _, err := h.Merges.Merge(ctx, merge.Input{SurvivorID: a, SurvivorVersion: 1, LoserIDs: []uuid.UUID{b}})
			if f := paymenttest.Faults(err); f != "FORBIDDEN" && f != "UNAUTHENTICATED" {
				t.Errorf("%s: %v", who, err)
			}
		}
		h.merge(t, a, archived)
		h.Verified(t)
	})
}

func TestTwentyAreMergedByAsManyStatementsWhateverTheirDocuments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		count := func(documents int) int64 {
			survivor := h.Client(t, h.ctx, "S")
			losers := make([]uuid.UUID, merge.MaxLosers)
			for i := range losers {
				losers[i] = h.Client(t, h.ctx, fmt.Sprint("L", i))
				for range documents {
					h.Paid(t, h.ctx, losers[i], "5", h.Issued(t, h.ctx, losers[i], "5"))
				}
			}
			in := h.input(t, survivor, losers...)
			ctx, n := db.CountStatements(h.ctx)
			_, _, err := h.Merges.Merge(ctx, in)
			must(t, err)
			h.Verified(t)
			if got := h.statementLines(t, survivor); got != 2*documents*len(losers) {
				t.Errorf("%d entries", got)
			}
			return n.Load()
		}
		few, many := count(1), count(4)
		if few != many || few > 150 {
			t.Errorf("%d statements for one document each, %d for four", few, many)
		}
		t.Logf("%d statements for 20 losers", few)
	})
}

func TestTwoMergesOfTheSameContactsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		for range 5 {
			a, b, c := h.Client(t, h.ctx, "A"), h.Client(t, h.ctx, "B"), h.Client(t, h.ctx, "C")
			for _, id := range []uuid.UUID{a, b, c} {
				h.Paid(t, h.ctx, id, "7", h.Issued(t, h.ctx, id, "5"))
			}
			before := h.sums(t)
			// A ring, and one pair twice: whoever is second finds it done.
			ring := [][]uuid.UUID{{a, b}, {b, c}, {c, a}, {a, b}}
			faults := make([]string, len(ring))
			var wg sync.WaitGroup
			for i, r := range ring {
				wg.Add(1)
				go func() {
					defer wg.Done()
					_, _, err := h.Merges.Merge(h.ctx, merge.Input{SurvivorID: r[0], SurvivorVersion: 1, LoserIDs: r[1:]})
					faults[i] = paymenttest.Faults(err)
				}()
			}
			wg.Wait()
			done := 0
			for _, f := range faults {
				switch {
				case f == "":
					done++
				case !regexp.MustCompile(`^(CONFLICT (survivorVersion|survivorId|loserIds.0)(, )?)+$`).MatchString(f):
					t.Errorf("one of the merges says %q", f)
				}
			}
			if done < 1 || done > 2 {
				t.Errorf("%d merges were done: %q", done, faults)
			}
			h.Verified(t)
			if diff := cmp.Diff(before, h.sums(t)); diff != "" {
				t.Errorf("the sums have changed:\n%s", diff)
			}
			if x, y := h.get(t, a), h.get(t, b); x.ID != y.ID && done == 2 {
				t.Errorf("%v and %v are left", x, y)
			}
		}
	})
}

// A key repeated gives the same merge, and a person changes nothing by it.
func TestAMergeIsRepeatedUnderItsKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a, b := h.Client(t, h.ctx, "A"), h.Client(t, h.ctx, "B")
		in := h.input(t, a, b)
		keyed := paymenttest.Keyed(h.ctx, "m", 1)
		_, first, err := h.Merges.Merge(keyed, in)
		must(t, err)
		before := h.Dump(t, h.ctx)
		_, second, err := h.Merges.Merge(keyed, in)
		must(t, err)
		if first.ID != second.ID || !cmp.Equal(before, h.Dump(t, h.ctx)) {
			t.Error("the repeat did something")
		}
	})
}

func TestWhatChangedSinceIsToldAndKeepsTheMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		for name, change := range map[string]func(survivor, draft uuid.UUID) error{
			"recordPayment": func(s, _ uuid.UUID) error {
				_, err := h.Payments.Record(h.ctx, payment.RecordInput{ContactID: s, Amount: money.MustDecimal("1")})
				return err
			},
			"createDocument": func(s, _ uuid.UUID) error {
				_, err := h.Documents.Create(h.ctx, paymenttest.Invoice(s, "EUR", "1"))
				return err
			},
			"deleteDocument": func(_, draft uuid.UUID) error {
				_, err := h.Documents.Delete(h.ctx, document.IDInput{ID: draft})
				return err
			},
			"addContactNote": func(s, _ uuid.UUID) error {
				_, err := h.Contacts.AddNote(h.ctx, contact.NoteInput{ContactID: s, Text: "since"})
				return err
			},
			"updateContact": func(s, _ uuid.UUID) error {
				_, err := h.Contacts.Update(h.ctx, contact.UpdateInput{ID: s, Version: h.get(t, s).Version, Fields: contact.Fields{Profession: ptr("x")}})
				return err
			},
			"archiveContact": func(s, _ uuid.UUID) error {
				_, err := h.Contacts.Archive(h.ctx, contact.IDInput{ID: s})
				return err
			},
			"customId": func(uuid.UUID, uuid.UUID) error {
				h.create(t, contact.Fields{Company: ptr("Z"), CustomID: ptr("of-loser")})
				return nil
			},
		} {
			t.Run(name, func(t *testing.T) {
				id := ptr("of-loser")
				if name != "customId" {
					id = ptr("of-loser-" + name)
				}
				a := h.create(t, contact.Fields{Company: ptr("A"), CustomID: ptr("own-" + name), IsClient: ptr(true)}).ID
				b := h.create(t, contact.Fields{Company: ptr("B"), CustomID: id, IsClient: ptr(true)}).ID
				h.Paid(t, h.ctx, b, "7", h.Issued(t, h.ctx, b, "5"))
				draft := h.Draft(t, h.ctx, b, "3")
				m := h.merge(t, a, b)
				if can, err := m.CanUnmerge(h.ctx); err != nil || !can && name != "customId" {
					t.Fatalf("it cannot be taken back: %v", err)
				}
				must(t, change(a, draft.ID))
				if name != "customId" {
					of, err := h.Merges.Of(h.ctx, h.get(t, a))
					must(t, err)
					if len(of) != 1 || of[0].ID != m.ID || of[0].LoserNames[0] != "B" {
						t.Errorf("the merges are %v", of)
					}
					if can, err := of[0].CanUnmerge(h.ctx); err != nil || can {
						t.Errorf("it can be taken back: %v", err)
					}
				}
				var said error
				h.Refused(t, h.ctx, "CONFLICT mergeId", func() error {
					_, _, said = h.Merges.Unmerge(h.ctx, merge.UnmergeInput{MergeID: m.ID})
					return said
				})
				if !strings.Contains(said.Error(), name) {
					t.Errorf("it says %v", said)
				}
			})
		}
		h.Refused(t, h.ctx, "NOT_FOUND mergeId", func() error {
			_, _, err := h.Merges.Unmerge(h.ctx, merge.UnmergeInput{MergeID: uuid.New()})
			return err
		})
	})
}
