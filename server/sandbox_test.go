package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/secret"
)

// browse asks for a page, or with a form posts to it, and follows no redirect.
func browse(t testing.TB, address string, form url.Values, headers ...string) (status int, location, body string) {
	t.Helper()
	method, content := http.MethodGet, ""
	if form != nil {
		method, content = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header.Get("Location"), string(raw)
}

// A document is paid by its permalink, without an account: by the sandbox, whose message books,
// and by a bank transfer.
func TestADocumentIsPaidByItsLink(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		box, err := secret.New(make([]byte, secret.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		s.graph.Online.Secrets = box
		a := s.newTenant(t, "a")
		a.do(`mutation { setPaymentProvider(input: { provider: SANDBOX, enabled: true }) { provider { enabled } } }`, nil)
		link := a.do(`mutation($input: CreateDocumentLinkInput!) { createDocumentLink(input: $input) { url link { id } } }`, vars{"input": vars{"documentId": a.ids["invoice"]}})
		address := link.at("createDocumentLink.url").text()
		status, _, body := browse(t, address+"/pay", nil)
		if status != 200 || !strings.Contains(body, "100.00") && !strings.Contains(body, "100,00") || !strings.Contains(body, `value="sandbox"`) || strings.Contains(body, "stripe") {
			t.Fatalf("%d %s", status, body)
		}
		// Another site's page cannot begin one.
		if status, _, _ := browse(t, address+"/pay", url.Values{"provider": {"sandbox"}}, "Sec-Fetch-Site", "cross-site"); status != 403 {
			t.Errorf("from another site: %d", status)
		}
		status, sandboxed, _ := browse(t, address+"/pay", url.Values{"provider": {"sandbox"}})
		if status != 303 || !strings.HasPrefix(sandboxed, s.url+"/sandbox/") {
			t.Fatalf("%d %s", status, sandboxed)
		}
		if status, _, _ := browse(t, strings.Replace(sandboxed, "token=", "token=0", 1), nil); status != 404 {
			t.Errorf("the sandbox by a wrong token: %d", status)
		}
		elsewhere := strings.Replace(sandboxed, "success="+url.QueryEscape(s.url), "success="+url.QueryEscape("https://evil.example"), 1)
		if _, to, _ := browse(t, elsewhere, url.Values{"do": {"fail"}}); to != s.url+"/portal" {
			t.Errorf("the sandbox sends to %s", to)
		}
		status, sandboxed, _ = browse(t, address+"/pay", url.Values{"provider": {"sandbox"}}) // the first has failed
		if status != 303 {
			t.Fatal(status)
		}
		status, back, _ := browse(t, sandboxed, url.Values{"do": {"pay"}})
		if status != 303 || !strings.HasPrefix(back, address+"/pay/") {
			t.Fatalf("%d %s", status, back)
		}
		if status, _, body := browse(t, back, nil); status != 200 || !strings.Contains(body, "Paid. Thank you.") && !strings.Contains(body, "Πληρώθηκε") {
			t.Errorf("%d %s", status, body)
		}
		if got := a.do(`query($id: ID!) { document(id: $id) { paidState } }`, vars{"id": a.ids["invoice"]}).at("document.paidState").text(); got != "PAID" {
			t.Error(got)
		}
		// What another began is not there, and a revoked link opens nothing.
		if status, _, _ := browse(t, address+"/pay/"+a.ids["online"], nil); status != 404 {
			t.Errorf("another's online payment: %d", status)
		}
		a.do(`mutation($input: DocumentLinkIdInput!) { revokeDocumentLink(input: $input) { link { id } } }`, vars{"input": vars{"id": link.at("createDocumentLink.link.id").text()}})
		for _, gone := range []string{address + "/pay", back} {
			if status, _, _ := browse(t, gone, nil); status != 404 {
				t.Errorf("%s after it was revoked: %d", gone, status)
			}
		}
	})
}

// A business is not paid in the sandbox where no demonstration was asked for, nor the sandbox.
func TestTheSandboxIsForWhoAsksForIt(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	for _, c := range []config{{}, {Demo: true}, {Sandbox: true}} {
		online := newOnline(s.graph, &c, s.relay.Hint, s.url, time.Now)
		if has := online.Providers[entonline.ProviderSandbox] != nil; has != (c.Demo || c.Sandbox) {
			t.Errorf("%+v: the sandbox is there: %v", c, has)
		}
	}
}
