-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
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
-- add columns to table: "organizations"
ALTER TABLE `organizations` ADD COLUMN `mail_documents` bool NOT NULL DEFAULT false;
ALTER TABLE `organizations` ADD COLUMN `mail_payments` bool NOT NULL DEFAULT false;
-- add column "decided_name" to table: "documents"
ALTER TABLE `documents` ADD COLUMN `decided_name` text NOT NULL DEFAULT '';
-- create index "document_organization_id_contact_id_updated_at" to table: "documents"
CREATE INDEX `document_organization_id_contact_id_updated_at` ON `documents` (`organization_id`, `contact_id`, `updated_at`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: indexes and columns of "documents" and "organizations"
DROP INDEX `document_organization_id_contact_id_updated_at`;
ALTER TABLE `documents` DROP COLUMN `decided_name`;
ALTER TABLE `organizations` DROP COLUMN `mail_payments`;
ALTER TABLE `organizations` DROP COLUMN `mail_documents`;
-- reverse: create index "session_user_id" to table: "sessions"
DROP INDEX `session_user_id`;
-- reverse: create index "session_organization_id_user_id" to table: "sessions"
DROP INDEX `session_organization_id_user_id`;
-- reverse: create index "session_token_hash" to table: "sessions"
DROP INDEX `session_token_hash`;
-- reverse: create "new_sessions" table
DROP TABLE `new_sessions`;
