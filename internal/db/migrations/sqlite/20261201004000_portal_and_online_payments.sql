-- +goose Up
-- create index "document_links_organization_id_id" to table: "document_links"
CREATE UNIQUE INDEX `document_links_organization_id_id` ON `document_links` (`organization_id`, `id`);
-- create "messages" table
CREATE TABLE `messages` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `contact_id` uuid NOT NULL, `document_id` uuid NULL, `author` text NOT NULL, `author_id` uuid NULL, `author_name` text NOT NULL DEFAULT (''), `body` text NOT NULL, `seen_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `messages_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `messages_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `messages_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "message_organization_id_contact_id_id" to table: "messages"
CREATE INDEX `message_organization_id_contact_id_id` ON `messages` (`organization_id`, `contact_id`, `id`);
-- create index "message_organization_id_document_id_id" to table: "messages"
CREATE INDEX `message_organization_id_document_id_id` ON `messages` (`organization_id`, `document_id`, `id`);
-- create index "messages_organization_id_id" to table: "messages"
CREATE UNIQUE INDEX `messages_organization_id_id` ON `messages` (`organization_id`, `id`);
-- create "notices" table
CREATE TABLE `notices` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `kind` text NOT NULL, `contact_id` uuid NOT NULL, `document_id` uuid NULL, `payment_id` uuid NULL, `message_id` uuid NULL, `name` text NOT NULL DEFAULT (''), `text` text NOT NULL DEFAULT (''), `amount` integer NOT NULL DEFAULT (0), `currency` text NOT NULL DEFAULT (''), `seen_at` datetime NULL, `seen_by` uuid NULL, PRIMARY KEY (`id`), CONSTRAINT `notices_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `notices_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `notices_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `notices_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `notices_message_id_fkey` FOREIGN KEY (`organization_id`, `message_id`) REFERENCES `messages` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "notice_organization_id_id" to table: "notices"
CREATE INDEX `notice_organization_id_id` ON `notices` (`organization_id`, `id`);
-- create index "notice_organization_id_contact_id" to table: "notices"
CREATE INDEX `notice_organization_id_contact_id` ON `notices` (`organization_id`, `contact_id`);
-- create index "notice_organization_id_seen_at" to table: "notices"
CREATE INDEX `notice_organization_id_seen_at` ON `notices` (`organization_id`, `seen_at`);
-- create "online_payments" table
CREATE TABLE `online_payments` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `contact_id` uuid NOT NULL, `document_id` uuid NULL, `provider` text NOT NULL, `status` text NOT NULL DEFAULT ('open'), `amount` integer NOT NULL, `currency` text NOT NULL, `external_id` text NULL, `reference` text NOT NULL, `url` text NOT NULL DEFAULT (''), `user_id` uuid NULL, `link_id` uuid NULL, `expires_at` datetime NOT NULL, `paid_at` datetime NULL, `payment_id` uuid NULL, PRIMARY KEY (`id`), CONSTRAINT `online_payments_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `online_payments_contact_id_fkey` FOREIGN KEY (`organization_id`, `contact_id`) REFERENCES `contacts` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `online_payments_document_id_fkey` FOREIGN KEY (`organization_id`, `document_id`) REFERENCES `documents` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `online_payments_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `online_payments_link_id_fkey` FOREIGN KEY (`organization_id`, `link_id`) REFERENCES `document_links` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `online_payments_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "onlinepayment_organization_id_provider_external_id" to table: "online_payments"
CREATE UNIQUE INDEX `onlinepayment_organization_id_provider_external_id` ON `online_payments` (`organization_id`, `provider`, `external_id`);
-- create index "onlinepayment_organization_id_reference" to table: "online_payments"
CREATE UNIQUE INDEX `onlinepayment_organization_id_reference` ON `online_payments` (`organization_id`, `reference`);
-- create index "onlinepayment_organization_id_contact_id_id" to table: "online_payments"
CREATE INDEX `onlinepayment_organization_id_contact_id_id` ON `online_payments` (`organization_id`, `contact_id`, `id`);
-- create index "onlinepayment_organization_id_document_id" to table: "online_payments"
CREATE INDEX `onlinepayment_organization_id_document_id` ON `online_payments` (`organization_id`, `document_id`);
-- create index "onlinepayment_organization_id_payment_id" to table: "online_payments"
CREATE INDEX `onlinepayment_organization_id_payment_id` ON `online_payments` (`organization_id`, `payment_id`);
-- create index "onlinepayment_user_id" to table: "online_payments"
CREATE INDEX `onlinepayment_user_id` ON `online_payments` (`user_id`);
-- create index "onlinepayment_organization_id_link_id" to table: "online_payments"
CREATE INDEX `onlinepayment_organization_id_link_id` ON `online_payments` (`organization_id`, `link_id`);
-- create index "onlinepayment_status_expires_at" to table: "online_payments"
CREATE INDEX `onlinepayment_status_expires_at` ON `online_payments` (`status`, `expires_at`);
-- create index "online_payments_organization_id_id" to table: "online_payments"
CREATE UNIQUE INDEX `online_payments_organization_id_id` ON `online_payments` (`organization_id`, `id`);
-- create "payment_events" table
CREATE TABLE `payment_events` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `provider` text NOT NULL, `event_id` text NOT NULL, `type` text NOT NULL, `outcome` text NOT NULL, `detail` text NOT NULL DEFAULT (''), `online_payment_id` uuid NULL, `payment_id` uuid NULL, `amount` integer NOT NULL DEFAULT (0), `currency` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`), CONSTRAINT `payment_events_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payment_events_online_payment_id_fkey` FOREIGN KEY (`organization_id`, `online_payment_id`) REFERENCES `online_payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `payment_events_payment_id_fkey` FOREIGN KEY (`organization_id`, `payment_id`) REFERENCES `payments` (`organization_id`, `id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "paymentevent_organization_id_provider_event_id" to table: "payment_events"
CREATE UNIQUE INDEX `paymentevent_organization_id_provider_event_id` ON `payment_events` (`organization_id`, `provider`, `event_id`);
-- create index "paymentevent_organization_id_online_payment_id" to table: "payment_events"
CREATE INDEX `paymentevent_organization_id_online_payment_id` ON `payment_events` (`organization_id`, `online_payment_id`);
-- create index "paymentevent_organization_id_id" to table: "payment_events"
CREATE INDEX `paymentevent_organization_id_id` ON `payment_events` (`organization_id`, `id`);
-- create "payment_providers" table
CREATE TABLE `payment_providers` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL DEFAULT (1), `provider` text NOT NULL, `enabled` bool NOT NULL DEFAULT (false), `secret_key` blob NULL, `webhook_secret` blob NULL, `holder` text NOT NULL DEFAULT (''), `iban` text NOT NULL DEFAULT (''), `bic` text NOT NULL DEFAULT (''), `instructions` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`), CONSTRAINT `payment_providers_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "paymentprovider_organization_id_provider" to table: "payment_providers"
CREATE UNIQUE INDEX `paymentprovider_organization_id_provider` ON `payment_providers` (`organization_id`, `provider`);
-- create "portal_preferences" table
CREATE TABLE `portal_preferences` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `documents` bool NOT NULL DEFAULT (true), `payments` bool NOT NULL DEFAULT (true), `messages` bool NOT NULL DEFAULT (true), PRIMARY KEY (`id`), CONSTRAINT `portal_preferences_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `portal_preferences_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "portalpreference_organization_id_user_id" to table: "portal_preferences"
CREATE UNIQUE INDEX `portalpreference_organization_id_user_id` ON `portal_preferences` (`organization_id`, `user_id`);
-- create index "portalpreference_user_id" to table: "portal_preferences"
CREATE INDEX `portalpreference_user_id` ON `portal_preferences` (`user_id`);
-- create "second_factors" table
CREATE TABLE `second_factors` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `secret` blob NOT NULL, `enabled_at` datetime NULL, `last_step` integer NOT NULL DEFAULT (0), `recovery` json NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `second_factors_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "secondfactor_user_id" to table: "second_factors"
CREATE UNIQUE INDEX `secondfactor_user_id` ON `second_factors` (`user_id`);
-- create "sign_in_links" table
CREATE TABLE `sign_in_links` (`id` uuid NOT NULL, `organization_id` uuid NOT NULL, `created_at` datetime NOT NULL, `user_id` uuid NOT NULL, `side` text NOT NULL, `purpose` text NOT NULL, `token_hash` blob NOT NULL, `address` text NOT NULL DEFAULT (''), `expires_at` datetime NOT NULL, `used_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `sign_in_links_organization_id_fkey` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT `sign_in_links_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "signinlink_token_hash" to table: "sign_in_links"
CREATE UNIQUE INDEX `signinlink_token_hash` ON `sign_in_links` (`token_hash`);
-- create index "signinlink_organization_id_user_id" to table: "sign_in_links"
CREATE INDEX `signinlink_organization_id_user_id` ON `sign_in_links` (`organization_id`, `user_id`);
-- create index "signinlink_user_id" to table: "sign_in_links"
CREATE INDEX `signinlink_user_id` ON `sign_in_links` (`user_id`);
-- create index "signinlink_expires_at" to table: "sign_in_links"
CREATE INDEX `signinlink_expires_at` ON `sign_in_links` (`expires_at`);

-- +goose Down
-- reverse: create index "signinlink_expires_at" to table: "sign_in_links"
DROP INDEX `signinlink_expires_at`;
-- reverse: create index "signinlink_user_id" to table: "sign_in_links"
DROP INDEX `signinlink_user_id`;
-- reverse: create index "signinlink_organization_id_user_id" to table: "sign_in_links"
DROP INDEX `signinlink_organization_id_user_id`;
-- reverse: create index "signinlink_token_hash" to table: "sign_in_links"
DROP INDEX `signinlink_token_hash`;
-- reverse: create "sign_in_links" table
DROP TABLE `sign_in_links`;
-- reverse: create index "secondfactor_user_id" to table: "second_factors"
DROP INDEX `secondfactor_user_id`;
-- reverse: create "second_factors" table
DROP TABLE `second_factors`;
-- reverse: create index "portalpreference_user_id" to table: "portal_preferences"
DROP INDEX `portalpreference_user_id`;
-- reverse: create index "portalpreference_organization_id_user_id" to table: "portal_preferences"
DROP INDEX `portalpreference_organization_id_user_id`;
-- reverse: create "portal_preferences" table
DROP TABLE `portal_preferences`;
-- reverse: create index "paymentprovider_organization_id_provider" to table: "payment_providers"
DROP INDEX `paymentprovider_organization_id_provider`;
-- reverse: create "payment_providers" table
DROP TABLE `payment_providers`;
-- reverse: create index "paymentevent_organization_id_id" to table: "payment_events"
DROP INDEX `paymentevent_organization_id_id`;
-- reverse: create index "paymentevent_organization_id_online_payment_id" to table: "payment_events"
DROP INDEX `paymentevent_organization_id_online_payment_id`;
-- reverse: create index "paymentevent_organization_id_provider_event_id" to table: "payment_events"
DROP INDEX `paymentevent_organization_id_provider_event_id`;
-- reverse: create "payment_events" table
DROP TABLE `payment_events`;
-- reverse: create index "online_payments_organization_id_id" to table: "online_payments"
DROP INDEX `online_payments_organization_id_id`;
-- reverse: create index "onlinepayment_status_expires_at" to table: "online_payments"
DROP INDEX `onlinepayment_status_expires_at`;
-- reverse: create index "onlinepayment_organization_id_link_id" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_link_id`;
-- reverse: create index "onlinepayment_user_id" to table: "online_payments"
DROP INDEX `onlinepayment_user_id`;
-- reverse: create index "onlinepayment_organization_id_payment_id" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_payment_id`;
-- reverse: create index "onlinepayment_organization_id_document_id" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_document_id`;
-- reverse: create index "onlinepayment_organization_id_contact_id_id" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_contact_id_id`;
-- reverse: create index "onlinepayment_organization_id_reference" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_reference`;
-- reverse: create index "onlinepayment_organization_id_provider_external_id" to table: "online_payments"
DROP INDEX `onlinepayment_organization_id_provider_external_id`;
-- reverse: create "online_payments" table
DROP TABLE `online_payments`;
-- reverse: create index "notice_organization_id_seen_at" to table: "notices"
DROP INDEX `notice_organization_id_seen_at`;
-- reverse: create index "notice_organization_id_contact_id" to table: "notices"
DROP INDEX `notice_organization_id_contact_id`;
-- reverse: create index "notice_organization_id_id" to table: "notices"
DROP INDEX `notice_organization_id_id`;
-- reverse: create "notices" table
DROP TABLE `notices`;
-- reverse: create index "messages_organization_id_id" to table: "messages"
DROP INDEX `messages_organization_id_id`;
-- reverse: create index "message_organization_id_document_id_id" to table: "messages"
DROP INDEX `message_organization_id_document_id_id`;
-- reverse: create index "message_organization_id_contact_id_id" to table: "messages"
DROP INDEX `message_organization_id_contact_id_id`;
-- reverse: create "messages" table
DROP TABLE `messages`;
-- reverse: create index "document_links_organization_id_id" to table: "document_links"
DROP INDEX `document_links_organization_id_id`;
