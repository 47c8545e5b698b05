package portal_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/portal"
)

// estimate issues one that lasts as long as it says.
func (b *bench) estimate(t *testing.T, of things, last day.Date) uuid.UUID {
	t.Helper()
	d, err := b.Documents.Create(b.ctx, document.CreateInput{Type: entdocument.TypeEstimate, ContactID: of.contact.ID, Date: new(day.Date("2026-04-01")), DueDate: &last,
		Lines: []*document.LineInput{{Title: "Study", UnitPrice: new(money.FromInt(100))}}})
	must(t, err)
	_, err = b.Documents.Issue(b.ctx, document.IDInput{ID: d.ID})
	must(t, err)
	return d.ID
}

func TestACustomerDecidesAnEstimateOnceAndStaffAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		yes, no, late := s.estimate(t, s.mine, "2030-01-01"), s.estimate(t, s.mine, "2030-01-01"), s.estimate(t, s.mine, "2026-04-01")
		foreign := append([]uuid.UUID{s.estimate(t, s.next, "2030-01-01")}, s.everything...)
		for _, id := range foreign {
			_, err := s.AcceptEstimate(s.me, portal.DecideInput{ID: id})
			refused(t, err, fault.NotFound, "id")
			_, err = s.RejectEstimate(s.me, portal.DecideInput{ID: id})
			refused(t, err, fault.NotFound, "id")
		}
		_, err := s.AcceptEstimate(s.me, portal.DecideInput{ID: late})
		refused(t, err, fault.Conflict, "id")
		_, err = s.AcceptEstimate(s.ctx, portal.DecideInput{ID: yes})
		refused(t, err, fault.Forbidden, "") // staff have their own
		got, err := s.AcceptEstimate(s.me, portal.DecideInput{ID: yes, Comment: " Ξεκινήστε "})
		must(t, err)
		if got.Status != entdocument.StatusAccepted {
			t.Errorf("the estimate is %s", got.Status)
		}
		_, err = s.RejectEstimate(s.me, portal.DecideInput{ID: yes})
		refused(t, err, fault.Conflict, "id")
		_, err = s.RejectEstimate(s.me, portal.DecideInput{ID: no, Comment: "Ακριβό"})
		must(t, err)
		told, err := s.Notices.List(s.ctx, page.Args{}, true)
		must(t, err)
		rows := told.Nodes()
		if len(rows) != 2 || rows[1].Kind != entnotice.KindEstimateAccepted || rows[1].Text != "Ξεκινήστε" || *rows[1].DocumentID != yes || rows[0].Kind != entnotice.KindEstimateRejected {
			t.Fatalf("staff were told %d times: %+v", len(rows), rows)
		}
	})
}

func TestACustomerAndTheBusinessWriteToEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		for _, id := range s.everything {
			if id != s.mine.contact.ID {
				_, err := s.Send(s.me, portal.SendInput{ContactID: &id, Body: "Hello"})
				refused(t, err, fault.NotFound, "contactId")
			}
			if id != s.mine.issued && id != s.mine.paid {
				_, err := s.Send(s.me, portal.SendInput{DocumentID: &id, Body: "Hello"})
				refused(t, err, fault.NotFound, "documentId")
			}
		}
		_, err := s.Send(s.me, portal.SendInput{Body: "  "})
		refused(t, err, fault.Invalid, "body")
		asked, err := s.Send(s.me, portal.SendInput{DocumentID: &s.mine.issued, Body: "Τι είναι αυτό;"})
		must(t, err)
		n, err := s.Notices.Unseen(s.ctx)
		must(t, err)
		if n != 1 || asked.FromBusiness() {
			t.Errorf("%d notices", n)
		}
		_, err = s.Service.Messages.Send(s.ctx, message.SendInput{ContactID: s.next.contact.ID, Body: "not theirs"})
		must(t, err)
		_, err = s.Service.Messages.Send(s.ctx, message.SendInput{ContactID: s.mine.contact.ID, DocumentID: &s.mine.draft, Body: "of a draft"})
		must(t, err)
		_, err = s.Service.Messages.Send(s.ctx, message.SendInput{ContactID: s.mine.contact.ID, Body: "Η μελέτη"})
		must(t, err)
		p, err := s.For(s.me)
		must(t, err)
		own, err := p.Contact(s.me, nil)
		must(t, err)
		read, err := own.Messages(s.me, nil, nil, nil)
		must(t, err)
		if rows := read.Nodes(); len(rows) != 2 || rows[0].Body != "Η μελέτη" || rows[1].Body != "Τι είναι αυτό;" {
			t.Errorf("the customer reads %+v", rows)
		}
		for want := 1; want >= 0; want-- { // the one about a draft is not theirs to see
			n, err := s.MarkSeen(s.me, portal.SeenInput{})
			must(t, err)
			if n != want {
				t.Errorf("%d were not seen, want %d", n, want)
			}
		}
		n, err = s.Service.Messages.MarkSeen(s.ctx, message.SeenInput{ContactID: s.mine.contact.ID})
		must(t, err)
		if n != 1 {
			t.Errorf("staff saw %d", n)
		}
	})
}
