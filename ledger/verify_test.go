package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// business is an organization in which everything has happened once.
type business struct {
	*paymenttest.House
	t                              *testing.T
	ctx                            context.Context
	client, other                  uuid.UUID
	first, second, void, draft     uuid.UUID // documents
	paid, credit, voided           uuid.UUID // payments
	organization, sequence, ledger uuid.UUID
}

func open(t *testing.T, d *db.DB) *business {
	b := &business{House: paymenttest.New(d), t: t, ctx: dbtest.Tenant(t, d, viewer.Owner), ledger: uuid.Must(uuid.NewV7())}
	b.organization = viewer.From(b.ctx).Organization
	b.client, b.other = b.Client(t, b.ctx, "A"), b.Client(t, b.ctx, "B")
	first, second, void := b.Issued(t, b.ctx, b.client, "100"), b.Issued(t, b.ctx, b.client, "50"), b.Issued(t, b.ctx, b.client, "7")
	b.first, b.second, b.void, b.draft = first.ID, second.ID, void.ID, b.Draft(t, b.ctx, b.client, "3").ID
	paid, credit := b.Paid(t, b.ctx, b.client, "120", first), b.Paid(t, b.ctx, b.other, "10")
	voided := b.Paid(t, b.ctx, b.client, "50", second)
	b.paid, b.credit, b.voided = paid.ID, credit.ID, voided.ID
	_, err := b.Payments.Void(b.ctx, payment.VoidInput{ID: voided.ID})
	paymenttest.Must(t, err)
	_, err = b.Documents.Void(b.ctx, document.IDInput{ID: void.ID})
	paymenttest.Must(t, err)
	b.sequence = *first.SequenceID
	return b
}

// entry adds a stray entry to the ledger of the client.
func (b *business) entry(t *testing.T, seq int, kind string, amount int, document, payment, reverses any) {
	b.Exec(t, `INSERT INTO ledger_entries (id, organization_id, created_at, contact_id, side, currency, seq, kind, amount, date, document_id, payment_id, reverses_id)
		VALUES (?, ?, '2026-06-15 12:00:00+00:00', ?, 'client', 'EUR', ?, ?, ?, '2026-06-15', ?, ?, ?)`,
		b.ledger, b.organization, b.client, seq, kind, amount, document, payment, reverses)
}

func (b *business) entryOf(t *testing.T, documentID uuid.UUID) uuid.UUID {
	rows, err := b.DB.LedgerEntry.Query().All(b.ctx)
	paymenttest.Must(t, err)
	for _, r := range rows {
		if r.DocumentID != nil && *r.DocumentID == documentID {
			return r.ID
		}
	}
	t.Fatal("no entry")
	return uuid.Nil
}

// refund gives the other contact 5.00 of its credit back.
func (b *business) refund() uuid.UUID {
	kind := entpayment.KindClientRefund
	p, err := b.Payments.Record(b.ctx, payment.RecordInput{ContactID: b.other, Kind: &kind, Amount: money.MustDecimal("5")})
	paymenttest.Must(b.t, err)
	return p.ID
}

// across settles 9.00 of the second document with 10 of 15 dollars.
func (b *business) across() uuid.UUID {
	dollars, rate, settles := money.Currency("USD"), money.MustDecimal("0.9"), money.MustDecimal("9")
	p, err := b.Payments.Record(b.ctx, payment.RecordInput{ContactID: b.client, Currency: &dollars, ExchangeRate: &rate, Amount: money.MustDecimal("15"),
		Allocations: []*payment.AllocationInput{{DocumentID: b.second, Amount: money.MustDecimal("10"), SettledAmount: &settles}}})
	paymenttest.Must(b.t, err)
	return p.ID
}

func TestEveryKindOfDifferenceIsFound(t *testing.T) {
	tests := map[string]struct {
		spoil func(*testing.T, *business)
		want  []string // table, field, stored, computed
	}{
		"nothing is wrong": {func(*testing.T, *business) {}, nil},
		"outstanding and net": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE balances SET outstanding = outstanding + 1, net = net + 1 WHERE contact_id = ?`, b.client)
		}, []string{"balances outstanding 5001 5000", "balances net 3001 3000"}},
		"credit and net": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE balances SET credit = credit - 1, net = net + 1 WHERE contact_id = ?`, b.client)
		}, []string{"balances credit 1999 2000", "balances net 3001 3000"}},
		"outstanding and credit alike": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE balances SET credit = credit + 1, outstanding = outstanding + 1 WHERE contact_id = ?`, b.client)
		}, []string{"balances outstanding 5001 5000", "balances credit 2001 2000"}},
		"entries and version": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE balances SET entries = 9, version = 6 WHERE contact_id = ?`, b.client)
		}, []string{"balances entries 9 7", "balances version 6 7"}},
		"no balance": {func(t *testing.T, b *business) {
			b.Exec(t, `DELETE FROM balances WHERE contact_id = ?`, b.other)
		}, []string{"balances outstanding nothing 0", "balances credit nothing 1000", "balances net nothing -1000", "balances entries nothing 1", "balances version 0 1"}},
		"a balance of nothing": {func(t *testing.T, b *business) {
			b.Exec(t, `INSERT INTO balances (id, organization_id, contact_id, side, currency, outstanding, credit, net, entries, version, created_at, updated_at)
				VALUES (?, ?, ?, 'client', 'JPY', 5, 0, 5, 0, 1, '2026-06-15 12:00:00+00:00', '2026-06-15 12:00:00+00:00')`, b.ledger, b.organization, b.client)
		}, []string{"balances outstanding 5 0", "balances net 5 0"}},
		"a gap before an entry": {func(t *testing.T, b *business) { b.entry(t, 9, "exchange_difference", 0, nil, nil, nil) },
			[]string{"balances entries 7 8", "balances version 7 8", "ledger_entries seq 9 8"}},
		"a posting twice": {func(t *testing.T, b *business) { b.entry(t, 8, "document", 10000, b.first, nil, nil) },
			[]string{"balances net 3000 13000", "balances entries 7 8", "balances version 7 8", "documents posted 20000 10000"}},
		"a payment's posting twice": {func(t *testing.T, b *business) { b.entry(t, 8, "payment", -12000, nil, b.paid, nil) },
			[]string{"balances net 3000 -9000", "balances entries 7 8", "balances version 7 8", "payments posted -24000 -12000"}},
		"a reversal of nothing": {func(t *testing.T, b *business) { b.entry(t, 8, "document_void", 0, b.second, nil, nil) },
			[]string{"balances entries 7 8", "balances version 7 8", "ledger_entries reverses_id no reversal of its kind a reversal"}},
		"a reversal of a part": {func(t *testing.T, b *business) {
			b.entry(t, 8, "document_void", -4000, b.second, nil, b.entryOf(t, b.second))
		}, []string{"balances net 3000 -1000", "balances entries 7 8", "balances version 7 8", "ledger_entries amount -4000 -5000", "documents posted 1000 5000"}},
		"a reversal of another document": {func(t *testing.T, b *business) {
			b.entry(t, 8, "document_void", -5000, b.first, nil, b.entryOf(t, b.second))
		}, []string{"balances net 3000 -2000", "balances entries 7 8", "balances version 7 8", "ledger_entries source FIRST SECOND", "documents posted 5000 10000"}},
		"a posting that reverses": {func(t *testing.T, b *business) {
			b.entry(t, 8, "payment", -5000, b.second, nil, b.entryOf(t, b.second))
		}, []string{"balances net 3000 -2000", "balances entries 7 8", "balances version 7 8", "ledger_entries reverses_id a reversal no reversal"}},
		"a document's state": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE documents SET status = 'void' WHERE id = ?`, b.second)
		}, []string{"balances outstanding 5000 0", "documents posted 5000 0"}},
		"a document's amount": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE documents SET payable = 5001 WHERE id = ?`, b.second)
		}, []string{"balances outstanding 5000 5001", "documents posted 5000 5001"}},
		"settled": {func(t *testing.T, b *business) { b.Exec(t, `UPDATE documents SET settled = 1 WHERE id = ?`, b.second) },
			[]string{"documents settled 1 0"}},
		"allocated": {func(t *testing.T, b *business) { b.Exec(t, `UPDATE payments SET allocated = 1 WHERE id = ?`, b.paid) },
			[]string{"payments allocated 1 10000"}},
		"a payment's state": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE payments SET status = 'void' WHERE id = ?`, b.credit)
		}, []string{"balances credit 1000 0", "payments posted -1000 0"}},
		"an allocation less": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET amount = 9999 WHERE organization_id = ?`, b.organization)
		},
			[]string{"balances outstanding 5000 5001", "balances credit 2000 2001", "documents settled 10000 9999", "payments allocated 10000 9999"}},
		"no allocation": {func(t *testing.T, b *business) {
			b.Exec(t, `DELETE FROM allocations WHERE organization_id = ?`, b.organization)
		},
			[]string{"balances outstanding 5000 15000", "balances credit 2000 12000", "documents settled 10000 0", "payments allocated 10000 0"}},
		"an allocation's currency": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET currency = 'JPY' WHERE organization_id = ?`, b.organization)
		},
			[]string{"allocations currency JPY EUR", "allocations source_currency JPY EUR"}},
		"an allocation's contact": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET contact_id = ? WHERE organization_id = ?`, b.other, b.organization)
		},
			[]string{"allocations contact_id OTHER CLIENT", "allocations contact_id OTHER CLIENT"}},
		"an allocation to a void document": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET document_id = ? WHERE organization_id = ?`, b.void, b.organization)
			b.Exec(t, `UPDATE documents SET settled = 0 WHERE id = ?`, b.first)
		}, []string{"documents settled 0 10000", "allocations target void client issued client"}},
		"an allocation of a void payment": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET payment_id = ? WHERE organization_id = ?`, b.voided, b.organization)
		}, []string{"payments allocated 10000 0", "payments allocated 0 10000", "allocations source void recorded"}},
		"a refund of more than it takes": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET amount = 200 WHERE refund_id = ?`, b.refund())
		}, []string{"balances credit 500 800", "payments allocated 500 200", "payments allocated 500 200", "payments refunded 500 200"}},
		"a refund that takes nothing": {func(t *testing.T, b *business) {
			b.Exec(t, `DELETE FROM allocations WHERE refund_id = ?`, b.refund())
		}, []string{"balances credit 500 1000", "payments allocated 500 0", "payments allocated 500 0", "payments refunded 500 0"}},
		"what a part of another currency moved": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET source_amount = 900 WHERE payment_id = ?`, b.across())
		}, []string{"balances credit 500 600", "payments allocated 1000 900", "payments exchanged 1000 900"}},
		"a source amount in one currency": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE allocations SET source_amount = amount WHERE organization_id = ?`, b.organization)
		}, []string{"allocations source_currency its own EUR"}},
		"a gap in the numbers": {func(t *testing.T, b *business) { b.Exec(t, `UPDATE documents SET number = 5 WHERE id = ?`, b.void) },
			[]string{"documents number 5 3", "number_counters last 3 5"}},
		"a counter behind": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE number_counters SET last = 2 WHERE organization_id = ?`, b.organization)
		},
			[]string{"number_counters last 2 3"}},
		"no counter": {func(t *testing.T, b *business) {
			b.Exec(t, `DELETE FROM number_counters WHERE organization_id = ?`, b.organization)
		},
			[]string{"number_counters last nothing 3"}},
		"another period": {func(t *testing.T, b *business) {
			b.Exec(t, `UPDATE documents SET number_period = 2026 WHERE id = ?`, b.void)
		}, []string{"documents number 3 1", "number_counters last 3 2", "number_counters last nothing 3"}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				b := open(t, d)
				tt.spoil(t, b)
				found, err := b.Ledger.Verify(b.ctx)
				paymenttest.Must(t, err)
				names := map[string]string{b.first.String(): "FIRST", b.second.String(): "SECOND", b.client.String(): "CLIENT", b.other.String(): "OTHER"}
				var got []string
				for _, f := range found {
					if f.Organization != b.organization || f.ID == uuid.Nil {
						t.Errorf("%+v is not of the organization or has no id", f)
					}
					for id, n := range names {
						f.Stored, f.Computed = replace(f.Stored, id, n), replace(f.Computed, id, n)
					}
					got = append(got, fmt.Sprintf("%s %s %s %s", f.Table, f.Field, f.Stored, f.Computed))
				}
				if diff := cmp.Diff(sorted(tt.want), sorted(got)); diff != "" {
					t.Errorf("differences (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestDifferencesAreOfTheViewersOrganizationAndTheSystemSeesAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := open(t, d), open(t, d)
		a.Exec(t, `UPDATE payments SET allocated = 1 WHERE id = ?`, a.paid)
		for name, tt := range map[string]struct {
			ctx  context.Context
			want int
		}{"its own": {a.ctx, 1}, "another's": {b.ctx, 0}, "all": {viewer.AsSystem(a.ctx, "a test"), 1},
			"the system in one": {viewer.With(a.ctx, viewer.Viewer{Kind: viewer.System, Organization: b.organization}), 0}} {
			found, err := a.Ledger.Verify(tt.ctx)
			paymenttest.Must(t, err)
			if len(found) != tt.want {
				t.Errorf("%s: %v, want %d differences", name, found, tt.want)
			}
			for _, f := range found {
				line := fmt.Sprintf("payments %s of organization %s: allocated is 1, its sources say 10000", a.paid, a.organization)
				if f.String() != line {
					t.Errorf("%s, want %s", f, line)
				}
			}
		}
	})
}

func TestVerifyingIsForWhoRunsTheBusiness(t *testing.T) {
	d := dbtest.SQLite(t)
	b := open(t, d)
	for name, tt := range map[string]struct {
		ctx  context.Context
		want fault.Code
	}{
		"an accountant, who sees no restricted contact": {dbtest.Member(t, b.ctx, d, viewer.Accountant), fault.Forbidden},
		"a customer": {paymenttest.Who(t, b.ctx, d, b.client)["portal"], fault.Forbidden},
		"nobody":     {context.Background(), fault.Unauthenticated},
	} {
		if _, err := b.Ledger.Verify(tt.ctx); !fault.IsCode(err, tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestTheStatementsOfVerifyingDoNotDependOnTheRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		count := func() int64 {
			ctx, n := db.CountStatements(b.ctx)
			_, err := b.Ledger.Verify(ctx)
			paymenttest.Must(t, err)
			return n.Load()
		}
		few := count()
		for range 20 {
			b.Paid(t, b.ctx, b.client, "5", b.Issued(t, b.ctx, b.client, "5"))
		}
		if many := count(); few != many || few > 10 {
			t.Errorf("%d statements for few rows, %d for many", few, many)
		}
	})
}

func TestAnAccountIsKeptFromBreakingItsRule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		before := b.Dump(t, b.ctx)
		account := ledger.Account{ContactID: b.client, Side: "client", Currency: "EUR"}
		for name, c := range map[string]ledger.Change{
			"a posting that is not the change": {Account: account, Outstanding: 5, Posting: &ledger.Posting{Kind: "document", Amount: 6, Date: "2026-06-15"}},
			"a change without a posting":       {Account: account, Outstanding: 5},
			"outstanding below zero":           {Account: account, Outstanding: -5001, Credit: -5001},
			"credit below zero":                {Account: account, Outstanding: -2001, Credit: -2001},
		} {
			err := apply(b, c)
			if err == nil {
				t.Errorf("%s: was applied", name)
			}
		}
		if diff := cmp.Diff(before, b.Dump(t, b.ctx)); diff != "" {
			t.Errorf("something was written (-before +after):\n%s", diff)
		}
	})
}

// Places in the ledger are of one account: the entries of another say nothing of what came
// last.
func TestWhatStandsIsFoundAcrossTheAccountsOfAMovedDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.Exec(t, `UPDATE documents SET contact_id = ? WHERE id = ?`, b.other, b.void) // void: it stands on no account
		in := document.IDInput{ID: b.void}
		for range 2 {
			_, err := b.Documents.Restore(b.ctx, in)
			paymenttest.Must(t, err)
			b.Verified(t)
			_, err = b.Documents.Void(b.ctx, in)
			paymenttest.Must(t, err)
			b.Verified(t)
		}
	})
}

func replace(s, id, name string) string { return strings.ReplaceAll(s, id, name) }

func apply(b *business, c ledger.Change) error {
	return db.InTx(b.ctx, b.DB, func(ctx context.Context, tx *ent.Tx) error {
		return b.Ledger.Apply(ctx, tx, c)
	})
}

func sorted(in []string) []string {
	out := append([]string{}, in...)
	slices.Sort(out)
	return out
}
