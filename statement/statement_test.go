package statement_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// The histories are of these days, the last of them today's.
const (
	begin day.Date = "2026-06-06"
	days  int      = 10
)

// history draws what happened to one contact, on both sides and in two currencies.
func history(t *rapid.T, h *paymenttest.House, ctx context.Context, client uuid.UUID) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "events") {
		date := begin.AddDays(rapid.IntRange(0, days-1).Draw(t, fmt.Sprint("day of ", i)))
		currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY"}).Draw(t, fmt.Sprint("currency of ", i))
		amount := money.New(money.Minor(rapid.IntRange(1, 999).Draw(t, fmt.Sprint("amount of ", i))), currency).Amount()
		back := rapid.Bool().Draw(t, fmt.Sprint("taken back ", i))
		switch what := rapid.SampledFrom([]string{"invoice", "payment", "to a supplier"}).Draw(t, fmt.Sprint("event ", i)); what {
		case "invoice":
			in := paymenttest.Invoice(client, currency, amount.String())
			in.Date = &date
			doc, err := h.Documents.Create(ctx, in)
			must(err)
			_, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
			must(err)
			if back {
				_, err = h.Documents.Void(ctx, document.IDInput{ID: doc.ID})
				must(err)
			}
		default:
			in := payment.RecordInput{ContactID: client, Currency: &currency, Amount: amount, Date: &date, OldestFirst: !back, Reference: fmt.Sprint(i)}
			if currency != "EUR" {
				in.ExchangeRate = new(money.MustDecimal("0.006"))
			}
			if what == "to a supplier" {
				kind := entpayment.KindSupplierPayment
				in.Kind = &kind
			}
			p, err := h.Payments.Record(ctx, in)
			must(err)
			if back {
				_, err = h.Payments.Void(ctx, payment.VoidInput{ID: p.ID})
				must(err)
			}
		}
	}
}

// nets are the balances of a side, by currency.
func nets(t *rapid.T, h *paymenttest.House, ctx context.Context, client uuid.UUID, side ledgerentry.Side) map[money.Currency]money.Minor {
	rows, err := h.Ledger.Balances(ctx, []uuid.UUID{client})
	if err != nil {
		t.Fatal(err)
	}
	out := map[money.Currency]money.Minor{}
	for _, b := range rows[client] {
		if string(b.Side) == string(side) {
			out[b.Currency] = b.Balance.Net
		}
	}
	return out
}

func TestAStatementAddsUpForAnyHistoryAndPeriod(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			client := h.Client(t, ctx, fmt.Sprint("client ", n))
			history(rt, h, ctx, client)
			side := rapid.SampledFrom([]ledgerentry.Side{ledgerentry.SideClient, ledgerentry.SideSupplier}).Draw(rt, "side")
			read := func(from, to *day.Date) map[money.Currency]*statement.Table {
				s, err := h.Statements.For(ctx, statement.Input{ContactID: client, Side: &side, From: from, To: to})
				if err != nil {
					rt.Fatal(err)
				}
				if !slices.IsSortedFunc(s.Tables, func(a, b *statement.Table) int { return cmp.Compare(a.Currency, b.Currency) }) {
					rt.Fatal("tables are not by currency")
				}
				out := map[money.Currency]*statement.Table{}
				for _, table := range s.Tables {
					addsUp(rt, table, from, s.To)
					out[table.Currency] = table
				}
				return out
			}
			all, net := read(nil, nil), nets(rt, h, ctx, client, side)
			if len(all) != len(net) {
				rt.Fatalf("%d tables for %d balances", len(all), len(net))
			}
			for currency, table := range all {
				if table.Opening.Minor != 0 || table.Closing.Minor != net[currency] {
					rt.Fatalf("opens with %d and closes with %d, the balance is %d", table.Opening.Minor, table.Closing.Minor, net[currency])
				}
			}
			from := begin.AddDays(rapid.IntRange(-1, days).Draw(rt, "from"))
			to := from.AddDays(rapid.IntRange(0, days).Draw(rt, "length"))
			split := from.AddDays(rapid.IntRange(0, days).Draw(rt, "split"))
			if split > to {
				split = to
			}
			next := split.AddDays(1)
			whole, first := read(&from, &to), read(&from, &split)
			for currency, table := range whole {
				if next > to {
					continue
				}
				second := read(&next, &to)[currency]
				if first[currency].Opening != table.Opening || first[currency].Closing != second.Opening || second.Closing != table.Closing {
					rt.Fatalf("split after %s: %v–%v and %v–%v of %v–%v", split, first[currency].Opening, first[currency].Closing,
						second.Opening, second.Closing, table.Opening, table.Closing)
				}
				if len(first[currency].Lines)+len(second.Lines) != len(table.Lines) {
					rt.Fatal("the split loses or repeats lines")
				}
			}
		})
		h.Verified(t)
	})
}

// addsUp holds one table to what it says of itself.
func addsUp(t *rapid.T, table *statement.Table, from *day.Date, to day.Date) {
	balance, last := table.Opening.Minor, day.Date("")
	var charges, credits money.Minor
	for _, l := range table.Lines {
		if (l.Charge == nil) == (l.Credit == nil) {
			t.Fatal("a line is a charge or a credit")
		}
		if l.Charge != nil {
			balance, charges = balance+l.Charge.Minor, charges+l.Charge.Minor
		} else {
			balance, credits = balance-l.Credit.Minor, credits+l.Credit.Minor
		}
		if l.Balance != money.New(balance, table.Currency) {
			t.Fatalf("the running balance is %v, not %d", l.Balance, balance)
		}
		if l.Date < last || (from != nil && l.Date < *from) || l.Date > to {
			t.Fatalf("a line of %s after %s in %v–%s", l.Date, last, from, to)
		}
		if l.Reference == "" || l.Entry.Currency != table.Currency {
			t.Fatalf("a line without a reference or in another currency: %+v", l)
		}
		last = l.Date
	}
	if table.Closing.Minor != table.Opening.Minor+charges-credits || table.Charges.Minor != charges || table.Credits.Minor != credits || table.Closing.Minor != balance {
		t.Fatalf("%v + %v − %v is not %v", table.Opening, table.Charges, table.Credits, table.Closing)
	}
}

// A statement that is read while others post is of one moment: with what was before the
// period and what is in it, it closes with a net that the balance had.
func TestAStatementIsOfOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Paid(t, ctx, client, "0.01")
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range 60 {
					amount := money.New(money.Minor(1)<<(2*w+20)+money.Minor(i), "EUR").Amount() // no two sums are alike
					_, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: amount, Date: paymenttest.On([]string{"2026-06-01", "2026-06-10"}[i%2])})
					if err != nil {
						t.Error(err)
					}
				}
			}()
		}
		t.Cleanup(wg.Wait)
		go func() {
			wg.Wait()
			close(stop)
		}()
		from := day.Date("2026-06-05")
		var closings []money.Minor
		for running := true; running; {
			select {
			case <-stop:
				running = false
			default:
			}
			s, err := h.Statements.For(ctx, statement.Input{ContactID: client, From: &from})
			paymenttest.Must(t, err)
			closings = append(closings, s.Tables[0].Closing.Minor)
		}
		had := map[money.Minor]bool{}
		for _, m := range h.Moved() {
			had[m.Net] = true
		}
		for _, c := range closings {
			if !had[c] {
				t.Fatalf("a statement closes with %d, which the balance never was (%d statements)", c, len(closings))
			}
		}
	})
}

func TestAStatementOfOver2000LinesIsAskedForInParts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		fill(t, h, ctx, client, statement.MaxLines)
		s, err := h.Statements.For(ctx, statement.Input{ContactID: client})
		paymenttest.Must(t, err)
		if n := len(s.Tables[0].Lines); n != statement.MaxLines {
			t.Errorf("%d lines", n)
		}
		h.Paid(t, ctx, client, "1") // of today
		h.Refused(t, ctx, "INVALID from", func() error {
			_, err := h.Statements.For(ctx, statement.Input{ContactID: client})
			return err
		})
		from := day.Date("2026-06-15")
		s, err = h.Statements.For(ctx, statement.Input{ContactID: client, From: &from})
		paymenttest.Must(t, err)
		if n := len(s.Tables[0].Lines); n != 1 || s.Tables[0].Opening.Minor != statement.MaxLines {
			t.Errorf("%d lines after an opening of %d", n, s.Tables[0].Opening.Minor)
		}
	})
}

// fill posts n cents on as many lines, by one change of the account each, of the day before
// today.
func fill(t *testing.T, h *paymenttest.House, ctx context.Context, client uuid.UUID, n int) {
	t.Helper()
	paymenttest.Must(t, db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
		for range n {
			err := h.Ledger.Apply(ctx, tx, ledger.Change{Account: ledger.Account{ContactID: client, Side: "client", Currency: "EUR"},
				Outstanding: 1, Posting: &ledger.Posting{Kind: "exchange_difference", Amount: 1, Date: "2026-06-14"}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestABadPeriodIsRefusedAndSoIsWhoMayNotSee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client, foreign := h.Client(t, ctx, "A"), h.Client(t, dbtest.Tenant(t, d, viewer.Owner), "B")
		h.Issued(t, ctx, client, "10")
		who := paymenttest.Who(t, ctx, d, client)
		who["sales"], who["owner"] = dbtest.Member(t, ctx, d, viewer.Sales), ctx
		supplier := ledgerentry.SideSupplier
		for name, tt := range map[string]struct {
			who  string
			in   statement.Input
			want string
		}{
			"ends before it begins":   {"owner", statement.Input{ContactID: client, From: paymenttest.On("2026-06-02"), To: paymenttest.On("2026-06-01")}, "INVALID to"},
			"another organization's":  {"owner", statement.Input{ContactID: foreign}, "NOT_FOUND contactId"},
			"a customer":              {"portal", statement.Input{ContactID: client}, "FORBIDDEN"},
			"nobody":                  {"nobody", statement.Input{ContactID: client}, "UNAUTHENTICATED"},
			"a time-keeper":           {"time-keeper", statement.Input{ContactID: client}, "FORBIDDEN"},
			"sales on the other side": {"sales", statement.Input{ContactID: client, Side: &supplier}, "FORBIDDEN"},
			"sales":                   {"sales", statement.Input{ContactID: client}, ""},
			"who only reads":          {"read-only", statement.Input{ContactID: client, Side: &supplier}, ""},
		} {
			t.Run(name, func(t *testing.T) {
				h.Refused(t, ctx, tt.want, func() error { _, err := h.Statements.For(who[tt.who], tt.in); return err })
			})
		}
		for name, tt := range map[string]struct {
			contact uuid.UUID
			want    string
			tables  int
		}{"portal": {client, "", 1}, "time-keeper": {client, "", 0}, "nobody": {client, "UNAUTHENTICATED", 0}, "owner": {foreign, "", 0}} {
			_, tables, err := h.Statements.Tables(who[name], tt.contact, ledgerentry.SideClient, nil, nil)
			if got := paymenttest.Faults(err); got != tt.want || len(tables) != tt.tables {
				t.Errorf("%s reads %d tables (%s), want %d (%s)", name, len(tables), got, tt.tables, tt.want)
			}
		}
	})
}

func TestTheStatementsThatAStatementTakesDoNotDependOnItsLines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		count := func() int64 {
			counted, n := db.CountStatements(ctx)
			s, err := h.Statements.For(counted, statement.Input{ContactID: client})
			paymenttest.Must(t, err)
			for _, l := range s.Tables[0].Lines {
				_, err := l.Document(counted)
				paymenttest.Must(t, err)
				_, err = l.Payment(counted)
				paymenttest.Must(t, err)
			}
			return n.Load()
		}
		h.Paid(t, ctx, client, "1", h.Issued(t, ctx, client, "1"))
		few := count()
		for range 30 {
			h.Paid(t, ctx, client, "1", h.Issued(t, ctx, client, "1"))
		}
		if many := count(); few != many || few > 8 {
			t.Errorf("%d statements for 2 lines, %d for 62", few, many)
		}
	})
}
