package rule

import (
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/viewer"
)

type condition = func(*sql.Selector)

// sight is who sees the rows of one type.
type sight struct {
	staff  func(viewer.Viewer) condition
	portal func(viewer.Viewer) condition
}

// visible is the whole table of who sees what. Portal customers see issued sales
// documents and what belongs to them, of the contacts granted; everything else is closed
// to them.
var visible = map[string]sight{
	ent.TypeOrganization: {ownOrganization, ownOrganization},
	ent.TypeUser:         {colleagues, self},
	ent.TypeMembership:   {always(own), closed},
	ent.TypeSecondFactor: {closed, closed}, // as sessions
	ent.TypeSignInLink:   {closed, closed},
	ent.TypeSession:      {closed, closed}, // the account package works as the system
	ent.TypeAPIKey:       {needs(own, viewer.ManageStaff), closed},

	ent.TypeContact:        {needs(contactRow, viewer.SeeContacts), grantedContact},
	ent.TypeContactAddress: {needs(ofContact, viewer.SeeContacts), closed},
	ent.TypeContactEmail:   {needs(ofContact, viewer.SeeContacts), closed},
	ent.TypeContactPhone:   {needs(ofContact, viewer.SeeContacts), closed},
	ent.TypeContactNote:    {needs(ofContact, viewer.SeeContacts), closed},
	ent.TypeContactAccess:  {needs(own, viewer.ManageStaff), closed},

	ent.TypeContactOption: {needs(ofContact, viewer.SeeContacts), closed},

	ent.TypeTrackingCategory:   {needs(own, viewer.SeeContacts), closed},
	ent.TypeTrackingOption:     {needs(own, viewer.SeeContacts), closed},
	ent.TypeAttachment:         {needs(ofContactOrDocument, viewer.SeeContacts), closed},
	ent.TypeBlob:               {needs(own, viewer.SeeContacts), closed}, // reached only by the key of a row that is seen
	ent.TypeContactImport:      {needs(ownImport, viewer.EditContacts), closed},
	ent.TypeImportRow:          {needs(ofOwnImport, viewer.EditContacts), closed},
	ent.TypeRegistryCheck:      {needs(ofEvent, viewer.SeeContacts), closed},
	ent.TypeRegistrySetting:    {needs(own, viewer.ManageBusiness), closed},
	ent.TypeContactMerge:       {needs(ofSurvivor, viewer.SeeContacts), closed},
	ent.TypeMergeMove:          {needs(ofLoser, viewer.SeeContacts), closed},
	ent.TypeDuplicateDismissal: {needs(ofContact, viewer.SeeContacts), closed},

	ent.TypeDocument:       {needs(ofSide, viewer.SeeSales, viewer.SeePurchases), grantedDocument},
	ent.TypeDocumentLine:   {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), ofGrantedDocument},
	ent.TypeDocumentTax:    {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), ofGrantedDocument},
	ent.TypeNumberSequence: {needs(own, viewer.SeeSales, viewer.SeePurchases), closed},
	ent.TypeNumberCounter:  {needs(own, viewer.SeeSales, viewer.SeePurchases), closed},

	ent.TypeDocumentAdjustment: {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), ofGrantedDocument},
	ent.TypeDocumentOption:     {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), closed},
	ent.TypeDocumentLink:       {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), closed},
	ent.TypeDocumentReminder:   {needs(ofDocument, viewer.SeeSales, viewer.SeePurchases), closed},
	ent.TypeExpenseCategory:    {needs(own, viewer.SeePurchases), closed},
	ent.TypeProduct:            {needs(own, viewer.SeeSales, viewer.SeePurchases), closed},
	ent.TypeRecurringInvoice:   {needs(ofContact, viewer.SeeSales), closed},
	ent.TypeExchangeRate:       {needs(own, viewer.SeeSales, viewer.SeePurchases), closed},

	ent.TypePaymentOption: {needs(ofPayment, viewer.SeePayments), closed},

	ent.TypeProject:       {needs(projectRow, viewer.SeeProjects, viewer.TrackTime), grantedProject},
	ent.TypeProjectMember: {needs(memberOfProject, viewer.SeeProjects, viewer.TrackTime), closed},
	ent.TypeProjectTask:   {needs(ofProject, viewer.SeeProjects, viewer.TrackTime), ofGrantedProject},
	ent.TypeProjectFee:    {needs(ofProject, viewer.SeeProjects), closed},
	ent.TypeProjectOption: {needs(ofProject, viewer.SeeProjects), closed},
	ent.TypeBilledItem:    {needs(ofProject, viewer.SeeProjects), closed},
	ent.TypeTimeEntry:     {needs(timeOf, viewer.SeeTime, viewer.TrackTime), grantedTime},

	ent.TypePayment:     {needs(ofSide, viewer.SeePayments), grantedPayment},
	ent.TypeAllocation:  {needs(ofSettled, viewer.SeePayments), grantedSettled},
	ent.TypeLedgerEntry: {needs(ofSide, viewer.SeeSales, viewer.SeePurchases), grantedSide},
	ent.TypeBalance:     {needs(ofSide, viewer.SeeSales, viewer.SeePurchases), grantedSide},

	ent.TypePaymentProvider: {needs(own, viewer.ManageBusiness), closed},
	ent.TypeOnlinePayment:   {needs(ofContact, viewer.SeePayments), grantedRow},
	ent.TypePaymentEvent:    {needs(ofOnlinePayment, viewer.SeePayments), closed},

	ent.TypePortalGrant:       {needs(ofContact, viewer.SeeContacts), closed},
	ent.TypePortalPreference:  {closed, ofUser},
	ent.TypeMessage:           {needs(ofContactOrDocument, viewer.SeeSales), grantedMessage},
	ent.TypeNotice:            {needs(ofContact, viewer.SeeSales), closed},
	ent.TypeAuditEvent:        {needs(ofEvent, viewer.SeeAudit), closed},
	ent.TypeIdempotencyRecord: {always(ownKeys), ownKeys},
}

func nothing(s *sql.Selector) { s.Where(sql.False()) }

func closed(viewer.Viewer) condition { return nothing }

func always(c func(viewer.Viewer) condition) func(viewer.Viewer) condition { return c }

// needs closes the type to roles that have none of the permissions.
func needs(c func(viewer.Viewer) condition, any ...viewer.Permission) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		for _, p := range any {
			if v.Role.May(p) {
				return c(v)
			}
		}
		return nothing
	}
}

func own(v viewer.Viewer) condition {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C("organization_id"), v.Organization)) }
}

func ownOrganization(v viewer.Viewer) condition {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C("id"), v.Organization)) }
}

func self(v viewer.Viewer) condition {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C("id"), v.User)) }
}

// colleagues are the people of the own staff, past members included, whose names stay on
// what they did, and the customers who were let in for contacts that the viewer sees.
func colleagues(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		members := sql.Table("memberships")
		staff := sql.In(s.C("id"), sql.Dialect(s.Dialect()).Select(members.C("user_id")).From(members).
			Where(sql.EQ(members.C("organization_id"), v.Organization)))
		if !v.Role.May(viewer.SeeContacts) {
			s.Where(staff)
			return
		}
		grants := sql.Table("portal_grants")
		customers := sql.Dialect(s.Dialect()).Select(grants.C("user_id")).From(grants).Where(sql.NotNull(grants.C("user_id")))
		ofContact(v)(customers)
		s.Where(sql.Or(staff, sql.In(s.C("id"), customers)))
	}
}

func ownKeys(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.EQ(s.C("organization_id"), v.Organization), sql.EQ(s.C("actor_id"), v.Actor())))
	}
}

func contactRow(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		unrestricted(s, v, s.C("id"))
	}
}

func ofContact(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		unrestricted(s, v, s.C("contact_id"))
	}
}

// ofSurvivor is a merge into a contact that the viewer sees.
func ofSurvivor(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		unrestricted(s, v, s.C("survivor_id"))
	}
}

// ofLoser is a row that a merge moved from a contact that the viewer sees.
func ofLoser(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		unrestricted(s, v, s.C("loser_id"))
	}
}

// ownImport is an import by whoever made it, and any for administrators: its file may name
// contacts that others may not see.
func ownImport(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		if !v.Role.May(viewer.ManageStaff) {
			s.Where(sql.EQ(s.C("created_by"), v.Actor()))
		}
	}
}

// ofOwnImport is a row of such an import.
func ofOwnImport(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		if v.Role.May(viewer.ManageStaff) {
			return
		}
		t := sql.Table("contact_imports")
		sub := sql.Dialect(s.Dialect()).Select(t.C("id")).From(t)
		ownImport(v)(sub)
		s.Where(sql.In(s.C("import_id"), sub))
	}
}

// ofSide is a row with a contact and a side: sales staff see no purchases.
func ofSide(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		ofContact(v)(s)
		sides(s, v)
	}
}

func sides(s *sql.Selector, v viewer.Viewer) {
	sales, purchases := v.Role.May(viewer.SeeSales), v.Role.May(viewer.SeePurchases)
	switch {
	case sales && purchases:
	case sales:
		s.Where(sql.EQ(s.C("side"), "client"))
	case purchases:
		s.Where(sql.EQ(s.C("side"), "supplier"))
	default:
		nothing(s)
	}
}

// ofEvent is a line of the history or a registry's answer: of a contact that the viewer sees, or of none.
func ofEvent(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		if h := hidden(s, v); h != nil {
			s.Where(sql.Or(sql.IsNull(s.C("contact_id")), sql.NotIn(s.C("contact_id"), h)))
		}
	}
}

// unrestricted leaves out rows of contacts that are hidden from the viewer.
func unrestricted(s *sql.Selector, v viewer.Viewer, contactColumn string) {
	if h := hidden(s, v); h != nil {
		s.Where(sql.NotIn(contactColumn, h))
	}
}

// hidden selects the contacts that are restricted to named users and not to the viewer; nil
// for administrators, from whom nothing is hidden.
func hidden(s *sql.Selector, v viewer.Viewer) *sql.Selector {
	if v.Role.May(viewer.ManageStaff) {
		return nil
	}
	c, a := sql.Table("contacts"), sql.Table("contact_accesses")
	d := sql.Dialect(s.Dialect())
	let := d.Select(a.C("contact_id")).From(a).Where(sql.And(
		sql.EQ(a.C("organization_id"), v.Organization), sql.EQ(a.C("user_id"), v.User)))
	return d.Select(c.C("id")).From(c).Where(sql.And(
		sql.EQ(c.C("organization_id"), v.Organization), sql.EQ(c.C("restricted"), true),
		sql.NotIn(c.C("id"), let)))
}

// ofDocument is a row of a document: whoever sees every document sees it by the
// organization alone, everyone else through the document.
func ofDocument(v viewer.Viewer) condition {
	return through("document_id", v, ofSide)
}

// ofSettled is an allocation whose document, or refund, the viewer sees.
func ofSettled(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		if v.Role.May(viewer.ManageStaff) {
			return
		}
		s.Where(sql.Or(sql.In(s.C("document_id"), rows(s, "documents", ofSide(v))), sql.In(s.C("refund_id"), rows(s, "payments", ofSide(v)))))
	}
}

func through(column string, v viewer.Viewer, documents func(viewer.Viewer) condition) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		if v.Kind == viewer.Staff && v.Role.May(viewer.ManageStaff) {
			return
		}
		t := sql.Table("documents")
		sub := sql.Dialect(s.Dialect()).Select(t.C("id")).From(t)
		documents(v)(sub)
		s.Where(sql.In(s.C(column), sub))
	}
}

// ofContactOrDocument is a file of a contact, or of one of its documents, that the viewer sees.
func ofContactOrDocument(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		ofContact(v)(s)
		if v.Role.May(viewer.ManageStaff) {
			return
		}
		s.Where(sql.Or(sql.IsNull(s.C("document_id")), sql.In(s.C("document_id"), rows(s, "documents", ofSide(v)))))
	}
}

// ofPayment is a row of a payment that the viewer sees.
func ofPayment(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		s.Where(sql.In(s.C("payment_id"), rows(s, "payments", ofSide(v))))
	}
}

// rows selects the ids of the rows of a table that meet a condition.
func rows(s *sql.Selector, table string, where condition) *sql.Selector {
	t := sql.Table(table)
	sub := sql.Dialect(s.Dialect()).Select(t.C("id")).From(t)
	where(sub)
	return sub
}

// projectRow is a project of a contact that the viewer sees; who keeps time alone sees the
// projects that they are a member of.
func projectRow(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		if v.Role.May(viewer.SeeProjects) {
			ofContact(v)(s)
			return
		}
		own(v)(s)
		s.Where(sql.In(s.C("id"), memberships(s, v)))
	}
}

// memberships selects the projects that the viewer is a member of.
func memberships(s *sql.Selector, v viewer.Viewer) *sql.Selector {
	m := sql.Table("project_members")
	return sql.Dialect(s.Dialect()).Select(m.C("project_id")).From(m).Where(sql.And(
		sql.EQ(m.C("organization_id"), v.Organization), sql.EQ(m.C("user_id"), v.User)))
}

// ofProject is a row of a project that the viewer sees.
func ofProject(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		switch {
		case v.Role.May(viewer.ManageStaff):
		case v.Role.May(viewer.SeeProjects):
			s.Where(sql.In(s.C("project_id"), rows(s, "projects", projectRow(v))))
		default:
			s.Where(sql.In(s.C("project_id"), memberships(s, v)))
		}
	}
}

// memberOfProject is a member of a project that the viewer sees; who keeps time alone sees
// themselves: the others' rates are not theirs to know.
func memberOfProject(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		ofProject(v)(s)
		if !v.Role.May(viewer.SeeProjects) {
			s.Where(sql.EQ(s.C("user_id"), v.User))
		}
	}
}

// timeOf is everybody's time on projects that the viewer sees, or the viewer's own.
func timeOf(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		if v.Role.May(viewer.SeeTime) {
			ofProject(v)(s)
			return
		}
		own(v)(s)
		s.Where(sql.EQ(s.C("user_id"), v.User))
	}
}

// ofOnlinePayment is a provider's message about an online payment that the viewer sees, or
// about none.
func ofOnlinePayment(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		s.Where(sql.Or(sql.IsNull(s.C("online_payment_id")), sql.In(s.C("online_payment_id"), rows(s, "online_payments", ofContact(v)))))
	}
}

// ofUser is a row of the viewer's own.
func ofUser(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		s.Where(sql.EQ(s.C("user_id"), v.User))
	}
}

func granted(s *sql.Selector, v viewer.Viewer, column string) {
	s.Where(sql.And(sql.EQ(s.C("organization_id"), v.Organization), sql.In(column, ids(v.Contacts)...)))
}

func grantedContact(v viewer.Viewer) condition {
	return func(s *sql.Selector) { granted(s, v, s.C("id")) }
}

// grantedDocument is an issued sales document; never a draft, a void one or a purchase.
func grantedDocument(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		s.Where(sql.And(sql.EQ(s.C("side"), "client"), sql.NotIn(s.C("status"), "draft", "void")))
	}
}

func ofGrantedDocument(v viewer.Viewer) condition {
	return through("document_id", v, grantedDocument)
}

func grantedPayment(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		s.Where(sql.And(sql.EQ(s.C("side"), "client"), sql.EQ(s.C("status"), "recorded")))
	}
}

// grantedSettled is an allocation both of whose ends are seen: a refund is told by the statement.
func grantedSettled(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		seen := rows(s, "documents", grantedDocument(v))
		s.Where(sql.And(sql.In(s.C("document_id"), seen), sql.Or(sql.In(s.C("payment_id"), rows(s, "payments", grantedPayment(v))), sql.In(s.C("credit_id"), rows(s, "documents", grantedDocument(v))))))
	}
}

func grantedSide(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		s.Where(sql.EQ(s.C("side"), "client"))
	}
}

func grantedRow(v viewer.Viewer) condition {
	return func(s *sql.Selector) { granted(s, v, s.C("contact_id")) }
}

// grantedMessage is a message of a granted contact, about a document that is seen or none.
func grantedMessage(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		s.Where(sql.Or(sql.IsNull(s.C("document_id")), sql.In(s.C("document_id"), rows(s, "documents", grantedDocument(v)))))
	}
}

// grantedProject is a project that staff have not hidden.
func grantedProject(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		granted(s, v, s.C("contact_id"))
		s.Where(sql.NEQ(s.C("portal"), "hidden"))
	}
}

func ofGrantedProject(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		own(v)(s)
		s.Where(sql.In(s.C("project_id"), rows(s, "projects", grantedProject(v))))
	}
}

// grantedTime is the time on such a project: all of it, or what is billable.
func grantedTime(v viewer.Viewer) condition {
	return func(s *sql.Selector) {
		ofGrantedProject(v)(s)
		all := func(p *sql.Selector) {
			grantedProject(v)(p)
			p.Where(sql.EQ(p.C("portal"), "all"))
		}
		s.Where(sql.Or(sql.EQ(s.C("billable"), true), sql.In(s.C("project_id"), rows(s, "projects", all))))
	}
}

func ids(in []uuid.UUID) []any {
	out := make([]any, len(in))
	for i, id := range in {
		out[i] = id
	}
	return out
}
