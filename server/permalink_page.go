package main

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/permalink"
)

// permalink answers GET /d/{token}: a document, for whoever has its address, with what can be done
// with it: to pay an invoice, to accept or decline an estimate. It works without scripts. lang, en
// or el, is the language of the page; the document's when it is left out.
func (a *app) permalink(w http.ResponseWriter, r *http.Request) {
	r, opened, ok := a.openLink(w, r)
	if ok {
		a.showLink(w, r, http.StatusOK, opened, permalink.Decision{}, nil)
	}
}

// decideByLink answers POST /d/{token}: the decision on an estimate.
func (a *app) decideByLink(w http.ResponseWriter, r *http.Request) {
	r, opened, ok := a.openLink(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	d := permalink.Decision{Accepted: r.PostFormValue("do") == "accept", Name: r.PostFormValue("name"), Comment: r.PostFormValue("comment")}
	var err error
	if do := r.PostFormValue("do"); do != "accept" && do != "reject" {
		err = fault.New(fault.Invalid, "do", "Accept or decline.")
	} else {
		err = a.graph.Links.Decide(r.Context(), opened, d)
	}
	switch _, isFault := fault.All(err); {
	case err == nil:
		w.Header().Set("Location", r.URL.RequestURI()) // the page itself
		w.WriteHeader(http.StatusSeeOther)
	case fault.IsCode(err, fault.NotFound), !isFault:
		a.refuseLink(w, r, err)
	default:
		a.showLink(w, r, http.StatusUnprocessableEntity, opened, d, fault.From(err))
	}
}

// showLink writes the page, with what was entered and why it was refused.
func (a *app) showLink(w http.ResponseWriter, r *http.Request, status int, opened *permalink.Opened, entered permalink.Decision, failed *fault.Error) {
	d, asked := opened.Document, r.URL.Query().Get("lang")
	if asked != "en" && asked != "el" {
		asked = ""
	}
	sheet, err := a.printed(r.Context(), d, opened.Organization, asked)
	expired := false
	if err == nil {
		expired, err = d.IsExpired(r.Context())
	}
	if err != nil {
		answer{w, mediaJSON}.denied(r.Context(), err)
		return
	}
	words := linkWords[sheet.Language == "el"]
	path := permalink.Path + r.PathValue("token")
	page := linkPage{Lang: words["lang"], W: words, Write: pdf.WordsIn(pdf.Language(words["lang"])), Sheet: sheet, Title: words[string(d.Type)] + " " + d.NumberText, PDF: path + "/pdf",
		Other: path + "?lang=" + words["other code"], Entered: entered, Failed: failed}
	switch {
	case sheet.Kind == pdf.Invoice && d.Remaining().Minor > 0:
		page.Pay = path + "/pay?lang=" + page.Lang
	case sheet.Kind == pdf.Estimate && d.Decision() == nil && !expired:
		page.Open = true
	}
	page.State = words[stateOf(sheet, d.Decision() != nil, string(d.Status), expired)]
	if made := d.Decision(); made != nil {
		page.Said, page.By = made.Comment, made.Name
	}
	writePage(w, r, status, linkTemplate, page)
}

// stateOf names where the document stands.
func stateOf(sheet *pdf.Document, decided bool, status string, expired bool) string {
	switch {
	case sheet.Kind == pdf.Estimate && decided:
		return cmp.Or(map[string]string{"rejected": "rejected"}[status], "accepted")
	case sheet.Kind == pdf.Estimate && expired:
		return "expired"
	case sheet.Kind == pdf.Invoice && sheet.Remaining.Minor == 0:
		return "settled"
	}
	return ""
}

// linkPage is what the page of a permalink shows.
type linkPage struct {
	Lang, Title, PDF, Other, Pay string
	W                            map[string]string
	Sheet                        *pdf.Document
	Write                        pdf.Words // dates and numbers
	State, Said, By              string
	Open                         bool // to a decision
	Entered                      permalink.Decision
	Failed                       *fault.Error
}

// Money writes an amount in the language of the page.
func (p linkPage) Money(m money.Money) string { return m.Format(p.Lang) }

// Wrong says what is wrong with a field, in the language of the page.
func (p linkPage) Wrong(field string) string {
	if p.Failed == nil || p.Failed.Field != field {
		return ""
	}
	return cmp.Or(p.W["wrong "+field], p.Failed.Text)
}

// Conflict says why nothing can be decided any more.
func (p linkPage) Conflict() bool { return p.Failed != nil && p.Failed.Code == fault.Conflict }

// greek says whether a page is in Greek: as lang asks, else as is usual.
func greek(r *http.Request, usual string) bool {
	return cmp.Or(r.URL.Query().Get("lang"), usual) == "el"
}

// accepts says whether the reader's browser asks for Greek before English.
func accepts(r *http.Request) (greek bool) {
	for _, tag := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		switch tag = strings.ToLower(strings.TrimSpace(tag)); {
		case strings.HasPrefix(tag, "el"):
			return true
		case strings.HasPrefix(tag, "en"):
			return false
		}
	}
	return false
}

// linkWords are the words of these pages, in Greek and in English.
var linkWords = map[bool]map[string]string{
	false: {
		"lang": "en", "other": "Ελληνικά", "other code": "el", "invoice": "Invoice", "credit_note": "Credit note", "estimate": "Estimate",
		"to": "To", "date": "Date", "due": "To be paid by", "last day": "Valid until", "what": "Description", "quantity": "Quantity", "price": "Price", "amount": "Amount",
		"net": "Net", "vat": "VAT", "withheld": "Withheld", "total": "Total", "paid": "Paid", "remains": "To be paid", "pdf": "Download the PDF", "pay": "Pay",
		"settled": "Paid. Thank you.", "accepted": "This estimate was accepted.", "rejected": "This estimate was declined.", "expired": "This estimate has expired.",
		"decide": "Your answer", "name": "Your name", "comment": "A comment (optional)", "accept": "Accept the estimate", "reject": "Decline", "by": "by",
		"notes": "Notes", "terms": "Terms", "wrong name": "Your name is needed: 200 characters at most.", "wrong comment": "1,000 characters at most.",
		"conflict": "This estimate is not open to an answer any more.", "missing": "This link does not work, or not any more.", "ask": "Ask whoever sent it for another.",
	},
	true: { //nolint:gosec // words, no secrets
		"lang": "el", "other": "English", "other code": "en", "invoice": "Τιμολόγιο", "credit_note": "Πιστωτικό", "estimate": "Προσφορά",
		"to": "Προς", "date": "Ημερομηνία", "due": "Εξόφληση έως", "last day": "Ισχύει έως", "what": "Περιγραφή", "quantity": "Ποσότητα", "price": "Τιμή", "amount": "Ποσό",
		"net": "Καθαρή αξία", "vat": "ΦΠΑ", "withheld": "Παρακράτηση", "total": "Σύνολο", "paid": "Πληρωμένα", "remains": "Προς πληρωμή", "pdf": "Λήψη PDF", "pay": "Πληρωμή",
		"settled": "Εξοφλήθηκε. Ευχαριστούμε.", "accepted": "Η προσφορά έγινε δεκτή.", "rejected": "Η προσφορά απορρίφθηκε.", "expired": "Η προσφορά έληξε.",
		"decide": "Η απάντησή σας", "name": "Το όνομά σας", "comment": "Σχόλιο (προαιρετικό)", "accept": "Αποδοχή της προσφοράς", "reject": "Απόρριψη", "by": "από",
		"notes": "Σημειώσεις", "terms": "Όροι", "wrong name": "Χρειάζεται το όνομά σας: έως 200 χαρακτήρες.", "wrong comment": "Έως 1.000 χαρακτήρες.",
		"conflict": "Η προσφορά δεν δέχεται πια απάντηση.", "missing": "Ο σύνδεσμος δεν ισχύει, ή δεν ισχύει πια.", "ask": "Ζητήστε άλλον από όποιον σας τον έστειλε.",
	},
}

var linkTemplate = template.Must(template.New("link").Parse(pageStyle + `<style>body{max-width:44rem}table{width:100%;border-collapse:collapse;margin:1rem 0}
th,td{text-align:start;padding:.4rem .5rem;border-bottom:1px solid var(--rule);vertical-align:top}td.n,th.n{text-align:end;white-space:nowrap}
.sums td{border:0;padding:.15rem .5rem}.big{font-size:1.2rem;font-weight:700}.note{white-space:pre-wrap}label{display:block;margin:.75rem 0}
input,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;min-height:44px}.bad{color:#b3261e}@media(prefers-color-scheme:dark){.bad{color:#f2b8b5}}
.state{padding:.6rem .8rem;border-inline-start:4px solid var(--accent);font-weight:600}a.button{display:inline-block;padding:.6rem 1rem;border:1px solid var(--accent);border-radius:6px;text-decoration:none;min-height:24px;margin:.25rem .5rem .25rem 0}
@media(max-width:34rem){.wide{display:none}}</style>
<title>{{.Title}} · {{.Sheet.From.Name}}</title><main>
<p><a href="{{.Other}}" lang="{{index .W "other code"}}">{{.W.other}}</a></p>
<h1>{{.Title}}</h1><p><b>{{.Sheet.From.Name}}</b>{{with .Sheet.From.VATNumber}} · {{.}}{{end}}</p>
{{with .State}}<p class="state" role="status">{{.}}{{with $.By}} ({{$.W.by}} {{.}}){{end}}{{with $.Said}}<br>{{.}}{{end}}</p>{{end}}
{{if .Conflict}}<p class="bad" role="alert">{{.W.conflict}}</p>{{end}}
<dl><dt>{{.W.to}}</dt><dd>{{.Sheet.To.Name}}</dd><dt>{{.W.date}}</dt><dd>{{.Write.Day .Sheet.Date}}</dd>
{{if eq .Sheet.Kind "invoice"}}<dt>{{.W.due}}</dt><dd>{{.Write.Day .Sheet.DueDate}}</dd>{{end}}
{{if eq .Sheet.Kind "estimate"}}<dt>{{index .W "last day"}}</dt><dd>{{.Write.Day .Sheet.DueDate}}</dd>{{end}}</dl>
<table><thead><tr><th scope="col">{{.W.what}}</th><th scope="col" class="n wide">{{.W.quantity}}</th><th scope="col" class="n wide">{{.W.price}}</th><th scope="col" class="n">{{.W.amount}}</th></tr></thead>
<tbody>{{range .Sheet.Lines}}<tr><td>{{.Title}}</td><td class="n wide">{{$.Write.Number .Quantity}} {{.Unit}}</td><td class="n wide">{{$.Write.Number .Price}}</td><td class="n">{{$.Money .Net}}</td></tr>{{end}}
{{range .Sheet.Extras}}<tr><td>{{.Title}}</td><td class="wide"></td><td class="wide"></td><td class="n">{{$.Money .Amount}}</td></tr>{{end}}</tbody></table>
<table class="sums"><tbody><tr><td>{{.W.net}}</td><td class="n">{{.Money .Sheet.Net}}</td></tr>
{{range .Sheet.Taxes}}{{if not .Informational}}<tr><td>{{or .Name (index $.W "vat")}}</td><td class="n">{{$.Money .Amount}}</td></tr>{{end}}{{end}}
<tr class="big"><td>{{.W.total}}</td><td class="n">{{.Money .Sheet.Payable}}</td></tr>
{{if eq .Sheet.Kind "invoice"}}{{if .Sheet.Settled.Minor}}<tr><td>{{.W.paid}}</td><td class="n">{{.Money .Sheet.Settled}}</td></tr>{{end}}
<tr class="big"><td>{{.W.remains}}</td><td class="n">{{.Money .Sheet.Remaining}}</td></tr>{{end}}</tbody></table>
<p>{{with .Pay}}<a class="button first" href="{{.}}">{{$.W.pay}}</a>{{end}}<a class="button" href="{{.PDF}}">{{.W.pdf}}</a></p>
{{if .Open}}<h2>{{.W.decide}}</h2><form method="post">
<label>{{.W.name}}<input name="name" required maxlength="200" autocomplete="name" value="{{.Entered.Name}}"{{if .Wrong "name"}} aria-invalid="true" aria-describedby="name-wrong"{{end}}></label>
{{with .Wrong "name"}}<p class="bad" role="alert" id="name-wrong">{{.}}</p>{{end}}
<label>{{.W.comment}}<textarea name="comment" rows="3" maxlength="1000"{{if .Wrong "comment"}} aria-invalid="true" aria-describedby="comment-wrong"{{end}}>{{.Entered.Comment}}</textarea></label>
{{with .Wrong "comment"}}<p class="bad" role="alert" id="comment-wrong">{{.}}</p>{{end}}
<button name="do" value="accept">{{.W.accept}}</button><button name="do" value="reject">{{.W.reject}}</button></form>{{end}}
{{with .Sheet.Notes}}<h2>{{$.W.notes}}</h2><p class="note">{{.}}</p>{{end}}{{with .Sheet.Terms}}<h2>{{$.W.terms}}</h2><p class="note">{{.}}</p>{{end}}</main>`))

var missingTemplate = template.Must(template.New("missing").Parse(pageStyle + `<title>{{.W.missing}}</title><main><h1>{{.W.missing}}</h1><p>{{.W.ask}}</p></main>`))
