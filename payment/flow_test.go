package payment_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// business is a contact with every kind of document that a payment can meet.
type business struct {
	*paymenttest.House
	ctx                                   context.Context
	client, other, archived, foreign      uuid.UUID
	open, part, paid, draft, void         *document.Document
	others, yen, theirs                   *document.Document
	recorded, spent, voided, inYen, their *payment.Payment
}

func open(t *testing.T, d *db.DB) *business {
	b := &business{House: paymenttest.New(d), ctx: dbtest.Tenant(t, d, viewer.Accountant)}
	b.client, b.other, b.archived = b.Client(t, b.ctx, "A"), b.Client(t, b.ctx, "B"), b.Client(t, b.ctx, "C")
	b.open, b.part, b.paid = b.Issued(t, b.ctx, b.client, "100"), b.Issued(t, b.ctx, b.client, "50"), b.Issued(t, b.ctx, b.client, "30")
	b.draft, b.void, b.others = b.Draft(t, b.ctx, b.client, "5"), b.Issued(t, b.ctx, b.client, "6"), b.Issued(t, b.ctx, b.other, "7")
	_, err := b.Documents.Void(b.ctx, document.IDInput{ID: b.void.ID})
	paymenttest.Must(t, err)
	yen, err := b.Documents.Create(b.ctx, paymenttest.Invoice(b.client, "JPY", "500"))
	paymenttest.Must(t, err)
	b.yen, err = b.Documents.Issue(b.ctx, document.IDInput{ID: yen.ID})
	paymenttest.Must(t, err)
	b.spent = b.Paid(t, b.ctx, b.client, "30", b.paid)
	b.recorded, b.voided = b.Paid(t, b.ctx, b.client, "40"), b.Paid(t, b.ctx, b.client, "3")
	_, err = b.Payments.Allocate(b.ctx, payment.AllocateInput{PaymentID: b.recorded.ID, Allocations: parts(b.part, "20")})
	paymenttest.Must(t, err)
	_, err = b.Payments.Void(b.ctx, payment.VoidInput{ID: b.voided.ID})
	paymenttest.Must(t, err)
	japanese := money.Currency("JPY")
	b.inYen, err = b.Payments.Record(b.ctx, payment.RecordInput{ContactID: b.client, Amount: money.MustDecimal("300"), Currency: &japanese, ExchangeRate: pointer(money.MustDecimal("0.006"))})
	paymenttest.Must(t, err)
	_, err = b.Contacts.Archive(b.ctx, contact.IDInput{ID: b.archived})
	paymenttest.Must(t, err)
	stranger := dbtest.Tenant(t, d, viewer.Owner)
	b.foreign = b.Client(t, stranger, "D")
	b.theirs, b.their = b.Issued(t, stranger, b.foreign, "8"), b.Paid(t, stranger, b.foreign, "9")
	return b
}

func parts(pairs ...any) (out []*payment.AllocationInput) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, &payment.AllocationInput{DocumentID: pairs[i].(*document.Document).ID, Amount: money.MustDecimal(pairs[i+1].(string))})
	}
	return out
}

func pointer[T any](v T) *T { return &v }

func TestABadPaymentIsRefusedWithItsFieldsAndNothingIsWritten(t *testing.T) {
	tests := map[string]struct {
		change func(*business, *payment.RecordInput)
		want   string
	}{
		"zero":        {func(_ *business, in *payment.RecordInput) { in.Amount = money.MustDecimal("0") }, "INVALID amount"},
		"negative":    {func(_ *business, in *payment.RecordInput) { in.Amount = money.MustDecimal("-1") }, "INVALID amount"},
		"half a cent": {func(_ *business, in *payment.RecordInput) { in.Amount = money.MustDecimal("0.005") }, "INVALID amount"},
		"half a yen": {func(_ *business, in *payment.RecordInput) {
			in.Amount, in.Currency = money.MustDecimal("0.5"), pointer(money.Currency("JPY"))
		}, "INVALID amount, INVALID exchangeRate"},
		"beyond 2^53":    {func(_ *business, in *payment.RecordInput) { in.Amount = money.MustDecimal("90071992547409.93") }, "INVALID amount"},
		"a sum beyond":   {func(_ *business, in *payment.RecordInput) { in.Amount = money.MustDecimal("90071992547409.92") }, "INVALID amount"},
		"no currency":    {func(_ *business, in *payment.RecordInput) { in.Currency = pointer(money.Currency("EUX")) }, "INVALID currency"},
		"an expense":     {func(_ *business, in *payment.RecordInput) { in.Kind = pointer(entpayment.KindExpense) }, "INVALID kind"},
		"no contact":     {func(_ *business, in *payment.RecordInput) { in.ContactID = uuid.Must(uuid.NewV7()) }, "NOT_FOUND contactId"},
		"their contact":  {func(b *business, in *payment.RecordInput) { in.ContactID = b.foreign }, "NOT_FOUND contactId"},
		"archived":       {func(b *business, in *payment.RecordInput) { in.ContactID = b.archived }, "CONFLICT contactId"},
		"both ways":      {func(b *business, in *payment.RecordInput) { in.OldestFirst, in.Allocations = true, parts(b.open, "1") }, "INVALID oldestFirst"},
		"201 documents":  {func(b *business, in *payment.RecordInput) { in.Allocations = make([]*payment.AllocationInput, 201) }, "INVALID allocations"},
		"a part of zero": {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "0") }, "INVALID allocations.0.amount"},
		"a part of less": {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "-1") }, "INVALID allocations.0.amount"},
		"too fine":       {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "0.001") }, "INVALID allocations.0.amount"},
		"more than all":  {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "60", b.part, "30") }, "INVALID allocations.1.amount"},
		"more than left": {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.part, "30.01") }, "INVALID allocations.0.amount"},
		"paid already":   {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.paid, "0.01") }, "INVALID allocations.0.amount"},
		"twice":          {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "1", b.open, "1") }, "INVALID allocations.1.documentId"},
		"another's":      {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.others, "1") }, "INVALID allocations.0.documentId"},
		"their document": {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.theirs, "1") }, "NOT_FOUND allocations.0.documentId"},
		"in yen":         {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.open, "1", b.yen, "1") }, "INVALID allocations.1.settledAmount"},
		"a draft":        {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.draft, "1") }, "CONFLICT allocations.0.documentId"},
		"a void one":     {func(b *business, in *payment.RecordInput) { in.Allocations = parts(b.void, "1") }, "CONFLICT allocations.0.documentId"},
		"a sale settled by a purchase": {func(b *business, in *payment.RecordInput) {
			in.Kind, in.Allocations = pointer(entpayment.KindSupplierPayment), parts(b.open, "1")
		}, "INVALID allocations.0.documentId"},
		"all that is bad": {func(b *business, in *payment.RecordInput) {
			in.Allocations = parts(b.draft, "1", b.open, "1", b.others, "1", b.open, "0.001")
		}, "CONFLICT allocations.0.documentId, INVALID allocations.2.documentId, INVALID allocations.3.amount"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				in := payment.RecordInput{ContactID: b.client, Amount: money.MustDecimal("80")}
				tt.change(b, &in)
				b.Refused(t, b.ctx, tt.want, func() error {
					_, err := b.Payments.Record(paymenttest.Keyed(b.ctx, name, 1), in)
					return err
				})
			})
		}
		b.Verified(t)
	})
}

func TestABadChangeOfAPaymentIsRefusedWithItsFieldAndNothingIsWritten(t *testing.T) {
	allocate := func(id func(*business) *payment.Payment, parts func(*business) []*payment.AllocationInput) func(*business, context.Context) error {
		return func(b *business, ctx context.Context) error {
			_, err := b.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: id(b).ID, Allocations: parts(b)})
			return err
		}
	}
	unallocate := func(id func(*business) *payment.Payment, docs ...func(*business) *document.Document) func(*business, context.Context) error {
		return func(b *business, ctx context.Context) error {
			in := payment.UnallocateInput{PaymentID: id(b).ID}
			for _, doc := range docs {
				in.DocumentIDs = append(in.DocumentIDs, doc(b).ID)
			}
			_, err := b.Payments.Unallocate(ctx, in)
			return err
		}
	}
	void := func(id func(*business) *payment.Payment) func(*business, context.Context) error {
		return func(b *business, ctx context.Context) error {
			_, err := b.Payments.Void(ctx, payment.VoidInput{ID: id(b).ID})
			return err
		}
	}
	recorded, voided := func(b *business) *payment.Payment { return b.recorded }, func(b *business) *payment.Payment { return b.voided }
	spent, their, inYen := func(b *business) *payment.Payment { return b.spent }, func(b *business) *payment.Payment { return b.their },
		func(b *business) *payment.Payment { return b.inYen }
	one := func(b *business) []*payment.AllocationInput { return parts(b.open, "1") }
	tests := map[string]struct {
		call func(*business, context.Context) error
		want string
	}{
		"allocate nothing":          {allocate(recorded, func(*business) []*payment.AllocationInput { return nil }), "INVALID allocations"},
		"allocate what is not left": {allocate(recorded, func(b *business) []*payment.AllocationInput { return parts(b.open, "20.01") }), "INVALID allocations.0.amount"},
		"allocate what is spent":    {allocate(spent, one), "INVALID allocations.0.amount"},
		"allocate more to the same": {allocate(recorded, func(b *business) []*payment.AllocationInput { return parts(b.part, "30.01") }), "INVALID allocations.0.amount"},
		"allocate a void payment":   {allocate(voided, one), "CONFLICT paymentId"},
		"allocate their payment":    {allocate(their, one), "NOT_FOUND paymentId"},
		"allocate yen to euros":     {allocate(inYen, one), "INVALID allocations.0.settledAmount"},
		"free a void payment":       {unallocate(voided), "CONFLICT paymentId"},
		"free their payment":        {unallocate(their), "NOT_FOUND paymentId"},
		"free what is not settled": {unallocate(recorded, func(b *business) *document.Document { return b.part }, func(b *business) *document.Document { return b.open }),
			"NOT_FOUND documentIds.1"},
		"free their document": {unallocate(recorded, func(b *business) *document.Document { return b.theirs }), "NOT_FOUND documentIds.0"},
		"void twice":          {void(voided), "CONFLICT id"},
		"void their payment":  {void(their), "NOT_FOUND id"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				b.Refused(t, b.ctx, tt.want, func() error { return tt.call(b, paymenttest.Keyed(b.ctx, name, 1)) })
			})
		}
		_, err := b.Contacts.Archive(b.ctx, contact.IDInput{ID: b.client})
		paymenttest.Must(t, err)
		b.Refused(t, b.ctx, "CONFLICT paymentId", func() error { return allocate(recorded, one)(b, b.ctx) })
		b.Verified(t)
	})
}

func TestWhoMayNotTouchPaymentsTouchesNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		who := paymenttest.Who(t, b.ctx, d, b.client)
		who["sales"] = dbtest.Member(t, b.ctx, d, viewer.Sales)
		calls := map[string]struct {
			call  func(context.Context) error
			reads bool
		}{
			"record": {func(ctx context.Context) error {
				_, err := b.Payments.Record(ctx, payment.RecordInput{ContactID: b.client, Amount: money.MustDecimal("1")})
				return err
			}, false},
			"pay a supplier": {func(ctx context.Context) error {
				_, err := b.Payments.Record(ctx, payment.RecordInput{ContactID: b.client, Kind: pointer(entpayment.KindSupplierPayment), Amount: money.MustDecimal("1")})
				return err
			}, false},
			"allocate": {func(ctx context.Context) error {
				_, err := b.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: b.recorded.ID, OldestFirst: true})
				return err
			}, false},
			"unallocate": {func(ctx context.Context) error {
				_, err := b.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: b.recorded.ID})
				return err
			}, false},
			"void": {func(ctx context.Context) error {
				_, err := b.Payments.Void(ctx, payment.VoidInput{ID: b.recorded.ID})
				return err
			}, false},
			"get":  {func(ctx context.Context) error { _, err := b.Payments.Get(ctx, b.recorded.ID); return err }, true},
			"list": {func(ctx context.Context) error { _, err := b.Payments.List(ctx, page.Args{}, nil); return err }, true},
			"of": {func(ctx context.Context) error {
				byID, err := b.Contacts.ByIDs(b.ctx, []uuid.UUID{b.client})
				paymenttest.Must(t, err)
				_, err = b.Payments.Of(ctx, byID[b.client], page.Args{})
				return err
			}, true},
		}
		for name, ctx := range who {
			for call, c := range calls {
				t.Run(name+" "+call, func(t *testing.T) {
					want := "FORBIDDEN"
					switch {
					case name == "nobody":
						want = "UNAUTHENTICATED"
					case c.reads && (name == "read-only" || name == "sales"):
						want = ""
					}
					b.Refused(t, b.ctx, want, func() error { return c.call(ctx) })
				})
			}
			rows, err := b.Payments.ByIDs(ctx, []uuid.UUID{b.recorded.ID, b.voided.ID, b.their.ID})
			seen := map[string]int{"read-only": 2, "sales": 2, "portal": 1}[name] // a customer: the recorded one
			if err != nil || len(rows) != seen {
				t.Errorf("%s reads %d payments by id, want %d: %v", name, len(rows), seen, err)
			}
			doc, err := b.Documents.Get(b.ctx, b.part.ID)
			paymenttest.Must(t, err)
			allocations, err := b.Payments.AllocationsOf(ctx, doc)
			seen = map[string]int{"read-only": 1, "sales": 1, "portal": 1}[name] // a customer: what settles their own
			if err != nil || len(allocations) != seen {
				t.Errorf("%s reads %d allocations, want %d: %v", name, len(allocations), seen, err)
			}
		}
		b.Verified(t)
	})
}

func TestAllThePaymentsOfOneContactAtOnceAreBooked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Issued(t, ctx, client, "10")
		h.Issued(t, ctx, client, "16")
		var wg sync.WaitGroup
		for range 32 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("1"), OldestFirst: true})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		h.Verified(t)
		rows, err := h.Ledger.Balances(ctx, []uuid.UUID{client})
		paymenttest.Must(t, err)
		b := rows[client][0].Balance
		if got := []money.Minor{b.Outstanding, b.Credit, b.Net, money.Minor(b.Version)}; !cmp.Equal(got, []money.Minor{0, 600, -600, 34}) {
			t.Errorf("outstanding, credit, net, version are %v", got)
		}
	})
}

func TestTwoPaymentsForTheSameDebtSettleItOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		docs := []*document.Document{h.Issued(t, ctx, client, "10"), h.Issued(t, ctx, client, "10")}
		var wg sync.WaitGroup
		got := make([]string, 16)
		for i := range got {
			in := payment.RecordInput{ContactID: client, Amount: money.MustDecimal("20"), Allocations: parts(docs[i%2], "10", docs[1-i%2], "10")}
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := h.Payments.Record(ctx, in)
				got[i] = paymenttest.Faults(err)
			}()
		}
		wg.Wait()
		count := map[string]int{}
		for _, g := range got {
			count[g]++
		}
		if diff := cmp.Diff(map[string]int{"": 1, "INVALID allocations.0.amount, INVALID allocations.1.amount": 15}, count); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		h.Verified(t)
	})
}

func TestWhatIsPaidIsSettledByTheRulesAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		in := paymenttest.Invoice(client, "EUR", "60")
		in.Date, in.DueDate = paymenttest.On("2026-01-01"), paymenttest.On("2026-03-01")
		late, err := h.Documents.Create(ctx, in)
		paymenttest.Must(t, err)
		in.DueDate = paymenttest.On("2026-02-01")
		early, err := h.Documents.Create(ctx, in)
		paymenttest.Must(t, err)
		for _, doc := range []*document.Document{late, early} {
			_, err := h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
			paymenttest.Must(t, err)
		}
		state := func(what string, settledEarly, settledLate, outstanding, credit money.Minor) {
			t.Helper()
			e, err := h.Documents.Get(ctx, early.ID)
			paymenttest.Must(t, err)
			l, err := h.Documents.Get(ctx, late.ID)
			paymenttest.Must(t, err)
			rows, err := h.Ledger.Balances(ctx, []uuid.UUID{client})
			paymenttest.Must(t, err)
			b := rows[client][0].Balance
			got := []money.Minor{e.Document.Settled, l.Document.Settled, b.Outstanding, b.Credit}
			if diff := cmp.Diff([]money.Minor{settledEarly, settledLate, outstanding, credit}, got); diff != "" {
				t.Errorf("%s: settled, settled, outstanding, credit (-want +got):\n%s", what, diff)
			}
			h.Verified(t)
		}
		p, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("70"), OldestFirst: true})
		paymenttest.Must(t, err)
		state("oldest due first", 6000, 1000, 5000, 0)
		_, err = h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: p.ID, DocumentIDs: []uuid.UUID{early.ID}})
		paymenttest.Must(t, err)
		state("one taken off", 0, 1000, 11000, 6000)
		_, err = h.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: p.ID, Allocations: parts(late, "15")})
		paymenttest.Must(t, err)
		state("more of what it settles already", 0, 2500, 9500, 4500)
		q, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("100"), Allocations: parts(early, "60", late, "35")})
		paymenttest.Must(t, err)
		state("paid too much", 6000, 6000, 0, 5000)
		for _, id := range []uuid.UUID{p.ID, q.ID} {
			_, err := h.Payments.Void(ctx, payment.VoidInput{ID: id})
			paymenttest.Must(t, err)
		}
		state("all void", 0, 0, 12000, 0)
	})
}

func TestRecordGivesWhatIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		got, err := b.Payments.Record(b.ctx, payment.RecordInput{ContactID: b.client, Amount: money.MustDecimal("12.5"), Reference: " bank 7 ", Allocations: parts(b.open, "2")})
		paymenttest.Must(t, err)
		kept, err := b.Payments.Get(b.ctx, got.ID)
		paymenttest.Must(t, err)
		if g, k := fmt.Sprint(got.Payment), fmt.Sprint(kept.Payment); g != k {
			t.Errorf("gave  %s\nkeeps %s", g, k)
		}
		allocations, err := got.Allocations(b.ctx)
		paymenttest.Must(t, err)
		if len(allocations) != 1 || allocations[0].Amount().Minor != 200 {
			t.Errorf("allocations %v", allocations)
		}
	})
}

// On SQLite one writes at a time. On PostgreSQL who archives waits for who is about to book.
func TestArchivingWaitsForThePaymentThatBeganBefore(t *testing.T) {
	d := dbtest.Postgres(t)
	h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
	client := h.Client(t, ctx, "A")
	archived := make(chan error, 1)
	err := db.InTx(ctx, d, func(txCtx context.Context, tx *ent.Tx) error {
		if _, err := contact.Active(txCtx, tx, client, "contactId"); err != nil {
			return err
		}
		go func() {
			_, err := h.Contacts.Archive(ctx, contact.IDInput{ID: client})
			archived <- err
		}()
		for h.Count(t, `SELECT count(*) FROM pg_locks WHERE NOT granted`) == 0 {
			select {
			case <-archived:
				t.Fatal("the contact was archived under a payment that had found it active")
			default:
			}
		}
		return nil
	})
	paymenttest.Must(t, err)
	paymenttest.Must(t, <-archived)
	h.Refused(t, ctx, "CONFLICT contactId", func() error {
		_, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("1")})
		return err
	})
}

func TestTheStatementsOfAPaymentDoNotDependOnWhatItSettles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Paid(t, ctx, client, "1") // makes the balance
		count := func(f func(context.Context)) int64 {
			counted, n := db.CountStatements(ctx)
			f(counted)
			return n.Load()
		}
		run := func(docs int) (counts map[string]int64) {
			in := payment.RecordInput{ContactID: client, Amount: money.MustDecimal("1000")}
			for range docs {
				in.Allocations = append(in.Allocations, parts(h.Issued(t, ctx, client, "1"), "1")...)
			}
			counts = map[string]int64{}
			var p *payment.Payment
			record := func(in payment.RecordInput, key string) func(context.Context) {
				return func(ctx context.Context) {
					if key != "" {
						ctx = paymenttest.Keyed(ctx, key, 1)
					}
					var err error
					p, err = h.Payments.Record(ctx, in)
					paymenttest.Must(t, err)
				}
			}
			counts["record"] = count(record(in, ""))
			counts["unallocate"] = count(func(ctx context.Context) {
				_, err := h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: p.ID})
				paymenttest.Must(t, err)
			})
			counts["allocate"] = count(func(ctx context.Context) {
				_, err := h.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: p.ID, OldestFirst: true})
				paymenttest.Must(t, err)
			})
			counts["void"] = count(func(ctx context.Context) {
				_, err := h.Payments.Void(ctx, payment.VoidInput{ID: p.ID})
				paymenttest.Must(t, err)
			})
			counts["record with a key"] = count(record(in, fmt.Sprint(docs)))
			in.Allocations = nil
			counts["record without documents"] = count(record(in, ""))
			euro := money.Currency("EUR")
			in.Date, in.Currency = paymenttest.On("2026-06-15"), &euro
			counts["record with date and currency"] = count(record(in, ""))
			return counts
		}
		one, many := run(1), run(40)
		t.Logf("statements: %v", one)
		if diff := cmp.Diff(one, many); diff != "" {
			t.Errorf("statements (-1 document +40 documents):\n%s", diff)
		}
		most := map[string]int64{"record": 9, "unallocate": 9, "allocate": 10, "void": 13, "record with a key": 11,
			"record without documents": 6, "record with date and currency": 6}
		for what, n := range many {
			if n > most[what] {
				t.Errorf("%s: %d statements, at most %d", what, n, most[what])
			}
		}
	})
}
