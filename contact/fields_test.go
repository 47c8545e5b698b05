package contact_test

import (
	"testing"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

func TestTextsHaveTheirLengthInCharactersWhateverTheAlphabet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for field, f := range map[string]struct {
			most int
			set  func(f *contact.Fields, s string)
		}{
			"firstName":              {50, func(f *contact.Fields, s string) { f.FirstName = &s }},
			"lastName":               {50, func(f *contact.Fields, s string) { f.LastName = &s }},
			"company":                {100, func(f *contact.Fields, s string) { f.Company = &s }},
			"profession":             {100, func(f *contact.Fields, s string) { f.Profession = &s }},
			"vatNumber":              {20, func(f *contact.Fields, s string) { f.VatNumber = &s }},
			"taxOffice":              {10, func(f *contact.Fields, s string) { f.TaxOffice = &s }},
			"customId":               {256, func(f *contact.Fields, s string) { f.CustomID = &s }},
			"website":                {200, func(f *contact.Fields, s string) { f.Website = &s }},
			"defaultTemplate":        {100, func(f *contact.Fields, s string) { f.DefaultTemplate = &s }},
			"emails.0.label":         {50, func(f *contact.Fields, s string) { f.Emails = []*contact.EmailInput{{Email: "a@b.example", Label: s}} }},
			"phones.0.label":         {50, func(f *contact.Fields, s string) { f.Phones = []*contact.PhoneInput{{Number: "210", Label: s}} }},
			"addresses.0.line":       {200, func(f *contact.Fields, s string) { f.Addresses = []*contact.AddressInput{{Line: s}} }},
			"addresses.0.city":       {100, func(f *contact.Fields, s string) { f.Addresses = []*contact.AddressInput{{City: s}} }},
			"addresses.0.postalCode": {20, func(f *contact.Fields, s string) { f.Addresses = []*contact.AddressInput{{PostalCode: s}} }},
		} {
			t.Run(field, func(t *testing.T) {
				in := contact.Fields{FirstName: ptr("Μαρία"), Company: ptr("ΑΕ")}
				f.set(&in, greek(f.most))
				if _, err := b.Create(b.ctx, contact.CreateInput{Fields: in}); err != nil {
					t.Errorf("%d Greek letters are refused: %v", f.most, err)
				}
				in = contact.Fields{FirstName: ptr("Μαρία"), Company: ptr("ΑΕ")}
				f.set(&in, greek(f.most+1))
				_, err := b.Create(b.ctx, contact.CreateInput{Fields: in})
				refused(t, err, fault.Invalid, field)
			})
		}
	})
}

func TestAWebAddressHasNoSchemeThatRuns(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	for address, good := range map[string]bool{"": true, "kartela.example": true, "https://kartela.example/a?b=c": true, "HTTP://kartela.example": true,
		"kartela.example:8080/x": true, "javascript:alert(1)": false, "JavaScript:alert(1)": false, "data:text/html,x": false, "vbscript:x": false} {
		_, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("ΑΕ"), Website: &address}})
		if good && err != nil {
			t.Errorf("%q: %v", address, err)
		} else if !good {
			refused(t, err, fault.Invalid, "website")
		}
	}
}
