package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Project is work for one client.
type Project struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Project) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a project.
func (Project) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.UUID("contact_id", uuid.UUID{}).Comment("the client"),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("sort_name").MaxRuneLen(200).Comment("folded name"),
		field.Text("description").Default("").MaxRuneLen(5000),
		field.Enum("status").Values("active", "on_hold", "completed").Default("active"),
		field.Enum("billing").Values("fixed", "project_rate", "task_rate", "member_rate", "non_billable").Comment("what the client pays by"),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3),
		field.Int64("fixed_amount").GoType(money.Minor(0)).Default(0).Comment("the price of a project of fixed cost"),
		field.String("rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Comment("an hour, where neither task nor member has one of its own"),
		field.Int64("budget_seconds").Default(0).NonNegative().Comment("of work; 0: none"),
		field.String("starts").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar),
		field.String("ends").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar),
		field.Enum("portal").Values("all", "billable", "hidden").Default("hidden").Comment("which of its time the client sees"),
		field.Time("archived_at").Optional().Nillable(),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of a project.
func (Project) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "sort_name", "id"),
		index.Fields("organization_id", "contact_id", "id"),
	}
}

// ProjectMember is a member of staff who works on a project.
type ProjectMember struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ProjectMember) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a project's member.
func (ProjectMember) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("project_id", uuid.UUID{}).Immutable(),
		field.UUID("user_id", uuid.UUID{}).Immutable().Comment("a member of the staff when it is written"),
		field.String("rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Optional().Nillable().Comment("an hour of theirs, for the client"),
		field.String("cost").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Optional().Nillable().Comment("an hour of theirs, to the business"),
	}
}

// Indexes of a project's member.
func (ProjectMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "project_id", "user_id").Unique(),
		index.Fields("organization_id", "user_id"),
	}
}

// ProjectTask is a part of a project's work.
type ProjectTask struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ProjectTask) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a task.
func (ProjectTask) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("project_id", uuid.UUID{}).Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("sort_name").MaxRuneLen(200).Comment("folded name"),
		field.Int("position").Default(0),
		field.Bool("billable").Default(true),
		field.String("rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Optional().Nillable().Comment("an hour of it, for the client"),
		field.Int64("budget_seconds").Default(0).NonNegative().Comment("of work; 0: none"),
		field.UUID("assignee_id", uuid.UUID{}).Optional().Nillable().Comment("a member of the project when it is written"),
		field.Time("done_at").Optional().Nillable(),
	}
}

// Indexes of a task.
func (ProjectTask) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "project_id", "sort_name").Unique()}
}

// ProjectFee is something of a project to bill beside its time.
type ProjectFee struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ProjectFee) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a fee.
func (ProjectFee) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.UUID("project_id", uuid.UUID{}).Immutable(),
		field.String("title").NotEmpty().MaxRuneLen(1000),
		field.String("date").GoType(day.Date("")).SchemaType(calendar),
		field.String("quantity").GoType(money.Decimal{}).SchemaType(exact("numeric(19,4)")),
		field.String("unit").Default("").MaxRuneLen(20),
		field.String("unit_price").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Comment("in the project's currency, without VAT"),
		field.Enum("kind").Values("fee", "instalment").Default("fee").Comment("an instalment is a part of the project's fixed amount"),
	}
}

// Indexes of a fee.
func (ProjectFee) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "project_id", "date", "id")}
}

// TimeEntry is time that one person worked on a project. While its timer runs it has no end.
type TimeEntry struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (TimeEntry) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a time entry.
func (TimeEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.UUID("project_id", uuid.UUID{}),
		field.UUID("task_id", uuid.UUID{}).Optional().Nillable(),
		field.UUID("user_id", uuid.UUID{}).Immutable().Comment("who worked: a member of the staff when it is written"),
		field.String("description").Default("").MaxRuneLen(1000),
		field.String("date").GoType(day.Date("")).SchemaType(calendar).Comment("the day it counts for, in the organization's time zone"),
		field.Time("started_at").Optional().Nillable().Comment("none where only the duration is known"),
		field.Bool("running").Default(false).Comment("the timer runs"),
		field.Int64("seconds").Default(0).NonNegative().Comment("the duration, up to a day; 0 while it runs"),
		field.Bool("billable").Default(true),
	}
}

// Indexes of a time entry.
func (TimeEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "user_id", "date", "id"),
		index.Fields("organization_id", "project_id", "date", "id"),
		index.Fields("organization_id", "date", "id"),
		index.Fields("organization_id", "task_id"),
		index.Fields("organization_id", "user_id").Unique().StorageKey("time_entries_one_timer").Annotations(entsql.IndexWhere("running")),
	}
}

// Annotations of a time entry: what must hold in every row, whoever writes it.
func (TimeEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"time_entries_running": "NOT running OR (started_at IS NOT NULL AND seconds = 0)",
	}}}
}

// BilledItem says that time, a fee or an expense is billed: on a line of an invoice, or by
// hand. While it is in force nothing bills the item again: the database holds it to one.
type BilledItem struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (BilledItem) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a billed item.
func (BilledItem) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("project_id", uuid.UUID{}).Immutable(),
		field.UUID("time_entry_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the time, or"),
		field.UUID("fee_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the fee, or"),
		field.UUID("expense_line_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the line of a purchase"),
		field.UUID("line_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the line of the invoice; none where it was billed by hand"),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the invoice of the line"),
		field.Int64("amount").GoType(money.Minor(0)).Immutable().Comment("net, in the project's currency"),
		field.Bool("released").Default(false).Comment("its invoice is void: the item may be billed again"),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of a billed item.
func (BilledItem) Indexes() []ent.Index {
	inForce := entsql.IndexWhere("NOT released")
	return []ent.Index{
		index.Fields("organization_id", "time_entry_id").Unique().StorageKey("billed_items_time").Annotations(inForce),
		index.Fields("organization_id", "fee_id").Unique().StorageKey("billed_items_fee").Annotations(inForce),
		index.Fields("organization_id", "expense_line_id").Unique().StorageKey("billed_items_expense").Annotations(inForce),
		index.Fields("organization_id", "line_id"),
		index.Fields("organization_id", "document_id"),
		index.Fields("organization_id", "project_id"),
	}
}

// Annotations of a billed item: what must hold in every row, whoever writes it.
func (BilledItem) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"billed_items_one":  "CASE WHEN time_entry_id IS NULL THEN 0 ELSE 1 END + CASE WHEN fee_id IS NULL THEN 0 ELSE 1 END + CASE WHEN expense_line_id IS NULL THEN 0 ELSE 1 END = 1",
		"billed_items_line": "((line_id IS NULL) = (document_id IS NULL))",
	}}}
}

// ProjectOption is the option of a tracking category that a project has.
type ProjectOption struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ProjectOption) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a project's option.
func (ProjectOption) Fields() []ent.Field {
	return append([]ent.Field{field.UUID("project_id", uuid.UUID{}).Immutable()}, option()...)
}

// Indexes of a project's option: one of each category.
func (ProjectOption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "project_id", "category_id").Unique(), index.Fields("organization_id", "option_id")}
}
