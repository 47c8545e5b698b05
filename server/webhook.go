package main

import (
	"io"
	"log/slog"
	"net/http"

	"github.com/google/uuid"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/fault"
)

// maxWebhook is how many bytes a provider's message may have.
const maxWebhook = 256 << 10

// webhook answers POST /webhooks/{provider}/{organization}: a message of a payment provider. It
// is taken for what it is by its signature alone. 200 says that it needs not be sent again,
// whether it was new or not; 400 and 404 that it never will be taken; 500 that it may be later.
func (a *app) webhook(w http.ResponseWriter, r *http.Request) {
	organization, err := uuid.Parse(r.PathValue("organization"))
	if err != nil {
		say(w, http.StatusNotFound, "not found\n")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	if err != nil {
		say(w, http.StatusRequestEntityTooLarge, "too large\n")
		return
	}
	err = a.graph.Online.Receive(r.Context(), entonline.Provider(r.PathValue("provider")), organization, r.Header.Get, body)
	switch {
	case err == nil:
		say(w, http.StatusOK, "ok\n")
	case fault.IsCode(err, fault.NotFound):
		say(w, http.StatusNotFound, "not found\n")
	case fault.IsCode(err, fault.Invalid):
		say(w, http.StatusBadRequest, fault.From(err).Text+"\n")
	default:
		slog.ErrorContext(r.Context(), "a payment provider's message was not taken", "provider", r.PathValue("provider"), "err", err)
		say(w, http.StatusInternalServerError, "try again later\n")
	}
}
