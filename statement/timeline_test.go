package statement_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

// all are the kinds, the last first at one instant.
var all = []statement.TimelineKind{statement.TimelineAttachment, statement.TimelineNote, statement.TimelinePayment,
	statement.TimelineDocument, statement.TimelineChange}

// thing is what a test put on a timeline.
type thing struct {
	kind statement.TimelineKind
	at   time.Time
	id   uuid.UUID
}

func order(a, b thing) int {
	return -cmp.Or(a.at.Compare(b.at), cmp.Compare(-slices.Index(all, a.kind), -slices.Index(all, b.kind)), strings.Compare(a.id.String(), b.id.String()))
}

func things(items []*statement.TimelineItem) []thing {
	out := []thing{}
	for _, i := range items {
		out = append(out, thing{i.Kind, i.At, i.ID})
	}
	return out
}

// put writes a thing of the kind, past the domain's rules, at an instant of which a document
// and a payment take the date.
func put(t testing.TB, h *paymenttest.House, ctx context.Context, client uuid.UUID, kind statement.TimelineKind, at time.Time) thing {
	t.Helper()
	id := uuid.New()
	v := viewer.From(ctx)
	midnight := at.Truncate(24 * time.Hour)
	paymenttest.Must(t, db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
		switch kind {
		case statement.TimelineDocument:
			at = midnight
			return tx.Document.Create().SetID(id).SetType("invoice").SetSide("client").SetStatus("issued").SetContactID(client).
				SetContactName("x").SetDate(dateOf(at)).SetDueDate(dateOf(at)).SetCurrency("EUR").SetExchangeRate(one).SetCreatedBy(v.User).Exec(ctx)
		case statement.TimelinePayment:
			at = midnight
			return tx.Payment.Create().SetID(id).SetKind("client_payment").SetSide("client").SetContactID(client).SetDate(dateOf(at)).
				SetCurrency("EUR").SetAmount(1).SetCreatedBy(v.User).Exec(ctx)
		case statement.TimelineNote:
			return tx.ContactNote.Create().SetID(id).SetCreatedAt(at).SetContactID(client).SetAuthorID(v.User).SetText("x").Exec(ctx)
		case statement.TimelineAttachment:
			return tx.Attachment.Create().SetID(id).SetCreatedAt(at).SetContactID(client).SetName("x").SetMediaType("text/plain").SetSize(1).
				SetSha256([]byte{}).SetBlobKey("x").SetUploadedBy(v.User).Exec(ctx)
		default:
			return event(ctx, tx, id, at, "contact", client, client)
		}
	}))
	return thing{kind, at, id}
}

func event(ctx context.Context, tx *ent.Tx, id uuid.UUID, at time.Time, typ string, object, client uuid.UUID) error {
	return tx.AuditEvent.Create().SetID(id).SetCreatedAt(at).SetActorKind("user").SetActorID(viewer.From(ctx).User).
		SetAction("x").SetObjectType(typ).SetObjectID(object).SetContactID(client).Exec(ctx)
}

// pages reads a whole timeline page by page.
func pages(t testing.TB, h *paymenttest.House, ctx context.Context, c *contact.Contact, size int, kinds []statement.TimelineKind) (out []thing) {
	t.Helper()
	var after *string
	for {
		got, err := h.Statements.Timeline(ctx, c, &size, after, kinds)
		paymenttest.Must(t, err)
		out = append(out, things(got.Nodes())...)
		if len(got.Edges) > size || got.PageInfo.HasNextPage && len(got.Edges) < size {
			t.Fatalf("a page of %d, of %d", len(got.Edges), size)
		}
		if after = got.PageInfo.EndCursor; !got.PageInfo.HasNextPage {
			return out
		}
	}
}

// For any things, of any kinds at any instants, every page size and choice of kinds gives each
// of them once, newest first.
func TestATimelineHasEachThingOnceInItsOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		noon := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			client := h.Client(t, ctx, fmt.Sprint("client ", n))
			c, err := h.Contacts.Get(ctx, client)
			paymenttest.Must(t, err)
			want := pages(t, h, ctx, c, 100, []statement.TimelineKind{statement.TimelineChange}) // it was made
			if len(want) != 1 {
				rt.Fatalf("a new contact has %v", want)
			}
			for i := range rapid.IntRange(0, 14).Draw(rt, "things") {
				at := noon.Add(rapid.SampledFrom([]time.Duration{0, 0, time.Microsecond, 100 * time.Millisecond, time.Hour, 24 * time.Hour}).Draw(rt, fmt.Sprint("instant ", i)))
				want = append(want, put(t, h, ctx, client, rapid.SampledFrom(all).Draw(rt, fmt.Sprint("kind ", i)), at))
			}
			slices.SortFunc(want, order)
			kinds := rapid.SliceOfDistinct(rapid.SampledFrom(all), func(k statement.TimelineKind) statement.TimelineKind { return k }).Draw(rt, "kinds")
			fresh, err := h.Contacts.Get(ctx, client)
			paymenttest.Must(t, err)
			size := rapid.IntRange(1, 6).Draw(rt, "size")
			if got := pages(t, h, ctx, fresh, size, nil); !slices.Equal(got, want) {
				rt.Fatalf("pages of %d:\n%v\nwant\n%v", size, got, want)
			}
			some := slices.DeleteFunc(slices.Clone(want), func(x thing) bool { return !slices.Contains(kinds, x.kind) })
			if got := pages(t, h, ctx, fresh, size, kinds); !slices.Equal(got, some) {
				rt.Fatalf("%v of %v:\n%v\nwant\n%v", size, kinds, got, some)
			}
		})
	})
}

func TestATimelineShowsWhatTheViewerMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client, other := h.Client(t, ctx, "A"), h.Client(t, ctx, "B")
		for _, k := range all {
			put(t, h, ctx, client, k, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
			put(t, h, ctx, other, k, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
		}
		// What is told by its own line is no change of the contact.
		paymenttest.Must(t, db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return event(ctx, tx, uuid.New(), time.Now(), "contact_note", uuid.New(), client)
		}))
		purchase := put(t, h, ctx, client, statement.TimelineDocument, time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC))
		h.Exec(t, "UPDATE documents SET side = 'supplier' WHERE id = ?", purchase.id)
		c, err := h.Contacts.Get(ctx, client)
		paymenttest.Must(t, err)
		who := paymenttest.Who(t, ctx, d, client)
		who["owner"], who["sales"] = ctx, dbtest.Member(t, ctx, d, viewer.Sales)
		who["foreign"] = dbtest.Tenant(t, d, viewer.Owner)
		change := []statement.TimelineKind{statement.TimelineChange}
		for name, tt := range map[string]struct {
			kinds []statement.TimelineKind
			want  string
		}{
			"owner":       {want: "DOCUMENT ATTACHMENT NOTE CHANGE PAYMENT DOCUMENT"},
			"sales":       {want: "ATTACHMENT NOTE PAYMENT DOCUMENT"},
			"read-only":   {want: "DOCUMENT ATTACHMENT NOTE PAYMENT DOCUMENT"},
			"time-keeper": {want: "FORBIDDEN"},
			"portal":      {want: "FORBIDDEN"},
			"nobody":      {want: "UNAUTHENTICATED"},
			"foreign":     {want: ""},
		} {
			c, err := h.Contacts.ByIDs(ctx, []uuid.UUID{c.ID}) // a group of its own
			paymenttest.Must(t, err)
			got, err := h.Statements.Timeline(who[name], c[client], nil, nil, tt.kinds)
			kinds := []string{paymenttest.Faults(err)}
			if err == nil {
				kinds = nil
				for _, i := range got.Nodes() {
					if i.At.Year() == 2026 && i.At.Month() == 6 { // not that it was made
						kinds = append(kinds, string(i.Kind))
					}
				}
			}
			if text := strings.Join(kinds, " "); text != tt.want {
				t.Errorf("%s sees %q, want %q", name, text, tt.want)
			}
		}
		for _, name := range []string{"sales", "read-only"} {
			if _, err := h.Statements.Timeline(who[name], c, nil, nil, change); paymenttest.Faults(err) != "FORBIDDEN" {
				t.Errorf("%s asks for changes: %v", name, err)
			}
		}
		bad := page.Cursor{Kind: "timeline", Key: "2026-06-01T09:00:00Z ELSE", ID: client}.String()
		if _, err := h.Statements.Timeline(ctx, c, nil, &bad, nil); paymenttest.Faults(err) != "INVALID after" {
			t.Errorf("a cursor of no kind: %v", err)
		}
		paymenttest.Must(t, restricted(h, ctx, client))
		if got, err := h.Statements.Timeline(who["read-only"], fresh(t, h, ctx, client), nil, nil, nil); err != nil || len(got.Edges) != 0 {
			t.Errorf("a contact restricted to others shows %v, %v", got, err)
		}
	})
}

func restricted(h *paymenttest.House, ctx context.Context, client uuid.UUID) error {
	return db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
		return tx.Contact.UpdateOneID(client).SetRestricted(true).Exec(ctx)
	})
}

func fresh(t testing.TB, h *paymenttest.House, ctx context.Context, client uuid.UUID) *contact.Contact {
	t.Helper()
	c, err := h.Contacts.ByIDs(ctx, []uuid.UUID{client})
	paymenttest.Must(t, err)
	return c[client]
}

// The timelines of several contacts are read by one statement, and are what each has alone.
func TestTheTimelinesOfAGroupTakeOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		var ids []uuid.UUID
		for i := range 7 {
			ids = append(ids, h.Client(t, ctx, fmt.Sprint(i)))
			for j := range i {
				put(t, h, ctx, ids[i], all[j%len(all)], time.Date(2026, 6, 1+j%3, 9, i, 0, 0, time.UTC))
			}
		}
		group, err := h.Contacts.ByIDs(ctx, ids)
		paymenttest.Must(t, err)
		counted, n := db.CountStatements(ctx)
		size := 3
		for _, id := range ids {
			got, err := h.Statements.Timeline(counted, group[id], &size, nil, nil)
			paymenttest.Must(t, err)
			alone, err := h.Statements.Timeline(ctx, fresh(t, h, ctx, id), &size, nil, nil)
			paymenttest.Must(t, err)
			if !slices.Equal(things(got.Nodes()), things(alone.Nodes())) || got.PageInfo.HasNextPage != alone.PageInfo.HasNextPage {
				t.Errorf("together %v, alone %v", things(got.Nodes()), things(alone.Nodes()))
			}
		}
		if n.Load() != 1 {
			t.Errorf("%d statements", n.Load())
		}
	})
}

// What the items are is read for all of a kind at once.
func TestTheItemsOfATimelineShareTheirKindsGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		want := map[statement.TimelineKind]int{statement.TimelineChange: 1}
		for i := range 10 {
			k := all[i%2]
			put(t, h, ctx, client, k, time.Date(2026, 6, 1, 9, i, 0, 0, time.UTC))
			want[k]++
		}
		got, err := h.Statements.Timeline(ctx, fresh(t, h, ctx, client), nil, nil, nil)
		paymenttest.Must(t, err)
		for _, i := range got.Nodes() {
			n, err := page.Load(ctx, i.Group, "n", i.ID, func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
				out := map[uuid.UUID]int{}
				for _, id := range ids {
					out[id] = len(ids)
				}
				return out, nil
			})
			if err != nil || n != want[i.Kind] {
				t.Errorf("%s is in a group of %d, not %d (%v)", i.Kind, n, want[i.Kind], err)
			}
		}
	})
}
