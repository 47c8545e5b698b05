package demo_test

import (
	"context"
	"fmt"
	"net/mail"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/demo"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// noon is when the demonstrations of these tests are written.
var noon = time.Date(2026, time.March, 14, 12, 0, 0, 0, time.UTC)

type mailer struct{ t testing.TB }

func (mailer) Configured() bool { return true }

func (m mailer) Send(_ context.Context, to, _, _, _ string) error {
	m.t.Errorf("the demonstration sent an e-mail to %s", to)
	return nil
}

func services(t testing.TB, d *db.DB) demo.Services {
	now := func() time.Time { return noon }
	accounts := account.New(d, 2, now, func(viewer.Ended) {})
	book := &ledger.Book{DB: d, Announce: func(ledger.Moved) {}}
	contacts := &contact.Service{DB: d, Ended: accounts.Forget, AccessChanged: func(uuid.UUID) {}}
	documents := &document.Service{DB: d, Ledger: book, Contacts: contacts, Now: now}
	payments := &payment.Service{DB: d, Ledger: book, Contacts: contacts, Documents: documents, Now: now}
	statements := &statement.Service{DB: d, Contacts: contacts, Documents: documents, Payments: payments, Now: now}
	return demo.Services{DB: d, Account: accounts, Tracking: &tracking.Service{DB: d}, Contact: contacts, Document: documents, Payment: payments,
		Online: &onlinepayment.Service{DB: d, Contacts: contacts, Documents: documents, Payments: payments, Changed: func(uuid.UUID, uuid.UUID) {}, Now: now,
			Providers: map[entonline.Provider]payment.Provider{entonline.ProviderBankTransfer: banktransfer.Provider{}}},
		Product: &product.Service{DB: d}, Project: &project.Service{DB: d, Contacts: contacts, Documents: documents, Now: now},
		Portal: &portal.Service{DB: d, Accounts: accounts, Ledger: book, Documents: documents, Statements: statements,
			Mailer: mailer{t}, BaseURL: "http://127.0.0.1:8080", Ended: accounts.Forget, Now: now}}
}

// whole is everything of a demonstration, read past the rules.
type whole struct {
	contacts  map[uuid.UUID]*ent.Contact
	documents []*ent.Document
	payments  []*ent.Payment
	entries   []*ent.LedgerEntry
	balances  []*ent.Balance
}

func read(t *testing.T, d *db.DB) whole {
	t.Helper()
	ctx := viewer.AsSystem(context.Background(), "a test looks at all rows")
	w := whole{contacts: map[uuid.UUID]*ent.Contact{}}
	contacts, err := d.Contact.Query().All(ctx)
	for _, c := range contacts {
		w.contacts[c.ID] = c
	}
	must(t, err)
	w.documents, err = d.Document.Query().Order(entdocument.ByID()).All(ctx)
	must(t, err)
	w.payments, err = d.Payment.Query().Order(entpayment.ByID()).All(ctx)
	must(t, err)
	w.entries, err = d.LedgerEntry.Query().All(ctx)
	must(t, err)
	w.balances, err = d.Balance.Query().All(ctx)
	must(t, err)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// story is the demonstration without ids and times: what must be the same every time.
func (w whole) story() []string {
	var out []string
	name := func(id uuid.UUID) string { return w.contacts[id].DisplayName + " " + w.contacts[id].VatNumber }
	for _, c := range w.contacts {
		out = append(out, fmt.Sprintf("contact %s | %s | %t %t %t", name(c.ID), c.Search, c.IsClient, c.IsSupplier, c.ArchivedAt != nil))
	}
	for _, d := range w.documents {
		out = append(out, fmt.Sprintf("document %s of %s: %s %s due %s %s %d %d", d.NumberText, name(d.ContactID), d.Status, d.Date, d.DueDate, d.Currency, d.Payable, d.Settled))
	}
	for _, p := range w.payments {
		out = append(out, fmt.Sprintf("payment %s of %s: %s %s %s %d %d", p.Reference, name(p.ContactID), p.Kind, p.Date, p.Currency, p.Amount, p.Allocated))
	}
	for _, b := range w.balances {
		out = append(out, fmt.Sprintf("balance of %s: %s %s %d %d %d", name(b.ContactID), b.Side, b.Currency, b.Outstanding, b.Credit, b.Net))
	}
	sort.Strings(out)
	return out
}

// The demonstration is written once on each database, and the tests look at it.
func TestDemonstration(t *testing.T) {
	stories := map[string][]string{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := services(t, d)
		begun := time.Now()
		accounts, err := demo.Write(ctx, s)
		must(t, err)
		t.Logf("written in %s", time.Since(begun).Round(time.Millisecond))
		w := read(t, d)
		stories[d.Dialect] = w.story()

		t.Run("has about as much of everything as it promises", func(t *testing.T) { amounts(t, w) })
		t.Run("has valid numbers and addresses that nobody owns", func(t *testing.T) { numbers(t, ctx, d, w) })
		t.Run("has balances that equal documents less payments, and the ledger", func(t *testing.T) { balances(t, w) })
		t.Run("numbers its invoices in the order of their dates", func(t *testing.T) { order(t, w) })
		t.Run("lets everyone in with the passwords it gives", func(t *testing.T) { signIns(t, ctx, s, accounts) })
		t.Run("tells that it is finished, and is not written twice", func(t *testing.T) {
			unfinished, err := demo.Unfinished(ctx, d)
			must(t, err)
			if unfinished {
				t.Error("a finished demonstration is taken for an unfinished one")
			}
			if _, err := demo.Write(ctx, s); err == nil {
				t.Error("a second demonstration was written over the first")
			}
			if diff := cmp.Diff(w.story(), read(t, d).story()); diff != "" {
				t.Errorf("the refused one changed something (-before +after):\n%s", diff)
			}
		})
	})
	if len(stories) < 2 {
		return // one of them was not asked for
	}
	if diff := cmp.Diff(stories["sqlite3"], stories["postgres"]); diff != "" || len(stories["sqlite3"]) == 0 {
		t.Errorf("two demonstrations of one day differ (-sqlite +postgres):\n%s", diff)
	}
}

func amounts(t *testing.T, w whole) {
	today := "2026-03-14"
	got := map[string]int{}
	withheld, currencies := 0, map[money.Currency]bool{}
	for _, c := range w.contacts {
		got["contacts"]++
		for kind, is := range map[string]bool{"clients": c.IsClient, "suppliers": c.IsSupplier, "both": c.IsClient && c.IsSupplier,
			"prospects": !c.IsClient && !c.IsSupplier, "archived": c.ArchivedAt != nil,
			"Greek": strings.ContainsFunc(c.DisplayName, func(r rune) bool { return r >= 'Α' && r <= 'ώ' }),
			"Latin": strings.ContainsFunc(c.DisplayName, func(r rune) bool { return r >= 'A' && r <= 'z' })} {
			if is {
				got[kind]++
			}
		}
	}
	overdue := map[uuid.UUID]bool{}
	for _, d := range w.documents {
		got["documents"]++
		got[string(d.Status)]++
		currencies[d.Currency] = true
		if d.Withholding > 0 {
			withheld++
		}
		if d.Payable > 2_000_000 || d.Payable < 200 {
			t.Errorf("an invoice of %d cents is not plausible", d.Payable)
		}
		if string(d.Date) > today || string(d.Date) < "2024-03-01" {
			t.Errorf("an invoice is dated %s, not in the last two years", d.Date)
		}
		if d.Status == entdocument.StatusIssued {
			if string(d.DueDate) < today && d.Settled < d.Payable {
				overdue[d.ContactID] = true
			}
			switch {
			case d.Settled == d.Payable:
				got["paid"]++
			case d.Settled > 0:
				got["partly paid"]++
			default:
				got["unpaid"]++
			}
		}
	}
	got["overdue"] = len(overdue)
	got["withheld"] = withheld
	for _, b := range w.balances {
		if b.Side == "client" && b.Credit > 0 {
			got["with credit"]++
		}
	}
	for _, p := range w.payments {
		got["payments"]++
		if string(p.Date) > today {
			t.Errorf("a payment is dated %s, after today", p.Date)
		}
		if p.Status == entpayment.StatusVoid {
			got["void payments"]++
		}
	}
	t.Log(got)
	for what, most := range map[string][2]int{
		"contacts": {180, 220}, "clients": {120, 190}, "suppliers": {25, 70}, "both": {5, 40}, "prospects": {10, 40}, "archived": {3, 10},
		"Greek": {120, 180}, "Latin": {25, 60}, "documents": {400, 800}, "issued": {350, 800}, "draft": {5, 40}, "void": {5, 40},
		"paid": {250, 700}, "partly paid": {5, 200}, "unpaid": {20, 300}, "overdue": {15, 100}, "withheld": {10, 200},
		"with credit": {5, 40}, "payments": {250, 800}, "void payments": {1, 20},
	} {
		if n := got[what]; n < most[0] || n > most[1] {
			t.Errorf("%d %s, want from %d to %d", n, what, most[0], most[1])
		}
	}
	if len(currencies) != 2 {
		t.Errorf("invoices in %v, want two currencies", currencies)
	}
}

func numbers(t *testing.T, ctx context.Context, d *db.DB, w whole) {
	greek := 0
	for _, c := range w.contacts {
		if c.ClientType != nil && *c.ClientType == "domestic" {
			greek++
			if err := contact.CheckGreekVATNumber(c.VatNumber); err != nil {
				t.Errorf("%s has the VAT number %s: %v", c.DisplayName, c.VatNumber, err)
			}
		}
	}
	if greek < 100 {
		t.Errorf("%d contacts have a Greek VAT number", greek)
	}
	emails, err := d.ContactEmail.Query().All(viewer.AsSystem(ctx, "a test looks at all rows"))
	must(t, err)
	for _, e := range emails {
		if _, err := mail.ParseAddress(e.Email); err != nil || !strings.HasSuffix(e.Email, ".example") {
			t.Errorf("%s may be somebody's address", e.Email)
		}
	}
	if len(emails) < len(w.contacts) {
		t.Errorf("%d contacts have %d e-mail addresses", len(w.contacts), len(emails))
	}
}

type key struct {
	contact  uuid.UUID
	side     string
	currency money.Currency
}

func balances(t *testing.T, w whole) {
	outstanding, credit, sum := map[key]money.Minor{}, map[key]money.Minor{}, map[key]money.Minor{}
	for _, d := range w.documents {
		if d.Status == entdocument.StatusIssued {
			outstanding[key{d.ContactID, string(d.Side), d.Currency}] += d.Payable - d.Settled
		}
	}
	for _, p := range w.payments {
		if p.Status == entpayment.StatusRecorded {
			credit[key{p.ContactID, string(p.Side), p.Currency}] += p.Amount - p.Allocated
		}
	}
	for _, e := range w.entries {
		sum[key{e.ContactID, string(e.Side), e.Currency}] += e.Amount
	}
	if len(w.balances) != len(sum) || len(sum) < 100 {
		t.Errorf("%d balances of %d accounts on the ledger", len(w.balances), len(sum))
	}
	for _, b := range w.balances {
		k := key{b.ContactID, string(b.Side), b.Currency}
		if b.Outstanding != outstanding[k] || b.Credit != credit[k] || b.Net != sum[k] || b.Net != outstanding[k]-credit[k] {
			t.Errorf("%s %s %s: outstanding %d, credit %d, net %d; documents say %d, payments %d, the ledger %d",
				w.contacts[b.ContactID].DisplayName, b.Side, b.Currency, b.Outstanding, b.Credit, b.Net, outstanding[k], credit[k], sum[k])
		}
	}
	for _, c := range w.contacts {
		for _, currency := range []money.Currency{"EUR", "USD"} {
			if c.ArchivedAt != nil && sum[key{c.ID, "client", currency}] > 0 {
				t.Errorf("%s is archived and owes", c.DisplayName)
			}
		}
	}
}

func order(t *testing.T, w whole) {
	numbered := []*ent.Document{}
	for _, d := range w.documents {
		if d.Number != nil {
			numbered = append(numbered, d)
		}
	}
	sort.Slice(numbered, func(i, j int) bool { return numbered[i].NumberText < numbered[j].NumberText })
	for i := 1; i < len(numbered); i++ {
		if numbered[i].Date < numbered[i-1].Date {
			t.Fatalf("%s is dated %s, after %s of %s", numbered[i].NumberText, numbered[i].Date, numbered[i-1].NumberText, numbered[i-1].Date)
		}
	}
}

func signIns(t *testing.T, ctx context.Context, s demo.Services, a demo.Accounts) {
	for role, in := range map[viewer.Role]demo.SignIn{viewer.Owner: a.Owner, viewer.Accountant: a.Accountant, viewer.Sales: a.Sales, viewer.ReadOnly: a.ReadOnly} {
		got, err := s.Account.SignIn(ctx, account.SignInInput{Email: in.Email, Password: in.Password}, account.Client{})
		must(t, err)
		if got.Viewer.Kind != viewer.Staff || got.Viewer.Role != role {
			t.Errorf("%s signs in as %+v, want %s", in.Email, got.Viewer, role)
		}
	}
	if len(a.Portal) != 3 {
		t.Fatalf("%d portal customers, want 3", len(a.Portal))
	}
	for _, in := range a.Portal {
		got, err := s.Account.SignIn(ctx, account.SignInInput{Email: in.Email, Password: in.Password}, account.Client{})
		must(t, err)
		if got.Viewer.Kind != viewer.Portal || len(got.Viewer.Contacts) != 1 {
			t.Errorf("%s signs in as %+v", in.Email, got.Viewer)
			continue
		}
		mine, err := s.Portal.For(viewer.With(ctx, got.Viewer))
		must(t, err)
		c, err := mine.Contact(viewer.With(ctx, got.Viewer), nil)
		must(t, err)
		invoices, err := c.Invoices(viewer.With(ctx, got.Viewer), nil, nil)
		must(t, err)
		if len(invoices.Edges) < 5 {
			t.Errorf("%s sees %d invoices", in.Email, len(invoices.Edges))
		}
	}
}

func TestAFailureLeavesAnUnfinishedDemonstrationThatIsSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		s := services(t, d)
		empty, err := demo.Unfinished(ctx, d)
		must(t, err)
		if empty {
			t.Error("an empty database is taken for an unfinished demonstration")
		}
		moved := 0
		s.Document.Ledger.Announce = func(ledger.Moved) { // the process ends after the 20th posting
			if moved++; moved == 20 {
				cancel()
			}
		}
		if _, err := demo.Write(ctx, s); err == nil {
			t.Fatal("a demonstration that was stopped says that it is whole")
		}
		unfinished, err := demo.Unfinished(context.Background(), d)
		must(t, err)
		if !unfinished {
			t.Error("nobody could tell that the demonstration is a half")
		}
		if _, err := demo.Write(context.Background(), s); err == nil {
			t.Error("another one was written on top of the half")
		}
	})
}
