package main

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/fault"
)

// shown are the types that a browser may show in place; all others are only saved.
var shown = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "application/pdf": true}

// files answers GET /files/{id}: the bytes of an attachment, for staff who may see its contact.
// ?inline=1 has images and PDF shown in place. For everyone else a file is not there, as one
// that never was.
func (a *app) files(w http.ResponseWriter, r *http.Request) {
	private(w)
	to := answer{w, mediaJSON}
	ctx, err := a.door.enter(w, r)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	found, content, err := a.openFile(ctx, r.PathValue("id"))
	if err != nil {
		to.denied(ctx, err)
		return
	}
	defer func() { _ = content.Close() }()
	fileHeaders(w.Header(), found, r.URL.Query().Get("inline") == "1" && shown[found.MediaType])
	patient(w, found.Size)
	seeker, ok := content.(io.ReadSeeker)
	if !ok {
		slog.ErrorContext(ctx, "a store whose files cannot be read in parts")
		to.denied(ctx, io.ErrNoProgress)
		return
	}
	http.ServeContent(w, r.WithContext(ctx), "", time.Time{}, seeker)
}

// logo answers GET /organization/logo: the picture on the business's documents, for its staff.
func (a *app) logo(w http.ResponseWriter, r *http.Request) {
	private(w)
	to := answer{w, mediaJSON}
	ctx, err := a.door.enter(w, r)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	org, err := a.business(ctx)
	if err != nil {
		to.denied(ctx, err)
		return
	}
	content, err := a.graph.Files.Logo(ctx, org)
	if err == nil && content == nil {
		err = fault.New(fault.NotFound, "", "The business has no logo.")
	}
	if err != nil {
		to.denied(ctx, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // a reader that went away needs no answer
}

// openFile opens an attachment. What is not for the viewer is not there.
func (a *app) openFile(ctx context.Context, id string) (*attachment.Attachment, io.ReadCloser, error) {
	missing := fault.New(fault.NotFound, "id", "There is no such file.")
	key, err := uuid.Parse(id)
	if err != nil {
		key = uuid.Nil // asked for all the same: who is not signed in is told that
	}
	found, content, err := a.graph.Files.Open(ctx, key)
	if fault.IsCode(err, fault.Forbidden) {
		return nil, nil, missing
	}
	return found, content, err
}

// private keeps an answer from caches, and what is in it from being taken for a page.
func private(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", sandboxed)
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
}

// The policies of files. Browsers do not show a PDF that is sandboxed, and their viewers run
// nothing of it.
const (
	sandboxed = "default-src 'none'; sandbox"
	pdfPolicy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)

func fileHeaders(h http.Header, a *attachment.Attachment, inline bool) {
	h.Set("Content-Type", a.MediaType)
	h.Set("Content-Disposition", disposition(inline, a.Name))
	h.Set("ETag", `"`+hex.EncodeToString(a.Sha256)+`"`)
	if inline && a.MediaType == "application/pdf" {
		h.Set("Content-Security-Policy", pdfPolicy)
	}
}

// disposition names a file twice (RFC 6266): in ASCII for what is old, and in UTF-8.
func disposition(inline bool, name string) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	return kind + `; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// patient gives a reader time for a body: 64 kB a second at the least.
func patient(w http.ResponseWriter, size int64) {
	patience := 30*time.Second + time.Duration(size>>16)*time.Second
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // not every writer has one
}

// statuses are those of faults where a status says what happened.
var statuses = map[fault.Code]int{
	fault.Invalid: http.StatusBadRequest, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict,
	fault.Forbidden: http.StatusForbidden, fault.Unauthenticated: http.StatusUnauthorized,
	fault.RateLimited: http.StatusTooManyRequests, fault.TooLarge: http.StatusRequestEntityTooLarge,
}

// denied tells of a failure of what is no GraphQL, by a status as well.
func (a answer) denied(ctx context.Context, err error) {
	status, ok := statuses[fault.From(err).Code]
	if !ok {
		status = http.StatusInternalServerError
		slog.ErrorContext(ctx, "request failed", "err", err)
	}
	a.fault(status, err)
}
