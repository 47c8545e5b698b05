package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
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
