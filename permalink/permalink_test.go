package permalink_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/documentlink"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/permalink"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type bench struct {
	*permalink.Service
	house  *paymenttest.House
	ctx    context.Context // of an owner
	client uuid.UUID
	now    time.Time
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{house: paymenttest.New(d), ctx: dbtest.Tenant(t, d, viewer.Owner), now: time.Now()}
	b.Service = &permalink.Service{DB: d, Documents: b.house.Documents, BaseURL: "https://kartela.example", Now: func() time.Time { return b.now }}
	b.client = b.house.Client(t, b.ctx, "Άλφα")
	return b
}

func (b *bench) link(t testing.TB, d *document.Document) (id uuid.UUID, token string) {
	t.Helper()
	made, err := b.Create(b.ctx, permalink.CreateInput{DocumentID: d.ID})
	paymenttest.Must(t, err)
	token, ok := strings.CutPrefix(made.URL, "https://kartela.example/d/")
	if !ok || len(token) < 43 {
		t.Fatalf("the address is %s", made.URL)
	}
	return made.Link.ID, token
}

// open gives the id of the document that a token opens, nothing for none.
func (b *bench) open(t testing.TB, token string) uuid.UUID {
	t.Helper()
	_, opened, err := b.Open(context.Background(), token)
	if paymenttest.Faults(err) == "NOT_FOUND" {
		return uuid.Nil
	}
	paymenttest.Must(t, err)
	return opened.Document.ID
}

func TestALinkOpensItsDocumentUntilItIsRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		one, other := b.house.Issued(t, b.ctx, b.client, "100"), b.house.Issued(t, b.ctx, b.client, "200")
		id, token := b.link(t, one)
		_, second := b.link(t, one)
		_, others := b.link(t, other)
		if b.open(t, token) != one.ID || b.open(t, second) != one.ID || b.open(t, others) != other.ID {
			t.Error("a link opens another document than its own")
		}
		for _, wrong := range []string{"", "x", token[1:], token + "x", strings.ToLower(token)} {
			if b.open(t, wrong) != uuid.Nil {
				t.Errorf("%q opens a document", wrong)
			}
		}
		kept, err := d.DocumentLink.Query().Where(documentlink.ID(id)).Only(b.ctx)
		if err != nil || strings.Contains(string(kept.TokenHash), token) || kept.LastUsedAt == nil {
			t.Errorf("kept as %+v, %v", kept, err)
		}
		revoked, err := b.Revoke(b.ctx, permalink.IDInput{ID: id})
		if err != nil || revoked.RevokedAt == nil {
			t.Fatalf("revoked as %+v, %v", revoked, err)
		}
		if b.open(t, token) != uuid.Nil || b.open(t, second) != one.ID {
			t.Error("revoking a link ended the wrong one, or none")
		}
		b.house.Refused(t, b.ctx, "NOT_FOUND id", func() error { _, err := b.Revoke(b.ctx, permalink.IDInput{ID: id}); return err })
		found, err := b.house.Documents.Get(b.ctx, one.ID)
		paymenttest.Must(t, err)
		if links, err := b.Of(b.ctx, found); err != nil || len(links) != 2 {
			t.Errorf("the document has %d links, %v", len(links), err)
		}
	})
}

// What a link shows goes by the row rules of a portal customer: never a draft or a void one.
func TestALinkShowsNoDraftAndNothingVoid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		draft, issued := b.house.Draft(t, b.ctx, b.client, "10"), b.house.Issued(t, b.ctx, b.client, "100")
		b.house.Refused(t, b.ctx, "CONFLICT documentId", func() error {
			_, err := b.Create(b.ctx, permalink.CreateInput{DocumentID: draft.ID})
			return err
		})
		b.house.Refused(t, b.ctx, "NOT_FOUND documentId", func() error {
			_, err := b.Create(b.ctx, permalink.CreateInput{DocumentID: uuid.New()})
			return err
		})
		_, token := b.link(t, issued)
		for _, status := range []string{"draft", "void"} {
			b.house.Exec(t, "UPDATE documents SET status = ? WHERE id = ?", status, issued.ID)
			if b.open(t, token) != uuid.Nil {
				t.Errorf("a document that is %s is shown", status)
			}
		}
		b.house.Exec(t, "UPDATE documents SET status = 'issued' WHERE id = ?", issued.ID)
		if b.open(t, token) != issued.ID {
			t.Error("issued again it is not shown")
		}
	})
}

// Whoever opens a link has no more than the one contact's view, and no organization but its own.
func TestTheViewerOfALinkSeesNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, theirs := setup(t, d), setup(t, d)
		issued := b.house.Issued(t, b.ctx, b.client, "100")
		b.house.Issued(t, b.ctx, b.house.Client(t, b.ctx, "Βήτα"), "100")
		theirs.house.Issued(t, theirs.ctx, theirs.client, "100")
		_, token := b.link(t, issued)
		ctx, _, err := b.Open(context.Background(), token)
		paymenttest.Must(t, err)
		if n, err := d.Document.Query().Count(ctx); n != 1 || err != nil {
			t.Errorf("%d documents are seen, %v", n, err)
		}
		if _, err := b.Create(ctx, permalink.CreateInput{DocumentID: issued.ID}); paymenttest.Faults(err) != "FORBIDDEN" {
			t.Errorf("a visitor makes a link: %v", err)
		}
		for name, who := range paymenttest.Who(t, b.ctx, d) {
			_, err := b.Create(who, permalink.CreateInput{DocumentID: issued.ID})
			if may := viewer.From(who).Kind == viewer.Staff && viewer.From(who).Role.May(viewer.EditSales); may != (err == nil) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// The address is kept nowhere: a repeat of the request gets a new one, and the first is over.
func TestARepeatedRequestMakesOneLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		issued := b.house.Issued(t, b.ctx, b.client, "100")
		var tokens []string
		for range 2 {
			made, err := b.Create(paymenttest.Keyed(b.ctx, "once", 1), permalink.CreateInput{DocumentID: issued.ID})
			paymenttest.Must(t, err)
			tokens = append(tokens, strings.TrimPrefix(made.URL, "https://kartela.example/d/"))
		}
		if n := b.house.Count(t, "SELECT count(*) FROM document_links"); n != 1 {
			t.Errorf("%d links were made", n)
		}
		if b.open(t, tokens[0]) != uuid.Nil || b.open(t, tokens[1]) != issued.ID {
			t.Error("the first address works, or the second does not")
		}
		for range 19 {
			b.link(t, issued)
		}
		b.house.Refused(t, b.ctx, "CONFLICT documentId", func() error {
			_, err := b.Create(b.ctx, permalink.CreateInput{DocumentID: issued.ID})
			return err
		})
	})
}
