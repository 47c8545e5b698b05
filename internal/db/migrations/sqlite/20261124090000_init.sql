-- +goose Up
-- create "api_keys" table
CREATE TABLE `api_keys` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `name` text NOT NULL, `role` text NOT NULL, `prefix` text NOT NULL, `key_hash` blob NOT NULL, `created_by` uuid NOT NULL, `last_used_at` datetime NULL, `expires_at` datetime NULL, `revoked_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `api_keys_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "apikey_key_hash" to table: "api_keys"
CREATE UNIQUE INDEX `apikey_key_hash` ON `api_keys` (`key_hash`);
-- create index "apikey_organization_id_name" to table: "api_keys"
CREATE INDEX `apikey_organization_id_name` ON `api_keys` (`organization_id`, `name`);
-- create "allocations" table
CREATE TABLE `allocations` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `payment_id` uuid NULL, `credit_id` uuid NULL, `document_id` uuid NOT NULL, `currency` text NOT NULL, `amount` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `allocations_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_credit_id_fkey` FOREIGN KEY (`organization_id`, `credit_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `allocations_amount` CHECK (amount > 0), CONSTRAINT `allocations_source` CHECK ((payment_id IS NULL) <> (credit_id IS NULL)));
-- create index "allocation_organization_id_payment_id_document_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_payment_id_document_id` ON `allocations` (`organization_id`, `payment_id`, `document_id`);
-- create index "allocation_organization_id_credit_id_document_id" to table: "allocations"
CREATE UNIQUE INDEX `allocation_organization_id_credit_id_document_id` ON `allocations` (`organization_id`, `credit_id`, `document_id`);
-- create index "allocation_organization_id_document_id" to table: "allocations"
CREATE INDEX `allocation_organization_id_document_id` ON `allocations` (`organization_id`, `document_id`);
-- create "audit_events" table
CREATE TABLE `audit_events` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `actor_kind` text NOT NULL, `actor_id` uuid NOT NULL, `action` text NOT NULL, `object_type` text NOT NULL, `object_id` uuid NOT NULL, `contact_id` uuid NULL, `before` json NULL, `after` json NULL, PRIMARY KEY (`id`), CONSTRAINT `audit_events_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "auditevent_organization_id_contact_id_id" to table: "audit_events"
CREATE INDEX `auditevent_organization_id_contact_id_id` ON `audit_events` (`organization_id`, `contact_id`, `id`);
-- create index "auditevent_organization_id_object_id_id" to table: "audit_events"
CREATE INDEX `auditevent_organization_id_object_id_id` ON `audit_events` (`organization_id`, `object_id`, `id`);
-- create "balances" table
CREATE TABLE `balances` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `side` text NOT NULL, `currency` text NOT NULL, `outstanding` integer NOT NULL DEFAULT (0), `credit` integer NOT NULL DEFAULT (0), `net` integer NOT NULL DEFAULT (0), `entries` integer NOT NULL DEFAULT (0), `version` integer NOT NULL DEFAULT (0), `updated_at` datetime NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `balances_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `balances_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `balances_rule` CHECK (net = outstanding - credit AND outstanding >= 0 AND credit >= 0));
-- create index "balance_organization_id_contact_id_side_currency" to table: "balances"
CREATE UNIQUE INDEX `balance_organization_id_contact_id_side_currency` ON `balances` (`organization_id`, `contact_id`, `side`, `currency`);
-- create "contacts" table
CREATE TABLE `contacts` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `first_name` text NOT NULL DEFAULT (''), `last_name` text NOT NULL DEFAULT (''), `company` text NOT NULL DEFAULT (''), `display_name` text NOT NULL, `profession` text NOT NULL DEFAULT (''), `vat_number` text NOT NULL DEFAULT (''), `tax_office` text NOT NULL DEFAULT (''), `custom_id` text NULL, `website` text NOT NULL DEFAULT (''), `is_client` bool NOT NULL DEFAULT (false), `is_supplier` bool NOT NULL DEFAULT (false), `client_type` text NULL, `default_currency` text NOT NULL DEFAULT (''), `default_language` text NOT NULL DEFAULT (''), `default_due_days` integer NULL, `default_template` text NOT NULL DEFAULT (''), `default_taxes` json NOT NULL, `archived_at` datetime NULL, `merged_into_id` uuid NULL, `restricted` bool NOT NULL DEFAULT (false), `search` text NOT NULL DEFAULT (''), `sort_name` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`), CONSTRAINT `contacts_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contacts_merged_into_id_fkey` FOREIGN KEY (`organization_id`, `merged_into_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contact_organization_id_custom_id" to table: "contacts"
CREATE UNIQUE INDEX `contact_organization_id_custom_id` ON `contacts` (`organization_id`, `custom_id`);
-- create index "contact_organization_id_sort_name_id" to table: "contacts"
CREATE INDEX `contact_organization_id_sort_name_id` ON `contacts` (`organization_id`, `sort_name`, `id`);
-- create index "contact_organization_id_vat_number" to table: "contacts"
CREATE INDEX `contact_organization_id_vat_number` ON `contacts` (`organization_id`, `vat_number`);
-- create index "contact_organization_id_merged_into_id" to table: "contacts"
CREATE INDEX `contact_organization_id_merged_into_id` ON `contacts` (`organization_id`, `merged_into_id`);
-- create index "contacts_organization_id_id" to table: "contacts"
CREATE UNIQUE INDEX `contacts_organization_id_id` ON `contacts` (`organization_id`, `id`);
-- create "contact_accesses" table
CREATE TABLE `contact_accesses` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `user_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `contact_accesses_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contact_accesses_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactaccess_organization_id_contact_id_user_id" to table: "contact_accesses"
CREATE UNIQUE INDEX `contactaccess_organization_id_contact_id_user_id` ON `contact_accesses` (`organization_id`, `contact_id`, `user_id`);
-- create "contact_addresses" table
CREATE TABLE `contact_addresses` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `position` integer NOT NULL DEFAULT (0), `kind` text NOT NULL DEFAULT ('billing'), `line` text NOT NULL DEFAULT (''), `city` text NOT NULL DEFAULT (''), `region` text NOT NULL DEFAULT (''), `postal_code` text NOT NULL DEFAULT (''), `country` text NOT NULL DEFAULT (''), `branch_code` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`), CONSTRAINT `contact_addresses_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contact_addresses_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactaddress_organization_id_contact_id_position" to table: "contact_addresses"
CREATE INDEX `contactaddress_organization_id_contact_id_position` ON `contact_addresses` (`organization_id`, `contact_id`, `position`);
-- create "contact_emails" table
CREATE TABLE `contact_emails` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `position` integer NOT NULL DEFAULT (0), `email` text NOT NULL, `label` text NOT NULL DEFAULT (''), `primary` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`), CONSTRAINT `contact_emails_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contact_emails_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactemail_organization_id_contact_id_position" to table: "contact_emails"
CREATE INDEX `contactemail_organization_id_contact_id_position` ON `contact_emails` (`organization_id`, `contact_id`, `position`);
-- create index "contactemail_organization_id_email" to table: "contact_emails"
CREATE INDEX `contactemail_organization_id_email` ON `contact_emails` (`organization_id`, `email`);
-- create "contact_notes" table
CREATE TABLE `contact_notes` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `author_id` uuid NOT NULL, `updated_at` datetime NOT NULL, `text` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `contact_notes_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contact_notes_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactnote_organization_id_contact_id_id" to table: "contact_notes"
CREATE INDEX `contactnote_organization_id_contact_id_id` ON `contact_notes` (`organization_id`, `contact_id`, `id`);
-- create "contact_phones" table
CREATE TABLE `contact_phones` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `position` integer NOT NULL DEFAULT (0), `number` text NOT NULL, `label` text NOT NULL DEFAULT (''), `primary` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`), CONSTRAINT `contact_phones_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `contact_phones_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactphone_organization_id_contact_id_position" to table: "contact_phones"
CREATE INDEX `contactphone_organization_id_contact_id_position` ON `contact_phones` (`organization_id`, `contact_id`, `position`);
-- create "documents" table
CREATE TABLE `documents` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `type` text NOT NULL, `side` text NOT NULL, `status` text NOT NULL DEFAULT ('draft'), `contact_id` uuid NOT NULL, `contact_name` text NOT NULL, `contact_profession` text NOT NULL DEFAULT (''), `contact_vat_number` text NOT NULL DEFAULT (''), `contact_tax_office` text NOT NULL DEFAULT (''), `billing_address` text NOT NULL DEFAULT (''), `shipping_address` text NOT NULL DEFAULT (''), `sequence_id` uuid NULL, `number_period` integer NOT NULL DEFAULT (0), `number` integer NULL, `number_text` text NOT NULL DEFAULT (''), `reference` text NOT NULL DEFAULT (''), `custom_id` text NULL, `date` text NOT NULL, `due_date` text NOT NULL, `currency` text NOT NULL, `exchange_rate` text NOT NULL, `prices_include_tax` bool NOT NULL DEFAULT (false), `terms` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `net` integer NOT NULL DEFAULT (0), `vat` integer NOT NULL DEFAULT (0), `other_taxes` integer NOT NULL DEFAULT (0), `withholding` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `payable` integer NOT NULL DEFAULT (0), `settled` integer NOT NULL DEFAULT (0), `created_by` uuid NOT NULL, `issued_at` datetime NULL, `voided_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `documents_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_sequence_id_fkey` FOREIGN KEY (`organization_id`, `sequence_id`) REFERENCES `number_sequences` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `documents_settled` CHECK (settled >= 0 AND (settled = 0 OR settled <= payable)));
-- create index "document_organization_id_sequence_id_number_period_number" to table: "documents"
CREATE UNIQUE INDEX `document_organization_id_sequence_id_number_period_number` ON `documents` (`organization_id`, `sequence_id`, `number_period`, `number`);
-- create index "document_organization_id_type_custom_id" to table: "documents"
CREATE UNIQUE INDEX `document_organization_id_type_custom_id` ON `documents` (`organization_id`, `type`, `custom_id`);
-- create index "document_organization_id_contact_id_date_id" to table: "documents"
CREATE INDEX `document_organization_id_contact_id_date_id` ON `documents` (`organization_id`, `contact_id`, `date`, `id`);
-- create index "document_organization_id_type_date_id" to table: "documents"
CREATE INDEX `document_organization_id_type_date_id` ON `documents` (`organization_id`, `type`, `date`, `id`);
-- create index "documents_organization_id_id" to table: "documents"
CREATE UNIQUE INDEX `documents_organization_id_id` ON `documents` (`organization_id`, `id`);
-- create "document_lines" table
CREATE TABLE `document_lines` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `position` integer NOT NULL, `title` text NOT NULL, `quantity` text NOT NULL, `unit` text NOT NULL DEFAULT (''), `unit_price` text NOT NULL, `discount_percent` text NOT NULL, `discount_amount` integer NOT NULL DEFAULT (0), `taxes` json NOT NULL, `net` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_lines_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_lines_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documentline_organization_id_document_id_position" to table: "document_lines"
CREATE UNIQUE INDEX `documentline_organization_id_document_id_position` ON `document_lines` (`organization_id`, `document_id`, `position`);
-- create "document_taxes" table
CREATE TABLE `document_taxes` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_id` uuid NOT NULL, `position` integer NOT NULL, `kind` text NOT NULL, `name` text NOT NULL DEFAULT (''), `category` text NOT NULL DEFAULT (''), `rate` text NOT NULL, `informational` bool NOT NULL DEFAULT (false), `base` integer NOT NULL, `amount` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `document_taxes_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `document_taxes_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "documenttax_organization_id_document_id_position" to table: "document_taxes"
CREATE UNIQUE INDEX `documenttax_organization_id_document_id_position` ON `document_taxes` (`organization_id`, `document_id`, `position`);
-- create "idempotency_records" table
CREATE TABLE `idempotency_records` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `actor_id` uuid NOT NULL, `key` text NOT NULL, `request_hash` blob NOT NULL, `result` json NULL, PRIMARY KEY (`id`), CONSTRAINT `idempotency_records_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "idempotencyrecord_organization_id_actor_id_key" to table: "idempotency_records"
CREATE UNIQUE INDEX `idempotencyrecord_organization_id_actor_id_key` ON `idempotency_records` (`organization_id`, `actor_id`, `key`);
-- create index "idempotencyrecord_organization_id_created_at" to table: "idempotency_records"
CREATE INDEX `idempotencyrecord_organization_id_created_at` ON `idempotency_records` (`organization_id`, `created_at`);
-- create "ledger_entries" table
CREATE TABLE `ledger_entries` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `side` text NOT NULL, `currency` text NOT NULL, `seq` integer NOT NULL, `kind` text NOT NULL, `amount` integer NOT NULL, `date` text NOT NULL, `document_id` uuid NULL, `payment_id` uuid NULL, `reverses_id` uuid NULL, PRIMARY KEY (`id`), CONSTRAINT `ledger_entries_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `ledger_entries_reverses_id_fkey` FOREIGN KEY (`organization_id`, `reverses_id`) REFERENCES `ledger_entries` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
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
-- create "memberships" table
CREATE TABLE `memberships` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `role` text NOT NULL, `ended_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `memberships_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `memberships_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "membership_organization_id_user_id" to table: "memberships"
CREATE UNIQUE INDEX `membership_organization_id_user_id` ON `memberships` (`organization_id`, `user_id`);
-- create index "membership_user_id" to table: "memberships"
CREATE INDEX `membership_user_id` ON `memberships` (`user_id`);
-- create "number_counters" table
CREATE TABLE `number_counters` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `sequence_id` uuid NOT NULL, `period` integer NOT NULL, `last` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`), CONSTRAINT `number_counters_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `number_counters_sequence_id_fkey` FOREIGN KEY (`organization_id`, `sequence_id`) REFERENCES `number_sequences` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "numbercounter_organization_id_sequence_id_period" to table: "number_counters"
CREATE UNIQUE INDEX `numbercounter_organization_id_sequence_id_period` ON `number_counters` (`organization_id`, `sequence_id`, `period`);
-- create "number_sequences" table
CREATE TABLE `number_sequences` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `document_type` text NOT NULL, `name` text NOT NULL, `prefix` text NOT NULL DEFAULT (''), `padding` integer NOT NULL DEFAULT (0), `yearly` bool NOT NULL DEFAULT (false), `is_default` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`), CONSTRAINT `number_sequences_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "numbersequence_organization_id_document_type_name" to table: "number_sequences"
CREATE UNIQUE INDEX `numbersequence_organization_id_document_type_name` ON `number_sequences` (`organization_id`, `document_type`, `name`);
-- create index "number_sequences_organization_id_id" to table: "number_sequences"
CREATE UNIQUE INDEX `number_sequences_organization_id_id` ON `number_sequences` (`organization_id`, `id`);
-- create "organizations" table
CREATE TABLE `organizations` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `name` text NOT NULL, `profession` text NOT NULL DEFAULT (''), `vat_number` text NOT NULL DEFAULT (''), `tax_office` text NOT NULL DEFAULT (''), `country` text NOT NULL DEFAULT ('GR'), `email` text NOT NULL DEFAULT (''), `phone` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `base_currency` text NOT NULL, `time_zone` text NOT NULL DEFAULT ('Europe/Athens'), `language` text NOT NULL DEFAULT ('el'), `demonstration` bool NOT NULL DEFAULT (false), `closed_at` datetime NULL, PRIMARY KEY (`id`));
-- create "payments" table
CREATE TABLE `payments` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `side` text NOT NULL, `status` text NOT NULL DEFAULT ('recorded'), `contact_id` uuid NOT NULL, `date` text NOT NULL, `amount` integer NOT NULL, `currency` text NOT NULL, `method` text NOT NULL DEFAULT ('bank_transfer'), `reference` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `allocated` integer NOT NULL DEFAULT (0), `created_by` uuid NOT NULL, `voided_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `payments_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payments_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payments_amounts` CHECK (amount > 0 AND allocated >= 0 AND allocated <= amount));
-- create index "payment_organization_id_contact_id_date_id" to table: "payments"
CREATE INDEX `payment_organization_id_contact_id_date_id` ON `payments` (`organization_id`, `contact_id`, `date`, `id`);
-- create index "payment_organization_id_date_id" to table: "payments"
CREATE INDEX `payment_organization_id_date_id` ON `payments` (`organization_id`, `date`, `id`);
-- create index "payments_organization_id_id" to table: "payments"
CREATE UNIQUE INDEX `payments_organization_id_id` ON `payments` (`organization_id`, `id`);
-- create "portal_grants" table
CREATE TABLE `portal_grants` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `email` text NOT NULL, `user_id` uuid NULL, `status` text NOT NULL DEFAULT ('invited'), `token_hash` blob NULL, `expires_at` datetime NOT NULL, `invited_by` uuid NOT NULL, `accepted_at` datetime NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `portal_grants_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `portal_grants_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `portal_grants_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "portalgrant_token_hash" to table: "portal_grants"
CREATE UNIQUE INDEX `portalgrant_token_hash` ON `portal_grants` (`token_hash`);
-- create index "portalgrant_organization_id_contact_id_email" to table: "portal_grants"
CREATE UNIQUE INDEX `portalgrant_organization_id_contact_id_email` ON `portal_grants` (`organization_id`, `contact_id`, `email`);
-- create index "portalgrant_organization_id_user_id" to table: "portal_grants"
CREATE INDEX `portalgrant_organization_id_user_id` ON `portal_grants` (`organization_id`, `user_id`);
-- create index "portalgrant_user_id" to table: "portal_grants"
CREATE INDEX `portalgrant_user_id` ON `portal_grants` (`user_id`);
-- create "sessions" table
CREATE TABLE `sessions` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `side` text NOT NULL, `token_hash` blob NOT NULL, `user_agent` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `ended_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `sessions_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "session_token_hash" to table: "sessions"
CREATE UNIQUE INDEX `session_token_hash` ON `sessions` (`token_hash`);
-- create index "session_organization_id_user_id" to table: "sessions"
CREATE INDEX `session_organization_id_user_id` ON `sessions` (`organization_id`, `user_id`);
-- create index "session_user_id" to table: "sessions"
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
-- create "users" table
CREATE TABLE `users` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `email` text NOT NULL, `name` text NOT NULL DEFAULT (''), `password_hash` text NOT NULL DEFAULT (''), `language` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- create index "user_email" to table: "users"
CREATE UNIQUE INDEX `user_email` ON `users` (`email`);

-- +goose Down
-- reverse: create index "user_email" to table: "users"
DROP INDEX `user_email`;
-- reverse: create "users" table
DROP TABLE `users`;
-- reverse: create index "session_user_id" to table: "sessions"
DROP INDEX `session_user_id`;
-- reverse: create index "session_organization_id_user_id" to table: "sessions"
DROP INDEX `session_organization_id_user_id`;
-- reverse: create index "session_token_hash" to table: "sessions"
DROP INDEX `session_token_hash`;
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create index "portalgrant_user_id" to table: "portal_grants"
DROP INDEX `portalgrant_user_id`;
-- reverse: create index "portalgrant_organization_id_user_id" to table: "portal_grants"
DROP INDEX `portalgrant_organization_id_user_id`;
-- reverse: create index "portalgrant_organization_id_contact_id_email" to table: "portal_grants"
DROP INDEX `portalgrant_organization_id_contact_id_email`;
-- reverse: create index "portalgrant_token_hash" to table: "portal_grants"
DROP INDEX `portalgrant_token_hash`;
-- reverse: create "portal_grants" table
DROP TABLE `portal_grants`;
-- reverse: create index "payments_organization_id_id" to table: "payments"
DROP INDEX `payments_organization_id_id`;
-- reverse: create index "payment_organization_id_date_id" to table: "payments"
DROP INDEX `payment_organization_id_date_id`;
-- reverse: create index "payment_organization_id_contact_id_date_id" to table: "payments"
DROP INDEX `payment_organization_id_contact_id_date_id`;
-- reverse: create "payments" table
DROP TABLE `payments`;
-- reverse: create "organizations" table
DROP TABLE `organizations`;
-- reverse: create index "number_sequences_organization_id_id" to table: "number_sequences"
DROP INDEX `number_sequences_organization_id_id`;
-- reverse: create index "numbersequence_organization_id_document_type_name" to table: "number_sequences"
DROP INDEX `numbersequence_organization_id_document_type_name`;
-- reverse: create "number_sequences" table
DROP TABLE `number_sequences`;
-- reverse: create index "numbercounter_organization_id_sequence_id_period" to table: "number_counters"
DROP INDEX `numbercounter_organization_id_sequence_id_period`;
-- reverse: create "number_counters" table
DROP TABLE `number_counters`;
-- reverse: create index "membership_user_id" to table: "memberships"
DROP INDEX `membership_user_id`;
-- reverse: create index "membership_organization_id_user_id" to table: "memberships"
DROP INDEX `membership_organization_id_user_id`;
-- reverse: create "memberships" table
DROP TABLE `memberships`;
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
-- reverse: create "ledger_entries" table
DROP TABLE `ledger_entries`;
-- reverse: create index "idempotencyrecord_organization_id_created_at" to table: "idempotency_records"
DROP INDEX `idempotencyrecord_organization_id_created_at`;
-- reverse: create index "idempotencyrecord_organization_id_actor_id_key" to table: "idempotency_records"
DROP INDEX `idempotencyrecord_organization_id_actor_id_key`;
-- reverse: create "idempotency_records" table
DROP TABLE `idempotency_records`;
-- reverse: create index "documenttax_organization_id_document_id_position" to table: "document_taxes"
DROP INDEX `documenttax_organization_id_document_id_position`;
-- reverse: create "document_taxes" table
DROP TABLE `document_taxes`;
-- reverse: create index "documentline_organization_id_document_id_position" to table: "document_lines"
DROP INDEX `documentline_organization_id_document_id_position`;
-- reverse: create "document_lines" table
DROP TABLE `document_lines`;
-- reverse: create index "documents_organization_id_id" to table: "documents"
DROP INDEX `documents_organization_id_id`;
-- reverse: create index "document_organization_id_type_date_id" to table: "documents"
DROP INDEX `document_organization_id_type_date_id`;
-- reverse: create index "document_organization_id_contact_id_date_id" to table: "documents"
DROP INDEX `document_organization_id_contact_id_date_id`;
-- reverse: create index "document_organization_id_type_custom_id" to table: "documents"
DROP INDEX `document_organization_id_type_custom_id`;
-- reverse: create index "document_organization_id_sequence_id_number_period_number" to table: "documents"
DROP INDEX `document_organization_id_sequence_id_number_period_number`;
-- reverse: create "documents" table
DROP TABLE `documents`;
-- reverse: create index "contactphone_organization_id_contact_id_position" to table: "contact_phones"
DROP INDEX `contactphone_organization_id_contact_id_position`;
-- reverse: create "contact_phones" table
DROP TABLE `contact_phones`;
-- reverse: create index "contactnote_organization_id_contact_id_id" to table: "contact_notes"
DROP INDEX `contactnote_organization_id_contact_id_id`;
-- reverse: create "contact_notes" table
DROP TABLE `contact_notes`;
-- reverse: create index "contactemail_organization_id_email" to table: "contact_emails"
DROP INDEX `contactemail_organization_id_email`;
-- reverse: create index "contactemail_organization_id_contact_id_position" to table: "contact_emails"
DROP INDEX `contactemail_organization_id_contact_id_position`;
-- reverse: create "contact_emails" table
DROP TABLE `contact_emails`;
-- reverse: create index "contactaddress_organization_id_contact_id_position" to table: "contact_addresses"
DROP INDEX `contactaddress_organization_id_contact_id_position`;
-- reverse: create "contact_addresses" table
DROP TABLE `contact_addresses`;
-- reverse: create index "contactaccess_organization_id_contact_id_user_id" to table: "contact_accesses"
DROP INDEX `contactaccess_organization_id_contact_id_user_id`;
-- reverse: create "contact_accesses" table
DROP TABLE `contact_accesses`;
-- reverse: create index "contacts_organization_id_id" to table: "contacts"
DROP INDEX `contacts_organization_id_id`;
-- reverse: create index "contact_organization_id_merged_into_id" to table: "contacts"
DROP INDEX `contact_organization_id_merged_into_id`;
-- reverse: create index "contact_organization_id_vat_number" to table: "contacts"
DROP INDEX `contact_organization_id_vat_number`;
-- reverse: create index "contact_organization_id_sort_name_id" to table: "contacts"
DROP INDEX `contact_organization_id_sort_name_id`;
-- reverse: create index "contact_organization_id_custom_id" to table: "contacts"
DROP INDEX `contact_organization_id_custom_id`;
-- reverse: create "contacts" table
DROP TABLE `contacts`;
-- reverse: create index "balance_organization_id_contact_id_side_currency" to table: "balances"
DROP INDEX `balance_organization_id_contact_id_side_currency`;
-- reverse: create "balances" table
DROP TABLE `balances`;
-- reverse: create index "auditevent_organization_id_object_id_id" to table: "audit_events"
DROP INDEX `auditevent_organization_id_object_id_id`;
-- reverse: create index "auditevent_organization_id_contact_id_id" to table: "audit_events"
DROP INDEX `auditevent_organization_id_contact_id_id`;
-- reverse: create "audit_events" table
DROP TABLE `audit_events`;
-- reverse: create index "allocation_organization_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_document_id`;
-- reverse: create index "allocation_organization_id_credit_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_credit_id_document_id`;
-- reverse: create index "allocation_organization_id_payment_id_document_id" to table: "allocations"
DROP INDEX `allocation_organization_id_payment_id_document_id`;
-- reverse: create "allocations" table
DROP TABLE `allocations`;
-- reverse: create index "apikey_organization_id_name" to table: "api_keys"
DROP INDEX `apikey_organization_id_name`;
-- reverse: create index "apikey_key_hash" to table: "api_keys"
DROP INDEX `apikey_key_hash`;
-- reverse: create "api_keys" table
DROP TABLE `api_keys`;
