-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_allocations" table
CREATE TABLE `new_allocations` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `payment_id` uuid NULL, `credit_id` uuid NULL, `document_id` uuid NULL, `refund_id` uuid NULL, `currency` text NOT NULL, `amount` integer NOT NULL, `source_amount` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`), CONSTRAINT `allocations_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_credit_id_fkey` FOREIGN KEY (`organization_id`, `credit_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_refund_id_fkey` FOREIGN KEY (`organization_id`, `refund_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_amount` CHECK (amount > 0), CONSTRAINT `allocations_source` CHECK ((payment_id IS NULL) <> (credit_id IS NULL)), CONSTRAINT `allocations_target` CHECK ((document_id IS NULL) <> (refund_id IS NULL)));
-- copy rows from old table "allocations" to new temporary table "new_allocations"
INSERT INTO `new_allocations` (`id`, `organization_id`, `created_at`, `contact_id`, `payment_id`, `credit_id`, `document_id`, `currency`, `amount`) SELECT `id`, `organization_id`, `created_at`, `contact_id`, `payment_id`, `credit_id`, `document_id`, `currency`, `amount` FROM `allocations`;
-- drop "allocations" table after copying rows
DROP TABLE `allocations`;
-- rename temporary table "new_allocations" to "allocations"
ALTER TABLE `new_allocations` RENAME TO `allocations`;
-- create index "allocation_organization_id_payment_id_document_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_payment_id_document_id` ON `allocations` (`organization_id`, `payment_id`, `document_id`);
-- create index "allocation_organization_id_credit_id_document_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_credit_id_document_id` ON `allocations` (`organization_id`, `credit_id`, `document_id`);
-- create index "allocation_organization_id_payment_id_refund_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_payment_id_refund_id` ON `allocations` (`organization_id`, `payment_id`, `refund_id`);
-- create index "allocation_organization_id_credit_id_refund_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_credit_id_refund_id` ON `allocations` (`organization_id`, `credit_id`, `refund_id`);
-- create index "allocation_organization_id_document_id" to table: "allocations"
CREATE INDEX `allocation_organization_id_document_id` ON `allocations` (`organization_id`, `document_id`);
-- create index "allocation_organization_id_refund_id" to table: "allocations"
CREATE INDEX `allocation_organization_id_refund_id` ON `allocations` (`organization_id`, `refund_id`);
-- create "new_documents" table
CREATE TABLE `new_documents` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `type` text NOT NULL, `side` text NOT NULL, `status` text NOT NULL DEFAULT ('draft'), `contact_id` uuid NOT NULL, `contact_name` text NOT NULL, `contact_profession` text NOT NULL DEFAULT (''), `contact_vat_number` text NOT NULL DEFAULT (''), `contact_tax_office` text NOT NULL DEFAULT (''), `billing_address` text NOT NULL DEFAULT (''), `shipping_address` text NOT NULL DEFAULT (''), `sequence_id` uuid NULL, `number_period` integer NOT NULL DEFAULT (0), `number` integer NULL, `number_text` text NOT NULL DEFAULT (''), `reference` text NOT NULL DEFAULT (''), `custom_id` text NULL, `language` text NOT NULL DEFAULT (''), `paid_by` text NULL, `origin_id` uuid NULL, `recurring_id` uuid NULL, `recurring_date` text NULL, `date` text NOT NULL, `due_date` text NOT NULL, `currency` text NOT NULL, `exchange_rate` text NOT NULL, `prices_include_tax` bool NOT NULL DEFAULT (false), `terms` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `allowances` integer NOT NULL DEFAULT (0), `charges` integer NOT NULL DEFAULT (0), `net` integer NOT NULL DEFAULT (0), `vat` integer NOT NULL DEFAULT (0), `other_taxes` integer NOT NULL DEFAULT (0), `withholding` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `payable` integer NOT NULL DEFAULT (0), `settled` integer NOT NULL DEFAULT (0), `created_by` uuid NOT NULL, `issued_at` datetime NULL, `voided_at` datetime NULL, `decided_at` datetime NULL, `decided_by` uuid NULL, `decided_through` text NULL, `decision_comment` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`), CONSTRAINT `documents_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_sequence_id_fkey` FOREIGN KEY (`organization_id`, `sequence_id`) REFERENCES `number_sequences` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_origin_id_fkey` FOREIGN KEY (`organization_id`, `origin_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_recurring_id_fkey` FOREIGN KEY (`organization_id`, `recurring_id`) REFERENCES `recurring_invoices` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_settled` CHECK (settled >= 0 AND (settled = 0 OR settled <= payable)));
-- copy rows from old table "documents" to new temporary table "new_documents"
INSERT INTO `new_documents` (`id`, `organization_id`, `created_at`, `updated_at`, `version`, `type`, `side`, `status`, `contact_id`, `contact_name`, `contact_profession`, `contact_vat_number`, `contact_tax_office`, `billing_address`, `shipping_address`, `sequence_id`, `number_period`, `number`, `number_text`, `reference`, `custom_id`, `date`, `due_date`, `currency`, `exchange_rate`, `prices_include_tax`, `terms`, `notes`, `net`, `vat`, `other_taxes`, `withholding`, `total`, `payable`, `settled`, `created_by`, `issued_at`, `voided_at`) SELECT `id`, `organization_id`, `created_at`, `updated_at`, `version`, `type`, `side`, `status`, `contact_id`, `contact_name`, `contact_profession`, `contact_vat_number`, `contact_tax_office`, `billing_address`, `shipping_address`, `sequence_id`, `number_period`, `number`, `number_text`, `reference`, `custom_id`, `date`, `due_date`, `currency`, `exchange_rate`, `prices_include_tax`, `terms`, `notes`, `net`, `vat`, `other_taxes`, `withholding`, `total`, `payable`, `settled`, `created_by`, `issued_at`, `voided_at` FROM `documents`;
-- drop "documents" table after copying rows
DROP TABLE `documents`;
-- rename temporary table "new_documents" to "documents"
ALTER TABLE `new_documents` RENAME TO `documents`;
-- create index "document_organization_id_sequence_id_number_period_number" to table: "documents"
CREATE UNIQUE INDEX `document_organization_id_sequence_id_number_period_number` ON `documents` (`organization_id`, `sequence_id`, `number_period`, `number`);
-- create index "document_organization_id_type_custom_id" to table: "documents"
CREATE UNIQUE INDEX `document_organization_id_type_custom_id` ON `documents` (`organization_id`, `type`, `custom_id`);
-- create index "document_organization_id_recurring_id_recurring_date" to table: "documents"
CREATE UNIQUE INDEX `document_organization_id_recurring_id_recurring_date` ON `documents` (`organization_id`, `recurring_id`, `recurring_date`);
-- create index "document_organization_id_origin_id" to table: "documents"
CREATE INDEX `document_organization_id_origin_id` ON `documents` (`organization_id`, `origin_id`);
-- create index "document_organization_id_contact_id_date_id" to table: "documents"
CREATE INDEX `document_organization_id_contact_id_date_id` ON `documents` (`organization_id`, `contact_id`, `date`, `id`);
-- create index "document_organization_id_type_date_id" to table: "documents"
CREATE INDEX `document_organization_id_type_date_id` ON `documents` (`organization_id`, `type`, `date`, `id`);
-- create index "documents_organization_id_id" to table: "documents"
CREATE UNIQUE INDEX `documents_organization_id_id` ON `documents` (`organization_id`, `id`);
-- create "new_document_lines" table
CREATE TABLE `new_document_lines` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `position` integer NOT NULL, `title` text NOT NULL, `quantity` text NOT NULL, `unit` text NOT NULL DEFAULT (''), `unit_price` text NOT NULL, `discount_percent` text NOT NULL, `discount_amount` integer NOT NULL DEFAULT (0), `taxes` json NOT NULL, `product_id` uuid NULL, `category_id` uuid NULL, `project_id` uuid NULL, `billable` bool NOT NULL DEFAULT (false), `net` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_lines_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_lines_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_lines_product_id_fkey` FOREIGN KEY (`organization_id`, `product_id`) REFERENCES `products` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_lines_category_id_fkey` FOREIGN KEY (`organization_id`, `category_id`) REFERENCES `expense_categories` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_lines_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- copy rows from old table "document_lines" to new temporary table "new_document_lines"
INSERT INTO `new_document_lines` (`id`, `organization_id`, `created_at`, `document_id`, `position`, `title`, `quantity`, `unit`, `unit_price`, `discount_percent`, `discount_amount`, `taxes`, `net`) SELECT `id`, `organization_id`, `created_at`, `document_id`, `position`, `title`, `quantity`, `unit`, `unit_price`, `discount_percent`, `discount_amount`, `taxes`, `net` FROM `document_lines`;
-- drop "document_lines" table after copying rows
DROP TABLE `document_lines`;
-- rename temporary table "new_document_lines" to "document_lines"
ALTER TABLE `new_document_lines` RENAME TO `document_lines`;
-- create index "documentline_organization_id_document_id_position" to table: "document_lines"
CREATE UNIQUE INDEX `documentline_organization_id_document_id_position` ON `document_lines` (`organization_id`, `document_id`, `position`);
-- create index "documentline_organization_id_project_id" to table: "document_lines"
CREATE INDEX `documentline_organization_id_project_id` ON `document_lines` (`organization_id`, `project_id`);
-- create index "documentline_organization_id_category_id" to table: "document_lines"
CREATE INDEX `documentline_organization_id_category_id` ON `document_lines` (`organization_id`, `category_id`);
-- create index "documentline_organization_id_product_id" to table: "document_lines"
CREATE INDEX `documentline_organization_id_product_id` ON `document_lines` (`organization_id`, `product_id`);
-- create index "document_lines_organization_id_id" to table: "document_lines"
CREATE UNIQUE INDEX `document_lines_organization_id_id` ON `document_lines` (`organization_id`, `id`);
-- create "new_document_taxes" table
CREATE TABLE `new_document_taxes` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `position` integer NOT NULL, `kind` text NOT NULL, `name` text NOT NULL DEFAULT (''), `category` text NOT NULL DEFAULT (''), `rate` text NOT NULL, `fixed` integer NOT NULL DEFAULT (0), `informational` bool NOT NULL DEFAULT (false), `base` integer NOT NULL, `amount` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_taxes_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_taxes_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- copy rows from old table "document_taxes" to new temporary table "new_document_taxes"
INSERT INTO `new_document_taxes` (`id`, `organization_id`, `created_at`, `document_id`, `position`, `kind`, `name`, `category`, `rate`, `informational`, `base`, `amount`) SELECT `id`, `organization_id`, `created_at`, `document_id`, `position`, `kind`, `name`, `category`, `rate`, `informational`, `base`, `amount` FROM `document_taxes`;
-- drop "document_taxes" table after copying rows
DROP TABLE `document_taxes`;
-- rename temporary table "new_document_taxes" to "document_taxes"
ALTER TABLE `new_document_taxes` RENAME TO `document_taxes`;
-- create index "documenttax_organization_id_document_id_position" to table: "document_taxes"
CREATE UNIQUE INDEX `documenttax_organization_id_document_id_position` ON `document_taxes` (`organization_id`, `document_id`, `position`);
-- create "new_ledger_entries" table
CREATE TABLE `new_ledger_entries` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `side` text NOT NULL, `currency` text NOT NULL, `seq` integer NOT NULL, `kind` text NOT NULL, `amount` integer NOT NULL, `date` text NOT NULL, `document_id` uuid NULL, `payment_id` uuid NULL, `difference` integer NOT NULL DEFAULT (0), `reverses_id` uuid NULL, PRIMARY KEY (`id`), CONSTRAINT `ledger_entries_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_reverses_id_fkey` FOREIGN KEY (`organization_id`, `reverses_id`) REFERENCES `ledger_entries` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- copy rows from old table "ledger_entries" to new temporary table "new_ledger_entries"
INSERT INTO `new_ledger_entries` (`id`, `organization_id`, `created_at`, `contact_id`, `side`, `currency`, `seq`, `kind`, `amount`, `date`, `document_id`, `payment_id`, `reverses_id`) SELECT `id`, `organization_id`, `created_at`, `contact_id`, `side`, `currency`, `seq`, `kind`, `amount`, `date`, `document_id`, `payment_id`, `reverses_id` FROM `ledger_entries`;
-- drop "ledger_entries" table after copying rows
DROP TABLE `ledger_entries`;
-- rename temporary table "new_ledger_entries" to "ledger_entries"
ALTER TABLE `new_ledger_entries` RENAME TO `ledger_entries`;
-- create index "ledgerentry_organization_id_contact_id_side_currency_seq" to table: "ledger_entries"
CREATE UNIQUE INDEX `ledgerentry_organization_id_contact_id_side_currency_seq` ON `ledger_entries` (`organization_id`, `contact_id`, `side`, `currency`, `seq`);
-- create index "ledgerentry_organization_id_contact_id_side_currency_date_seq" to table: "ledger_entries"
CREATE INDEX `ledgerentry_organization_id_contact_id_side_currency_date_seq` ON `ledger_entries` (`organization_id`, `contact_id`, `side`, `currency`, `date`, `seq`);
-- create index "ledgerentry_organization_id_reverses_id" to table: "ledger_entries"
CREATE UNIQUE INDEX `ledgerentry_organization_id_reverses_id` ON `ledger_entries` (`organization_id`, `reverses_id`);
-- create index "ledgerentry_organization_id_document_id" to table: "ledger_entries"
CREATE INDEX `ledgerentry_organization_id_document_id` ON `ledger_entries` (`organization_id`, `document_id`);
-- create index "ledgerentry_organization_id_payment_id" to table: "ledger_entries"
CREATE INDEX `ledgerentry_organization_id_payment_id` ON `ledger_entries` (`organization_id`, `payment_id`);
-- create index "ledger_entries_organization_id_id" to table: "ledger_entries"
CREATE UNIQUE INDEX `ledger_entries_organization_id_id` ON `ledger_entries` (`organization_id`, `id`);
-- add column "archived_at" to table: "number_sequences"
ALTER TABLE `number_sequences` ADD COLUMN `archived_at` datetime NULL;
-- create "new_organizations" table
CREATE TABLE `new_organizations` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `name` text NOT NULL, `profession` text NOT NULL DEFAULT (''), `vat_number` text NOT NULL DEFAULT (''), `tax_office` text NOT NULL DEFAULT (''), `country` text NOT NULL DEFAULT ('GR'), `email` text NOT NULL DEFAULT (''), `phone` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `base_currency` text NOT NULL, `time_zone` text NOT NULL DEFAULT ('Europe/Athens'), `language` text NOT NULL DEFAULT ('el'), `closing_date` text NULL, `reminder_days` json NULL, `logo_key` text NOT NULL DEFAULT (''), `demonstration` bool NOT NULL DEFAULT (false), `closed_at` datetime NULL, PRIMARY KEY (`id`));
-- copy rows from old table "organizations" to new temporary table "new_organizations"
INSERT INTO `new_organizations` (`id`, `created_at`, `name`, `profession`, `vat_number`, `tax_office`, `country`, `email`, `phone`, `address`, `base_currency`, `time_zone`, `language`, `demonstration`, `closed_at`) SELECT `id`, `created_at`, `name`, `profession`, `vat_number`, `tax_office`, `country`, `email`, `phone`, `address`, `base_currency`, `time_zone`, `language`, `demonstration`, `closed_at` FROM `organizations`;
-- drop "organizations" table after copying rows
DROP TABLE `organizations`;
-- rename temporary table "new_organizations" to "organizations"
ALTER TABLE `new_organizations` RENAME TO `organizations`;
-- create "new_payments" table
CREATE TABLE `new_payments` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `side` text NOT NULL, `status` text NOT NULL DEFAULT ('recorded'), `contact_id` uuid NOT NULL, `date` text NOT NULL, `amount` integer NOT NULL, `currency` text NOT NULL, `method` text NOT NULL DEFAULT ('bank_transfer'), `reference` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `exchange_rate` text NOT NULL DEFAULT ('1'), `allocated` integer NOT NULL DEFAULT (0), `created_by` uuid NOT NULL, `voided_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `payments_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payments_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payments_amounts` CHECK (amount > 0 AND allocated >= 0 AND allocated <= amount));
-- copy rows from old table "payments" to new temporary table "new_payments"
INSERT INTO `new_payments` (`id`, `organization_id`, `created_at`, `updated_at`, `version`, `kind`, `side`, `status`, `contact_id`, `date`, `amount`, `currency`, `method`, `reference`, `notes`, `allocated`, `created_by`, `voided_at`) SELECT `id`, `organization_id`, `created_at`, `updated_at`, `version`, `kind`, `side`, `status`, `contact_id`, `date`, `amount`, `currency`, `method`, `reference`, `notes`, `allocated`, `created_by`, `voided_at` FROM `payments`;
-- drop "payments" table after copying rows
DROP TABLE `payments`;
-- rename temporary table "new_payments" to "payments"
ALTER TABLE `new_payments` RENAME TO `payments`;
-- create index "payment_organization_id_contact_id_date_id" to table: "payments"
CREATE INDEX `payment_organization_id_contact_id_date_id` ON `payments` (`organization_id`, `contact_id`, `date`, `id`);
-- create index "payment_organization_id_date_id" to table: "payments"
CREATE INDEX `payment_organization_id_date_id` ON `payments` (`organization_id`, `date`, `id`);
-- create index "payments_organization_id_id" to table: "payments"
CREATE UNIQUE INDEX `payments_organization_id_id` ON `payments` (`organization_id`, `id`);
-- create "new_attachments" table
CREATE TABLE `new_attachments` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `document_id` uuid NULL, `name` text NOT NULL, `media_type` text NOT NULL, `size` integer NOT NULL, `sha256` blob NOT NULL, `blob_key` text NOT NULL, `uploaded_by` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `attachments_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `attachments_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `attachments_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- copy rows from old table "attachments" to new temporary table "new_attachments"
INSERT INTO `new_attachments` (`id`, `organization_id`, `created_at`, `contact_id`, `name`, `media_type`, `size`, `sha256`, `blob_key`, `uploaded_by`) SELECT `id`, `organization_id`, `created_at`, `contact_id`, `name`, `media_type`, `size`, `sha256`, `blob_key`, `uploaded_by` FROM `attachments`;
-- drop "attachments" table after copying rows
DROP TABLE `attachments`;
-- rename temporary table "new_attachments" to "attachments"
ALTER TABLE `new_attachments` RENAME TO `attachments`;
-- create index "attachment_organization_id_contact_id_id" to table: "attachments"
CREATE INDEX `attachment_organization_id_contact_id_id` ON `attachments` (`organization_id`, `contact_id`, `id`);
-- create index "attachment_organization_id_document_id_id" to table: "attachments"
CREATE INDEX `attachment_organization_id_document_id_id` ON `attachments` (`organization_id`, `document_id`, `id`);
-- create "billed_items" table
CREATE TABLE `billed_items` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `project_id` uuid NOT NULL, `time_entry_id` uuid NULL, `fee_id` uuid NULL, `expense_line_id` uuid NULL, `line_id` uuid NULL, `document_id` uuid NULL, `amount` integer NOT NULL, `released` bool NOT NULL DEFAULT (false), `created_by` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `billed_items_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_time_entry_id_fkey` FOREIGN KEY (`organization_id`, `time_entry_id`) REFERENCES `time_entries` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_fee_id_fkey` FOREIGN KEY (`organization_id`, `fee_id`) REFERENCES `project_fees` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_expense_line_id_fkey` FOREIGN KEY (`organization_id`, `expense_line_id`) REFERENCES `document_lines` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_line_id_fkey` FOREIGN KEY (`organization_id`, `line_id`) REFERENCES `document_lines` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `billed_items_line` CHECK ((line_id IS NULL) = (document_id IS NULL)), CONSTRAINT `billed_items_one` CHECK (CASE WHEN time_entry_id IS NULL THEN 0 ELSE 1 END + CASE WHEN fee_id IS NULL THEN 0 ELSE 1 END + CASE WHEN expense_line_id IS NULL THEN 0 ELSE 1 END = 1));
-- create index "billed_items_time" to table: "billed_items"
CREATE UNIQUE INDEX `billed_items_time` ON `billed_items` (`organization_id`, `time_entry_id`) WHERE NOT released;
-- create index "billed_items_fee" to table: "billed_items"
CREATE UNIQUE INDEX `billed_items_fee` ON `billed_items` (`organization_id`, `fee_id`) WHERE NOT released;
-- create index "billed_items_expense" to table: "billed_items"
CREATE UNIQUE INDEX `billed_items_expense` ON `billed_items` (`organization_id`, `expense_line_id`) WHERE NOT released;
-- create index "billeditem_organization_id_line_id" to table: "billed_items"
CREATE INDEX `billeditem_organization_id_line_id` ON `billed_items` (`organization_id`, `line_id`);
-- create index "billeditem_organization_id_document_id" to table: "billed_items"
CREATE INDEX `billeditem_organization_id_document_id` ON `billed_items` (`organization_id`, `document_id`);
-- create index "billeditem_organization_id_project_id" to table: "billed_items"
CREATE INDEX `billeditem_organization_id_project_id` ON `billed_items` (`organization_id`, `project_id`);
-- create "document_adjustments" table
CREATE TABLE `document_adjustments` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `position` integer NOT NULL, `charge` bool NOT NULL, `title` text NOT NULL, `percent` text NOT NULL, `amount` integer NOT NULL, `taxes` json NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_adjustments_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_adjustments_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentadjustment_organization_id_document_id_position" to table: "document_adjustments"
CREATE UNIQUE INDEX `documentadjustment_organization_id_document_id_position` ON `document_adjustments` (`organization_id`, `document_id`, `position`);
-- create "document_links" table
CREATE TABLE `document_links` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `token_hash` blob NOT NULL, `created_by` uuid NOT NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `document_links_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_links_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentlink_organization_id_token_hash" to table: "document_links"
CREATE UNIQUE INDEX `documentlink_organization_id_token_hash` ON `document_links` (`organization_id`, `token_hash`);
-- create index "documentlink_token_hash" to table: "document_links"
CREATE INDEX `documentlink_token_hash` ON `document_links` (`token_hash`);
-- create index "documentlink_organization_id_document_id" to table: "document_links"
CREATE INDEX `documentlink_organization_id_document_id` ON `document_links` (`organization_id`, `document_id`);
-- create "document_options" table
CREATE TABLE `document_options` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `category_id` uuid NOT NULL, `option_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_options_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_options_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_options_category_id_fkey` FOREIGN KEY (`organization_id`, `category_id`) REFERENCES `tracking_categories` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_options_option_id_fkey` FOREIGN KEY (`organization_id`, `option_id`) REFERENCES `tracking_options` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentoption_organization_id_document_id_category_id" to table: "document_options"
CREATE UNIQUE INDEX `documentoption_organization_id_document_id_category_id` ON `document_options` (`organization_id`, `document_id`, `category_id`);
-- create index "documentoption_organization_id_option_id" to table: "document_options"
CREATE INDEX `documentoption_organization_id_option_id` ON `document_options` (`organization_id`, `option_id`);
-- create "document_reminders" table
CREATE TABLE `document_reminders` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `days` integer NOT NULL, `due_date` text NOT NULL, `outcome` text NOT NULL, `created_by` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_reminders_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_reminders_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentreminder_organization_id_document_id_due_date_days" to table: "document_reminders"
CREATE UNIQUE INDEX `documentreminder_organization_id_document_id_due_date_days` ON `document_reminders` (`organization_id`, `document_id`, `due_date`, `days`);
-- create "exchange_rates" table
CREATE TABLE `exchange_rates` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `currency` text NOT NULL, `base` text NOT NULL, `date` text NOT NULL, `rate` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `exchange_rates_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "exchangerate_organization_id_currency_base_date" to table: "exchange_rates"
CREATE UNIQUE INDEX `exchangerate_organization_id_currency_base_date` ON `exchange_rates` (`organization_id`, `currency`, `base`, `date`);
-- create "expense_categories" table
CREATE TABLE `expense_categories` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `name` text NOT NULL, `sort_name` text NOT NULL, `archived_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `expense_categories_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "expensecategory_organization_id_sort_name" to table: "expense_categories"
CREATE UNIQUE INDEX `expensecategory_organization_id_sort_name` ON `expense_categories` (`organization_id`, `sort_name`);
-- create index "expense_categories_organization_id_id" to table: "expense_categories"
CREATE UNIQUE INDEX `expense_categories_organization_id_id` ON `expense_categories` (`organization_id`, `id`);
-- create "payment_options" table
CREATE TABLE `payment_options` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `payment_id` uuid NOT NULL, `category_id` uuid NOT NULL, `option_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `payment_options_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payment_options_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payment_options_category_id_fkey` FOREIGN KEY (`organization_id`, `category_id`) REFERENCES `tracking_categories` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payment_options_option_id_fkey` FOREIGN KEY (`organization_id`, `option_id`) REFERENCES `tracking_options` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "paymentoption_organization_id_payment_id_category_id" to table: "payment_options"
CREATE UNIQUE INDEX `paymentoption_organization_id_payment_id_category_id` ON `payment_options` (`organization_id`, `payment_id`, `category_id`);
-- create index "paymentoption_organization_id_option_id" to table: "payment_options"
CREATE INDEX `paymentoption_organization_id_option_id` ON `payment_options` (`organization_id`, `option_id`);
-- create "products" table
CREATE TABLE `products` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL DEFAULT ('service'), `code` text NULL, `title` text NOT NULL, `sort_title` text NOT NULL, `search` text NOT NULL, `unit` text NOT NULL DEFAULT (''), `unit_price` text NOT NULL, `currency` text NOT NULL, `taxes` json NULL, `category_id` uuid NULL, `archived_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `products_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `products_category_id_fkey` FOREIGN KEY (`organization_id`, `category_id`) REFERENCES `expense_categories` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "product_organization_id_code" to table: "products"
CREATE UNIQUE INDEX `product_organization_id_code` ON `products` (`organization_id`, `code`);
-- create index "product_organization_id_sort_title_id" to table: "products"
CREATE INDEX `product_organization_id_sort_title_id` ON `products` (`organization_id`, `sort_title`, `id`);
-- create index "products_organization_id_id" to table: "products"
CREATE UNIQUE INDEX `products_organization_id_id` ON `products` (`organization_id`, `id`);
-- create "projects" table
CREATE TABLE `projects` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `contact_id` uuid NOT NULL, `name` text NOT NULL, `sort_name` text NOT NULL, `description` text NOT NULL DEFAULT (''), `status` text NOT NULL DEFAULT ('active'), `billing` text NOT NULL, `currency` text NOT NULL, `fixed_amount` integer NOT NULL DEFAULT (0), `rate` text NOT NULL, `budget_seconds` integer NOT NULL DEFAULT (0), `starts` text NULL, `ends` text NULL, `portal` text NOT NULL DEFAULT ('hidden'), `archived_at` datetime NULL, `created_by` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `projects_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `projects_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "project_organization_id_sort_name_id" to table: "projects"
CREATE INDEX `project_organization_id_sort_name_id` ON `projects` (`organization_id`, `sort_name`, `id`);
-- create index "project_organization_id_contact_id_id" to table: "projects"
CREATE INDEX `project_organization_id_contact_id_id` ON `projects` (`organization_id`, `contact_id`, `id`);
-- create index "projects_organization_id_id" to table: "projects"
CREATE UNIQUE INDEX `projects_organization_id_id` ON `projects` (`organization_id`, `id`);
-- create "project_fees" table
CREATE TABLE `project_fees` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `project_id` uuid NOT NULL, `title` text NOT NULL, `date` text NOT NULL, `quantity` text NOT NULL, `unit` text NOT NULL DEFAULT (''), `unit_price` text NOT NULL, `kind` text NOT NULL DEFAULT ('fee'), PRIMARY KEY (`id`), CONSTRAINT `project_fees_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_fees_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projectfee_organization_id_project_id_date_id" to table: "project_fees"
CREATE INDEX `projectfee_organization_id_project_id_date_id` ON `project_fees` (`organization_id`, `project_id`, `date`, `id`);
-- create index "project_fees_organization_id_id" to table: "project_fees"
CREATE UNIQUE INDEX `project_fees_organization_id_id` ON `project_fees` (`organization_id`, `id`);
-- create "project_members" table
CREATE TABLE `project_members` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `project_id` uuid NOT NULL, `user_id` uuid NOT NULL, `rate` text NULL, `cost` text NULL, PRIMARY KEY (`id`), CONSTRAINT `project_members_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_members_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projectmember_organization_id_project_id_user_id" to table: "project_members"
CREATE UNIQUE INDEX `projectmember_organization_id_project_id_user_id` ON `project_members` (`organization_id`, `project_id`, `user_id`);
-- create index "projectmember_organization_id_user_id" to table: "project_members"
CREATE INDEX `projectmember_organization_id_user_id` ON `project_members` (`organization_id`, `user_id`);
-- create "project_options" table
CREATE TABLE `project_options` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `project_id` uuid NOT NULL, `category_id` uuid NOT NULL, `option_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `project_options_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_options_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_options_category_id_fkey` FOREIGN KEY (`organization_id`, `category_id`) REFERENCES `tracking_categories` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_options_option_id_fkey` FOREIGN KEY (`organization_id`, `option_id`) REFERENCES `tracking_options` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projectoption_organization_id_project_id_category_id" to table: "project_options"
CREATE UNIQUE INDEX `projectoption_organization_id_project_id_category_id` ON `project_options` (`organization_id`, `project_id`, `category_id`);
-- create index "projectoption_organization_id_option_id" to table: "project_options"
CREATE INDEX `projectoption_organization_id_option_id` ON `project_options` (`organization_id`, `option_id`);
-- create "project_tasks" table
CREATE TABLE `project_tasks` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `project_id` uuid NOT NULL, `name` text NOT NULL, `sort_name` text NOT NULL, `position` integer NOT NULL DEFAULT (0), `billable` bool NOT NULL DEFAULT (true), `rate` text NULL, `budget_seconds` integer NOT NULL DEFAULT (0), `assignee_id` uuid NULL, `done_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `project_tasks_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `project_tasks_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "projecttask_organization_id_project_id_sort_name" to table: "project_tasks"
CREATE UNIQUE INDEX `projecttask_organization_id_project_id_sort_name` ON `project_tasks` (`organization_id`, `project_id`, `sort_name`);
-- create index "project_tasks_organization_id_id" to table: "project_tasks"
CREATE UNIQUE INDEX `project_tasks_organization_id_id` ON `project_tasks` (`organization_id`, `id`);
-- create "recurring_invoices" table
CREATE TABLE `recurring_invoices` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `name` text NOT NULL, `contact_id` uuid NOT NULL, `template` json NOT NULL, `starts` text NOT NULL, `every` integer NOT NULL DEFAULT (1), `period` text NOT NULL DEFAULT ('month'), `ends` text NULL, `next` text NULL, `made` integer NOT NULL DEFAULT (0), `issue` bool NOT NULL DEFAULT (false), `email` bool NOT NULL DEFAULT (false), `paused_at` datetime NULL, `error` text NOT NULL DEFAULT (''), `created_by` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `recurring_invoices_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `recurring_invoices_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "recurringinvoice_organization_id_next" to table: "recurring_invoices"
CREATE INDEX `recurringinvoice_organization_id_next` ON `recurring_invoices` (`organization_id`, `next`);
-- create index "recurringinvoice_organization_id_contact_id_id" to table: "recurring_invoices"
CREATE INDEX `recurringinvoice_organization_id_contact_id_id` ON `recurring_invoices` (`organization_id`, `contact_id`, `id`);
-- create index "recurringinvoice_next" to table: "recurring_invoices"
CREATE INDEX `recurringinvoice_next` ON `recurring_invoices` (`next`);
-- create index "recurring_invoices_organization_id_id" to table: "recurring_invoices"
CREATE UNIQUE INDEX `recurring_invoices_organization_id_id` ON `recurring_invoices` (`organization_id`, `id`);
-- create "time_entries" table
CREATE TABLE `time_entries` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `project_id` uuid NOT NULL, `task_id` uuid NULL, `user_id` uuid NOT NULL, `description` text NOT NULL DEFAULT (''), `date` text NOT NULL, `started_at` datetime NULL, `running` bool NOT NULL DEFAULT (false), `seconds` integer NOT NULL DEFAULT (0), `billable` bool NOT NULL DEFAULT (true), PRIMARY KEY (`id`), CONSTRAINT `time_entries_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `time_entries_project_id_fkey` FOREIGN KEY (`organization_id`, `project_id`) REFERENCES `projects` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `time_entries_task_id_fkey` FOREIGN KEY (`organization_id`, `task_id`) REFERENCES `project_tasks` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `time_entries_running` CHECK (NOT running OR (started_at IS NOT NULL AND seconds = 0)));
-- create index "timeentry_organization_id_user_id_date_id" to table: "time_entries"
CREATE INDEX `timeentry_organization_id_user_id_date_id` ON `time_entries` (`organization_id`, `user_id`, `date`, `id`);
-- create index "timeentry_organization_id_project_id_date_id" to table: "time_entries"
CREATE INDEX `timeentry_organization_id_project_id_date_id` ON `time_entries` (`organization_id`, `project_id`, `date`, `id`);
-- create index "timeentry_organization_id_date_id" to table: "time_entries"
CREATE INDEX `timeentry_organization_id_date_id` ON `time_entries` (`organization_id`, `date`, `id`);
-- create index "timeentry_organization_id_task_id" to table: "time_entries"
CREATE INDEX `timeentry_organization_id_task_id` ON `time_entries` (`organization_id`, `task_id`);
-- create index "time_entries_one_timer" to table: "time_entries"
CREATE UNIQUE INDEX `time_entries_one_timer` ON `time_entries` (`organization_id`, `user_id`) WHERE running;
-- create index "time_entries_organization_id_id" to table: "time_entries"
CREATE UNIQUE INDEX `time_entries_organization_id_id` ON `time_entries` (`organization_id`, `id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "time_entries_organization_id_id" to table: "time_entries"
DROP INDEX `time_entries_organization_id_id`;
-- reverse: create index "time_entries_one_timer" to table: "time_entries"
DROP INDEX `time_entries_one_timer`;
-- reverse: create index "timeentry_organization_id_task_id" to table: "time_entries"
DROP INDEX `timeentry_organization_id_task_id`;
-- reverse: create index "timeentry_organization_id_date_id" to table: "time_entries"
DROP INDEX `timeentry_organization_id_date_id`;
-- reverse: create index "timeentry_organization_id_project_id_date_id" to table: "time_entries"
DROP INDEX `timeentry_organization_id_project_id_date_id`;
-- reverse: create index "timeentry_organization_id_user_id_date_id" to table: "time_entries"
DROP INDEX `timeentry_organization_id_user_id_date_id`;
-- reverse: create "time_entries" table
DROP TABLE `time_entries`;
-- reverse: create index "recurring_invoices_organization_id_id" to table: "recurring_invoices"
DROP INDEX `recurring_invoices_organization_id_id`;
-- reverse: create index "recurringinvoice_next" to table: "recurring_invoices"
DROP INDEX `recurringinvoice_next`;
-- reverse: create index "recurringinvoice_organization_id_contact_id_id" to table: "recurring_invoices"
DROP INDEX `recurringinvoice_organization_id_contact_id_id`;
-- reverse: create index "recurringinvoice_organization_id_next" to table: "recurring_invoices"
DROP INDEX `recurringinvoice_organization_id_next`;
-- reverse: create "recurring_invoices" table
DROP TABLE `recurring_invoices`;
-- reverse: create index "project_tasks_organization_id_id" to table: "project_tasks"
DROP INDEX `project_tasks_organization_id_id`;
-- reverse: create index "projecttask_organization_id_project_id_sort_name" to table: "project_tasks"
DROP INDEX `projecttask_organization_id_project_id_sort_name`;
-- reverse: create "project_tasks" table
DROP TABLE `project_tasks`;
-- reverse: create index "projectoption_organization_id_option_id" to table: "project_options"
DROP INDEX `projectoption_organization_id_option_id`;
-- reverse: create index "projectoption_organization_id_project_id_category_id" to table: "project_options"
DROP INDEX `projectoption_organization_id_project_id_category_id`;
-- reverse: create "project_options" table
DROP TABLE `project_options`;
-- reverse: create index "projectmember_organization_id_user_id" to table: "project_members"
DROP INDEX `projectmember_organization_id_user_id`;
-- reverse: create index "projectmember_organization_id_project_id_user_id" to table: "project_members"
DROP INDEX `projectmember_organization_id_project_id_user_id`;
-- reverse: create "project_members" table
DROP TABLE `project_members`;
-- reverse: create index "project_fees_organization_id_id" to table: "project_fees"
DROP INDEX `project_fees_organization_id_id`;
-- reverse: create index "projectfee_organization_id_project_id_date_id" to table: "project_fees"
DROP INDEX `projectfee_organization_id_project_id_date_id`;
-- reverse: create "project_fees" table
DROP TABLE `project_fees`;
-- reverse: create index "projects_organization_id_id" to table: "projects"
DROP INDEX `projects_organization_id_id`;
-- reverse: create index "project_organization_id_contact_id_id" to table: "projects"
DROP INDEX `project_organization_id_contact_id_id`;
-- reverse: create index "project_organization_id_sort_name_id" to table: "projects"
DROP INDEX `project_organization_id_sort_name_id`;
-- reverse: create "projects" table
DROP TABLE `projects`;
-- reverse: create index "products_organization_id_id" to table: "products"
DROP INDEX `products_organization_id_id`;
-- reverse: create index "product_organization_id_sort_title_id" to table: "products"
DROP INDEX `product_organization_id_sort_title_id`;
-- reverse: create index "product_organization_id_code" to table: "products"
DROP INDEX `product_organization_id_code`;
-- reverse: create "products" table
DROP TABLE `products`;
-- reverse: create index "paymentoption_organization_id_option_id" to table: "payment_options"
DROP INDEX `paymentoption_organization_id_option_id`;
-- reverse: create index "paymentoption_organization_id_payment_id_category_id" to table: "payment_options"
DROP INDEX `paymentoption_organization_id_payment_id_category_id`;
-- reverse: create "payment_options" table
DROP TABLE `payment_options`;
-- reverse: create index "expense_categories_organization_id_id" to table: "expense_categories"
DROP INDEX `expense_categories_organization_id_id`;
-- reverse: create index "expensecategory_organization_id_sort_name" to table: "expense_categories"
DROP INDEX `expensecategory_organization_id_sort_name`;
-- reverse: create "expense_categories" table
DROP TABLE `expense_categories`;
-- reverse: create index "exchangerate_organization_id_currency_base_date" to table: "exchange_rates"
DROP INDEX `exchangerate_organization_id_currency_base_date`;
-- reverse: create "exchange_rates" table
DROP TABLE `exchange_rates`;
-- reverse: create index "documentreminder_organization_id_document_id_due_date_days" to table: "document_reminders"
DROP INDEX `documentreminder_organization_id_document_id_due_date_days`;
-- reverse: create "document_reminders" table
DROP TABLE `document_reminders`;
-- reverse: create index "documentoption_organization_id_option_id" to table: "document_options"
DROP INDEX `documentoption_organization_id_option_id`;
-- reverse: create index "documentoption_organization_id_document_id_category_id" to table: "document_options"
DROP INDEX `documentoption_organization_id_document_id_category_id`;
-- reverse: create "document_options" table
DROP TABLE `document_options`;
-- reverse: create index "documentlink_organization_id_document_id" to table: "document_links"
DROP INDEX `documentlink_organization_id_document_id`;
-- reverse: create index "documentlink_token_hash" to table: "document_links"
DROP INDEX `documentlink_token_hash`;
-- reverse: create index "documentlink_organization_id_token_hash" to table: "document_links"
DROP INDEX `documentlink_organization_id_token_hash`;
-- reverse: create "document_links" table
DROP TABLE `document_links`;
-- reverse: create index "documentadjustment_organization_id_document_id_position" to table: "document_adjustments"
DROP INDEX `documentadjustment_organization_id_document_id_position`;
-- reverse: create "document_adjustments" table
DROP TABLE `document_adjustments`;
-- reverse: create index "billeditem_organization_id_project_id" to table: "billed_items"
DROP INDEX `billeditem_organization_id_project_id`;
-- reverse: create index "billeditem_organization_id_document_id" to table: "billed_items"
DROP INDEX `billeditem_organization_id_document_id`;
-- reverse: create index "billeditem_organization_id_line_id" to table: "billed_items"
DROP INDEX `billeditem_organization_id_line_id`;
-- reverse: create index "billed_items_expense" to table: "billed_items"
DROP INDEX `billed_items_expense`;
-- reverse: create index "billed_items_fee" to table: "billed_items"
DROP INDEX `billed_items_fee`;
-- reverse: create index "billed_items_time" to table: "billed_items"
DROP INDEX `billed_items_time`;
-- reverse: create "billed_items" table
DROP TABLE `billed_items`;
-- reverse: create index "attachment_organization_id_document_id_id" to table: "attachments"
DROP INDEX `attachment_organization_id_document_id_id`;
-- reverse: create index "attachment_organization_id_contact_id_id" to table: "attachments"
DROP INDEX `attachment_organization_id_contact_id_id`;
-- reverse: create "new_attachments" table
DROP TABLE `new_attachments`;
-- reverse: create index "payments_organization_id_id" to table: "payments"
DROP INDEX `payments_organization_id_id`;
-- reverse: create index "payment_organization_id_date_id" to table: "payments"
DROP INDEX `payment_organization_id_date_id`;
-- reverse: create index "payment_organization_id_contact_id_date_id" to table: "payments"
DROP INDEX `payment_organization_id_contact_id_date_id`;
-- reverse: create "new_payments" table
DROP TABLE `new_payments`;
-- reverse: create "new_organizations" table
DROP TABLE `new_organizations`;
-- reverse: add column "archived_at" to table: "number_sequences"
ALTER TABLE `number_sequences` DROP COLUMN `archived_at`;
-- reverse: create index "ledger_entries_organization_id_id" to table: "ledger_entries"
DROP INDEX `ledger_entries_organization_id_id`;
-- reverse: create index "ledgerentry_organization_id_payment_id" to table: "ledger_entries"
DROP INDEX `ledgerentry_organization_id_payment_id`;
-- reverse: create index "ledgerentry_organization_id_document_id" to table: "ledger_entries"
DROP INDEX `ledgerentry_organization_id_document_id`;
-- reverse: create index "ledgerentry_organization_id_reverses_id" to table: "ledger_entries"
DROP INDEX `ledgerentry_organization_id_reverses_id`;
-- reverse: create index "ledgerentry_organization_id_contact_id_side_currency_date_seq" to table: "ledger_entries"
DROP INDEX `ledgerentry_organization_id_contact_id_side_currency_date_seq`;
-- reverse: create index "ledgerentry_organization_id_contact_id_side_currency_seq" to table: "ledger_entries"
DROP INDEX `ledgerentry_organization_id_contact_id_side_currency_seq`;
-- reverse: create "new_ledger_entries" table
DROP TABLE `new_ledger_entries`;
-- reverse: create index "documenttax_organization_id_document_id_position" to table: "document_taxes"
DROP INDEX `documenttax_organization_id_document_id_position`;
-- reverse: create "new_document_taxes" table
DROP TABLE `new_document_taxes`;
-- reverse: create index "document_lines_organization_id_id" to table: "document_lines"
DROP INDEX `document_lines_organization_id_id`;
-- reverse: create index "documentline_organization_id_product_id" to table: "document_lines"
DROP INDEX `documentline_organization_id_product_id`;
-- reverse: create index "documentline_organization_id_category_id" to table: "document_lines"
DROP INDEX `documentline_organization_id_category_id`;
-- reverse: create index "documentline_organization_id_project_id" to table: "document_lines"
DROP INDEX `documentline_organization_id_project_id`;
-- reverse: create index "documentline_organization_id_document_id_position" to table: "document_lines"
DROP INDEX `documentline_organization_id_document_id_position`;
-- reverse: create "new_document_lines" table
DROP TABLE `new_document_lines`;
-- reverse: create index "documents_organization_id_id" to table: "documents"
DROP INDEX `documents_organization_id_id`;
-- reverse: create index "document_organization_id_type_date_id" to table: "documents"
DROP INDEX `document_organization_id_type_date_id`;
-- reverse: create index "document_organization_id_contact_id_date_id" to table: "documents"
DROP INDEX `document_organization_id_contact_id_date_id`;
-- reverse: create index "document_organization_id_origin_id" to table: "documents"
DROP INDEX `document_organization_id_origin_id`;
-- reverse: create index "document_organization_id_recurring_id_recurring_date" to table: "documents"
DROP INDEX `document_organization_id_recurring_id_recurring_date`;
-- reverse: create index "document_organization_id_type_custom_id" to table: "documents"
DROP INDEX `document_organization_id_type_custom_id`;
-- reverse: create index "document_organization_id_sequence_id_number_period_number" to table: "documents"
DROP INDEX `document_organization_id_sequence_id_number_period_number`;
-- reverse: create "new_documents" table
DROP TABLE `new_documents`;
-- reverse: create index "allocation_organization_id_refund_id" to table: "allocations"
DROP INDEX `allocation_organization_id_refund_id`;
-- reverse: create index "allocation_organization_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_document_id`;
-- reverse: create index "allocation_organization_id_credit_id_refund_id" to table: "allocations"
DROP INDEX `allocation_organization_id_credit_id_refund_id`;
-- reverse: create index "allocation_organization_id_payment_id_refund_id" to table: "allocations"
DROP INDEX `allocation_organization_id_payment_id_refund_id`;
-- reverse: create index "allocation_organization_id_credit_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_credit_id_document_id`;
-- reverse: create index "allocation_organization_id_payment_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_payment_id_document_id`;
-- reverse: create "new_allocations" table
DROP TABLE `new_allocations`;
