package viewer

import (
	"fmt"
	"io"
	"strconv"
)

// Role is what a member of staff, or an API key, may do in one organization.
type Role string

// The roles of staff.
const (
	Owner         Role = "owner"         // everything, the organization itself included
	Administrator Role = "administrator" // everything but the ownership
	Accountant    Role = "accountant"    // all money
	Sales         Role = "sales"         // contacts and sales documents, no purchases
	TimeKeeper    Role = "time_keeper"   // own time only
	ReadOnly      Role = "read_only"     // sees what an accountant sees, changes nothing
)

// Permission is one thing a role may or may not do.
type Permission int

// The permissions that rules ask for.
const (
	SeeContacts    Permission = iota // contacts and their notes
	EditContacts                     // create, change, archive, import contacts
	SeeSales                         // invoices, credit notes, estimates, client balances
	EditSales                        // create, issue, void sales documents
	SeePurchases                     // bills, expenses, supplier credits, supplier balances
	EditPurchases                    // create, issue, void purchases
	SeePayments                      // payments received (sent ones need SeePurchases too)
	EditPayments                     // record, allocate, void payments
	InvitePortal                     // let portal customers in and out
	SeeProjects                      // projects with their rates and what is unbilled
	EditProjects                     // create, change, bill projects
	TrackTime                        // own time on projects that one is a member of
	SeeTime                          // everybody's time
	EditTime                         // everybody's time
	ManageStaff                      // members, roles, API keys, restricted contacts
	SeeAudit                         // the history of changes
	ManageBusiness                   // the organization's own details and sequences
)

var may = map[Role]map[Permission]bool{
	Owner:         all(),
	Administrator: all(),
	Accountant: set(SeeContacts, EditContacts, SeeSales, EditSales, SeePurchases, EditPurchases,
		SeePayments, EditPayments, SeeProjects, EditProjects, TrackTime, SeeTime, EditTime, InvitePortal, SeeAudit),
	Sales: set(SeeContacts, EditContacts, SeeSales, EditSales, SeePayments, SeeProjects, EditProjects, TrackTime, SeeTime,
		InvitePortal),
	TimeKeeper: set(TrackTime),
	ReadOnly:   set(SeeContacts, SeeSales, SeePurchases, SeePayments, SeeProjects, SeeTime),
}

func set(ps ...Permission) map[Permission]bool {
	out := make(map[Permission]bool, len(ps))
	for _, p := range ps {
		out[p] = true
	}
	return out
}

func all() map[Permission]bool {
	out := map[Permission]bool{}
	for p := SeeContacts; p <= ManageBusiness; p++ {
		out[p] = true
	}
	return out
}

// May says whether the role has the permission. A role that is not known has none.
func (r Role) May(p Permission) bool { return may[r][p] }

// Valid says whether the role is one of the six.
func (r Role) Valid() bool { return may[r] != nil }

// Values lists the roles, for the database's enumeration.
func (Role) Values() []string {
	return []string{string(Owner), string(Administrator), string(Accountant), string(Sales), string(TimeKeeper), string(ReadOnly)}
}

var roleNames = map[Role]string{
	Owner: "OWNER", Administrator: "ADMINISTRATOR", Accountant: "ACCOUNTANT",
	Sales: "SALES", TimeKeeper: "TIME_KEEPER", ReadOnly: "READ_ONLY",
}

// MarshalGQL writes the role as the API's enumeration spells it.
func (r Role) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(roleNames[r])) }

// UnmarshalGQL reads the API's spelling.
func (r *Role) UnmarshalGQL(v any) error {
	for role, name := range roleNames {
		if v == name {
			*r = role
			return nil
		}
	}
	return fmt.Errorf("%v is not a role", v)
}
