package contact_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

func TestWhoChangesAnOldVersionIsShownTheContactAsItIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		option := b.options(t, "Κανάλι", "Λιανική")[0]
		c := b.create(t, contact.Fields{FirstName: ptr("Μαρία"), Company: ptr("Μελτέμι ΑΕ"), CustomID: ptr("K-1"), ClientType: ptr(entcontact.ClientTypeIntraCommunity),
			DefaultCurrency: ptr(money.Currency("USD")), DefaultDueDays: ptr(30), IsClient: ptr(true),
			DefaultTaxes: []*money.Tax{{Kind: money.VAT, Name: "ΦΠΑ", Rate: money.FromInt(24)}},
			Addresses:    []*contact.AddressInput{{Line: "Οδός 1", City: "Βόλος", Country: "GR"}},
			Emails:       []*contact.EmailInput{{Email: "a@a.example"}}, Phones: []*contact.PhoneInput{{Number: "210"}}, OptionIDs: []uuid.UUID{option.ID}})
		now, err := b.update(c, contact.Fields{Profession: ptr("Φούρνος")})
		must(t, err)
		_, err = b.update(c, contact.Fields{Profession: ptr("Ζαχαροπλαστείο")})
		refused(t, err, fault.Conflict, "version")
		raw, err := json.Marshal(fault.From(err).Current)
		must(t, err)
		var got map[string]any
		must(t, json.Unmarshal(raw, &got))
		for _, list := range []string{"addresses", "emails", "phones"} {
			items, _ := got[list].([]any)
			if len(items) != 1 || items[0].(map[string]any)["id"] == nil {
				t.Fatalf("%s are %v", list, got[list])
			}
			delete(items[0].(map[string]any), "id")
		}
		delete(got, "updatedAt")
		want := map[string]any{"id": c.ID.String(), "version": float64(now.Version), "archivedAt": nil, "displayName": "Μελτέμι ΑΕ",
			"firstName": "Μαρία", "lastName": "", "company": "Μελτέμι ΑΕ", "profession": "Φούρνος", "vatNumber": "", "taxOffice": "", "customId": "K-1",
			"website": "", "isClient": true, "isSupplier": false, "clientType": "INTRA_COMMUNITY", "defaultCurrency": "USD", "defaultLanguage": "",
			"defaultDueDays": 30.0, "defaultTemplate": "", "optionIds": []any{option.ID.String()},
			"defaultTaxes": []any{map[string]any{"kind": "VAT", "name": "ΦΠΑ", "rate": "24", "category": "S", "informational": false}},
			"addresses":    []any{map[string]any{"kind": "BILLING", "line": "Οδός 1", "city": "Βόλος", "region": "", "postalCode": "", "country": "GR", "branchCode": ""}},
			"emails":       []any{map[string]any{"email": "a@a.example", "label": "", "primary": true}},
			"phones":       []any{map[string]any{"number": "210", "label": "", "primary": true}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		hidden := dbtest.Member(t, b.ctx, d, viewer.Sales)
		_, err = b.Restrict(b.ctx, contact.RestrictInput{ID: c.ID, UserIDs: []uuid.UUID{viewer.From(b.ctx).User}})
		must(t, err)
		_, err = b.Update(hidden, contact.UpdateInput{ID: c.ID, Version: 1})
		refused(t, err, fault.NotFound, "id")
		if fault.From(err).Current != nil {
			t.Error("who may not see the contact is shown it")
		}
	})
}
