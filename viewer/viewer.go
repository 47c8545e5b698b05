// Package viewer says who asks: a member of an organization's staff in a role, a
// portal customer, or the system itself. Every row filter and every rule reads it from
// the context; a context without a viewer sees nothing.
package viewer

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
)

// Kind is the side a viewer comes in by.
type Kind int

// The kinds of viewer.
const (
	Nobody Kind = iota // not signed in: sees no row
	Staff              // a member of the organization, or an API key of it
	Portal             // a person whom staff let in for some contacts
	System             // the server itself: start-up, sign-in, jobs; never made from a request's input
)

// Viewer is who asks. It is a value: it is made once per request and never changed.
type Viewer struct {
	Kind         Kind
	Organization uuid.UUID   // the tenant; zero for Nobody, and for System outside a tenant
	User         uuid.UUID   // the person; zero for an API key
	APIKey       uuid.UUID   // the key, when a program asks
	Session      uuid.UUID   // the session, when there is one
	Role         Role        // staff only
	Contacts     []uuid.UUID // portal only: the contacts granted, sorted
	Preview      bool        // portal only: a member of the staff who looks, and changes nothing
	Reason       string      // System only: why the rules are set aside, for the log
}

type contextKey struct{}

// With puts the viewer in the context.
func With(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, contextKey{}, v)
}

// From takes the viewer from the context; Nobody when there is none.
func From(ctx context.Context) Viewer {
	v, _ := ctx.Value(contextKey{}).(Viewer)
	return v
}

// AsSystem sets the row rules aside for the server's own work outside a tenant
// (start-up, sign-in before the organization is known). The reason is for readers.
func AsSystem(ctx context.Context, reason string) context.Context {
	return With(ctx, Viewer{Kind: System, Reason: reason})
}

// Actor is the identity that audit events and idempotency keys are kept under:
// the user or the API key; zero for the system.
func (v Viewer) Actor() uuid.UUID {
	if v.APIKey != uuid.Nil {
		return v.APIKey
	}
	return v.User
}

// MayPortal says whether the portal viewer was let in for the contact.
func (v Viewer) MayPortal(contact uuid.UUID) bool {
	if v.Kind != Portal {
		return false
	}
	for _, c := range v.Contacts {
		if c == contact {
			return true
		}
	}
	return false
}

// Own is the contact that a portal viewer means: the one named, where it is one of their own, or
// the only one where none is named.
func (v Viewer) Own(contact *uuid.UUID) (id uuid.UUID, ok bool) {
	switch {
	case contact != nil && v.MayPortal(*contact):
		return *contact, true
	case contact == nil && len(v.Contacts) == 1:
		return v.Contacts[0], true
	}
	return uuid.Nil, false
}

// RequireStaff gives the viewer when it is staff who may do the action; otherwise
// UNAUTHENTICATED for nobody, FORBIDDEN for a role without the permission and for
// portal customers.
func RequireStaff(ctx context.Context, p Permission) (Viewer, error) {
	v := From(ctx)
	switch v.Kind {
	case Staff:
		if v.Role.May(p) {
			return v, nil
		}
		return Viewer{}, fault.New(fault.Forbidden, "", "Your role (%s) does not allow this.", v.Role)
	case Portal:
		return Viewer{}, fault.New(fault.Forbidden, "", "This is for the staff of the business only.")
	}
	return Viewer{}, fault.New(fault.Unauthenticated, "", "Sign in first.")
}

// RequirePortal gives the viewer when it is a portal customer.
func RequirePortal(ctx context.Context) (Viewer, error) {
	v := From(ctx)
	switch v.Kind {
	case Portal:
		return v, nil
	case Staff:
		return Viewer{}, fault.New(fault.Forbidden, "", "This is for portal customers only.")
	}
	return Viewer{}, fault.New(fault.Unauthenticated, "", "Sign in first.")
}
