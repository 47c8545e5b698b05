package portal_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

// things are the documents and payments of one contact, of every kind and state.
type things struct {
	contact               *contact.Contact
	issued, paid          uuid.UUID // what its people may see: 124.00 and 62.00 EUR
	draft, void, bill     uuid.UUID
	payment               uuid.UUID // 80.00 EUR: pays the second, and a part of the first
	voidPayment, supplier uuid.UUID
}

func (x things) all() []uuid.UUID {
	return []uuid.UUID{x.contact.ID, x.issued, x.paid, x.draft, x.void, x.bill, x.payment, x.voidPayment, x.supplier}
}

func (b *bench) things(t *testing.T, name string) (x things) {
	t.Helper()
	x.contact = b.client(t, name)
	invoice := func(price string) uuid.UUID {
		d, err := b.Documents.Create(b.ctx, document.CreateInput{Type: entdocument.TypeInvoice, ContactID: x.contact.ID, Date: ptr(day.Date("2026-04-01")),
			Lines: []*document.LineInput{{Title: name, UnitPrice: new(money.MustDecimal(price)), Taxes: []*money.Tax{{Rate: money.FromInt(24)}}}}})
		must(t, err)
		return d.ID
	}
	issue := func(id uuid.UUID) uuid.UUID {
		_, err := b.Documents.Issue(b.ctx, document.IDInput{ID: id})
		must(t, err)
		return id
	}
	x.issued, x.paid, x.draft, x.void = issue(invoice("100")), issue(invoice("50")), invoice("10"), issue(invoice("10"))
	_, err := b.Documents.Void(b.ctx, document.IDInput{ID: x.void})
	must(t, err)
	must(t, db.InTx(b.ctx, b.db, func(ctx context.Context, tx *ent.Tx) error { // no function makes bills yet
		bill, err := tx.Document.Create().SetOrganizationID(viewer.From(ctx).Organization).SetType(entdocument.TypeBill).SetSide(entdocument.SideSupplier).
			SetStatus(entdocument.StatusIssued).SetContactID(x.contact.ID).SetContactName(name).SetDate("2026-04-01").SetDueDate("2026-04-01").
			SetCurrency("EUR").SetExchangeRate(money.FromInt(1)).SetPayable(700).SetCreatedBy(uuid.New()).Save(ctx)
		if err != nil {
			return err
		}
		x.bill = bill.ID
		return b.Ledger.Apply(ctx, tx, ledger.Change{Account: ledger.Account{ContactID: x.contact.ID, Side: ledgerentry.SideSupplier, Currency: "EUR"},
			Outstanding: 700, Posting: &ledger.Posting{Kind: ledgerentry.KindDocument, Amount: 700, Date: "2026-04-01", DocumentID: &bill.ID}})
	}))
	pay := func(kind entpayment.Kind, amount string, to ...*payment.AllocationInput) uuid.UUID {
		p, err := b.payments.Record(b.ctx, payment.RecordInput{ContactID: x.contact.ID, Kind: &kind, Date: ptr(day.Date("2026-04-02")),
			Amount: money.MustDecimal(amount), Reference: name, Allocations: to})
		must(t, err)
		return p.ID
	}
	x.payment = pay(entpayment.KindClientPayment, "80", &payment.AllocationInput{DocumentID: x.paid, Amount: money.MustDecimal("62")},
		&payment.AllocationInput{DocumentID: x.issued, Amount: money.MustDecimal("8")})
	x.voidPayment = pay(entpayment.KindClientPayment, "5")
	_, err = b.payments.Void(b.ctx, payment.VoidInput{ID: x.voidPayment})
	must(t, err)
	x.supplier = pay(entpayment.KindSupplierPayment, "3")
	return x
}

// scene is a customer of one contact, beside another contact of the same organization and
// one of another organization.
type scene struct {
	*bench
	me               context.Context
	mine, next, away things
	everything       []uuid.UUID // every id there is
}

func newScene(t *testing.T, d *db.DB) scene {
	b, other := setup(t, d), setup(t, d)
	s := scene{bench: b, mine: b.things(t, "δικά μου"), next: b.things(t, "του διπλανού"), away: other.things(t, "αλλού")}
	s.me, _ = b.let(t, s.mine.contact.ID, "maria@a.example")
	_, _ = b.let(t, s.next.contact.ID, "nikos@a.example")
	_, _ = other.let(t, s.away.contact.ID, "anna@a.example")
	for _, x := range []things{s.mine, s.next, s.away} {
		s.everything = append(s.everything, x.all()...)
	}
	system := viewer.AsSystem(context.Background(), "a test collects every id")
	for _, ids := range []func(context.Context) ([]uuid.UUID, error){d.Organization.Query().IDs, d.User.Query().IDs, d.Membership.Query().IDs,
		d.Session.Query().IDs, d.PortalGrant.Query().IDs, d.DocumentLine.Query().IDs, d.DocumentTax.Query().IDs, d.Allocation.Query().IDs,
		d.LedgerEntry.Query().IDs, d.Balance.Query().IDs, d.AuditEvent.Query().IDs, d.NumberSequence.Query().IDs} {
		found, err := ids(system)
		must(t, err)
		s.everything = append(s.everything, found...)
	}
	s.everything = append(s.everything, uuid.Nil, uuid.New())
	return s
}

func TestACustomerSeesTheOwnAndNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		p, err := s.For(s.me)
		must(t, err)

		contacts, err := p.Contacts(s.me)
		must(t, err)
		if len(contacts) != 1 || contacts[0].ID != s.mine.contact.ID || contacts[0].Name != "δικά μου" {
			t.Errorf("contacts are %v", contacts)
		}
		business, err := p.Business(s.me)
		must(t, err)
		if business.ID != viewer.From(s.ctx).Organization {
			t.Errorf("the business is %s", business.ID)
		}
		for _, id := range s.everything {
			one, err := p.Contact(s.me, &id)
			own, ownErr := s.OwnContact(s.me, &id)
			if id == s.mine.contact.ID {
				must(t, err)
				must(t, ownErr)
				if one.ID != id || own != id {
					t.Errorf("the own contact is %s and %s", one.ID, own)
				}
			} else {
				refused(t, err, fault.NotFound, "id")
				refused(t, ownErr, fault.NotFound, "contactId")
			}
			doc, err := p.Document(s.me, id)
			_, _, watched := s.WatchDocuments(s.me, id)
			if id == s.mine.contact.ID {
				must(t, watched)
			} else {
				refused(t, watched, fault.NotFound, "contactId")
			}
			if id == s.mine.issued || id == s.mine.paid {
				must(t, err)
				if doc.ID != id {
					t.Errorf("the document is %s", doc.ID)
				}
			} else {
				refused(t, err, fault.NotFound, "id")
			}
			invoice, err := p.Invoice(s.me, id)
			if id == s.mine.issued || id == s.mine.paid {
				must(t, err)
				if invoice.ID != id {
					t.Errorf("the invoice is %s", invoice.ID)
				}
			} else {
				refused(t, err, fault.NotFound, "id")
			}
			if t.Failed() {
				t.Fatalf("of the id %s", id)
			}
		}

		c, err := p.Contact(s.me, nil)
		must(t, err)
		invoices, err := c.Invoices(s.me, nil, nil)
		must(t, err)
		var ids []uuid.UUID
		for _, i := range invoices.Nodes() {
			ids = append(ids, i.ID)
		}
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(ids, []uuid.UUID{s.mine.issued, s.mine.paid}) {
			t.Errorf("invoices are %v", ids)
		}
		payments, err := c.Payments(s.me, nil, nil)
		must(t, err)
		if all := payments.Nodes(); len(all) != 1 || all[0].ID != s.mine.payment || all[0].Amount().Minor != 8000 || all[0].Credit().Minor != 1000 {
			t.Errorf("payments are %v", all)
		}
		settled, err := payments.Nodes()[0].Settled(s.me)
		must(t, err)
		if len(settled) != 2 || settled[0].Document.ID != s.mine.paid || settled[0].Amount.Minor != 6200 || settled[1].Amount.Minor != 800 {
			t.Errorf("the payment settled %v", settled)
		}
		balances, err := c.Balances(s.me)
		must(t, err)
		if len(balances) != 1 || balances[0].Side != "client" || balances[0].Outstanding().Minor != 11600 || balances[0].Credit().Minor != 1000 || balances[0].Net().Minor != 10600 {
			t.Errorf("balances are %v", balances)
		}
		tables, err := c.Statement(s.me, nil, nil)
		must(t, err)
		if len(tables) != 1 || tables[0].Closing.Minor != 10600 || tables[0].Closing != balances[0].Net() || len(tables[0].Lines) != 7 {
			t.Errorf("the statement has %d tables: %+v", len(tables), tables[0])
		}
		for _, l := range tables[0].Lines {
			if l.Entry.ContactID != s.mine.contact.ID || l.Entry.Side != ledgerentry.SideClient {
				t.Errorf("the statement has %+v", l.Entry)
			}
		}
		_, err = c.Statement(s.me, ptr(day.Date("2026-02-01")), ptr(day.Date("2026-01-01")))
		refused(t, err, fault.Invalid, "to")
	})
}

func TestPagesOfTheOwnGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		p, err := s.For(s.me)
		must(t, err)
		c, err := p.Contact(s.me, nil)
		must(t, err)
		first, err := c.Invoices(s.me, ptr(1), nil)
		must(t, err)
		second, err := c.Invoices(s.me, ptr(1), first.PageInfo.EndCursor)
		must(t, err)
		if !first.PageInfo.HasNextPage || second.PageInfo.HasNextPage || len(second.Edges) != 1 || first.Edges[0].Node.ID == second.Edges[0].Node.ID {
			t.Errorf("%v, then %v", first.Nodes(), second.Nodes())
		}
		after, err := c.Payments(s.me, ptr(1), ptr(page.Cursor{Kind: "portalPayments", Key: "2199-12-31", ID: uuid.Max}.String()))
		must(t, err)
		if len(after.Edges) != 1 || after.Edges[0].Node.ID != s.mine.payment {
			t.Errorf("payments after a cursor of nothing are %v", after.Nodes())
		}
		for _, bad := range []string{"x", *first.PageInfo.EndCursor, page.Cursor{Kind: "portalPayments", Key: "x", ID: uuid.New()}.String()} {
			_, err := c.Payments(s.me, nil, &bad)
			refused(t, err, fault.Invalid, "after")
		}
	})
}

func TestOneOfSeveralContactsIsNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		both, _ := s.let(t, s.next.contact.ID, "maria@a.example")
		p, err := s.For(both)
		must(t, err)
		_, err = p.Contact(both, nil)
		refused(t, err, fault.NotFound, "id")
		contacts, err := p.Contacts(both)
		must(t, err)
		if len(contacts) != 2 {
			t.Fatalf("contacts are %v", contacts)
		}
		ctx, n := db.CountStatements(both)
		for _, c := range contacts {
			payments, err := c.Payments(ctx, nil, nil)
			must(t, err)
			balances, err := c.Balances(ctx)
			must(t, err)
			if len(payments.Edges) != 1 || payments.Edges[0].Node.ContactID != c.ID || len(balances) != 1 || balances[0].ContactID != c.ID {
				t.Errorf("%s has %v and %v", c.Name, payments.Nodes(), balances)
			}
		}
		if n.Load() != 2 {
			t.Errorf("%d statements for two contacts, want one for payments and one for balances", n.Load())
		}
		for _, id := range []uuid.UUID{s.away.contact.ID, s.away.issued} {
			_, err := p.Contact(both, &id)
			refused(t, err, fault.NotFound, "id")
		}
	})
}

// A new read of the portal must be walked above: this list is what is.
func TestEveryReadOfThePortalIsWalked(t *testing.T) {
	for value, want := range map[any][]string{
		&portal.Service{}: {"Accept", "AcceptEstimate", "Access", "AccessOf", "For", "Invite", "MarkSeen", "OwnContact", "RejectEstimate", "Revoke", "Send", "UpdateSettings", "WatchDocuments"},
		&portal.Portal{}:  {"Business", "Contact", "Contacts", "Document", "Invoice", "Settings"},
		&portal.Contact{}: {"Balances", "Documents", "Invoices", "Messages", "Payments", "Printed", "Projects", "Statement"},
	} {
		var got []string
		for typ, i := reflect.TypeOf(value), 0; i < typ.NumMethod(); i++ {
			got = append(got, typ.Method(i).Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-walked +there):\n%s", value, diff)
		}
	}
}

func TestStaffFunctionsRefuseCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		own := s.mine
		for name, f := range map[string]func() error{
			"contact.Get":   func() error { return second(s.contacts.Get(s.me, own.contact.ID)) },
			"contact.List":  func() error { return second(s.contacts.List(s.me, page.Args{}, nil, contact.ByName)) },
			"document.Get":  func() error { return second(s.Documents.Get(s.me, own.issued)) },
			"document.List": func() error { return second(s.Documents.List(s.me, page.Args{}, nil, document.ByDateDesc)) },
			"document.CreateInvoice": func() error {
				return second(s.Documents.Create(s.me, document.CreateInput{Type: entdocument.TypeInvoice, ContactID: own.contact.ID}))
			},
			"document.IssueInvoice": func() error { return second(s.Documents.Issue(s.me, document.IDInput{ID: own.draft})) },
			"document.VoidInvoice":  func() error { return second(s.Documents.Void(s.me, document.IDInput{ID: own.issued})) },
			"payment.Get":           func() error { return second(s.payments.Get(s.me, own.payment)) },
			"payment.List":          func() error { return second(s.payments.List(s.me, page.Args{}, nil)) },
			"payment.Record": func() error {
				return second(s.payments.Record(s.me, payment.RecordInput{ContactID: own.contact.ID, Amount: money.FromInt(1)}))
			},
			"payment.Void":  func() error { return second(s.payments.Void(s.me, payment.VoidInput{ID: own.payment})) },
			"statement.For": func() error { return second(s.Statements.For(s.me, statement.Input{ContactID: own.contact.ID})) },
		} {
			if err := f(); code(err) != fault.Forbidden {
				t.Errorf("%s: got %v, want FORBIDDEN", name, err)
			}
		}
		access, err := s.AccessOf(s.me, own.contact)
		must(t, err)
		if len(access) != 0 {
			t.Errorf("a customer reads who has access: %v", access)
		}
		fresh, err := s.contacts.Get(s.ctx, own.contact.ID)
		must(t, err)
		access, err = s.AccessOf(s.ctx, fresh)
		must(t, err)
		if len(access) != 1 || access[0].Email != "maria@a.example" {
			t.Errorf("staff read who has access: %v", access)
		}
	})
}

func second[T any](_ T, err error) error { return err }
