package main

import (
	"bytes"
	"net/http"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/permalink"
)

// printLink answers GET /d/{token}/pdf: the document of a permalink as it is printed.
func (a *app) printLink(w http.ResponseWriter, r *http.Request) {
	r, opened, ok := a.openLink(w, r)
	if !ok {
		return
	}
	to := answer{w, mediaJSON}
	sheet, err := a.printed(r.Context(), opened.Document, opened.Organization, "")
	if err != nil {
		to.denied(r.Context(), err)
		return
	}
	var content bytes.Buffer
	if err := pdf.WriteDocument(&content, sheet); err != nil {
		to.denied(r.Context(), err)
		return
	}
	servePDF(w, r, documentName(opened.Document), content.Bytes(), true)
}

// openLink opens the document of a permalink's token, as the viewer that the request has from then
// on, or answers that there is none: a wrong address and a revoked one alike.
func (a *app) openLink(w http.ResponseWriter, r *http.Request) (*http.Request, *permalink.Opened, bool) {
	private(w)
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	w.Header().Set("X-Robots-Tag", "noindex")
	if err := a.graph.Accounts.AllowVisit(a.door.clientAddress(r)); err != nil {
		w.Header().Set("Retry-After", "60")
		say(w, http.StatusTooManyRequests, fault.From(err).Text+"\n")
		return r, nil, false
	}
	ctx, opened, err := a.graph.Links.Open(r.Context(), r.PathValue("token"))
	r = r.WithContext(ctx)
	if err != nil {
		a.refuseLink(w, r, err)
	}
	return r, opened, err == nil
}

// refuseLink answers that a link does not work, in the reader's language.
func (a *app) refuseLink(w http.ResponseWriter, r *http.Request, err error) {
	if !fault.IsCode(err, fault.NotFound) {
		answer{w, mediaJSON}.denied(r.Context(), err)
		return
	}
	words := linkWords[accepts(r)]
	writePage(w, r, http.StatusNotFound, missingTemplate, map[string]any{"W": words, "Lang": words["lang"]})
}
