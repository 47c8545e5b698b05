package contact_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
)

func TestSearchFindsWhatAPersonMeans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.create(t, contact.Fields{FirstName: ptr("Γιώργος"), LastName: ptr("Παπαδόπουλος"), VatNumber: ptr("094014201"), CustomID: ptr("C_7%"),
			Emails:    []*contact.EmailInput{{Email: "Giorgos@Meltemi.example"}},
			Phones:    []*contact.PhoneInput{{Number: "+30 210-123 4567"}},
			Addresses: []*contact.AddressInput{{City: "Θεσσαλονίκη", Country: "GR"}}})
		b.create(t, contact.Fields{Company: ptr("Αφοί Νίκας ΟΕ"), Profession: ptr("Αρτοποιός")})
		b.create(t, contact.Fields{Company: ptr("Χωρίς πρόθεμα"), Phones: []*contact.PhoneInput{{Number: "694 4123456"}}})
		b.create(t, contact.Fields{Company: ptr("Διεθνές"), Phones: []*contact.PhoneInput{{Number: "0030 6977-654321"}, {Number: "+49 30 901820"}}, VatNumber: ptr("DE 136 695 976")})
		b.company(t, `50% \ off_set`)
		b.company(t, "50 percent offset")
		giorgos, nikas, signs, plain := "Γιώργος Παπαδόπουλος", "Αφοί Νίκας ΟΕ", `50% \ off_set`, "50 percent offset"
		without, abroad := "Χωρίς πρόθεμα", "Διεθνές"
		everyone := []string{`50% \ off_set`, "50 percent offset", nikas, giorgos, without, abroad}

		for search, want := range map[string][]string{
			"":                       everyone,
			"  ":                     everyone,
			"παπαδοπουλος":           {giorgos},
			"ΠΑΠΑΔΟΠΟΥΛΟΣ":           {giorgos},
			"Παπαδόπουλος":           {giorgos},
			"δόπου":                  {giorgos}, // a part of a word
			"ΝΙΚΑΣ":                  {nikas},   // final sigma
			"νίκασ":                  {nikas},
			"αρτοποιοσ":              {nikas},
			"γιωργος παπα":           {giorgos}, // several words, all needed
			"παπα γιωργος":           {giorgos}, // in any order
			"γιωργος νικας":          {},
			"094014201":              {giorgos},
			"θεσσαλονικη":            {giorgos},
			"meltemi.example":        {giorgos},
			"GIORGOS@":               {giorgos},
			"2101234567":             {giorgos},
			"210 1234567":            {giorgos},
			"210-123.4567":           {giorgos},
			"+30 (210) 123 4567":     {giorgos},
			"Γιώργος 210-1234567":    {giorgos},
			"Νίκας 210-1234567":      {},
			"γιωργος +30 210 123":    {giorgos}, // next to a word, in pieces
			"210 123 4567 γιωργος":   {giorgos},
			"00302101234567":         {giorgos},
			"0030 210 1234567":       {giorgos},
			"+30 6944123456":         {without}, // with the prefix what is written without
			"0030 694 412 3456":      {without},
			"306944123456":           {without},
			"694-4123456":            {without},
			"6977654321":             {abroad}, // and the other way round
			"+306977654321":          {abroad},
			"(+30) 6977 654321":      {abroad},
			"004930901820":           {abroad},
			"+49 30 901820":          {abroad},
			"EL094014201":            {giorgos}, // a VAT number with its country's prefix
			"094 014 201":            {giorgos},
			"DE136695976":            {abroad},
			"001":                    {},
			"+3":                     {},
			"50%":                    {signs}, // the signs of patterns are letters like others
			"off_set":                {signs},
			`\`:                      {signs},
			"%":                      {signs, giorgos},
			"_":                      {signs, giorgos},
			"C_7%":                   {giorgos},
			"50 offset":              {plain},
			"off-set":                {},
			"50\x00%":                {signs},
			strings.Repeat("α", 200): {},
		} {
			t.Run(search, func(t *testing.T) {
				got := b.found(t, search)
				slices.Sort(got)
				want := slices.Sorted(slices.Values(want))
				if diff := cmp.Diff(want, got, cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		_, err := b.List(b.ctx, page.Args{}, &contact.Filter{Search: greek(201)}, contact.ByName)
		refused(t, err, fault.Invalid, "filter.search")
	})
}

func TestSearchFollowsEveryChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("Πρώτη"), Emails: []*contact.EmailInput{{Email: "old@a.example"}}})
		_, err := b.Update(b.ctx, contact.UpdateInput{ID: c.ID, Version: 1, Fields: contact.Fields{Company: ptr("Δεύτερη")}})
		must(t, err)
		if diff := cmp.Diff([]string{"Δεύτερη"}, b.found(t, "old@a.example")); diff != "" {
			t.Errorf("an e-mail address that stayed is not found (-want +got):\n%s", diff)
		}
		_, err = b.Update(b.ctx, contact.UpdateInput{ID: c.ID, Version: 2, Fields: contact.Fields{Emails: []*contact.EmailInput{{Email: "new@a.example"}}}})
		must(t, err)
		for search, want := range map[string][]string{"old@": {}, "new@": {"Δεύτερη"}, "πρωτη": {}, "δευτερη": {"Δεύτερη"}} {
			if diff := cmp.Diff(want, b.found(t, search)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", search, diff)
			}
		}
	})
}

func TestAListIsNarrowedByRoleAndArchive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		yes := true
		b.create(t, contact.Fields{Company: ptr("client"), IsClient: &yes})
		b.create(t, contact.Fields{Company: ptr("supplier"), IsSupplier: &yes})
		b.create(t, contact.Fields{Company: ptr("both"), IsClient: &yes, IsSupplier: &yes})
		b.company(t, "prospect")
		_, err := b.Archive(b.ctx, contact.IDInput{ID: b.company(t, "archived").ID})
		must(t, err)
		for name, tt := range map[string]struct {
			filter *contact.Filter
			want   []string
		}{
			"no filter": {nil, []string{"both", "client", "prospect", "supplier"}},
			"clients":   {&contact.Filter{Role: ptr(contact.Client)}, []string{"both", "client"}},
			"suppliers": {&contact.Filter{Role: ptr(contact.Supplier)}, []string{"both", "supplier"}},
			"prospects": {&contact.Filter{Role: ptr(contact.Prospect)}, []string{"prospect"}},
			"archived":  {&contact.Filter{Archived: ptr(true)}, []string{"archived"}},
		} {
			t.Run(name, func(t *testing.T) {
				all, err := b.List(b.ctx, page.Args{}, tt.filter, contact.ByName)
				must(t, err)
				var got []string
				for _, c := range all.Nodes() {
					got = append(got, c.DisplayName)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if n, err := all.TotalCount(b.ctx); err != nil || n != len(tt.want) {
					t.Errorf("counted %d, %v; want %d", n, err, len(tt.want))
				}
			})
		}
	})
}

func TestPagesOfEqualNamesNeitherSkipNorRepeat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		want := map[uuid.UUID]bool{}
		for i := range 23 {
			name := "Ίδιο Όνομα"
			if i%5 == 0 {
				name = fmt.Sprintf("Άλλο %d", i)
			}
			want[b.company(t, name).ID] = true
		}
		for _, order := range []contact.Order{contact.ByName, contact.Newest} {
			for _, backward := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, backward %t", order, backward), func(t *testing.T) {
					seen, names := map[uuid.UUID]bool{}, []string{}
					args := page.Args{First: ptr(4)}
					if backward {
						args = page.Args{Last: ptr(4)}
					}
					for {
						p, err := b.List(b.ctx, args, nil, order)
						must(t, err)
						for _, c := range p.Nodes() {
							if seen[c.ID] {
								t.Fatalf("%s is shown twice", c.ID)
							}
							seen[c.ID] = true
							names = append(names, c.SortName)
						}
						if backward {
							args.Before = p.PageInfo.StartCursor
							if !p.PageInfo.HasPreviousPage {
								break
							}
							continue
						}
						args.After = p.PageInfo.EndCursor
						if !p.PageInfo.HasNextPage {
							break
						}
					}
					if diff := cmp.Diff(want, seen); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
					if order == contact.ByName && !backward && !slices.IsSorted(names) {
						t.Errorf("not by name: %q", names)
					}
				})
			}
		}
		_, err := b.List(b.ctx, page.Args{After: ptr(page.Cursor{Kind: "contacts.newest", ID: uuid.New()}.String())}, nil, contact.ByName)
		refused(t, err, fault.Invalid, "after")
	})
}

func TestTheNumberOfStatementsOfAPageDoesNotDependOnItsContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		read := func(size int) int64 {
			ctx, n := db.CountStatements(b.ctx)
			all, err := b.List(ctx, page.Args{First: &size}, nil, contact.ByName)
			must(t, err)
			if len(all.Nodes()) != size {
				t.Fatalf("%d contacts, want %d", len(all.Nodes()), size)
			}
			for _, c := range all.Nodes() {
				addresses, err := c.Addresses(ctx)
				must(t, err)
				emails, err := c.Emails(ctx)
				must(t, err)
				phones, err := c.Phones(ctx)
				must(t, err)
				notes, err := c.Notes(ctx, ptr(2), nil)
				must(t, err)
				history, err := c.History(ctx, ptr(2), nil)
				must(t, err)
				if len(addresses) != 1 || len(emails) != 2 || len(phones) != 1 || len(notes.Edges) != 2 || len(history.Edges) != 2 ||
					emails[0].ContactID != c.ID || notes.Edges[0].Node.ContactID != c.ID || *history.Edges[0].Node.ContactID != c.ID {
					t.Fatalf("%s has %d addresses, %d e-mails, %d phones, %d notes, %d events", c.DisplayName,
						len(addresses), len(emails), len(phones), len(notes.Edges), len(history.Edges))
				}
			}
			return n.Load()
		}
		for i := range 30 {
			c := b.create(t, contact.Fields{Company: ptr(fmt.Sprintf("Εταιρεία %d", i)), Addresses: []*contact.AddressInput{{City: "Βόλος"}},
				Emails: []*contact.EmailInput{{Email: "a@a.example"}, {Email: "b@a.example"}}, Phones: []*contact.PhoneInput{{Number: "2101234567"}}})
			for range 3 {
				_, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "Σημείωση"})
				must(t, err)
			}
		}
		one, many := read(1), read(30)
		if one != many || one == 0 {
			t.Errorf("%d statements for one contact, %d for 30", one, many)
		}
	})
}
