package main

import (
	"bytes"
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/payment"
)

// sandboxPage answers GET and POST /sandbox/{id}: the page that stands for a provider's. What is
// chosen on it is told to our own webhook by messages that are signed as a provider's are.
func (a *app) sandboxPage(w http.ResponseWriter, r *http.Request) {
	private(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		say(w, http.StatusNotFound, "not found\n")
		return
	}
	o, secret, err := a.graph.Online.Sandboxed(r.Context(), id)
	q := r.URL.Query()
	if fault.IsCode(err, fault.NotFound) || err == nil && !sandbox.MayOpen(secret, id, q.Get("token")) {
		say(w, http.StatusNotFound, "not found\n")
		return
	}
	if err != nil {
		answer{w, mediaJSON}.denied(r.Context(), err)
		return
	}
	if r.Method == http.MethodPost {
		a.play(w, r, o, secret)
		return
	}
	writePage(w, r, http.StatusOK, sandboxTemplate, map[string]any{"Amount": o.Amount().Format("en"), "Reference": o.Reference})
}

// play tells what was chosen, and sends the customer back.
func (a *app) play(w http.ResponseWriter, r *http.Request, o *onlinepayment.OnlinePayment, secret string) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	back := "success"
	var messages []sandbox.Message
	tell := func(what payment.Happening, amount money.Money) {
		messages = append(messages, sandbox.Tell(what, o.ID, amount))
	}
	switch r.PostFormValue("do") {
	case "pay":
		tell(payment.MoneyReceived, o.Amount())
	case "twice":
		tell(payment.MoneyReceived, o.Amount())
		tell(payment.MoneyReceived, o.Amount())
	case "other":
		tell(payment.MoneyReceived, money.New(o.Amount().Minor+100, o.Currency))
	case "fail":
		tell(payment.CheckoutFailed, o.Amount())
	case "cancel":
		back = "cancel"
		tell(payment.CheckoutCancelled, o.Amount())
	default:
		say(w, http.StatusBadRequest, "choose what becomes of it\n")
		return
	}
	for _, m := range messages {
		if status := a.notify(r.Context(), o, m, secret); status != http.StatusOK {
			slog.ErrorContext(r.Context(), "the sandbox's message was not taken", "status", status)
			say(w, http.StatusBadGateway, "the webhook did not take the message\n")
			return
		}
	}
	to := r.URL.Query().Get(back)
	if !strings.HasPrefix(to, a.graph.Online.BaseURL+"/") { // of our own pages alone
		to = a.graph.Online.BaseURL + "/portal"
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // it begins with our own address
}

// notify sends a message to the webhook, by the same way that any provider's message takes from
// the handler on, and gives the status that it was answered with.
func (a *app) notify(ctx context.Context, o *onlinepayment.OnlinePayment, m sandbox.Message, secret string) int {
	body, signature, err := sandbox.Signed(m, secret, a.graph.Online.Now())
	if err != nil {
		return http.StatusInternalServerError
	}
	//nolint:gosec // it goes to our own handler, and over no network
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.graph.Online.WebhookURL(o.OrganizationID, o.Provider), bytes.NewReader(body))
	if err != nil {
		return http.StatusInternalServerError
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(sandbox.SignatureHeader, signature)
	w := &statusOnly{header: http.Header{}, status: http.StatusOK}
	a.handler.ServeHTTP(w, r)
	return w.status
}

// statusOnly takes an answer and keeps its status.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }

// pageStyle is all that pages of plain HTML wear.
const pageStyle = `<!doctype html><html lang="{{or .Lang "en"}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><style>:root{--accent:#1f5f4f;--on:#fff;--ground:#f1f4ef;--card:#fffffc;--rule:#8885}
@media(prefers-color-scheme:dark){:root{--accent:#7cc8b3;--on:#10211c;--ground:#111714;--card:#1b221f}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:0 auto;padding:1rem;background:var(--ground)}main{background:var(--card);border:1px solid var(--rule);border-top:3px solid var(--accent);border-radius:8px;padding:1rem 1.25rem}
h1{font-size:1.4rem}a{color:var(--accent)}button{font:inherit;padding:.6rem 1rem;margin:.25rem .25rem .25rem 0;min-height:44px;border:1px solid var(--accent);border-radius:6px;background:none;color:var(--accent);cursor:pointer}
button:first-of-type,a.first{background:var(--accent);color:var(--on)}dt{opacity:.8}dd{margin:0 0 .75rem;font-weight:600;overflow-wrap:anywhere}
pre{overflow-wrap:anywhere;white-space:pre-wrap}</style>`

var sandboxTemplate = template.Must(template.New("sandbox").Parse(pageStyle + `
<title>Sandbox</title><main><h1>Sandbox: no money moves</h1>
<p>This page stands for a payment provider's. Choose what becomes of the payment.</p>
<dl><dt>Amount</dt><dd>{{.Amount}}</dd><dt>Reference</dt><dd>{{.Reference}}</dd></dl>
<form method="post">
<button name="do" value="pay">Pay</button>
<button name="do" value="twice">Pay twice</button>
<button name="do" value="other">Pay another amount</button>
<button name="do" value="fail">Fail</button>
<button name="do" value="cancel">Cancel</button>
</form></main>`))

// writePage writes a page of plain HTML that runs nothing.
func writePage(w http.ResponseWriter, r *http.Request, status int, t *template.Template, data any) {
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		answer{w, mediaJSON}.denied(r.Context(), err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a reader that went away needs no answer
}
