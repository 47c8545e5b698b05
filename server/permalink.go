package main

import (
	"bytes"
	"net/http"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/pdf"
)

// permalink answers GET /d/{token}: a document as it is printed, for whoever has its address. A
// wrong address and a revoked one answer alike.
func (a *app) permalink(w http.ResponseWriter, r *http.Request) {
	private(w)
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	w.Header().Set("X-Robots-Tag", "noindex")
	to := answer{w, mediaJSON}
	ctx, opened, err := a.graph.Links.Open(r.Context(), r.PathValue("token"))
	if fault.IsCode(err, fault.NotFound) {
		say(w, http.StatusNotFound, fault.From(err).Text+"\n")
		return
	}
	if err != nil {
		to.denied(ctx, err)
		return
	}
	sheet, err := a.printed(ctx, opened.Document, opened.Organization, "")
	if err != nil {
		to.denied(ctx, err)
		return
	}
	var content bytes.Buffer
	if err := pdf.WriteDocument(&content, sheet); err != nil {
		to.denied(ctx, err)
		return
	}
	servePDF(w, r, documentName(opened.Document), content.Bytes(), true)
}
