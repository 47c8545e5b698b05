package viewer

import "github.com/google/uuid"

// Ended says that some access is over. It names whose: every field that is set must match,
// and one besides Except must be. Sockets and streams of a viewer that it ends are closed at once.
type Ended struct {
	Organization uuid.UUID // a whole organization, or with others: in this organization
	User         uuid.UUID // a person
	Session      uuid.UUID // one sign-in
	APIKey       uuid.UUID // a program
	Contact      uuid.UUID // portal viewers that were let in for this contact
	Except       uuid.UUID // but not this session
}

// Ends says whether the viewer's access is over by it.
func (e Ended) Ends(v Viewer) bool {
	none := uuid.UUID{}
	if e == (Ended{Except: e.Except}) || (e.Except != none && e.Except == v.Session) {
		return false
	}
	return (e.Organization == none || e.Organization == v.Organization) &&
		(e.User == none || e.User == v.User) &&
		(e.Session == none || e.Session == v.Session) &&
		(e.APIKey == none || e.APIKey == v.APIKey) &&
		(e.Contact == none || v.MayPortal(e.Contact))
}
