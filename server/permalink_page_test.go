package main

import (
	"bytes"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/notice"
)

// linked makes a document of a client, issues it and gives the path of a link to it, and its id.
func (c *caller) linked(typ, name string) (path, id string) {
	c.t.Helper()
	id = c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{"type": typ, "contactId": c.client(name, ""),
		"dueDate": "2099-03-31", "lines": []vars{{"title": "Μελέτη <b>σκοπιμότητας</b>", "quantity": "2.5", "unitPrice": "100", "taxes": []vars{{"rate": "24"}}}}}}).at("createDocument.document.id").text()
	c.do(`mutation($id: ID!) { issueDocument(input: { id: $id }) { document { id } } }`, vars{"id": id})
	link := c.do(`mutation($d: ID!) { createDocumentLink(input: {documentId: $d}) { url } }`, vars{"d": id}).at("createDocumentLink.url").text()
	_, token, _ := strings.Cut(link, "/d/")
	return "/d/" + token, id
}

// answer sends the form of a permalink's page.
func (c *caller) answers(path string, form url.Values) got {
	c.t.Helper()
	status, location, body := browse(c.t, c.s.url+path, form)
	if status == http.StatusSeeOther && location != path {
		c.t.Errorf("%s leads to %s", path, location)
	}
	return got{status: status, body: body}
}

func (g got) has(t *testing.T, what string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(strings.ReplaceAll(g.body, "\u00a0", " "), text) {
			t.Errorf("%s has no %q: %d\n%s", what, text, g.status, g.body)
		}
	}
}

// Whoever has the address of an estimate accepts or declines it, once, by name; staff are told, and
// the document says who it was. What is refused changes nothing and keeps what was entered.
func TestAnEstimateIsDecidedByItsPermalink(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		anyone := s.nobody(t)
		path, id := owner.linked("ESTIMATE", "Ναυτιλιακή")
		page := anyone.get(path)
		page.has(t, "the page", `<html lang="el">`, "Προσφορά EST-00001", "Μελέτη &lt;b&gt;σκοπιμότητας&lt;/b&gt;", "310,00 €", "2,5", "31/03/2099", "Αποδοχή της προσφοράς", path+"/pdf")
		if page.header.Get("Referrer-Policy") != "no-referrer" || page.header.Get("X-Robots-Tag") != "noindex" || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("the page's headers are %v", page.header)
		}
		anyone.get(path+"?lang=en").has(t, "in English", `<html lang="en">`, "Estimate EST-00001", "€310.00", "Accept the estimate")
		anyone.get(path+"/pdf").isPDF(t, "inline; filename=")

		before := s.dump(t)
		for _, wrong := range []url.Values{{"do": {"accept"}, "name": {" "}, "comment": {"Kept"}}, {"do": {"accept"}, "name": {"Μ"}, "comment": {strings.Repeat("x", 1001)}}, {"do": {"x"}, "name": {"Μ"}}} {
			if got := anyone.answers(path, wrong); got.status != http.StatusUnprocessableEntity {
				t.Errorf("%v answered %d", wrong, got.status)
			}
		}
		anyone.answers(path, url.Values{"do": {"accept"}, "comment": {"Kept"}}).has(t, "without a name", "Χρειάζεται το όνομά σας", ">Kept</textarea>")
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Errorf("something was written (-before +after):\n%s", diff)
		}

		told := owner.subscribe(`subscription { noticeAdded { kind name text document { id } } }`, nil)
		until(t, "notices are followed", func() bool {
			return s.relay.Hints.Waiting(owner.organization(), notice.Topic(owner.organization())) == 1
		})
		if done := anyone.answers(path+"?lang=en", url.Values{"do": {"accept"}, "name": {" Μαρία "}, "comment": {"Ξεκινήστε"}}); done.status != http.StatusSeeOther {
			t.Errorf("accepting is answered %d", done.status)
		}
		if n := told.next().at("noticeAdded"); n.at("kind").text() != "ESTIMATE_ACCEPTED" || n.at("name").text() != "Μαρία" || n.at("text").text() != "Ξεκινήστε" || n.at("document.id").text() != id {
			t.Errorf("staff are told %v", n.is)
		}
		decision := owner.do(`query($id: ID!) { document(id: $id) { status decision { through name comment } } }`, vars{"id": id}).at("document")
		if decision.at("status").text() != "ACCEPTED" || decision.at("decision.through").text() != "PERMALINK" || decision.at("decision.name").text() != "Μαρία" {
			t.Errorf("the document says %v", decision.is)
		}
		anyone.get(path).has(t, "then", "Η προσφορά έγινε δεκτή. (από Μαρία)", "Ξεκινήστε")
		if got := anyone.answers(path, url.Values{"do": {"reject"}, "name": {"Πέτρος"}}); got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "<form") {
			t.Errorf("decided again: %d %s", got.status, got.body)
		}

		declined, _ := owner.linked("ESTIMATE", "Άλλη")
		anyone.answers(declined, url.Values{"do": {"reject"}, "name": {"Πέτρος"}})
		if n := told.next().at("noticeAdded"); n.at("kind").text() != "ESTIMATE_REJECTED" || n.at("name").text() != "Πέτρος" {
			t.Errorf("staff are told %v", n.is)
		}
	})
}

// A page of an invoice offers to pay it; one of a wrong or revoked address offers nothing, in either
// language, and nobody may try addresses without end.
func TestWhatAPermalinksPageOffers(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	anyone := s.nobody(t)
	path, id := owner.linked("INVOICE", "Ναυτιλιακή")
	anyone.get(path).has(t, "the page", "Τιμολόγιο INV-00001", path+"/pay?lang=el", "Προς πληρωμή")
	owner.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`, vars{"input": vars{
		"contactId": owner.do(`query($id: ID!) { document(id: $id) { contact { id } } }`, vars{"id": id}).at("document.contact.id").text(), "amount": "310", "oldestFirst": true}})
	if got := anyone.get(path); strings.Contains(got.body, path+"/pay") || !strings.Contains(got.body, "Εξοφλήθηκε") {
		t.Errorf("a paid invoice is offered to be paid: %s", got.body)
	}
	if got := anyone.answers(path, url.Values{"do": {"accept"}, "name": {"Μ"}}); got.status != http.StatusNotFound {
		t.Errorf("an invoice is accepted: %d", got.status)
	}
	for range 130 {
		if got := anyone.get("/d/guess"); got.status == http.StatusTooManyRequests {
			if got.header.Get("Retry-After") == "" {
				t.Error("it does not say when to come back")
			}
			return
		} else if got.status != http.StatusNotFound {
			t.Fatalf("a guess is answered %d", got.status)
		}
	}
	t.Error("addresses can be tried without end")
}

// The picture of a transfer's code reads as what it says.
func TestATransfersCodeReadsAsWhatItSays(t *testing.T) {
	says := strings.Join([]string{"BCD", "002", "1", "SCT", "ETHNGRAA", "Δοκιμή ΑΕ", "GR1601101250000000012300695", "EUR1234.56", "", "RF18539007547034"}, "\n")
	raw, err := qrPNG(says)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if read.GetText() != says {
		t.Errorf("reads %q", read.GetText())
	}
	if level := read.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL]; level != "M" {
		t.Errorf("its error correction is %v", level)
	}
	if _, err := qrPNG(strings.Repeat("x", 5000)); err == nil {
		t.Error("too much is drawn")
	}
}
