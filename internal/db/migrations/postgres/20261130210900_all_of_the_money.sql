-- +goose Up
-- modify "document_taxes" table
ALTER TABLE "document_taxes" ADD COLUMN "fixed" bigint NOT NULL DEFAULT 0;
-- modify "ledger_entries" table
ALTER TABLE "ledger_entries" ADD COLUMN "difference" bigint NOT NULL DEFAULT 0;
-- modify "number_sequences" table
ALTER TABLE "number_sequences" ADD COLUMN "archived_at" timestamptz NULL;
-- modify "payments" table
ALTER TABLE "payments" ADD COLUMN "exchange_rate" numeric(19,6) NOT NULL DEFAULT 1;
-- modify "allocations" table
ALTER TABLE "allocations" ADD CONSTRAINT "allocations_target" CHECK ((document_id IS NULL) <> (refund_id IS NULL)), ALTER COLUMN "document_id" DROP NOT NULL, ADD COLUMN "refund_id" uuid NULL, ADD COLUMN "source_amount" bigint NOT NULL DEFAULT 0, ADD CONSTRAINT "allocations_refund_id_fkey" FOREIGN KEY ("organization_id", "refund_id") REFERENCES "payments" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "allocation_organization_id_credit_id_refund_id" to table: "allocations"
CREATE UNIQUE INDEX "allocation_organization_id_credit_id_refund_id" ON "allocations" ("organization_id", "credit_id", "refund_id");
-- create index "allocation_organization_id_payment_id_refund_id" to table: "allocations"
CREATE UNIQUE INDEX "allocation_organization_id_payment_id_refund_id" ON "allocations" ("organization_id", "payment_id", "refund_id");
-- create index "allocation_organization_id_refund_id" to table: "allocations"
CREATE INDEX "allocation_organization_id_refund_id" ON "allocations" ("organization_id", "refund_id");
-- modify "organizations" table
ALTER TABLE "organizations" ADD COLUMN "closing_date" date NULL, ADD COLUMN "reminder_days" jsonb NULL, ADD COLUMN "logo_key" character varying NOT NULL DEFAULT '';
-- create "recurring_invoices" table
CREATE TABLE "recurring_invoices" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "name" character varying NOT NULL, "contact_id" uuid NOT NULL, "template" jsonb NOT NULL, "starts" date NOT NULL, "every" bigint NOT NULL DEFAULT 1, "period" character varying NOT NULL DEFAULT 'month', "ends" date NULL, "next" date NULL, "made" bigint NOT NULL DEFAULT 0, "issue" boolean NOT NULL DEFAULT false, "email" boolean NOT NULL DEFAULT false, "paused_at" timestamptz NULL, "error" character varying NOT NULL DEFAULT '', "created_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "recurring_invoices_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "recurring_invoices_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "recurring_invoices_organization_id_id" to table: "recurring_invoices"
CREATE UNIQUE INDEX "recurring_invoices_organization_id_id" ON "recurring_invoices" ("organization_id", "id");
-- create index "recurringinvoice_next" to table: "recurring_invoices"
CREATE INDEX "recurringinvoice_next" ON "recurring_invoices" ("next");
-- create index "recurringinvoice_organization_id_contact_id_id" to table: "recurring_invoices"
CREATE INDEX "recurringinvoice_organization_id_contact_id_id" ON "recurring_invoices" ("organization_id", "contact_id", "id");
-- create index "recurringinvoice_organization_id_next" to table: "recurring_invoices"
CREATE INDEX "recurringinvoice_organization_id_next" ON "recurring_invoices" ("organization_id", "next");
-- modify "documents" table
ALTER TABLE "documents" ADD COLUMN "language" character varying NOT NULL DEFAULT '', ADD COLUMN "paid_by" character varying NULL, ADD COLUMN "origin_id" uuid NULL, ADD COLUMN "recurring_id" uuid NULL, ADD COLUMN "recurring_date" date NULL, ADD COLUMN "allowances" bigint NOT NULL DEFAULT 0, ADD COLUMN "charges" bigint NOT NULL DEFAULT 0, ADD COLUMN "decided_at" timestamptz NULL, ADD COLUMN "decided_by" uuid NULL, ADD COLUMN "decided_through" character varying NULL, ADD COLUMN "decision_comment" character varying NOT NULL DEFAULT '', ADD CONSTRAINT "documents_recurring_id_fkey" FOREIGN KEY ("organization_id", "recurring_id") REFERENCES "recurring_invoices" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "document_organization_id_origin_id" to table: "documents"
CREATE INDEX "document_organization_id_origin_id" ON "documents" ("organization_id", "origin_id");
-- create index "document_organization_id_recurring_id_recurring_date" to table: "documents"
CREATE UNIQUE INDEX "document_organization_id_recurring_id_recurring_date" ON "documents" ("organization_id", "recurring_id", "recurring_date");
-- modify "attachments" table
ALTER TABLE "attachments" ADD COLUMN "document_id" uuid NULL, ADD CONSTRAINT "attachments_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "attachment_organization_id_document_id_id" to table: "attachments"
CREATE INDEX "attachment_organization_id_document_id_id" ON "attachments" ("organization_id", "document_id", "id");
-- create "expense_categories" table
CREATE TABLE "expense_categories" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "name" character varying NOT NULL, "sort_name" character varying NOT NULL, "archived_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "expense_categories_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "expense_categories_organization_id_id" to table: "expense_categories"
CREATE UNIQUE INDEX "expense_categories_organization_id_id" ON "expense_categories" ("organization_id", "id");
-- create index "expensecategory_organization_id_sort_name" to table: "expense_categories"
CREATE UNIQUE INDEX "expensecategory_organization_id_sort_name" ON "expense_categories" ("organization_id", "sort_name");
-- create "products" table
CREATE TABLE "products" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "kind" character varying NOT NULL DEFAULT 'service', "code" character varying NULL, "title" character varying NOT NULL, "sort_title" character varying NOT NULL, "search" character varying NOT NULL, "unit" character varying NOT NULL DEFAULT '', "unit_price" numeric(19,5) NOT NULL, "currency" character varying NOT NULL, "taxes" jsonb NULL, "category_id" uuid NULL, "archived_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "products_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "expense_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "products_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "product_organization_id_code" to table: "products"
CREATE UNIQUE INDEX "product_organization_id_code" ON "products" ("organization_id", "code");
-- create index "product_organization_id_sort_title_id" to table: "products"
CREATE INDEX "product_organization_id_sort_title_id" ON "products" ("organization_id", "sort_title", "id");
-- create index "products_organization_id_id" to table: "products"
CREATE UNIQUE INDEX "products_organization_id_id" ON "products" ("organization_id", "id");
-- create "projects" table
CREATE TABLE "projects" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "contact_id" uuid NOT NULL, "name" character varying NOT NULL, "sort_name" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "status" character varying NOT NULL DEFAULT 'active', "billing" character varying NOT NULL, "currency" character varying NOT NULL, "fixed_amount" bigint NOT NULL DEFAULT 0, "rate" numeric(19,5) NOT NULL, "budget_seconds" bigint NOT NULL DEFAULT 0, "starts" date NULL, "ends" date NULL, "portal" character varying NOT NULL DEFAULT 'hidden', "archived_at" timestamptz NULL, "created_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "projects_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "projects_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "project_organization_id_contact_id_id" to table: "projects"
CREATE INDEX "project_organization_id_contact_id_id" ON "projects" ("organization_id", "contact_id", "id");
-- create index "project_organization_id_sort_name_id" to table: "projects"
CREATE INDEX "project_organization_id_sort_name_id" ON "projects" ("organization_id", "sort_name", "id");
-- create index "projects_organization_id_id" to table: "projects"
CREATE UNIQUE INDEX "projects_organization_id_id" ON "projects" ("organization_id", "id");
-- modify "document_lines" table
ALTER TABLE "document_lines" ADD COLUMN "product_id" uuid NULL, ADD COLUMN "category_id" uuid NULL, ADD COLUMN "project_id" uuid NULL, ADD COLUMN "billable" boolean NOT NULL DEFAULT false, ADD CONSTRAINT "document_lines_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "expense_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, ADD CONSTRAINT "document_lines_product_id_fkey" FOREIGN KEY ("organization_id", "product_id") REFERENCES "products" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, ADD CONSTRAINT "document_lines_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "document_lines_organization_id_id" to table: "document_lines"
CREATE UNIQUE INDEX "document_lines_organization_id_id" ON "document_lines" ("organization_id", "id");
-- create index "documentline_organization_id_category_id" to table: "document_lines"
CREATE INDEX "documentline_organization_id_category_id" ON "document_lines" ("organization_id", "category_id");
-- create index "documentline_organization_id_product_id" to table: "document_lines"
CREATE INDEX "documentline_organization_id_product_id" ON "document_lines" ("organization_id", "product_id");
-- create index "documentline_organization_id_project_id" to table: "document_lines"
CREATE INDEX "documentline_organization_id_project_id" ON "document_lines" ("organization_id", "project_id");
-- create "project_fees" table
CREATE TABLE "project_fees" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "project_id" uuid NOT NULL, "title" character varying NOT NULL, "date" date NOT NULL, "quantity" numeric(19,4) NOT NULL, "unit" character varying NOT NULL DEFAULT '', "unit_price" numeric(19,5) NOT NULL, "kind" character varying NOT NULL DEFAULT 'fee', PRIMARY KEY ("id"), CONSTRAINT "project_fees_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_fees_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "project_fees_organization_id_id" to table: "project_fees"
CREATE UNIQUE INDEX "project_fees_organization_id_id" ON "project_fees" ("organization_id", "id");
-- create index "projectfee_organization_id_project_id_date_id" to table: "project_fees"
CREATE INDEX "projectfee_organization_id_project_id_date_id" ON "project_fees" ("organization_id", "project_id", "date", "id");
-- create "project_tasks" table
CREATE TABLE "project_tasks" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "project_id" uuid NOT NULL, "name" character varying NOT NULL, "sort_name" character varying NOT NULL, "position" bigint NOT NULL DEFAULT 0, "billable" boolean NOT NULL DEFAULT true, "rate" numeric(19,5) NULL, "budget_seconds" bigint NOT NULL DEFAULT 0, "assignee_id" uuid NULL, "done_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "project_tasks_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_tasks_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "project_tasks_organization_id_id" to table: "project_tasks"
CREATE UNIQUE INDEX "project_tasks_organization_id_id" ON "project_tasks" ("organization_id", "id");
-- create index "projecttask_organization_id_project_id_sort_name" to table: "project_tasks"
CREATE UNIQUE INDEX "projecttask_organization_id_project_id_sort_name" ON "project_tasks" ("organization_id", "project_id", "sort_name");
-- create "time_entries" table
CREATE TABLE "time_entries" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "project_id" uuid NOT NULL, "task_id" uuid NULL, "user_id" uuid NOT NULL, "description" character varying NOT NULL DEFAULT '', "date" date NOT NULL, "started_at" timestamptz NULL, "running" boolean NOT NULL DEFAULT false, "seconds" bigint NOT NULL DEFAULT 0, "billable" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"), CONSTRAINT "time_entries_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "time_entries_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "time_entries_task_id_fkey" FOREIGN KEY ("organization_id", "task_id") REFERENCES "project_tasks" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "time_entries_running" CHECK ((NOT running) OR ((started_at IS NOT NULL) AND (seconds = 0))));
-- create index "time_entries_one_timer" to table: "time_entries"
CREATE UNIQUE INDEX "time_entries_one_timer" ON "time_entries" ("organization_id", "user_id") WHERE running;
-- create index "time_entries_organization_id_id" to table: "time_entries"
CREATE UNIQUE INDEX "time_entries_organization_id_id" ON "time_entries" ("organization_id", "id");
-- create index "timeentry_organization_id_date_id" to table: "time_entries"
CREATE INDEX "timeentry_organization_id_date_id" ON "time_entries" ("organization_id", "date", "id");
-- create index "timeentry_organization_id_project_id_date_id" to table: "time_entries"
CREATE INDEX "timeentry_organization_id_project_id_date_id" ON "time_entries" ("organization_id", "project_id", "date", "id");
-- create index "timeentry_organization_id_task_id" to table: "time_entries"
CREATE INDEX "timeentry_organization_id_task_id" ON "time_entries" ("organization_id", "task_id");
-- create index "timeentry_organization_id_user_id_date_id" to table: "time_entries"
CREATE INDEX "timeentry_organization_id_user_id_date_id" ON "time_entries" ("organization_id", "user_id", "date", "id");
-- create "billed_items" table
CREATE TABLE "billed_items" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "project_id" uuid NOT NULL, "time_entry_id" uuid NULL, "fee_id" uuid NULL, "expense_line_id" uuid NULL, "line_id" uuid NULL, "document_id" uuid NULL, "amount" bigint NOT NULL, "released" boolean NOT NULL DEFAULT false, "created_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "billed_items_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_expense_line_id_fkey" FOREIGN KEY ("organization_id", "expense_line_id") REFERENCES "document_lines" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_fee_id_fkey" FOREIGN KEY ("organization_id", "fee_id") REFERENCES "project_fees" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_line_id_fkey" FOREIGN KEY ("organization_id", "line_id") REFERENCES "document_lines" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_time_entry_id_fkey" FOREIGN KEY ("organization_id", "time_entry_id") REFERENCES "time_entries" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "billed_items_line" CHECK ((line_id IS NULL) = (document_id IS NULL)), CONSTRAINT "billed_items_one" CHECK (((
CASE
    WHEN (time_entry_id IS NULL) THEN 0
    ELSE 1
END +
CASE
    WHEN (fee_id IS NULL) THEN 0
    ELSE 1
END) +
CASE
    WHEN (expense_line_id IS NULL) THEN 0
    ELSE 1
END) = 1));
-- create index "billed_items_expense" to table: "billed_items"
CREATE UNIQUE INDEX "billed_items_expense" ON "billed_items" ("organization_id", "expense_line_id") WHERE (NOT released);
-- create index "billed_items_fee" to table: "billed_items"
CREATE UNIQUE INDEX "billed_items_fee" ON "billed_items" ("organization_id", "fee_id") WHERE (NOT released);
-- create index "billed_items_time" to table: "billed_items"
CREATE UNIQUE INDEX "billed_items_time" ON "billed_items" ("organization_id", "time_entry_id") WHERE (NOT released);
-- create index "billeditem_organization_id_document_id" to table: "billed_items"
CREATE INDEX "billeditem_organization_id_document_id" ON "billed_items" ("organization_id", "document_id");
-- create index "billeditem_organization_id_line_id" to table: "billed_items"
CREATE INDEX "billeditem_organization_id_line_id" ON "billed_items" ("organization_id", "line_id");
-- create index "billeditem_organization_id_project_id" to table: "billed_items"
CREATE INDEX "billeditem_organization_id_project_id" ON "billed_items" ("organization_id", "project_id");
-- create "document_adjustments" table
CREATE TABLE "document_adjustments" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "document_id" uuid NOT NULL, "position" bigint NOT NULL, "charge" boolean NOT NULL, "title" character varying NOT NULL, "percent" numeric(19,6) NOT NULL, "amount" bigint NOT NULL, "taxes" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "document_adjustments_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_adjustments_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentadjustment_organization_id_document_id_position" to table: "document_adjustments"
CREATE UNIQUE INDEX "documentadjustment_organization_id_document_id_position" ON "document_adjustments" ("organization_id", "document_id", "position");
-- create "document_links" table
CREATE TABLE "document_links" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "document_id" uuid NOT NULL, "token_hash" bytea NOT NULL, "created_by" uuid NOT NULL, "last_used_at" timestamptz NULL, "revoked_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "document_links_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_links_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentlink_organization_id_document_id" to table: "document_links"
CREATE INDEX "documentlink_organization_id_document_id" ON "document_links" ("organization_id", "document_id");
-- create index "documentlink_organization_id_token_hash" to table: "document_links"
CREATE UNIQUE INDEX "documentlink_organization_id_token_hash" ON "document_links" ("organization_id", "token_hash");
-- create index "documentlink_token_hash" to table: "document_links"
CREATE INDEX "documentlink_token_hash" ON "document_links" ("token_hash");
-- create "document_options" table
CREATE TABLE "document_options" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "document_id" uuid NOT NULL, "category_id" uuid NOT NULL, "option_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "document_options_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "tracking_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_options_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_options_option_id_fkey" FOREIGN KEY ("organization_id", "option_id") REFERENCES "tracking_options" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_options_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentoption_organization_id_document_id_category_id" to table: "document_options"
CREATE UNIQUE INDEX "documentoption_organization_id_document_id_category_id" ON "document_options" ("organization_id", "document_id", "category_id");
-- create index "documentoption_organization_id_option_id" to table: "document_options"
CREATE INDEX "documentoption_organization_id_option_id" ON "document_options" ("organization_id", "option_id");
-- create "document_reminders" table
CREATE TABLE "document_reminders" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "document_id" uuid NOT NULL, "days" bigint NOT NULL, "due_date" date NOT NULL, "outcome" character varying NOT NULL, "created_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "document_reminders_document_id_fkey" FOREIGN KEY ("organization_id", "document_id") REFERENCES "documents" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "document_reminders_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentreminder_organization_id_document_id_due_date_days" to table: "document_reminders"
CREATE UNIQUE INDEX "documentreminder_organization_id_document_id_due_date_days" ON "document_reminders" ("organization_id", "document_id", "due_date", "days");
-- create "exchange_rates" table
CREATE TABLE "exchange_rates" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "currency" character varying NOT NULL, "base" character varying NOT NULL, "date" date NOT NULL, "rate" numeric(19,6) NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "exchange_rates_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "exchangerate_organization_id_currency_base_date" to table: "exchange_rates"
CREATE UNIQUE INDEX "exchangerate_organization_id_currency_base_date" ON "exchange_rates" ("organization_id", "currency", "base", "date");
-- create "payment_options" table
CREATE TABLE "payment_options" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "payment_id" uuid NOT NULL, "category_id" uuid NOT NULL, "option_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "payment_options_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "tracking_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "payment_options_option_id_fkey" FOREIGN KEY ("organization_id", "option_id") REFERENCES "tracking_options" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "payment_options_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "payment_options_payment_id_fkey" FOREIGN KEY ("organization_id", "payment_id") REFERENCES "payments" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "paymentoption_organization_id_option_id" to table: "payment_options"
CREATE INDEX "paymentoption_organization_id_option_id" ON "payment_options" ("organization_id", "option_id");
-- create index "paymentoption_organization_id_payment_id_category_id" to table: "payment_options"
CREATE UNIQUE INDEX "paymentoption_organization_id_payment_id_category_id" ON "payment_options" ("organization_id", "payment_id", "category_id");
-- create "project_members" table
CREATE TABLE "project_members" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "project_id" uuid NOT NULL, "user_id" uuid NOT NULL, "rate" numeric(19,5) NULL, "cost" numeric(19,5) NULL, PRIMARY KEY ("id"), CONSTRAINT "project_members_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_members_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projectmember_organization_id_project_id_user_id" to table: "project_members"
CREATE UNIQUE INDEX "projectmember_organization_id_project_id_user_id" ON "project_members" ("organization_id", "project_id", "user_id");
-- create index "projectmember_organization_id_user_id" to table: "project_members"
CREATE INDEX "projectmember_organization_id_user_id" ON "project_members" ("organization_id", "user_id");
-- create "project_options" table
CREATE TABLE "project_options" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "project_id" uuid NOT NULL, "category_id" uuid NOT NULL, "option_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "project_options_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "tracking_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_options_option_id_fkey" FOREIGN KEY ("organization_id", "option_id") REFERENCES "tracking_options" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_options_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "project_options_project_id_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "projects" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projectoption_organization_id_option_id" to table: "project_options"
CREATE INDEX "projectoption_organization_id_option_id" ON "project_options" ("organization_id", "option_id");
-- create index "projectoption_organization_id_project_id_category_id" to table: "project_options"
CREATE UNIQUE INDEX "projectoption_organization_id_project_id_category_id" ON "project_options" ("organization_id", "project_id", "category_id");

-- +goose Down
-- reverse: create index "projectoption_organization_id_project_id_category_id" to table: "project_options"
DROP INDEX "projectoption_organization_id_project_id_category_id";
-- reverse: create index "projectoption_organization_id_option_id" to table: "project_options"
DROP INDEX "projectoption_organization_id_option_id";
-- reverse: create "project_options" table
DROP TABLE "project_options";
-- reverse: create index "projectmember_organization_id_user_id" to table: "project_members"
DROP INDEX "projectmember_organization_id_user_id";
-- reverse: create index "projectmember_organization_id_project_id_user_id" to table: "project_members"
DROP INDEX "projectmember_organization_id_project_id_user_id";
-- reverse: create "project_members" table
DROP TABLE "project_members";
-- reverse: create index "paymentoption_organization_id_payment_id_category_id" to table: "payment_options"
DROP INDEX "paymentoption_organization_id_payment_id_category_id";
-- reverse: create index "paymentoption_organization_id_option_id" to table: "payment_options"
DROP INDEX "paymentoption_organization_id_option_id";
-- reverse: create "payment_options" table
DROP TABLE "payment_options";
-- reverse: create index "exchangerate_organization_id_currency_base_date" to table: "exchange_rates"
DROP INDEX "exchangerate_organization_id_currency_base_date";
-- reverse: create "exchange_rates" table
DROP TABLE "exchange_rates";
-- reverse: create index "documentreminder_organization_id_document_id_due_date_days" to table: "document_reminders"
DROP INDEX "documentreminder_organization_id_document_id_due_date_days";
-- reverse: create "document_reminders" table
DROP TABLE "document_reminders";
-- reverse: create index "documentoption_organization_id_option_id" to table: "document_options"
DROP INDEX "documentoption_organization_id_option_id";
-- reverse: create index "documentoption_organization_id_document_id_category_id" to table: "document_options"
DROP INDEX "documentoption_organization_id_document_id_category_id";
-- reverse: create "document_options" table
DROP TABLE "document_options";
-- reverse: create index "documentlink_token_hash" to table: "document_links"
DROP INDEX "documentlink_token_hash";
-- reverse: create index "documentlink_organization_id_token_hash" to table: "document_links"
DROP INDEX "documentlink_organization_id_token_hash";
-- reverse: create index "documentlink_organization_id_document_id" to table: "document_links"
DROP INDEX "documentlink_organization_id_document_id";
-- reverse: create "document_links" table
DROP TABLE "document_links";
-- reverse: create index "documentadjustment_organization_id_document_id_position" to table: "document_adjustments"
DROP INDEX "documentadjustment_organization_id_document_id_position";
-- reverse: create "document_adjustments" table
DROP TABLE "document_adjustments";
-- reverse: create index "billeditem_organization_id_project_id" to table: "billed_items"
DROP INDEX "billeditem_organization_id_project_id";
-- reverse: create index "billeditem_organization_id_line_id" to table: "billed_items"
DROP INDEX "billeditem_organization_id_line_id";
-- reverse: create index "billeditem_organization_id_document_id" to table: "billed_items"
DROP INDEX "billeditem_organization_id_document_id";
-- reverse: create index "billed_items_time" to table: "billed_items"
DROP INDEX "billed_items_time";
-- reverse: create index "billed_items_fee" to table: "billed_items"
DROP INDEX "billed_items_fee";
-- reverse: create index "billed_items_expense" to table: "billed_items"
DROP INDEX "billed_items_expense";
-- reverse: create "billed_items" table
DROP TABLE "billed_items";
-- reverse: create index "timeentry_organization_id_user_id_date_id" to table: "time_entries"
DROP INDEX "timeentry_organization_id_user_id_date_id";
-- reverse: create index "timeentry_organization_id_task_id" to table: "time_entries"
DROP INDEX "timeentry_organization_id_task_id";
-- reverse: create index "timeentry_organization_id_project_id_date_id" to table: "time_entries"
DROP INDEX "timeentry_organization_id_project_id_date_id";
-- reverse: create index "timeentry_organization_id_date_id" to table: "time_entries"
DROP INDEX "timeentry_organization_id_date_id";
-- reverse: create index "time_entries_organization_id_id" to table: "time_entries"
DROP INDEX "time_entries_organization_id_id";
-- reverse: create index "time_entries_one_timer" to table: "time_entries"
DROP INDEX "time_entries_one_timer";
-- reverse: create "time_entries" table
DROP TABLE "time_entries";
-- reverse: create index "projecttask_organization_id_project_id_sort_name" to table: "project_tasks"
DROP INDEX "projecttask_organization_id_project_id_sort_name";
-- reverse: create index "project_tasks_organization_id_id" to table: "project_tasks"
DROP INDEX "project_tasks_organization_id_id";
-- reverse: create "project_tasks" table
DROP TABLE "project_tasks";
-- reverse: create index "projectfee_organization_id_project_id_date_id" to table: "project_fees"
DROP INDEX "projectfee_organization_id_project_id_date_id";
-- reverse: create index "project_fees_organization_id_id" to table: "project_fees"
DROP INDEX "project_fees_organization_id_id";
-- reverse: create "project_fees" table
DROP TABLE "project_fees";
-- reverse: create index "documentline_organization_id_project_id" to table: "document_lines"
DROP INDEX "documentline_organization_id_project_id";
-- reverse: create index "documentline_organization_id_product_id" to table: "document_lines"
DROP INDEX "documentline_organization_id_product_id";
-- reverse: create index "documentline_organization_id_category_id" to table: "document_lines"
DROP INDEX "documentline_organization_id_category_id";
-- reverse: create index "document_lines_organization_id_id" to table: "document_lines"
DROP INDEX "document_lines_organization_id_id";
-- reverse: modify "document_lines" table
ALTER TABLE "document_lines" DROP CONSTRAINT "document_lines_project_id_fkey", DROP CONSTRAINT "document_lines_product_id_fkey", DROP CONSTRAINT "document_lines_category_id_fkey", DROP COLUMN "billable", DROP COLUMN "project_id", DROP COLUMN "category_id", DROP COLUMN "product_id";
-- reverse: create index "projects_organization_id_id" to table: "projects"
DROP INDEX "projects_organization_id_id";
-- reverse: create index "project_organization_id_sort_name_id" to table: "projects"
DROP INDEX "project_organization_id_sort_name_id";
-- reverse: create index "project_organization_id_contact_id_id" to table: "projects"
DROP INDEX "project_organization_id_contact_id_id";
-- reverse: create "projects" table
DROP TABLE "projects";
-- reverse: create index "products_organization_id_id" to table: "products"
DROP INDEX "products_organization_id_id";
-- reverse: create index "product_organization_id_sort_title_id" to table: "products"
DROP INDEX "product_organization_id_sort_title_id";
-- reverse: create index "product_organization_id_code" to table: "products"
DROP INDEX "product_organization_id_code";
-- reverse: create "products" table
DROP TABLE "products";
-- reverse: create index "expensecategory_organization_id_sort_name" to table: "expense_categories"
DROP INDEX "expensecategory_organization_id_sort_name";
-- reverse: create index "expense_categories_organization_id_id" to table: "expense_categories"
DROP INDEX "expense_categories_organization_id_id";
-- reverse: create "expense_categories" table
DROP TABLE "expense_categories";
-- reverse: create index "attachment_organization_id_document_id_id" to table: "attachments"
DROP INDEX "attachment_organization_id_document_id_id";
-- reverse: modify "attachments" table
ALTER TABLE "attachments" DROP CONSTRAINT "attachments_document_id_fkey", DROP COLUMN "document_id";
-- reverse: create index "document_organization_id_recurring_id_recurring_date" to table: "documents"
DROP INDEX "document_organization_id_recurring_id_recurring_date";
-- reverse: create index "document_organization_id_origin_id" to table: "documents"
DROP INDEX "document_organization_id_origin_id";
-- reverse: modify "documents" table
ALTER TABLE "documents" DROP CONSTRAINT "documents_recurring_id_fkey", DROP COLUMN "decision_comment", DROP COLUMN "decided_through", DROP COLUMN "decided_by", DROP COLUMN "decided_at", DROP COLUMN "charges", DROP COLUMN "allowances", DROP COLUMN "recurring_date", DROP COLUMN "recurring_id", DROP COLUMN "origin_id", DROP COLUMN "paid_by", DROP COLUMN "language";
-- reverse: create index "recurringinvoice_organization_id_next" to table: "recurring_invoices"
DROP INDEX "recurringinvoice_organization_id_next";
-- reverse: create index "recurringinvoice_organization_id_contact_id_id" to table: "recurring_invoices"
DROP INDEX "recurringinvoice_organization_id_contact_id_id";
-- reverse: create index "recurringinvoice_next" to table: "recurring_invoices"
DROP INDEX "recurringinvoice_next";
-- reverse: create index "recurring_invoices_organization_id_id" to table: "recurring_invoices"
DROP INDEX "recurring_invoices_organization_id_id";
-- reverse: create "recurring_invoices" table
DROP TABLE "recurring_invoices";
-- reverse: modify "organizations" table
ALTER TABLE "organizations" DROP COLUMN "logo_key", DROP COLUMN "reminder_days", DROP COLUMN "closing_date";
-- reverse: create index "allocation_organization_id_refund_id" to table: "allocations"
DROP INDEX "allocation_organization_id_refund_id";
-- reverse: create index "allocation_organization_id_payment_id_refund_id" to table: "allocations"
DROP INDEX "allocation_organization_id_payment_id_refund_id";
-- reverse: create index "allocation_organization_id_credit_id_refund_id" to table: "allocations"
DROP INDEX "allocation_organization_id_credit_id_refund_id";
-- reverse: modify "allocations" table
ALTER TABLE "allocations" DROP CONSTRAINT "allocations_refund_id_fkey", DROP COLUMN "source_amount", DROP COLUMN "refund_id", ALTER COLUMN "document_id" SET NOT NULL, DROP CONSTRAINT "allocations_target";
-- reverse: modify "payments" table
ALTER TABLE "payments" DROP COLUMN "exchange_rate";
-- reverse: modify "number_sequences" table
ALTER TABLE "number_sequences" DROP COLUMN "archived_at";
-- reverse: modify "ledger_entries" table
ALTER TABLE "ledger_entries" DROP COLUMN "difference";
-- reverse: modify "document_taxes" table
ALTER TABLE "document_taxes" DROP COLUMN "fixed";
