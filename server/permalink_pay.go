package main

import (
	"encoding/base64"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/permalink"
)

// payByLink answers /d/{token}/pay: by GET what can be done to pay the document, by POST a new
// online payment of it; and /d/{token}/pay/{id}: how that one stands, or is paid by transfer. It
// works without scripts, and a wrong address and a revoked one answer alike.
func (a *app) payByLink(w http.ResponseWriter, r *http.Request) {
	r, opened, ok := a.openLink(w, r)
	token := r.PathValue("token")
	switch {
	case !ok:
	case r.Method == http.MethodPost:
		a.beginByLink(w, r, opened, token)
	case r.PathValue("id") != "":
		a.onlineOfLink(w, r, opened, token)
	default:
		a.offerByLink(w, r, opened, nil)
	}
}

func (a *app) beginByLink(w http.ResponseWriter, r *http.Request, opened *permalink.Opened, token string) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	o, err := a.graph.Online.PayByLink(r.Context(), opened.Document, token, entonline.Provider(r.PostFormValue("provider")))
	if _, ok := fault.All(err); err != nil && ok {
		a.offerByLink(w, r, opened, fault.From(err))
		return
	}
	if err != nil {
		answer{w, mediaJSON}.denied(r.Context(), err)
		return
	}
	to := permalink.Path + token + "/pay/" + o.ID.String() + "?" + url.Values{"lang": {payWords[greek(r, opened.Organization.Language)]["lang"]}}.Encode()
	if provider := o.URL(); provider != nil {
		to = *provider
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // where the provider takes payments, or our own page
}

// offerByLink shows the ways to pay.
func (a *app) offerByLink(w http.ResponseWriter, r *http.Request, opened *permalink.Opened, failed *fault.Error) {
	ways, err := a.graph.Online.Offered(r.Context())
	if err != nil {
		a.refuseLink(w, r, err)
		return
	}
	d, words := opened.Document, payWords[greek(r, opened.Organization.Language)]
	data := map[string]any{"W": words, "Lang": words["lang"], "Number": d.NumberText, "Business": opened.Organization.Name, "Ways": ways, "Failed": failed}
	if remains := d.Remaining(); remains.Minor > 0 {
		data["Remains"] = remains.Format(words["lang"])
	}
	writePage(w, r, http.StatusOK, offerTemplate, data)
}

// onlineOfLink shows how an online payment stands. It only reads.
func (a *app) onlineOfLink(w http.ResponseWriter, r *http.Request, opened *permalink.Opened, token string) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		a.refuseLink(w, r, fault.New(fault.NotFound, "", ""))
		return
	}
	o, err := a.graph.Online.OfLink(r.Context(), opened.Document, id)
	var how *onlinepayment.Instructions
	if err == nil {
		how, err = o.Instructions(r.Context())
	}
	if err != nil {
		a.refuseLink(w, r, err)
		return
	}
	words := payWords[greek(r, opened.Organization.Language)]
	writePage(w, r, http.StatusOK, onlineTemplate, map[string]any{"W": words, "Lang": words["lang"], "Number": opened.Document.NumberText, "Amount": o.Amount().Format(words["lang"]),
		"State": words[string(o.Status())], "How": how, "Code": codeOf(how), "Back": permalink.Path + token + "?lang=" + words["lang"], "Open": o.Status() == entonline.StatusOpen && how == nil})
}

// codeOf is the picture of a transfer's code, as an address of its bytes; "" for one that has none.
func codeOf(how *onlinepayment.Instructions) template.URL {
	if how == nil || how.QR == "" {
		return ""
	}
	raw, err := qrPNG(how.QR)
	if err != nil {
		slog.Warn("a transfer's code could not be drawn", "err", err)
		return ""
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)) //nolint:gosec // our own bytes
}

// payWords are the words of these pages, in Greek and in English.
var payWords = map[bool]map[string]string{
	false: {
		"lang": "en", "invoice": "Invoice", "remains": "To be paid", "nothing": "Nothing remains to be paid.", "no ways": "This cannot be paid online.",
		"stripe": "Pay by card", "bank_transfer": "Pay by bank transfer", "sandbox": "Pay (sandbox)", "back": "The document",
		"open": "Waiting for the payment.", "paid": "Paid. Thank you.", "cancelled": "The payment was given up.", "expired": "The payment was not made in time.", "failed": "The payment did not go through.",
		"again": "Look again", "holder": "Account holder", "reference": "Reference: write exactly this", "amount": "Amount", "code": "Scan with your banking app",
	},
	true: {
		"lang": "el", "invoice": "Τιμολόγιο", "remains": "Προς πληρωμή", "nothing": "Δεν απομένει τίποτα προς πληρωμή.", "no ways": "Δεν πληρώνεται διαδικτυακά.",
		"stripe": "Πληρωμή με κάρτα", "bank_transfer": "Πληρωμή με τραπεζικό έμβασμα", "sandbox": "Πληρωμή (δοκιμή)", "back": "Το παραστατικό",
		"open": "Αναμένεται η πληρωμή.", "paid": "Πληρώθηκε. Ευχαριστούμε.", "cancelled": "Η πληρωμή ακυρώθηκε.", "expired": "Η πληρωμή δεν έγινε εγκαίρως.", "failed": "Η πληρωμή δεν ολοκληρώθηκε.",
		"again": "Δείτε ξανά", "holder": "Δικαιούχος", "reference": "Αιτιολογία: γράψτε ακριβώς αυτό", "amount": "Ποσό", "code": "Σαρώστε με την εφαρμογή της τράπεζάς σας",
	},
}

var offerTemplate = template.Must(template.New("offer").Parse(pageStyle + `
<title>{{.W.invoice}} {{.Number}}</title><main><h1>{{.W.invoice}} {{.Number}}</h1><p>{{.Business}}</p>
{{with .Failed}}<p role="alert">{{.Text}}</p>{{end}}
{{if not .Remains}}<p>{{.W.nothing}}</p>{{else}}<dl><dt>{{.W.remains}}</dt><dd>{{.Remains}}</dd></dl>
{{if .Ways}}<form method="post">{{range .Ways}}<button name="provider" value="{{.}}">{{index $.W (print .)}}</button>{{end}}</form>
{{else}}<p>{{index .W "no ways"}}</p>{{end}}{{end}}</main>`))

var onlineTemplate = template.Must(template.New("online").Parse(pageStyle + `
<title>{{.W.invoice}} {{.Number}}</title><main><h1>{{.W.invoice}} {{.Number}}</h1>
<p role="status">{{.State}}</p><dl><dt>{{.W.amount}}</dt><dd>{{.Amount}}</dd>
{{with .How}}<dt>{{$.W.holder}}</dt><dd>{{.Holder}}</dd><dt>IBAN</dt><dd>{{.IBAN}}</dd>{{with .BIC}}<dt>BIC</dt><dd>{{.}}</dd>{{end}}
<dt>{{$.W.reference}}</dt><dd>{{.Reference}}</dd>{{end}}</dl>
{{with .How}}{{with .Text}}<p>{{.}}</p>{{end}}{{end}}
{{with .Code}}<figure><img src="{{.}}" alt="{{$.W.code}}" width="246" height="246"><figcaption>{{$.W.code}}</figcaption></figure>{{end}}
<p>{{if .Open}}<a href="">{{.W.again}}</a> · {{end}}<a href="{{.Back}}">{{.W.back}}</a></p></main>`))
