package viewer_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

var roles = []viewer.Role{viewer.Owner, viewer.Administrator, viewer.Accountant, viewer.Sales, viewer.TimeKeeper, viewer.ReadOnly}

// permissions is the table of roles as the domain has it.
const permissions = `
                owner administrator accountant sales time_keeper read_only
SeeContacts     x     x             x          x     .           x
EditContacts    x     x             x          x     .           .
SeeSales        x     x             x          x     .           x
EditSales       x     x             x          x     .           .
SeePurchases    x     x             x          .     .           x
EditPurchases   x     x             x          .     .           .
SeePayments     x     x             x          x     .           x
EditPayments    x     x             x          .     .           .
InvitePortal    x     x             x          x     .           .
SeeProjects     x     x             x          x     .           x
EditProjects    x     x             x          x     .           .
TrackTime       x     x             x          x     x           .
SeeTime         x     x             x          x     .           x
EditTime        x     x             x          .     .           .
ManageStaff     x     x             .          .     .           .
SeeAudit        x     x             x          .     .           .
ManageBusiness  x     x             .          .     .           .
`

func TestWhatARoleMay(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(permissions), "\n")
	if len(lines)-1 != int(viewer.ManageBusiness)+1 {
		t.Fatalf("%d permissions in the table, %d in the code", len(lines)-1, viewer.ManageBusiness+1)
	}
	columns := strings.Fields(lines[0])
	for p, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, role := range columns {
			want := cells[i+1] == "x"
			if got := viewer.Role(role).May(viewer.Permission(p)); got != want {
				t.Errorf("%s of %s: %v", cells[0], role, got)
			}
		}
	}
	for _, r := range []viewer.Role{"", "root", "OWNER"} {
		if r.Valid() || r.May(viewer.SeeContacts) {
			t.Errorf("%q is a role", r)
		}
	}
}

func TestARoleIsSpelledAsTheAPIDoes(t *testing.T) {
	if diff := cmp.Diff(len(roles), len(viewer.Owner.Values())); diff != "" {
		t.Error(diff)
	}
	for _, r := range roles {
		var b bytes.Buffer
		r.MarshalGQL(&b)
		var back viewer.Role
		if err := back.UnmarshalGQL(strings.Trim(b.String(), `"`)); err != nil || back != r || !r.Valid() {
			t.Errorf("%s is written %s and read as %s, %v", r, &b, back, err)
		}
	}
	for _, v := range []any{"owner", "", nil, 1, []string{"OWNER"}} {
		r := viewer.ReadOnly
		if err := r.UnmarshalGQL(v); err == nil || r != viewer.ReadOnly {
			t.Errorf("%v is a role: %s", v, r)
		}
	}
}

func TestWhoMustBeStaffOrCustomer(t *testing.T) {
	tests := map[string]struct {
		viewer        viewer.Viewer
		staff, portal fault.Code // "" for let in
	}{
		"nobody":       {viewer.Viewer{}, fault.Unauthenticated, fault.Unauthenticated},
		"the system":   {viewer.Viewer{Kind: viewer.System}, fault.Unauthenticated, fault.Unauthenticated},
		"an owner":     {viewer.Viewer{Kind: viewer.Staff, Role: viewer.Owner}, "", fault.Forbidden},
		"a timekeeper": {viewer.Viewer{Kind: viewer.Staff, Role: viewer.TimeKeeper}, fault.Forbidden, fault.Forbidden},
		"no role":      {viewer.Viewer{Kind: viewer.Staff}, fault.Forbidden, fault.Forbidden},
		"a customer":   {viewer.Viewer{Kind: viewer.Portal, Role: viewer.Owner}, fault.Forbidden, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ctx := viewer.With(context.Background(), tt.viewer)
			v, err := viewer.RequireStaff(ctx, viewer.SeeContacts)
			answer(t, "staff", tt.viewer, v, tt.staff, err)
			v, err = viewer.RequirePortal(ctx)
			answer(t, "portal", tt.viewer, v, tt.portal, err)
		})
	}
	if v := viewer.From(context.Background()); v.Kind != viewer.Nobody {
		t.Errorf("a context without a viewer has %+v", v)
	}
}

func answer(t *testing.T, what string, who, got viewer.Viewer, code fault.Code, err error) {
	t.Helper()
	if code == "" && (err != nil || !cmp.Equal(who, got)) || code != "" && (!fault.IsCode(err, code) || !cmp.Equal(viewer.Viewer{}, got)) {
		t.Errorf("%s: %+v, %v", what, got, err)
	}
}

func TestTheActorIsThePersonOrTheKey(t *testing.T) {
	user, key := uuid.New(), uuid.New()
	for want, v := range map[uuid.UUID]viewer.Viewer{
		user: {Kind: viewer.Staff, User: user}, key: {Kind: viewer.Staff, APIKey: key}, uuid.Nil: {Kind: viewer.System},
	} {
		if got := v.Actor(); got != want {
			t.Errorf("%v, not %v", got, want)
		}
	}
}

func TestWhoseAccessIsOver(t *testing.T) {
	id := func(b byte) uuid.UUID { return uuid.UUID{15: b} }
	staff := viewer.Viewer{Kind: viewer.Staff, Organization: id(1), User: id(2), Session: id(3)}
	program := viewer.Viewer{Kind: viewer.Staff, Organization: id(1), APIKey: id(4)}
	customer := viewer.Viewer{Kind: viewer.Portal, Organization: id(1), User: id(5), Session: id(6), Contacts: []uuid.UUID{id(7), id(8)}}
	elsewhere := viewer.Viewer{Kind: viewer.Staff, Organization: id(9), User: id(2), Session: id(10)}
	all := map[string]viewer.Viewer{"staff": staff, "program": program, "customer": customer, "elsewhere": elsewhere, "nobody": {}}
	tests := map[string]struct {
		ended viewer.Ended
		whose []string
	}{
		"nothing named":                      {},
		"an exception alone":                 {ended: viewer.Ended{Except: id(3)}},
		"an organization":                    {viewer.Ended{Organization: id(1)}, []string{"customer", "program", "staff"}},
		"a person everywhere":                {viewer.Ended{User: id(2)}, []string{"elsewhere", "staff"}},
		"a person in one organization":       {viewer.Ended{Organization: id(1), User: id(2)}, []string{"staff"}},
		"a person, but not this session":     {viewer.Ended{User: id(2), Except: id(3)}, []string{"elsewhere"}},
		"one session":                        {viewer.Ended{Session: id(6)}, []string{"customer"}},
		"a key":                              {viewer.Ended{APIKey: id(4)}, []string{"program"}},
		"a contact":                          {viewer.Ended{Contact: id(8)}, []string{"customer"}},
		"a contact, of an organization":      {viewer.Ended{Organization: id(1), Contact: id(7)}, []string{"customer"}},
		"a contact, of another":              {ended: viewer.Ended{Organization: id(9), Contact: id(7)}},
		"a contact that nobody is let in to": {ended: viewer.Ended{Contact: id(42)}},
		"a person of a contact":              {viewer.Ended{Contact: id(7), User: id(5)}, []string{"customer"}},
		"another person of a contact":        {ended: viewer.Ended{Contact: id(7), User: id(2)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := map[string]bool{}
			for who, v := range all {
				if tt.ended.Ends(v) {
					got[who] = true
				}
			}
			want := map[string]bool{}
			for _, who := range tt.whose {
				want[who] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("whose (-want +got):\n%s", diff)
			}
		})
	}
}

// Naming more never ends more.
func TestAnEndThatNamesMoreEndsNoMore(t *testing.T) {
	some := rapid.Custom(func(rt *rapid.T) uuid.UUID { return uuid.UUID{15: rapid.ByteRange(0, 2).Draw(rt, "b")} })
	rapid.Check(t, func(rt *rapid.T) {
		v := viewer.Viewer{Kind: rapid.SampledFrom([]viewer.Kind{viewer.Staff, viewer.Portal}).Draw(rt, "kind"), Organization: some.Draw(rt, "org"), User: some.Draw(rt, "user"),
			Session: some.Draw(rt, "session"), APIKey: some.Draw(rt, "key"), Contacts: []uuid.UUID{some.Draw(rt, "contact")}}
		e := viewer.Ended{Organization: some.Draw(rt, "e.org"), User: some.Draw(rt, "e.user"), Contact: some.Draw(rt, "e.contact")}
		more := e
		more.Session, more.Except = some.Draw(rt, "e.session"), some.Draw(rt, "e.except")
		if e != (viewer.Ended{}) && more.Ends(v) && !e.Ends(v) {
			rt.Fatalf("%+v ends %+v, but %+v does not", more, v, e)
		}
	})
}
