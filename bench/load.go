package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/schema"
)

// The size of the business.
const (
	contacts     = 2000
	documents    = perContact*(contacts-1) + hotDocuments
	perContact   = 10
	unpaid       = 2   // of a contact's documents, the latest
	hotDocuments = 200 // of the last contact, all unpaid
)

// token is the API key of both programs: an owner's.
const token = "ktk_bench-bench-bench-bench-bench-bench-bench-0"

// business is what the programs are asked about.
type business struct {
	organization uuid.UUID
	many         []target // an unpaid document of each contact but the last
	hot          []target // unpaid documents of the last contact
}

// target is a document that payments settle, cent by cent.
type target struct{ contact, document uuid.UUID }

// loader collects the rows of each table. It keeps what the domain packages would: each
// document and payment is on the ledger, and each balance is the sum of its entries.
type loader struct {
	random *rand.Rand
	now    time.Time
	org    uuid.UUID
	owner  uuid.UUID
	seq    uuid.UUID
	number int64
	rows   map[string][][]any
	out    *business
}

// tables are the columns that are written; the others have defaults.
var tables = []struct{ name, columns string }{
	{"organizations", "id created_at name base_currency"},
	{"users", "id created_at email name"},
	{"memberships", "id organization_id created_at user_id role"},
	{"api_keys", "id organization_id created_at name role prefix key_hash created_by"},
	{"contacts", "id organization_id created_at updated_at company display_name profession vat_number is_client default_taxes search sort_name"},
	{"number_sequences", "id organization_id created_at document_type name prefix padding is_default"},
	{"number_counters", "id organization_id created_at sequence_id period last"},
	{"documents", "id organization_id created_at updated_at type side status contact_id contact_name contact_vat_number sequence_id number number_text date due_date currency exchange_rate net vat total payable settled created_by issued_at"},
	{"document_lines", "id organization_id created_at document_id position title quantity unit unit_price discount_percent taxes net"},
	{"document_taxes", "id organization_id created_at document_id position kind name category rate base amount"},
	{"payments", "id organization_id created_at updated_at kind side contact_id date amount currency reference allocated created_by"},
	{"allocations", "id organization_id created_at contact_id payment_id document_id currency amount"},
	{"ledger_entries", "id organization_id created_at contact_id side currency seq kind amount date document_id payment_id"},
	{"balances", "id organization_id created_at contact_id side currency outstanding credit net entries version updated_at"},
}

// load writes the business.
func load(ctx context.Context, c *pgx.Conn) (*business, error) {
	l := &loader{random: rand.New(rand.NewPCG(1, 2)), now: schema.Now(), org: newID(), owner: newID(), seq: newID(), rows: map[string][][]any{}}
	l.out = &business{organization: l.org}
	l.staff()
	for i := range contacts {
		l.contact(i)
	}
	l.add("number_counters", newID(), l.org, l.now, l.seq, 0, l.number)
	for _, t := range tables {
		_, err := c.CopyFrom(ctx, pgx.Identifier{t.name}, strings.Fields(t.columns), pgx.CopyFromRows(l.rows[t.name]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return l.out, nil
}

func (l *loader) add(table string, values ...any) { l.rows[table] = append(l.rows[table], values) }

func (l *loader) staff() {
	hash := sha256.Sum256([]byte(token))
	l.add("organizations", l.org, l.now, "Καλή Γη ΑΕ", "EUR")
	l.add("users", l.owner, l.now, "owner@bench.example", "Ελένη Αγγελίδου")
	l.add("memberships", newID(), l.org, l.now, l.owner, "owner")
	l.add("api_keys", newID(), l.org, l.now, "bench", "owner", token[:12], hash[:], l.owner)
	l.add("number_sequences", l.seq, l.org, l.now, "invoice", "A", "INV-", 5, true)
}

// account is where a contact stands while its history is written.
type account struct {
	contact           uuid.UUID
	outstanding, seen int64
}

var trades = []string{"Παντοπωλείο", "Οινοποιείο", "Βιβλιοπωλείο", "Εστιατόριο", "Ζαχαροπλαστείο", "Bakery", "Wine Imports"}

func (l *loader) contact(i int) {
	id := newID()
	hot := i == contacts-1
	name := fmt.Sprintf("%s %04d ΑΕ", trades[l.random.IntN(len(trades))], i)
	if hot {
		name = "Ώριμο 9999 ΑΕ"
	}
	vat := fmt.Sprintf("%09d", 90_000_000+i)
	folded := contact.Fold(name)
	l.add("contacts", id, l.org, l.now, l.now, name, name, "Τρόφιμα και ποτά", vat, true, "[]", folded+" "+vat, folded)
	a := &account{contact: id}
	n := perContact
	if hot {
		n = hotDocuments
	}
	for k := range n {
		date := l.now.AddDate(0, 0, (k-n)*700/n).Truncate(24 * time.Hour)
		payable, document := l.document(a, name, vat, date, hot)
		switch {
		case hot:
			l.out.hot = append(l.out.hot, target{id, document})
		case k < n-unpaid:
			l.payment(a, document, date.AddDate(0, 0, 20), payable)
		case k == n-1:
			l.out.many = append(l.out.many, target{id, document})
		}
	}
	l.add("balances", newID(), l.org, l.now, id, "client", "EUR", a.outstanding, 0, a.outstanding, a.seen, a.seen, l.now)
}

var goods = []string{"Ελαιόλαδο εξαιρετικό παρθένο 5 l", "Μέλι θυμαρίσιο 1 kg", "Assyrtiko 2024, 0.75 l", "Φέτα ΠΟΠ βαρέλι 1 kg", "Delivery within Attica"}

const vatTax = `[{"kind":"vat","name":"ΦΠΑ 24 %","rate":"24","category":"S"}]`

// document writes an issued invoice of two or three lines and its entry.
func (l *loader) document(a *account, name, vat string, date time.Time, hot bool) (payable int64, id uuid.UUID) {
	id = newID()
	var net int64
	lines := 2 + l.random.IntN(2)
	for p := range lines {
		quantity, price := int64(1+l.random.IntN(40)), int64(2_000+l.random.IntN(9_000))
		if hot {
			price *= 100
		}
		net += quantity * price
		l.add("document_lines", newID(), l.org, l.now, id, p, goods[l.random.IntN(len(goods))], fmt.Sprint(quantity), "τεμ.",
			fmt.Sprintf("%d.%02d", price/100, price%100), "0", vatTax, quantity*price)
	}
	tax := (net*24 + 50) / 100
	payable = net + tax
	l.number++
	l.add("document_taxes", newID(), l.org, l.now, id, 0, "vat", "ΦΠΑ 24 %", "S", "24", net, tax)
	l.add("documents", id, l.org, l.now, l.now, "invoice", "client", "issued", a.contact, name, vat, l.seq, l.number,
		fmt.Sprintf("INV-%05d", l.number), date, date.AddDate(0, 0, 30), "EUR", "1", net, tax, payable, payable, int64(0), l.owner, l.now)
	a.outstanding += payable
	a.seen++
	l.add("ledger_entries", newID(), l.org, l.now, a.contact, "client", "EUR", a.seen, "document", payable, date, id, nil)
	return payable, id
}

// payment pays the document that was written last, whole.
func (l *loader) payment(a *account, document uuid.UUID, date time.Time, amount int64) {
	id := newID()
	l.add("payments", id, l.org, l.now, l.now, "client_payment", "client", a.contact, date, amount, "EUR", "", amount, l.owner)
	l.add("allocations", newID(), l.org, l.now, a.contact, id, document, "EUR", amount)
	last := l.rows["documents"][len(l.rows["documents"])-1]
	last[settledColumn] = amount
	a.outstanding -= amount
	a.seen++
	l.add("ledger_entries", newID(), l.org, l.now, a.contact, "client", "EUR", a.seen, "payment", -amount, date, nil, id)
}

const settledColumn = 21 // among those of documents above
