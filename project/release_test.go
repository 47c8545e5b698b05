package project_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

func TestWhatIsBilledIsFreeAgainWhenItsLineOrInvoiceGoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "p")
		e := b.log(t, p.ID, 3600)
		_, err := b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "f", UnitPrice: money.MustDecimal("10")})
		must(t, err)
		open := func(want string) {
			t.Helper()
			if got := b.totals(t, p.ID).Unbilled.Amount().String(); got != want {
				t.Errorf("unbilled %s, not %s", got, want)
			}
		}
		bill := func() uuid.UUID {
			t.Helper()
			doc, err := b.Bill(b.ctx, all(p.ID))
			must(t, err)
			open("0.00")
			return doc.ID
		}
		one := func(id uuid.UUID) document.IDInput { return document.IDInput{ID: id} }
		docs := b.House.Documents

		first := bill()
		_, err = docs.Delete(b.ctx, one(first))
		must(t, err)
		open("70.00")

		second := bill()
		doc, err := docs.Get(b.ctx, second)
		must(t, err)
		must(t, b.dropLine(t, doc)) // the fee's
		open("10.00")
		_, err = docs.Issue(b.ctx, one(second))
		must(t, err)
		_, err = docs.Void(b.ctx, one(second))
		must(t, err)
		open("70.00")
		_, err = b.DeleteTime(b.ctx, project.IDInput{ID: e.ID}) // the invoice may be restored
		refused(t, err, fault.Conflict, "id")
		_, err = docs.Restore(b.ctx, one(second))
		must(t, err)
		open("10.00")
		_, err = docs.Void(b.ctx, one(second))
		must(t, err)
		third := bill()
		_, err = docs.Restore(b.ctx, one(second)) // its time is on the third by now
		refused(t, err, fault.Conflict, "id")
		_, err = docs.Delete(b.ctx, one(third))
		must(t, err)
		_, err = docs.Restore(b.ctx, one(second))
		must(t, err)
		open("10.00")
		b.Verified(t)
	})
}

// A contact that is hidden from a person hides its projects, their time and what they come to.
func TestProjectsOfARestrictedContactAreHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		owner, named, other := dbtest.Member(t, b.ctx, d, viewer.Owner), dbtest.Member(t, b.ctx, d, viewer.Sales), dbtest.Member(t, b.ctx, d, viewer.Sales)
		p := b.project(t, "p")
		e := b.log(t, p.ID, 3600)
		_, err := b.House.Contacts.Restrict(owner, contact.RestrictInput{ID: b.client, UserIDs: []uuid.UUID{user(named)}})
		must(t, err)
		_, err = b.Service.Get(named, p.ID)
		must(t, err)
		_, err = b.Service.Get(other, p.ID)
		refused(t, err, fault.NotFound, "id")
		_, err = b.Time(other, e.ID)
		refused(t, err, fault.NotFound, "id")
		_, err = b.Bill(other, all(p.ID))
		refused(t, err, fault.NotFound, "projectIds.0")
		_, err = b.Log(other, project.LogInput{ProjectID: p.ID, Span: project.Span{Seconds: ptr(int64(1))}})
		refused(t, err, fault.NotFound, "projectId")
		_, err = b.StartTimer(other, project.StartInput{ProjectID: p.ID})
		refused(t, err, fault.NotFound, "projectId")
		sum, err := b.SumTime(other, nil)
		if err != nil || sum.Count != 0 {
			t.Errorf("the others sum %+v, %v", sum, err)
		}
		_, err = b.Unbilled(other, project.Which{ContactID: &b.client}, nil)
		refused(t, err, fault.NotFound, "contactId")
	})
}
