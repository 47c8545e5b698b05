package main

import (
	"bytes"
	"net/http"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/permalink"
)

// permalink answers GET /d/{token}: a document as it is printed, for whoever has its address. A
// wrong address and a revoked one answer alike.
func (a *app) permalink(w http.ResponseWriter, r *http.Request) {
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
// on, or answers that there is none.
func (a *app) openLink(w http.ResponseWriter, r *http.Request) (*http.Request, *permalink.Opened, bool) {
	private(w)
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	w.Header().Set("X-Robots-Tag", "noindex")
	ctx, opened, err := a.graph.Links.Open(r.Context(), r.PathValue("token"))
	r = r.WithContext(ctx)
	if err != nil {
		refuseLink(w, r, err)
	}
	return r, opened, err == nil
}

func refuseLink(w http.ResponseWriter, r *http.Request, err error) {
	if fault.IsCode(err, fault.NotFound) {
		say(w, http.StatusNotFound, fault.From(err).Text+"\n")
		return
	}
	answer{w, mediaJSON}.denied(r.Context(), err)
}
