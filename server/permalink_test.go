package main

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// issued makes and issues an invoice without tax.
func (c *caller) issued(contact, amount string) string {
	c.t.Helper()
	id := c.do(`mutation($c: ID!, $a: Decimal!) { createDocument(input: {type: INVOICE, contactId: $c, lines: [{title: "Μελέτη", unitPrice: $a}]}) { document { id } } }`,
		vars{"c": contact, "a": amount}).at("createDocument.document.id").text()
	c.do(`mutation($id: ID!) { issueDocument(input: {id: $id}) { document { number } } }`, vars{"id": id})
	return id
}

// logoPicture is a picture of a few pixels.
func logoPicture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 8, 4))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPermalinkShowsItsDocumentToWhoeverHasIt(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		client := owner.newContact("Ναυτιλιακή")
		invoice := owner.issued(client, "100")
		made := owner.do(`mutation($d: ID!) { createDocumentLink(input: {documentId: $d}) { url link { id createdBy { name } lastUsedAt } } }`, vars{"d": invoice})
		path := made.at("createDocumentLink.url").text()
		_, token, _ := strings.Cut(path, "/d/")
		path = "/d/" + token
		shown := s.nobody(t).get(path + "/pdf")
		shown.isPDF(t, "inline; filename=")
		if shown.header.Get("Referrer-Policy") != "no-referrer" || shown.header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("its address is given away: %v", shown.header)
		}
		owner.do(`mutation($id: ID!) { revokeDocumentLink(input: {id: $id}) { link { revokedAt } } }`, vars{"id": made.at("createDocumentLink.link.id").text()})
		for _, wrong := range []string{path, path + "/pdf", path + "/pay", path + "x", "/d/x"} {
			if got := s.nobody(t).get(wrong); got.status != http.StatusNotFound || !strings.Contains(got.body, "does not work") {
				t.Errorf("%s: %d %s", wrong, got.status, got.body)
			}
		}
		links := owner.do(`query($d: ID!) { document(id: $d) { links { revokedAt } } }`, vars{"d": invoice}).at("document.links").list()
		if len(links) != 1 || links[0].at("revokedAt").text() == "" {
			t.Errorf("the document has %d links", len(links))
		}
	})
}

func TestTheLogoIsOnTheBusinesssDocuments(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		invoice := owner.issued(owner.newContact("Ναυτιλιακή"), "100")
		before := len(owner.get("/documents/" + invoice + "/pdf").body)
		if got := owner.get("/organization/logo"); got.status != http.StatusNotFound {
			t.Errorf("without a logo: %d", got.status)
		}
		url := owner.upload(`mutation($input: SetLogoInput!) { setLogo(input: $input) { organization { logoUrl } } }`, vars{"input": vars{"file": nil}}, "logo.png", strings.NewReader(logoPicture(t))).
			at("setLogo.organization.logoUrl").text()
		got := owner.get(url)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(got.body, "\x89PNG") {
			t.Errorf("%s: %d %s", url, got.status, got.header)
		}
		if s.nobody(t).get(url).status != http.StatusUnauthorized {
			t.Error("nobody sees the logo")
		}
		if after := owner.get("/documents/" + invoice + "/pdf").body; !strings.Contains(after, "/Subtype /Image") || len(after) <= before {
			t.Error("the logo is not on the document")
		}
		owner.upload(`mutation($input: SetLogoInput!) { setLogo(input: $input) { organization { logoUrl } } }`, vars{"input": vars{"file": nil}}, "x.png", strings.NewReader("no picture")).refused("INVALID", "file")
		owner.do(`mutation { removeLogo(input: {}) { organization { logoUrl } } }`, nil)
		if after := owner.get("/documents/" + invoice + "/pdf").body; strings.Contains(after, "/Subtype /Image") {
			t.Error("the logo is on the document still")
		}
	})
}

func TestAStatementIsAWorkbookToo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		client := owner.newContact("Ναυτιλιακή")
		owner.issued(client, "1234.50")
		got := owner.get("/contacts/" + client + "/statement/xlsx?language=el&side=CLIENT")
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" {
			t.Fatalf("%d %v", got.status, got.header)
		}
		f, err := excelize.OpenReader(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		rows, err := f.GetRows("EUR")
		if err != nil || len(rows) != 8 || rows[1][0] != "Καρτέλα" || rows[1][1] != "Ναυτιλιακή" || rows[6][3] != "1,234.50" || rows[7][5] != "1,234.50" {
			t.Errorf("%q, %v", rows, err)
		}
		if code := owner.get("/contacts/" + client + "/statement/xlsx?side=x").code(t); code != "INVALID side" {
			t.Errorf("a side that is none: %s", code)
		}
		if got := s.nobody(t).get("/contacts/" + client + "/statement/xlsx"); got.status != http.StatusUnauthorized {
			t.Errorf("nobody: %d", got.status)
		}
	})
}
