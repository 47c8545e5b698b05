package taxid_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"

	"context"
)

func TestAnAnswerIsKeptWhateverItSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for _, ok := range []bool{true, false} {
			b.answer = func(q taxid.Question) (*taxid.Answer, error) { return b.said(q, ok), nil }
			got, err := b.vat(b.ctx, fresh)
			must(t, err)
			want := map[bool]taxid.Status{true: taxid.Valid, false: taxid.Invalid}[ok]
			if got.Status != want || got.Cached || got.Message != "So it says." || got.Reason != "" || got.RetryAt != nil || got.Check == nil {
				t.Fatalf("%+v", got)
			}
			c := got.Check
			if c.Registry != registrycheck.RegistryVies || c.Country != "DE" || c.Number != "123456789" || c.Valid != ok || c.RequestIdentifier != "WAPI" ||
				!c.AnsweredAt.Equal(b.clock.Add(-time.Second)) || !c.CreatedAt.Equal(b.clock) || c.RequestedBy != viewer.From(b.ctx).User || c.ContactID != nil {
				t.Errorf("kept %+v", c)
			}
			company, err := c.Company()
			if must(t, err); *company != b.said(b.asks[0], ok).Company {
				t.Errorf("%+v", company)
			}
		}
		if n, e := len(b.checks()), len(b.events("lookupVat")); n != 2 || e != 2 {
			t.Errorf("%d kept, %d in the history", n, e)
		}
	})
}

func TestAnOutageKeepsNothingAndIsNotInvalid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		at := b.clock.Add(time.Hour)
		tests := map[string]struct {
			out   taxid.Outage
			retry *time.Time
		}{
			"out for now":    {taxid.Outage{Reason: "MS_UNAVAILABLE", Again: true, Down: true, Text: "No."}, ptr(b.clock.Add(time.Minute))},
			"until a time":   {taxid.Outage{Reason: "LIMIT", RetryAt: at}, &at},
			"blocked":        {taxid.Outage{Reason: "IP_BLOCKED", Whole: true}, nil},
			"without a word": {taxid.Outage{Down: true}, ptr(b.clock.Add(time.Minute))},
		}
		for name, tt := range tests {
			b.answer = func(taxid.Question) (*taxid.Answer, error) { return nil, &tt.out }
			got, err := b.vat(keyed(b.ctx, name, name))
			must(t, err)
			if got.Status != taxid.Unavailable || got.Check != nil || got.Reason != tt.out.Reason || got.Message == "" || got.Differences == nil ||
				(got.RetryAt == nil) != (tt.retry == nil) || (tt.retry != nil && !got.RetryAt.Equal(*tt.retry)) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if n := len(b.checks()); n != 0 {
			t.Errorf("%d kept", n)
		}
		b.answer = func(q taxid.Question) (*taxid.Answer, error) { return b.said(q, true), nil }
		if got, err := b.vat(keyed(b.ctx, "blocked", "blocked")); err != nil || got.Status != taxid.Valid {
			t.Errorf("the same key after an outage: %+v, %v", got, err)
		}
		b.answer = func(taxid.Question) (*taxid.Answer, error) { return nil, fault.New(fault.Invalid, "vatNumber", "No.") }
		_, err := b.vat(b.ctx, fresh)
		refused(t, err, fault.Invalid, "vatNumber")
		b.answer = func(taxid.Question) (*taxid.Answer, error) { return nil, errors.New("broken") }
		if _, err := b.vat(b.ctx, fresh); err == nil || fault.From(err).Code != fault.Internal {
			t.Error(err)
		}
	})
}

func TestAnAnswerOfADayIsGivenAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		first, err := b.vat(b.ctx)
		must(t, err)
		b.clock = b.clock.Add(24*time.Hour - time.Microsecond)
		again, err := b.vat(b.ctx)
		if must(t, err); !again.Cached || again.Check.ID != first.Check.ID || len(b.asks) != 1 || again.Message != first.Message {
			t.Errorf("%+v after %d questions", again, len(b.asks))
		}
		if got, err := b.vat(b.ctx, fresh); err != nil || got.Cached || len(b.asks) != 2 {
			t.Errorf("fresh: %+v, %v", got, err)
		}
		b.clock = b.clock.Add(24 * time.Hour)
		if got, err := b.vat(b.ctx); err != nil || got.Cached || len(b.asks) != 3 {
			t.Errorf("a day later: %+v, %v", got, err)
		}
		if got, err := b.vat(b.ctx, func(in *taxid.LookupVATInput) { in.VatNumber = "ATU12345678" }); err != nil || got.Cached {
			t.Errorf("another number: %+v, %v", got, err)
		}
		b.credentials()
		if got, err := b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "094014201"}); err != nil || got.Cached {
			t.Errorf("AADE: %+v, %v", got, err)
		}
		if got, err := b.vat(b.ctx, func(in *taxid.LookupVATInput) { in.VatNumber = "EL094014201" }); err != nil || got.Cached {
			t.Errorf("an answer of AADE is given for VIES: %+v, %v", got, err)
		}
	})
}

// Another organization's answers are never given, nor shown, nor taken over.
func TestAnswersAreTheOrganizationsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		mine, err := b.vat(b.ctx)
		must(t, err)
		b.ctx = dbtest.Tenant(t, d, viewer.Owner)
		other, err := b.vat(b.ctx)
		if must(t, err); other.Cached || other.Check.ID == mine.Check.ID || len(b.asks) != 2 || len(b.checks()) != 1 {
			t.Errorf("%+v, %d kept", other, len(b.checks()))
		}
		c := b.contact(contact.Fields{})
		_, err = b.Apply(b.ctx, taxid.ApplyInput{CheckID: mine.Check.ID, ContactID: c.ID, Version: 1, Fields: []taxid.Field{taxid.FieldCompany}})
		refused(t, err, fault.NotFound, "checkId")
	})
}

// An answer about a contact that is hidden from the viewer is as if it were not there.
func TestAnAnswerOfAHiddenContactIsNotGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(contact.Fields{})
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(c.ID).SetRestricted(true).Exec(ctx)
		})
		hidden, err := b.vat(b.ctx, about(c.ID))
		must(t, err)
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		got, err := b.vat(sales)
		if must(t, err); got.Cached || len(b.asks) != 2 {
			t.Errorf("%+v", got)
		}
		_, err = b.vat(sales, about(c.ID))
		refused(t, err, fault.NotFound, "contactId")
		_, err = b.Apply(sales, taxid.ApplyInput{CheckID: hidden.Check.ID, ContactID: c.ID, Version: 1})
		refused(t, err, fault.NotFound, "checkId")
	})
}

func TestTheSameKeyAsksOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		ctx := keyed(b.ctx, "k", "r")
		first, err := b.vat(ctx, fresh)
		must(t, err)
		again, err := b.vat(ctx, fresh)
		if must(t, err); again.Check.ID != first.Check.ID || again.Cached || len(b.asks) != 1 || len(b.checks()) != 1 {
			t.Errorf("%+v after %d questions", again, len(b.asks))
		}
		_, err = b.vat(keyed(b.ctx, "k", "another"), fresh)
		refused(t, err, fault.Conflict, "idempotencyKey")
		if len(b.asks) != 1 {
			t.Error("a key of another request asked the registry")
		}
	})
}

// A second click waits for the first and is given its answer.
func TestAQuestionAtTheSameTimeAsksOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, ctx := range map[string]func(*bench) context.Context{
			"by the kept answer": func(b *bench) context.Context { return b.ctx },
			"by the key":         func(b *bench) context.Context { return keyed(b.ctx, "k", "r") },
		} {
			b := setup(t, d)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					in := taxid.LookupVATInput{VatNumber: "DE123456789", Fresh: name == "by the key"}
					if got, err := b.LookupVAT(ctx(b), in); err != nil || got.Status != taxid.Valid {
						t.Errorf("%+v, %v", got, err)
					}
				})
			}
			wg.Wait()
			if len(b.asks) != 1 || len(b.checks()) != 1 {
				t.Errorf("%s: %d questions, %d kept", name, len(b.asks), len(b.checks()))
			}
		}
	})
}

func TestAnOrganizationAsksSoOftenAndNoMore(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	for range 30 {
		if _, err := b.vat(b.ctx, fresh); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.vat(b.ctx, fresh)
	refused(t, err, fault.RateLimited, "")
	if len(b.asks) != 30 {
		t.Errorf("%d questions", len(b.asks))
	}
	if got, err := b.vat(b.ctx); err != nil || !got.Cached {
		t.Errorf("a kept answer: %+v, %v", got, err)
	}
	if _, err := b.vat(dbtest.Tenant(t, b.db, viewer.Owner), fresh); err != nil {
		t.Errorf("another organization: %v", err)
	}
	b.clock = b.clock.Add(2 * time.Second)
	if _, err := b.vat(b.ctx, fresh); err != nil {
		t.Errorf("two seconds later: %v", err)
	}
}

func TestWhoMayLookUp(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	b.credentials()
	afm := taxid.LookupAFMInput{Afm: "094259216", Fresh: true} // each asks with the credentials
	for role, want := range map[viewer.Role]fault.Code{viewer.Administrator: "", viewer.Accountant: "", viewer.Sales: "",
		viewer.TimeKeeper: fault.Forbidden, viewer.ReadOnly: fault.Forbidden} {
		ctx := dbtest.Member(t, b.ctx, b.db, role)
		_, v := b.vat(ctx)
		_, a := b.LookupAFM(ctx, afm)
		_, p := b.Apply(ctx, taxid.ApplyInput{})
		if want == "" {
			if v != nil || a != nil {
				t.Errorf("%s: %v, %v", role, v, a)
			}
			continue
		}
		for _, err := range []error{v, a, p} {
			refused(t, err, want, "")
		}
	}
	system := viewer.AsSystem(context.Background(), "a test")
	portal := viewer.With(b.ctx, viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(b.ctx).Organization, User: uuid.New()})
	for ctx, want := range map[context.Context]fault.Code{context.Background(): fault.Unauthenticated, system: fault.Unauthenticated, portal: fault.Forbidden} {
		_, err := b.vat(ctx)
		refused(t, err, want, "")
		_, err = b.LookupAFM(ctx, afm)
		refused(t, err, want, "")
	}
}

func TestTheFormIsCheckedBeforeAnybodyIsAsked(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	b.credentials()
	_, err := b.vat(b.ctx, func(in *taxid.LookupVATInput) { in.VatNumber = "DE12" })
	refused(t, err, fault.Invalid, "vatNumber")
	_, err = b.vat(b.ctx, func(in *taxid.LookupVATInput) { in.VatNumber = "GB123456789" })
	refused(t, err, fault.Invalid, "country")
	_, err = b.LookupAFM(b.ctx, taxid.LookupAFMInput{Afm: "123456789"})
	refused(t, err, fault.Invalid, "afm")
	_, err = b.vat(b.ctx, about(uuid.New()))
	refused(t, err, fault.NotFound, "contactId")
	if len(b.asks) != 0 {
		t.Errorf("asked %v", b.asks)
	}
}

// The business's own number is the requester's, where it is one of the EU.
func TestTheRequesterIsTheBusiness(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	tests := map[string]struct {
		country, vat string
		want         *taxid.Number
	}{
		"Greek, bare":            {"GR", "094014201", &taxid.Number{Country: "EL", Bare: "094014201"}},
		"Greek, with its prefix": {"GR", "EL094014201", &taxid.Number{Country: "EL", Bare: "094014201"}},
		"Greek and wrong":        {"GR", "123456789", nil},
		"German":                 {"DE", "DE123456789", &taxid.Number{Country: "DE", Bare: "123456789"}},
		"abroad by its prefix":   {"US", "ATU12345678", &taxid.Number{Country: "AT", Bare: "U12345678"}},
		"of no state of the EU":  {"US", "123456789", nil},
		"none":                   {"GR", "", nil},
	}
	for name, tt := range tests {
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.Organization.UpdateOneID(viewer.From(b.ctx).Organization).SetCountry(tt.country).SetVatNumber(tt.vat).Exec(ctx)
		})
		b.asks = nil
		if _, err := b.vat(b.ctx, fresh); err != nil {
			t.Fatal(err)
		}
		got := b.asks[0].Requester
		if (got == nil) != (tt.want == nil) || (got != nil && *got != *tt.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The proof is kept with the contact that it was asked for.
func TestAnAnswerIsKeptWithItsContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		before, err := b.vat(b.ctx)
		must(t, err)
		first, second := b.contact(contact.Fields{}), b.contact(contact.Fields{})
		b.clock = b.clock.Add(time.Hour)
		one, err := b.vat(b.ctx, about(first.ID))
		if must(t, err); one.Check.ID != before.Check.ID || one.Check.ContactID == nil || *one.Check.ContactID != first.ID {
			t.Errorf("an answer from before there was a contact: %+v", one.Check)
		}
		two, err := b.vat(b.ctx, about(second.ID))
		if must(t, err); !two.Cached || two.Check.ID == one.Check.ID || *two.Check.ContactID != second.ID || !two.Check.CreatedAt.Equal(one.Check.CreatedAt) || len(b.asks) != 1 {
			t.Errorf("another contact's answer: %+v", two.Check)
		}
		if again, err := b.vat(b.ctx, about(second.ID)); err != nil || len(b.checks()) != 2 {
			t.Errorf("%+v, %v, %d kept", again, err, len(b.checks()))
		}
		b.clock = b.clock.Add(23 * time.Hour)
		if late, err := b.vat(b.ctx); err != nil || late.Cached {
			t.Errorf("a copy made the answer last longer: %+v, %v", late, err)
		}
		if n := len(b.events("lookupVat")); n != 4 { // asked twice, kept with two
			t.Errorf("%d in the history", n)
		}
		n := len(b.asks)
		third, err := b.vat(b.ctx, fresh, about(first.ID))
		if must(t, err); *third.Check.ContactID != first.ID || len(b.asks) != n+1 {
			t.Errorf("%+v", third.Check)
		}
	})
}

// Of a list of contacts the answers are read by one statement, newest first, by pages.
func TestTheAnswersOfManyContactsCostOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		want := map[uuid.UUID][]uuid.UUID{}
		for range 3 {
			c := b.contact(contact.Fields{})
			for range 3 {
				got, err := b.vat(b.ctx, fresh, about(c.ID))
				must(t, err)
				want[c.ID] = append([]uuid.UUID{got.Check.ID}, want[c.ID]...)
			}
		}
		list, err := b.Contacts.List(b.ctx, page.Args{}, nil, contact.ByName)
		must(t, err)
		ctx, statements := db.CountStatements(b.ctx)
		two := 2
		for _, c := range list.Nodes() {
			first, err := b.Of(ctx, c, &two, nil)
			must(t, err)
			nodes := first.Nodes()
			if len(nodes) != 2 || nodes[0].ID != want[c.ID][0] || nodes[1].ID != want[c.ID][1] || !first.PageInfo.HasNextPage {
				t.Errorf("the first page %v", nodes)
			}
			rest, err := b.Of(b.ctx, c, &two, first.PageInfo.EndCursor)
			if must(t, err); len(rest.Edges) != 1 || rest.Edges[0].Node.ID != want[c.ID][2] {
				t.Errorf("the second page %v", rest.Nodes())
			}
		}
		if statements.Load() != 1 {
			t.Errorf("%d statements", statements.Load())
		}
		bad := "?"
		_, err = b.Of(b.ctx, list.Nodes()[0], nil, &bad)
		refused(t, err, fault.Invalid, "after")
	})
}
