package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entuser "github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Grouping is what time of one project and rate is put on a line by.
type Grouping string

// The groupings.
const (
	ByTask        Grouping = "TASK"
	ByAssignee    Grouping = "ASSIGNEE" // who worked
	ByDescription Grouping = "DESCRIPTION"
)

// BillInput is the input of billProjects.
type BillInput struct {
	db.Idempotent
	Which
	GroupBy         Grouping
	Until           *day.Date // nothing that is dated later
	IncludeTime     bool
	IncludeFees     bool
	IncludeExpenses bool
	ItemIDs         []uuid.UUID    // these alone; all when nil
	Date            *day.Date      // of the invoice; today when nil
	ExchangeRate    *money.Decimal // of the invoice, where the projects are not in base currency
}

const (
	maxItems = 5000 // on an invoice
	perWrite = 1000 // rows of billed items in a statement
)

// Bill makes one draft invoice of what is not billed of projects of one client in one currency:
// a line for the time of each project, group and rate, one for each fee and expense. Everything
// on it is billed from then on, once, whoever else bills at the same time; it is free again when
// its line or the invoice goes, or while the invoice is void. Timers that run are left out, and
// so are expenses in a currency that the project's cannot be reckoned from.
//
// Faults: INVALID on projectIds for several clients, on currency for several currencies, and as
// for documents; NOT_FOUND on contactId, projectIds.N, itemIds.N; CONFLICT on projectIds when one is
// archived, on itemIds.N when it is billed or not to be billed here, without a field when there is nothing to bill, too
// much for one invoice, or the contact is archived; UNAUTHENTICATED, FORBIDDEN without
// EditProjects and EditSales.
func (s *Service) Bill(ctx context.Context, in BillInput) (*document.Document, error) {
	for _, p := range []viewer.Permission{viewer.EditProjects, viewer.EditSales} {
		if _, err := viewer.RequireStaff(ctx, p); err != nil {
			return nil, err
		}
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if len(in.ItemIDs) > maxItems {
		return nil, fault.New(fault.Invalid, "itemIds", "At most %d items.", maxItems)
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		projects, err := s.lockBilled(ctx, tx, &in)
		if err != nil {
			return uuid.Nil, err
		}
		items, err := s.toBill(ctx, tx, projects, &in)
		if err != nil {
			return uuid.Nil, err
		}
		return s.bill(ctx, tx, projects[0], items, &in)
	})
	if err != nil {
		return nil, err
	}
	return s.Documents.Get(ctx, id)
}

// lockBilled locks the client, the purchases that may be billed, and then the projects: in the
// order of all locks.
func (s *Service) lockBilled(ctx context.Context, tx *ent.Tx, in *BillInput) ([]*ent.Project, error) {
	if in.ContactID != nil {
		c, err := contact.Active(ctx, tx, *in.ContactID, "contactId")
		if err != nil {
			return nil, err
		}
		in.ContactID = &c.ID // or the survivor of a merge
	}
	projects, err := in.projects(ctx, tx.Project, false)
	if err != nil {
		return nil, err
	}
	if len(projects) == 0 {
		return nil, nothingToBill()
	}
	client, err := contact.Active(ctx, tx, projects[0].ContactID, "")
	if err != nil {
		return nil, err
	}
	expenses := &unbilled{client: tx.Client(), projects: projects, expenses: in.IncludeExpenses, until: in.Until}
	if err := expenses.read(ctx); err != nil {
		return nil, err
	}
	purchases := map[uuid.UUID]bool{}
	for _, i := range expenses.items {
		purchases[i.document] = true
	}
	if err := stay(ctx, tx, purchases); err != nil {
		return nil, err
	}
	if projects, err = in.projects(ctx, tx.Project, true); err != nil {
		return nil, err
	}
	for _, p := range projects {
		switch {
		case p.ContactID != client.ID:
			return nil, fault.New(fault.Invalid, "projectIds", "The projects are of several clients: bill each client by itself.")
		case p.Currency != projects[0].Currency:
			return nil, fault.New(fault.Invalid, "currency", "The projects are in %s and %s: bill each currency by itself.", projects[0].Currency, p.Currency)
		}
		if err := active(p, "projectIds"); err != nil {
			return nil, err
		}
	}
	if len(projects) == 0 {
		return nil, nothingToBill()
	}
	return projects, nil
}

// stay keeps purchases from being taken back while what is on them is billed.
func stay(ctx context.Context, tx *ent.Tx, purchases map[uuid.UUID]bool) error {
	if len(purchases) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(purchases))
	for id := range purchases {
		ids = append(ids, id)
	}
	_, err := tx.Document.Query().Where(entdocument.IDIn(ids...), forStay).IDs(ctx)
	return wrapped("lock purchases", err)
}

func nothingToBill() error { return fault.New(fault.Conflict, "", "There is nothing to bill.") }

// toBill reads what goes on the invoice.
func (s *Service) toBill(ctx context.Context, tx *ent.Tx, projects []*ent.Project, in *BillInput) ([]*Item, error) {
	u := &unbilled{client: tx.Client(), locked: true, projects: projects, until: in.Until,
		time: in.IncludeTime, fees: in.IncludeFees, expenses: in.IncludeExpenses}
	if in.ItemIDs != nil {
		known, err := itemProjects(ctx, tx, in.ItemIDs)
		if err != nil {
			return nil, err
		}
		if err := there(in.ItemIDs, known); err != nil {
			return nil, err
		}
		u.ids = make(map[uuid.UUID]bool, len(in.ItemIDs))
		for _, id := range in.ItemIDs {
			u.ids[id] = true
		}
	}
	if err := u.read(ctx); err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]bool, len(u.items))
	u.items = slices.DeleteFunc(u.items, func(i *Item) bool {
		found[i.ID] = i.amount != nil
		return i.amount == nil
	})
	var bad fault.List
	for n, id := range in.ItemIDs {
		if !found[id] {
			bad = append(bad, fault.New(fault.Conflict, fmt.Sprintf("itemIds.%d", n), "This is billed already, or cannot be billed here."))
		}
	}
	switch {
	case bad != nil:
		return nil, bad.Err()
	case len(u.items) == 0:
		return nil, nothingToBill()
	case len(u.items) > maxItems:
		return nil, fault.New(fault.Conflict, "", "There are %d items to bill, and an invoice has at most %d: bill them up to an earlier day first.", len(u.items), maxItems)
	}
	return u.items, nil
}

// group is what becomes one line.
type group struct {
	line  *document.LineInput
	items []*Item
}

// bill makes the draft and writes down what is on it.
func (s *Service) bill(ctx context.Context, tx *ent.Tx, p *ent.Project, items []*Item, in *BillInput) (uuid.UUID, error) {
	people, err := names(ctx, tx, items, in.GroupBy)
	if err != nil {
		return uuid.Nil, err
	}
	groups := grouped(items, in.GroupBy, people)
	lines := make([]*document.LineInput, len(groups))
	for n, g := range groups {
		lines[n] = g.line
	}
	doc, rows, err := s.Documents.CreateIn(ctx, tx, document.CreateInput{Type: entdocument.TypeInvoice, ContactID: p.ContactID,
		Currency: &p.Currency, ExchangeRate: in.ExchangeRate, Date: in.Date, Lines: lines})
	if err != nil {
		return uuid.Nil, err
	}
	var create []*ent.BilledItemCreate
	for n, g := range groups {
		for i, amount := range split(g, rows[n].Net) {
			create = append(create, billedItem(ctx, tx, g.items[i], amount).SetLineID(rows[n].ID).SetDocumentID(doc.ID))
		}
	}
	if err := writeBilled(ctx, tx, create); err != nil {
		return uuid.Nil, err
	}
	return doc.ID, audit.Record(ctx, tx, audit.Event{Action: "billProjects", ObjectType: "document", ObjectID: doc.ID, ContactID: doc.ContactID,
		After: audit.Fields{"items": len(create), "groupBy": in.GroupBy}})
}

// split shares the net of a line over what is on it.
func split(g *group, net money.Minor) []money.Minor {
	if g.items[0].Kind != TimeItem {
		return []money.Minor{net}
	}
	seconds := make([]int64, len(g.items))
	for i, x := range g.items {
		seconds[i] = x.Seconds
	}
	return shares(net, seconds)
}

func billedItem(ctx context.Context, tx *ent.Tx, i *Item, amount money.Minor) *ent.BilledItemCreate {
	c := tx.BilledItem.Create().SetProjectID(i.Project.ID).SetAmount(amount).SetCreatedBy(viewer.From(ctx).Actor())
	switch i.Kind {
	case TimeItem:
		c.SetTimeEntryID(i.ID)
	case FeeItem:
		c.SetFeeID(i.ID)
	case ExpenseItem:
		c.SetExpenseLineID(i.ID)
	}
	return c
}

// writeBilled writes what is billed. Faults: CONFLICT when some of it is billed since, as by an
// invoice that was void and is restored.
func writeBilled(ctx context.Context, tx *ent.Tx, create []*ent.BilledItemCreate) error {
	for some := range slices.Chunk(create, perWrite) {
		err := tx.BilledItem.CreateBulk(some...).Exec(ctx)
		if ent.IsConstraintError(err) {
			return fault.New(fault.Conflict, "", "Some of it was billed meanwhile: look again.")
		}
		if err != nil {
			return wrapped("bill", err)
		}
	}
	return nil
}

// names are those who worked, where the lines name them.
func names(ctx context.Context, tx *ent.Tx, items []*Item, by Grouping) (map[uuid.UUID]string, error) {
	if by != ByAssignee {
		return nil, nil //nolint:nilnil // nobody is named
	}
	people := map[uuid.UUID]bool{}
	for _, i := range items {
		people[i.UserID] = true
	}
	ids := make([]uuid.UUID, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	rows, err := tx.User.Query().Where(entuser.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, wrapped("read people", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		if out[r.ID] = r.Name; r.Name == "" {
			out[r.ID] = r.Email
		}
	}
	return out, nil
}

// grouped puts the items on lines, by project, then time in the order of its first day, then
// fees, then expenses. Time of different rates is on different lines: a line has one price.
func grouped(items []*Item, by Grouping, people map[uuid.UUID]string) []*group {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b *Item) int {
		if c := strings.Compare(a.Project.SortName+a.Project.ID.String(), b.Project.SortName+b.Project.ID.String()); c != 0 {
			return c
		}
		if c := kindOrder[a.Kind] - kindOrder[b.Kind]; c != 0 {
			return c
		}
		return strings.Compare(string(a.Date)+a.ID.String(), string(b.Date)+b.ID.String())
	})
	type key struct {
		project      uuid.UUID
		title, price string
	}
	known := map[key]*group{}
	var out []*group
	for _, i := range items {
		title := i.Title
		if i.Kind == TimeItem {
			title = titled(i, by, people)
		}
		title = fold.Clip(title, 1000)
		id := i.Project.ID
		if i.Kind != TimeItem {
			quantity, price := i.Quantity, i.UnitPrice
			out = append(out, &group{&document.LineInput{Title: title, Quantity: &quantity, Unit: i.Unit, UnitPrice: &price, ProjectID: &id}, []*Item{i}})
			continue
		}
		k := key{id, title, i.Rate.String()}
		g := known[k]
		if g == nil {
			price := i.Rate
			g = &group{line: &document.LineInput{Title: title, Unit: "h", UnitPrice: &price, ProjectID: &id}}
			known[k] = g
			out = append(out, g)
		}
		g.items = append(g.items, i)
	}
	for _, g := range out {
		if g.items[0].Kind == TimeItem {
			var seconds int64
			for _, i := range g.items {
				seconds += i.Seconds
			}
			hours := Hours(seconds)
			g.line.Quantity = &hours
		}
	}
	return out
}

var kindOrder = map[ItemKind]int{TimeItem: 0, FeeItem: 1, ExpenseItem: 2}

// titled is the title of a line of time: the project and the group.
func titled(i *Item, by Grouping, people map[uuid.UUID]string) string {
	what := ""
	switch by {
	case ByTask:
		if i.TaskID != nil {
			what = i.Title
		}
	case ByAssignee:
		what = people[i.UserID]
	case ByDescription:
		what = i.Title
		if i.Description != "" {
			what = i.Description
		}
	}
	if what == "" {
		return i.Project.Name
	}
	return i.Project.Name + ": " + what
}
