package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// isPDF says whether an answer is one, under a name.
func (g got) isPDF(t *testing.T, name string) {
	t.Helper()
	if g.status != http.StatusOK || g.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(g.body, "%PDF-1.") || !strings.HasSuffix(strings.TrimSpace(g.body), "%%EOF") {
		t.Fatalf("%d %v %.80q", g.status, g.header, g.body)
	}
	if d := g.header.Get("Content-Disposition"); !strings.Contains(d, name) {
		t.Errorf("the file is called %s, not %s", d, name)
	}
	if g.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("kept by %q", g.header.Get("Cache-Control"))
	}
}

func TestDocumentsAndStatementsArePrintedForStaffAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner, other := s.business(t, "first"), s.business(t, "second")
		client := owner.do(`mutation { createContact(input: {company: "Ναυτιλιακή", isClient: true}) { contact { id } } }`, nil).at("createContact.contact.id").text()
		made := owner.do(`mutation($c: ID!) { createDocument(input: {type: INVOICE, contactId: $c, lines: [{title: "Μελέτη", unitPrice: "100", taxes: [{rate: "24"}]}]}) { document { id } } }`,
			vars{"c": client}).at("createDocument.document.id").text()
		owner.get("/documents/"+made+"/pdf").isPDF(t, "invoice.pdf")
		owner.do(`mutation($id: ID!) { issueDocument(input: {id: $id}) { document { number } } }`, vars{"id": made})
		shown := owner.get("/documents/" + made + "/pdf?inline=1&language=en")
		shown.isPDF(t, "inline; filename=\"INV-00001.pdf\"")
		if p := shown.header.Get("Content-Security-Policy"); p != pdfPolicy {
			t.Errorf("shown in place with %q", p)
		}
		owner.get("/contacts/"+client+"/statement/pdf?from=2026-01-01&side=CLIENT").isPDF(t, "statement-")

		for path, want := range map[string]string{
			"/documents/" + uuid.NewString() + "/pdf":                              "NOT_FOUND id",
			"/documents/x/pdf":                                                     "NOT_FOUND id",
			"/documents/" + made + "/pdf?language=xx":                              "INVALID language",
			"/contacts/" + client + "/statement/pdf?from=2026-99-01":               "INVALID from",
			"/contacts/" + client + "/statement/pdf?side=x":                        "INVALID side",
			"/contacts/" + uuid.NewString() + "/statement/pdf":                     "NOT_FOUND contactId",
			"/contacts/" + client + "/statement/pdf?from=2026-02-01&to=2026-01-01": "INVALID to",
		} {
			if code := owner.get(path).code(t); code != want {
				t.Errorf("%s: %s, not %s", path, code, want)
			}
		}
		for _, path := range []string{"/documents/" + made + "/pdf", "/contacts/" + client + "/statement/pdf"} {
			if code := other.get(path).code(t); !strings.HasPrefix(code, "NOT_FOUND") {
				t.Errorf("another business is told %s of %s", code, path)
			}
			if g := s.nobody(t).get(path); g.status != http.StatusUnauthorized {
				t.Errorf("nobody is told %d of %s", g.status, path)
			}
		}
	})
}

// What stands on the document as a whole is printed with its sign and its percent, and a fixed tax
// with what a line pays.
func TestAllowancesChargesAndFixedTaxesArePrinted(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		made := owner.do(`mutation($c: ID!) { createDocument(input: {type: INVOICE, contactId: $c, language: "en",
			lines: [{title: "A", unitPrice: "100", taxes: [{kind: OTHER, name: "Stamp", fixed: "1.50"}]}],
			adjustments: [{charge: false, title: "Loyal", percent: "10"}, {charge: true, title: "Courier", amount: "5"}]}) { document { id } } }`,
			vars{"c": owner.newContact("A")}).at("createDocument.document.id").text()
		business := uuid.MustParse(owner.do(`{ organization { id } }`, nil).at("organization.id").text())
		ctx := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: business, Role: viewer.Owner})
		d, err := s.graph.Documents.Get(ctx, uuid.MustParse(made))
		if err != nil {
			t.Fatal(err)
		}
		org, err := s.graph.Accounts.Organization(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.printed(ctx, d, org, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]pdf.Extra{{Title: "Loyal 10 %", Amount: money.New(-1000, "EUR")}, {Title: "Courier", Amount: money.New(500, "EUR")}}, got.Extras); diff != "" {
			t.Errorf("printed (-want +got):\n%s", diff)
		}
		if len(got.Taxes) != 1 || got.Taxes[0].Fixed != money.New(150, "EUR") || got.Lines[0].Taxes != "" || got.Language != "en" {
			t.Errorf("printed %+v, %+v, in %s", got.Taxes, got.Lines, got.Language)
		}
	})
}

// A customer prints what they may see, and is told of nothing else that it is there.
func TestACustomerPrintsTheOwnAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a, b := s.newTenant(t, "a"), s.newTenant(t, "b")
		customer := s.customerOf(t, a)
		next := a.newContact("Next")
		customer.get("/documents/"+a.ids["invoice"]+"/pdf").isPDF(t, "INV-")
		customer.get("/documents/"+a.ids["estimate"]+"/pdf?inline=1").isPDF(t, "inline")
		customer.get("/contacts/"+a.ids["contact"]+"/statement/pdf?side=SUPPLIER").isPDF(t, "statement-")
		for _, id := range []string{a.ids["draft"], a.issued(next, "1"), b.ids["invoice"], b.ids["estimate"], uuid.NewString()} {
			if code := customer.get("/documents/" + id + "/pdf").code(t); code != "NOT_FOUND id" {
				t.Errorf("of the document %s: %s", id, code)
			}
		}
		for _, id := range []string{next, b.ids["contact"], uuid.NewString()} {
			for _, as := range []string{"pdf", "xlsx"} {
				if code := customer.get("/contacts/" + id + "/statement/" + as).code(t); !strings.HasPrefix(code, "NOT_FOUND") {
					t.Errorf("of the contact %s: %s", id, code)
				}
			}
		}
	})
}
