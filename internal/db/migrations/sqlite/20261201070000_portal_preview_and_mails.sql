-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create index "balance_organization_id_updated_at" to table: "balances"
CREATE INDEX `balance_organization_id_updated_at` ON `balances` (`organization_id`, `updated_at`);
-- create "new_sessions" table
CREATE TABLE `new_sessions` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `side` text NOT NULL, `token_hash` blob NOT NULL, `user_agent` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `ended_at` datetime NULL, `preview_contact_id` uuid NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `sessions_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `sessions_preview_contact_id_fkey` FOREIGN KEY (`organization_id`, `preview_contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- copy rows from old table "sessions" to new temporary table "new_sessions"
INSERT INTO `new_sessions` (`id`, `organization_id`, `created_at`, `user_id`, `side`, `token_hash`, `user_agent`, `address`, `last_used_at`, `expires_at`, `ended_at`) SELECT `id`, `organization_id`, `created_at`, `user_id`, `side`, `token_hash`, `user_agent`, `address`, `last_used_at`, `expires_at`, `ended_at` FROM `sessions`;
-- drop "sessions" table after copying rows
DROP TABLE `sessions`;
-- rename temporary table "new_sessions" to "sessions"
ALTER TABLE `new_sessions` RENAME TO `sessions`;
-- create index "session_token_hash" to table: "sessions"
CREATE UNIQUE INDEX `session_token_hash` ON `sessions` (`token_hash`);
-- create index "session_organization_id_user_id" to table: "sessions"
CREATE INDEX `session_organization_id_user_id` ON `sessions` (`organization_id`, `user_id`);
-- create index "session_user_id" to table: "sessions"
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
-- create "new_organizations" table
CREATE TABLE `new_organizations` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `name` text NOT NULL, `profession` text NOT NULL DEFAULT (''), `vat_number` text NOT NULL DEFAULT (''), `tax_office` text NOT NULL DEFAULT (''), `country` text NOT NULL DEFAULT ('GR'), `email` text NOT NULL DEFAULT (''), `phone` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `base_currency` text NOT NULL, `time_zone` text NOT NULL DEFAULT ('Europe/Athens'), `language` text NOT NULL DEFAULT ('el'), `closing_date` text NULL, `reminder_days` json NULL, `mail_documents` bool NOT NULL DEFAULT (false), `mail_payments` bool NOT NULL DEFAULT (false), `logo_key` text NOT NULL DEFAULT (''), `demonstration` bool NOT NULL DEFAULT (false), `closed_at` datetime NULL, PRIMARY KEY (`id`));
-- copy rows from old table "organizations" to new temporary table "new_organizations"
INSERT INTO `new_organizations` (`id`, `created_at`, `name`, `profession`, `vat_number`, `tax_office`, `country`, `email`, `phone`, `address`, `base_currency`, `time_zone`, `language`, `closing_date`, `reminder_days`, `logo_key`, `demonstration`, `closed_at`) SELECT `id`, `created_at`, `name`, `profession`, `vat_number`, `tax_office`, `country`, `email`, `phone`, `address`, `base_currency`, `time_zone`, `language`, `closing_date`, `reminder_days`, `logo_key`, `demonstration`, `closed_at` FROM `organizations`;
-- drop "organizations" table after copying rows
DROP TABLE `organizations`;
-- rename temporary table "new_organizations" to "organizations"
ALTER TABLE `new_organizations` RENAME TO `organizations`;
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create "new_organizations" table
DROP TABLE `new_organizations`;
-- reverse: create index "session_user_id" to table: "sessions"
DROP INDEX `session_user_id`;
-- reverse: create index "session_organization_id_user_id" to table: "sessions"
DROP INDEX `session_organization_id_user_id`;
-- reverse: create index "session_token_hash" to table: "sessions"
DROP INDEX `session_token_hash`;
-- reverse: create "new_sessions" table
DROP TABLE `new_sessions`;
-- reverse: create index "balance_organization_id_updated_at" to table: "balances"
DROP INDEX `balance_organization_id_updated_at`;
