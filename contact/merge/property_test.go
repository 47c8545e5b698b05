package merge_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

var (
	workers    = flag.Int("workers", 10, "how many work at once in the property test")
	operations = flag.Int("operations", 40, "how many operations each of them does")
	seed       = flag.Uint64("seed", 0, "the seed of their choices; one of the time when 0")
)

// office is what workers make and find.
type office struct {
	*house
	portal *portal.Service

	mu                                   sync.Mutex
	contacts, invoices, payments, merges []uuid.UUID
	done                                 map[string]int // what was tried, by its outcome
}

// clerk does one random thing after the other.
type clerk struct {
	*office
	*rand.Rand
	t *testing.T
}

func (o *office) add(to *[]uuid.UUID, id uuid.UUID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*to = append(*to, id)
}

// some picks an id, mostly a late one.
func (c *clerk) some(of *[]uuid.UUID) uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := *of
	if len(list) == 0 {
		return uuid.New()
	}
	if c.IntN(3) > 0 && len(list) > 12 {
		list = list[len(list)-12:]
	}
	return list[c.IntN(len(list))]
}

func (c *clerk) currency() money.Currency {
	return []money.Currency{"EUR", "EUR", "EUR", "JPY"}[c.IntN(4)]
}

func (c *clerk) amount() string { return fmt.Sprint(1 + c.IntN(100)) }

// act is one thing. It gives its name and what came of it.
func (c *clerk) act() (string, error) {
	ctx := c.ctx
	one := contact.IDInput{ID: c.some(&c.contacts)}
	doc := document.IDInput{ID: c.some(&c.invoices)}
	money1 := money.MustDecimal(c.amount())
	currency := c.currency()
	switch n := c.IntN(100); {
	case n < 4:
		name, yes := fmt.Sprint("C", c.IntN(5)), true
		in := contact.Fields{Company: &name, IsClient: &yes, Emails: []*contact.EmailInput{{Email: fmt.Sprintf("e%d@test.example", c.IntN(6))}}}
		if c.IntN(2) == 0 {
			in.CustomID = ptr(fmt.Sprint(uuid.New()))
		}
		got, err := c.Contacts.Create(ctx, contact.CreateInput{Fields: in})
		if err == nil {
			c.add(&c.contacts, got.ID)
		}
		return "create", err
	case n < 8:
		got, err := c.Contacts.Get(ctx, one.ID)
		if err == nil {
			_, err = c.Contacts.Update(ctx, contact.UpdateInput{ID: got.ID, Version: got.Version, Fields: contact.Fields{Profession: ptr(fmt.Sprint(c.IntN(9)))}})
		}
		return "update", err
	case n < 10:
		_, err := c.Contacts.Archive(ctx, one)
		return "archive", err
	case n < 14:
		_, err := c.Contacts.Restore(ctx, one)
		return "restore", err
	case n < 16:
		_, err := c.Contacts.Delete(ctx, one)
		return "delete", err
	case n < 19:
		_, err := c.Contacts.AddNote(ctx, contact.NoteInput{ContactID: one.ID, Text: "n"})
		return "note", err
	case n < 22:
		_, err := c.portal.Invite(ctx, portal.InviteInput{ContactID: one.ID, Email: fmt.Sprintf("p%d@test.example", c.Uint32())})
		return "invite", err
	case n < 32:
		got, err := c.Documents.Create(ctx, paymenttest.Invoice(one.ID, currency, c.amount()))
		if err == nil {
			c.add(&c.invoices, got.ID)
		}
		return "invoice", err
	case n < 48:
		_, err := c.Documents.Issue(ctx, doc)
		return "issue", err
	case n < 51:
		_, err := c.Documents.Void(ctx, doc)
		return "void", err
	case n < 53:
		_, err := c.Documents.Restore(ctx, doc)
		return "restoreDocument", err
	case n < 55:
		_, err := c.Documents.Delete(ctx, doc)
		return "deleteDocument", err
	case n < 70:
		got, err := c.Payments.Record(ctx, payment.RecordInput{ContactID: one.ID, Currency: &currency, Amount: money1, OldestFirst: c.IntN(2) == 0})
		if err == nil {
			c.add(&c.payments, got.ID)
		}
		return "record", err
	case n < 77:
		_, err := c.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: c.some(&c.payments), OldestFirst: true})
		return "allocate", err
	case n < 79:
		_, err := c.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: c.some(&c.payments)})
		return "unallocate", err
	case n < 81:
		_, err := c.Payments.Void(ctx, payment.VoidInput{ID: c.some(&c.payments)})
		return "voidPayment", err
	case n < 92:
		return "merge", c.unite()
	}
	_, _, err := c.Merges.Unmerge(ctx, merge.UnmergeInput{MergeID: c.some(&c.merges)})
	return "unmerge", err
}

// unite merges one to three contacts into another, mostly as they are now.
func (c *clerk) unite() error {
	in := merge.Input{SurvivorID: c.some(&c.contacts)}
	if got, err := c.Contacts.Get(c.ctx, in.SurvivorID); err == nil {
		in.SurvivorID, in.SurvivorVersion = got.ID, got.Version
	}
	for range 1 + c.IntN(3) {
		in.LoserIDs = append(in.LoserIDs, c.some(&c.contacts))
	}
	_, m, err := c.Merges.Merge(c.ctx, in)
	if err == nil {
		c.add(&c.merges, m.ID)
	}
	return err
}

var allowed = regexp.MustCompile(`^((INVALID|CONFLICT|NOT_FOUND)[^,]*(, |$))*$`)

func (c *clerk) outcome(name string, err error) {
	text := paymenttest.Faults(err)
	if !allowed.MatchString(text) {
		c.t.Errorf("%s: %s", name, text)
	}
	if text == "" {
		text = "done"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[name+" "+text]++
}

func newOffice(t *testing.T, d *db.DB) *office {
	o := &office{house: open(t, d), done: map[string]int{}}
	ended := func(viewer.Ended) {}
	o.portal = &portal.Service{DB: d, Accounts: account.New(d, 1, time.Now, ended), Mailer: noMail{}, Ended: ended, Now: time.Now}
	for i := range 6 {
		o.contacts = append(o.contacts, o.create(t, contact.Fields{Company: ptr(fmt.Sprint("C", i)), IsClient: ptr(true), CustomID: ptr(fmt.Sprint("c", i))}).ID)
	}
	return o
}

type noMail struct{}

func (noMail) Send(context.Context, string, string, string, string) error { return nil }
func (noMail) Configured() bool                                           { return false }

// nothingLeft holds that nothing belongs to a tombstone any more.
func (o *office) nothingLeft(t *testing.T) {
	t.Helper()
	for _, table := range []string{"documents", "payments", "allocations", "ledger_entries", "contact_notes"} {
		if n := o.Count(t, "SELECT COUNT(*) FROM "+table+" r JOIN contacts c ON c.organization_id = r.organization_id AND c.id = r.contact_id WHERE c.merged_into_id IS NOT NULL"); n > 0 {
			t.Errorf("%d rows of %s are of merged contacts", n, table)
		}
	}
	if n := o.Count(t, `SELECT COUNT(*) FROM balances b JOIN contacts c ON c.organization_id = b.organization_id AND c.id = b.contact_id
		WHERE c.merged_into_id IS NOT NULL AND (b.outstanding <> 0 OR b.credit <> 0 OR b.net <> 0 OR b.entries <> 0)`); n > 0 {
		t.Errorf("%d balances of merged contacts are not zero", n)
	}
	if n := o.Count(t, `SELECT COUNT(*) FROM portal_grants g JOIN contacts c ON c.organization_id = g.organization_id AND c.id = g.contact_id
		WHERE c.merged_into_id IS NOT NULL AND g.status <> 'revoked'`); n > 0 {
		t.Errorf("%d people have access to merged contacts", n)
	}
}

func (o *office) outcomes(t *testing.T, want ...string) {
	for _, name := range want {
		if o.done[name+" done"] == 0 {
			t.Errorf("%s never worked", name)
		}
	}
	if testing.Verbose() || t.Failed() {
		for _, k := range slices.Sorted(maps.Keys(o.done)) {
			t.Logf("%4d %s", o.done[k], k)
		}
	}
}

func seeded(t *testing.T) uint64 {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("again with -seed %d -workers %d -operations %d", *seed, *workers, *operations)
		}
	})
	return *seed
}

// One after the other, merging and taking back never change the sums, and taking back leaves
// every row as it was.
func TestRandomMergesKeepTheSums(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := &clerk{o, rand.New(rand.NewPCG(seeded(t), 1)), t}
		for range *workers * *operations / 2 {
			merges := len(o.merges)
			before, sums := o.rows(t), o.sums(t)
			name, err := c.act()
			c.outcome(name, err)
			if err != nil || (name != "merge" && name != "unmerge") {
				continue
			}
			if diff := cmp.Diff(sums, o.sums(t)); diff != "" {
				t.Fatalf("%s changed the sums (-before +after):\n%s", name, diff)
			}
			o.nothingLeft(t)
			if name == "merge" && len(o.merges) > merges && c.IntN(2) == 0 {
				_, _, err := o.Merges.Unmerge(o.ctx, merge.UnmergeInput{MergeID: o.merges[len(o.merges)-1]})
				c.outcome("unmerge", err)
				if diff := cmp.Diff(before, o.rows(t)); diff != "" || err != nil {
					t.Fatalf("not all is back: %v\n%s", err, diff)
				}
			}
		}
		o.Verified(t)
		o.outcomes(t, "merge", "unmerge", "record", "issue", "allocate")
	})
}

// Many at once, whatever they do to the contacts that are being merged, lose nothing.
func TestRandomMergesAtOnceLoseNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		seen := sync.Map{}
		o.Ledger.Announce = func(m ledger.Moved) {
			if m.Gone() {
				return
			}
			key := fmt.Sprint(m.ContactID, m.Side, m.Currency, m.Version)
			if _, twice := seen.LoadOrStore(key, m); twice {
				t.Errorf("a version twice: %+v", m)
			}
		}
		at := seeded(t)
		var wg sync.WaitGroup
		for i := range *workers {
			c := &clerk{o, rand.New(rand.NewPCG(at, uint64(i))), t}
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range *operations {
					name, err := c.act()
					c.outcome(name, err)
					if c.IntN(40) == 0 {
						o.Verified(t)
					}
				}
			}()
		}
		wg.Wait()
		o.Verified(t)
		o.nothingLeft(t)
		rows, err := d.Balance.Query().All(o.ctx)
		must(t, err)
		for _, b := range rows {
			last, ok := seen.Load(fmt.Sprint(b.ContactID, b.Side, b.Currency, b.Version))
			if !ok || last.(ledger.Moved).Net != b.Net {
				t.Errorf("the last state of balance %s was not announced: %v", b.ID, last)
			}
		}
		invoices, err := d.Document.Query().Count(o.ctx)
		must(t, err)
		payments, err := d.Payment.Query().Count(o.ctx)
		must(t, err)
		if want := len(o.invoices) - o.done["deleteDocument done"]; invoices != want || payments != len(o.payments) {
			t.Errorf("%d invoices and %d payments are kept, %d and %d were made", invoices, payments, want, len(o.payments))
		}
		o.outcomes(t, "merge", "record", "issue")
	})
}
