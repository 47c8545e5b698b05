package project

import (
	"context"
	"fmt"
	"math/big"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentline"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// ItemKind is what there is to bill.
type ItemKind string

// The kinds of items.
const (
	TimeItem    ItemKind = "TIME"
	FeeItem     ItemKind = "FEE"     // a fee or an instalment
	ExpenseItem ItemKind = "EXPENSE" // a billable line of an issued bill or expense
)

// Item is one thing that is to be billed and is not.
type Item struct {
	Kind    ItemKind
	ID      uuid.UUID // of the time entry, the fee or the line of the purchase
	Project *ent.Project
	Date    day.Date
	Title   string // the task, the fee or the line; else the description

	Seconds     int64 // of time
	Rate        money.Decimal
	UserID      uuid.UUID // who worked
	Description string    // of time
	TaskID      *uuid.UUID

	Quantity  money.Decimal // of a fee or an expense
	Unit      string
	UnitPrice money.Decimal

	amount   *money.Minor // without VAT; nil where the project's currency cannot be reckoned from the expense's
	document uuid.UUID    // the purchase
}

// ProjectID is the item's project.
func (i *Item) ProjectID() uuid.UUID { return i.Project.ID }

// Amount is what the item alone comes to, in the project's currency; nil for an expense in a
// currency that it cannot be reckoned from, which is billed by hand.
func (i *Item) Amount() *money.Money {
	if i.amount == nil {
		return nil
	}
	m := money.New(*i.amount, i.Project.Currency)
	return &m
}

// unbilled reads what is not billed of projects. With a transaction it locks the time.
type unbilled struct {
	client   *ent.Client
	locked   bool // in a transaction that has locked the projects
	projects []*ent.Project

	time, fees, expenses bool
	until                *day.Date
	ids                  map[uuid.UUID]bool // nil: all

	items []*Item
	base  money.Currency
	by    map[uuid.UUID]*ent.Project
}

func (u *unbilled) read(ctx context.Context) error {
	u.by = make(map[uuid.UUID]*ent.Project, len(u.projects))
	var billable, timed []uuid.UUID
	for _, p := range u.projects {
		u.by[p.ID] = p
		if p.Billing != entproject.BillingNonBillable {
			billable = append(billable, p.ID)
		}
		if hourly(p.Billing) {
			timed = append(timed, p.ID)
		}
	}
	for _, part := range []struct {
		wanted bool
		of     []uuid.UUID
		read   func(context.Context, []uuid.UUID) error
	}{{u.time, timed, u.readTime}, {u.fees, billable, u.readFees}, {u.expenses, billable, u.readExpenses}} {
		if part.wanted && len(part.of) > 0 {
			if err := part.read(ctx, part.of); err != nil {
				return err
			}
		}
	}
	return nil
}

// add keeps an item, unless others are asked for by their ids.
func (u *unbilled) add(i *Item) {
	if u.ids == nil || u.ids[i.ID] {
		u.items = append(u.items, i)
	}
}

func (u *unbilled) readTime(ctx context.Context, ids []uuid.UUID) error {
	q := u.client.TimeEntry.Query().Where(timeentry.ProjectIDIn(ids...), timeentry.Billable(true), timeentry.Running(false), notInForce(billeditem.FieldTimeEntryID))
	if u.until != nil {
		q.Where(timeentry.DateLTE(*u.until))
	}
	if u.locked {
		q.Where(db.ForUpdate)
	} else {
		q.Order(timeentry.ByDate(), timeentry.ByID())
	}
	rows, err := q.All(ctx)
	if err != nil || len(rows) == 0 {
		return wrapped("read unbilled time", err)
	}
	tasks, err := u.client.ProjectTask.Query().Where(projecttask.ProjectIDIn(ids...)).All(ctx)
	if err != nil {
		return wrapped("read tasks", err)
	}
	members, err := u.client.ProjectMember.Query().Where(projectmember.ProjectIDIn(ids...)).All(ctx)
	if err != nil {
		return wrapped("read members", err)
	}
	task, member := make(map[uuid.UUID]*ent.ProjectTask, len(tasks)), make(map[[2]uuid.UUID]*ent.ProjectMember, len(members))
	for _, t := range tasks {
		task[t.ID] = t
	}
	for _, m := range members {
		member[[2]uuid.UUID{m.ProjectID, m.UserID}] = m
	}
	for _, r := range rows {
		p := u.by[r.ProjectID]
		rate := rates{project: p.Rate}
		i := &Item{Kind: TimeItem, ID: r.ID, Project: p, Date: r.Date, Title: r.Description, Seconds: r.Seconds, UserID: r.UserID,
			Description: r.Description, TaskID: r.TaskID}
		if r.TaskID != nil && task[*r.TaskID] != nil {
			t := task[*r.TaskID]
			rate.task, i.Title = t.Rate, t.Name
		}
		if m := member[[2]uuid.UUID{p.ID, r.UserID}]; m != nil {
			rate.member = m.Rate
		}
		i.Rate = rate.of(p.Billing)
		amount, err := worth(Hours(r.Seconds), i.Rate, p.Currency)
		if err != nil {
			return err
		}
		i.amount = &amount
		u.add(i)
	}
	return nil
}

func (u *unbilled) readFees(ctx context.Context, ids []uuid.UUID) error {
	q := u.client.ProjectFee.Query().Where(projectfee.ProjectIDIn(ids...), notInForce(billeditem.FieldFeeID)).Order(projectfee.ByDate(), projectfee.ByID())
	if u.until != nil {
		q.Where(projectfee.DateLTE(*u.until))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return wrapped("read unbilled fees", err)
	}
	for _, r := range rows {
		p := u.by[r.ProjectID]
		amount, err := worth(r.Quantity, r.UnitPrice, p.Currency)
		if err != nil {
			return err
		}
		u.add(&Item{Kind: FeeItem, ID: r.ID, Project: p, Date: r.Date, Title: r.Title, Quantity: r.Quantity, Unit: r.Unit, UnitPrice: r.UnitPrice, amount: &amount})
	}
	return nil
}

// readExpenses reads billable lines of issued purchases that the viewer sees.
func (u *unbilled) readExpenses(ctx context.Context, ids []uuid.UUID) error {
	if !viewer.From(ctx).Role.May(viewer.SeePurchases) {
		return nil
	}
	var rows []struct {
		ID           uuid.UUID      `json:"id"`
		DocumentID   uuid.UUID      `json:"document_id"`
		ProjectID    uuid.UUID      `json:"project_id"`
		Title        string         `json:"title"`
		Net          money.Minor    `json:"net"`
		Date         day.Date       `json:"date"`
		Currency     money.Currency `json:"currency"`
		ExchangeRate money.Decimal  `json:"exchange_rate"`
	}
	err := u.client.DocumentLine.Query().Where(documentline.ProjectIDIn(ids...), documentline.Billable(true), notInForce(billeditem.FieldExpenseLineID)).
		Modify(func(q *sql.Selector) {
			d := sql.Table(entdocument.Table).As("purchase")
			q.Join(d).OnP(sql.And(sql.ColumnsEQ(d.C(entdocument.FieldOrganizationID), q.C(documentline.FieldOrganizationID)),
				sql.ColumnsEQ(d.C(entdocument.FieldID), q.C(documentline.FieldDocumentID)), sql.EQ(d.C(entdocument.FieldStatus), entdocument.StatusIssued),
				sql.In(d.C(entdocument.FieldType), string(entdocument.TypeBill), string(entdocument.TypeExpense))))
			q.Select(q.C(documentline.FieldID), q.C(documentline.FieldDocumentID), q.C(documentline.FieldProjectID), q.C(documentline.FieldTitle),
				q.C(documentline.FieldNet), d.C(entdocument.FieldDate), d.C(entdocument.FieldCurrency), d.C(entdocument.FieldExchangeRate))
			if u.until != nil {
				q.Where(sql.LTE(d.C(entdocument.FieldDate), *u.until))
			}
			q.OrderBy(d.C(entdocument.FieldDate), q.C(documentline.FieldID))
		}).Scan(ctx, &rows)
	if err != nil {
		return wrapped("read unbilled expenses", err)
	}
	if len(rows) > 0 && u.base == "" {
		org, err := u.client.Organization.Get(ctx, viewer.From(ctx).Organization)
		if err != nil {
			return wrapped("read the organization", err)
		}
		u.base = org.BaseCurrency
	}
	for _, r := range rows {
		p := u.by[r.ProjectID]
		i := &Item{Kind: ExpenseItem, ID: r.ID, Project: p, Date: r.Date, Title: r.Title, Quantity: money.FromInt(1), document: r.DocumentID}
		if i.amount, err = u.convert(r.Net, r.Currency, r.ExchangeRate, p.Currency); err != nil {
			return err
		}
		if i.amount != nil {
			i.UnitPrice = money.New(*i.amount, p.Currency).Amount()
		}
		u.add(i)
	}
	return nil
}

// convert brings an amount of a purchase into a project's currency: the same one, or the base
// currency by the purchase's own rate; nil for any other.
func (u *unbilled) convert(m money.Minor, from money.Currency, rate money.Decimal, to money.Currency) (*money.Minor, error) {
	switch {
	case from == to:
		return &m, nil
	case to != u.base:
		return nil, nil //nolint:nilnil // no amount
	}
	n, _ := rate.Scaled(6 + to.Digits())
	denominator := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(6+from.Digits())), nil)
	out, err := money.Round(n.Mul(n, big.NewInt(int64(m))), denominator)
	return &out, err
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("project: %s: %w", what, err)
	}
	return nil
}

// Which says of which projects: those named, or all of a contact that are not archived.
type Which struct {
	ProjectIDs []uuid.UUID
	ContactID  *uuid.UUID
}

const maxProjects = 100 // named at a time

func (w *Which) check() error {
	switch {
	case (w.ContactID == nil) == (len(w.ProjectIDs) == 0):
		return fault.New(fault.Invalid, "projectIds", "Name projects or a contact.")
	case len(w.ProjectIDs) > maxProjects:
		return fault.New(fault.Invalid, "projectIds", "At most %d projects.", maxProjects)
	}
	return nil
}

// projects reads them, by id, and may lock them. Faults: NOT_FOUND on projectIds.N.
func (w *Which) projects(ctx context.Context, client *ent.ProjectClient, locked bool) ([]*ent.Project, error) {
	q := client.Query()
	if locked {
		q.Where(forChange)
	} else {
		q.Order(entproject.ByID())
	}
	if w.ContactID != nil {
		q.Where(entproject.ContactID(*w.ContactID), entproject.ArchivedAtIsNil())
	} else {
		q.Where(entproject.IDIn(w.ProjectIDs...))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, wrapped("read", err)
	}
	found := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		found[r.ID] = true
	}
	var bad fault.List
	for n, id := range w.ProjectIDs {
		if !found[id] {
			bad = append(bad, notFound(fmt.Sprintf("projectIds.%d", n)))
		}
	}
	return rows, bad.Err()
}

// Unbilled reads what is to be billed of projects and is not: time by day, then fees, then
// expenses. Needs SeeProjects; expenses are left out for those who see no purchases.
//
// Faults: INVALID and NOT_FOUND on projectIds, NOT_FOUND on contactId, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Unbilled(ctx context.Context, which Which, until *day.Date) ([]*Item, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeProjects); err != nil {
		return nil, err
	}
	if err := which.check(); err != nil {
		return nil, err
	}
	if which.ContactID != nil {
		c, err := s.Contacts.Get(ctx, *which.ContactID)
		if fault.IsCode(err, fault.NotFound) {
			return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
		}
		if err != nil {
			return nil, err
		}
		which.ContactID = &c.ID // or the survivor of a merge
	}
	projects, err := which.projects(ctx, s.DB.Project, false)
	if err != nil {
		return nil, err
	}
	u := &unbilled{client: s.DB.Client, projects: projects, time: true, fees: true, expenses: true, until: until}
	if err := u.read(ctx); err != nil {
		return nil, err
	}
	return u.items, nil
}
