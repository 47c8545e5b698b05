-- +goose Up
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "name_key" character varying NOT NULL DEFAULT '';
-- create index "contact_organization_id_name_key" to table: "contacts"
CREATE INDEX "contact_organization_id_name_key" ON "contacts" ("organization_id", "name_key");
-- create index "contact_organization_id_updated_at" to table: "contacts"
CREATE INDEX "contact_organization_id_updated_at" ON "contacts" ("organization_id", "updated_at");
-- modify "contact_addresses" table
ALTER TABLE "contact_addresses" ADD COLUMN "sort_city" character varying NOT NULL DEFAULT '';
-- create index "contactaddress_organization_id_sort_city_contact_id" to table: "contact_addresses"
CREATE INDEX "contactaddress_organization_id_sort_city_contact_id" ON "contact_addresses" ("organization_id", "sort_city", "contact_id");
-- create "attachments" table
CREATE TABLE "attachments" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "contact_id" uuid NOT NULL, "name" character varying NOT NULL, "media_type" character varying NOT NULL, "size" bigint NOT NULL, "sha256" bytea NOT NULL, "blob_key" character varying NOT NULL, "uploaded_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "attachments_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "attachments_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "attachment_organization_id_contact_id_id" to table: "attachments"
CREATE INDEX "attachment_organization_id_contact_id_id" ON "attachments" ("organization_id", "contact_id", "id");
-- create "blobs" table
CREATE TABLE "blobs" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "key" character varying NOT NULL, "part" bigint NOT NULL, "data" bytea NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "blobs_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "blob_organization_id_key_part" to table: "blobs"
CREATE UNIQUE INDEX "blob_organization_id_key_part" ON "blobs" ("organization_id", "key", "part");
-- create "contact_imports" table
CREATE TABLE "contact_imports" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "status" character varying NOT NULL DEFAULT 'uploaded', "file_name" character varying NOT NULL DEFAULT '', "size" bigint NOT NULL, "sha256" bytea NOT NULL, "blob_key" character varying NOT NULL, "settings" jsonb NOT NULL, "rows" bigint NOT NULL DEFAULT 0, "position" bigint NOT NULL DEFAULT 0, "created" bigint NOT NULL DEFAULT 0, "updated" bigint NOT NULL DEFAULT 0, "skipped" bigint NOT NULL DEFAULT 0, "rejected" bigint NOT NULL DEFAULT 0, "error" character varying NOT NULL DEFAULT '', "created_by" uuid NOT NULL, "viewer" jsonb NOT NULL, "attempts" bigint NOT NULL DEFAULT 0, "worker" uuid NULL, "locked_until" timestamptz NULL, "finished_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "contact_imports_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contact_imports_organization_id_id" to table: "contact_imports"
CREATE UNIQUE INDEX "contact_imports_organization_id_id" ON "contact_imports" ("organization_id", "id");
-- create index "contactimport_status_locked_until" to table: "contact_imports"
CREATE INDEX "contactimport_status_locked_until" ON "contact_imports" ("status", "locked_until");
-- create "contact_merges" table
CREATE TABLE "contact_merges" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "survivor_id" uuid NOT NULL, "merged_by" uuid NOT NULL, "before" jsonb NOT NULL, "after" jsonb NOT NULL, "undone_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "contact_merges_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "contact_merges_survivor_id_fkey" FOREIGN KEY ("organization_id", "survivor_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contact_merges_organization_id_id" to table: "contact_merges"
CREATE UNIQUE INDEX "contact_merges_organization_id_id" ON "contact_merges" ("organization_id", "id");
-- create index "contactmerge_organization_id_survivor_id_id" to table: "contact_merges"
CREATE INDEX "contactmerge_organization_id_survivor_id_id" ON "contact_merges" ("organization_id", "survivor_id", "id");
-- create "tracking_categories" table
CREATE TABLE "tracking_categories" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "title" character varying NOT NULL, "sort_title" character varying NOT NULL, "position" bigint NOT NULL DEFAULT 0, "contacts" boolean NOT NULL DEFAULT true, "sales" boolean NOT NULL DEFAULT false, "purchases" boolean NOT NULL DEFAULT false, "payments" boolean NOT NULL DEFAULT false, "projects" boolean NOT NULL DEFAULT false, "archived_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "tracking_categories_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "tracking_categories_organization_id_id" to table: "tracking_categories"
CREATE UNIQUE INDEX "tracking_categories_organization_id_id" ON "tracking_categories" ("organization_id", "id");
-- create index "trackingcategory_organization_id_sort_title" to table: "tracking_categories"
CREATE UNIQUE INDEX "trackingcategory_organization_id_sort_title" ON "tracking_categories" ("organization_id", "sort_title");
-- create "tracking_options" table
CREATE TABLE "tracking_options" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "category_id" uuid NOT NULL, "title" character varying NOT NULL, "sort_title" character varying NOT NULL, "position" bigint NOT NULL DEFAULT 0, "archived_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "tracking_options_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "tracking_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "tracking_options_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "tracking_options_organization_id_id" to table: "tracking_options"
CREATE UNIQUE INDEX "tracking_options_organization_id_id" ON "tracking_options" ("organization_id", "id");
-- create index "trackingoption_organization_id_category_id_sort_title" to table: "tracking_options"
CREATE UNIQUE INDEX "trackingoption_organization_id_category_id_sort_title" ON "tracking_options" ("organization_id", "category_id", "sort_title");
-- create "contact_options" table
CREATE TABLE "contact_options" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "contact_id" uuid NOT NULL, "category_id" uuid NOT NULL, "option_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "contact_options_category_id_fkey" FOREIGN KEY ("organization_id", "category_id") REFERENCES "tracking_categories" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "contact_options_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "contact_options_option_id_fkey" FOREIGN KEY ("organization_id", "option_id") REFERENCES "tracking_options" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "contact_options_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactoption_organization_id_contact_id_category_id" to table: "contact_options"
CREATE UNIQUE INDEX "contactoption_organization_id_contact_id_category_id" ON "contact_options" ("organization_id", "contact_id", "category_id");
-- create index "contactoption_organization_id_option_id_contact_id" to table: "contact_options"
CREATE INDEX "contactoption_organization_id_option_id_contact_id" ON "contact_options" ("organization_id", "option_id", "contact_id");
-- create "duplicate_dismissals" table
CREATE TABLE "duplicate_dismissals" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "contact_id" uuid NOT NULL, "other_id" uuid NOT NULL, "dismissed_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "duplicate_dismissals_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "duplicate_dismissals_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "duplicate_dismissals_other_id_fkey" FOREIGN KEY ("organization_id", "other_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "duplicatedismissal_organization_id_contact_id_other_id" to table: "duplicate_dismissals"
CREATE UNIQUE INDEX "duplicatedismissal_organization_id_contact_id_other_id" ON "duplicate_dismissals" ("organization_id", "contact_id", "other_id");
-- create index "duplicatedismissal_organization_id_other_id" to table: "duplicate_dismissals"
CREATE INDEX "duplicatedismissal_organization_id_other_id" ON "duplicate_dismissals" ("organization_id", "other_id");
-- create "import_rows" table
CREATE TABLE "import_rows" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "import_id" uuid NOT NULL, "line" bigint NOT NULL, "outcome" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "column" character varying NOT NULL DEFAULT '', "reason" character varying NOT NULL DEFAULT '', "contact_id" uuid NULL, "contact_version" bigint NOT NULL DEFAULT 0, "before" jsonb NULL, PRIMARY KEY ("id"), CONSTRAINT "import_rows_import_id_fkey" FOREIGN KEY ("organization_id", "import_id") REFERENCES "contact_imports" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "import_rows_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "importrow_organization_id_contact_id" to table: "import_rows"
CREATE INDEX "importrow_organization_id_contact_id" ON "import_rows" ("organization_id", "contact_id");
-- create index "importrow_organization_id_import_id_line" to table: "import_rows"
CREATE UNIQUE INDEX "importrow_organization_id_import_id_line" ON "import_rows" ("organization_id", "import_id", "line");
-- create index "importrow_organization_id_import_id_outcome_line" to table: "import_rows"
CREATE INDEX "importrow_organization_id_import_id_outcome_line" ON "import_rows" ("organization_id", "import_id", "outcome", "line");
-- create "merge_moves" table
CREATE TABLE "merge_moves" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "merge_id" uuid NOT NULL, "loser_id" uuid NOT NULL, "kind" character varying NOT NULL, "row_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "merge_moves_loser_id_fkey" FOREIGN KEY ("organization_id", "loser_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "merge_moves_merge_id_fkey" FOREIGN KEY ("organization_id", "merge_id") REFERENCES "contact_merges" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "merge_moves_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "mergemove_organization_id_merge_id_kind_row_id" to table: "merge_moves"
CREATE INDEX "mergemove_organization_id_merge_id_kind_row_id" ON "merge_moves" ("organization_id", "merge_id", "kind", "row_id");
-- create "registry_checks" table
CREATE TABLE "registry_checks" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "contact_id" uuid NULL, "registry" character varying NOT NULL, "country" character varying NOT NULL, "number" character varying NOT NULL, "valid" boolean NOT NULL, "request_identifier" character varying NOT NULL DEFAULT '', "answered_at" timestamptz NOT NULL, "answer" jsonb NOT NULL, "requested_by" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "registry_checks_contact_id_fkey" FOREIGN KEY ("organization_id", "contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "registry_checks_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "registrycheck_organization_id_contact_id_id" to table: "registry_checks"
CREATE INDEX "registrycheck_organization_id_contact_id_id" ON "registry_checks" ("organization_id", "contact_id", "id");
-- create index "registrycheck_organization_id_registry_country_number_id" to table: "registry_checks"
CREATE INDEX "registrycheck_organization_id_registry_country_number_id" ON "registry_checks" ("organization_id", "registry", "country", "number", "id");
-- create "registry_settings" table
CREATE TABLE "registry_settings" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "aade_username" character varying NOT NULL DEFAULT '', "aade_password" bytea NULL, "aade_called_by" character varying NOT NULL DEFAULT '', "recheck" boolean NOT NULL DEFAULT false, "rechecked_at" timestamptz NULL, "locked_until" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "registry_settings_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "registrysetting_organization_id" to table: "registry_settings"
CREATE UNIQUE INDEX "registrysetting_organization_id" ON "registry_settings" ("organization_id");

-- +goose Down
-- reverse: create index "registrysetting_organization_id" to table: "registry_settings"
DROP INDEX "registrysetting_organization_id";
-- reverse: create "registry_settings" table
DROP TABLE "registry_settings";
-- reverse: create index "registrycheck_organization_id_registry_country_number_id" to table: "registry_checks"
DROP INDEX "registrycheck_organization_id_registry_country_number_id";
-- reverse: create index "registrycheck_organization_id_contact_id_id" to table: "registry_checks"
DROP INDEX "registrycheck_organization_id_contact_id_id";
-- reverse: create "registry_checks" table
DROP TABLE "registry_checks";
-- reverse: create index "mergemove_organization_id_merge_id_kind_row_id" to table: "merge_moves"
DROP INDEX "mergemove_organization_id_merge_id_kind_row_id";
-- reverse: create "merge_moves" table
DROP TABLE "merge_moves";
-- reverse: create index "importrow_organization_id_import_id_outcome_line" to table: "import_rows"
DROP INDEX "importrow_organization_id_import_id_outcome_line";
-- reverse: create index "importrow_organization_id_import_id_line" to table: "import_rows"
DROP INDEX "importrow_organization_id_import_id_line";
-- reverse: create index "importrow_organization_id_contact_id" to table: "import_rows"
DROP INDEX "importrow_organization_id_contact_id";
-- reverse: create "import_rows" table
DROP TABLE "import_rows";
-- reverse: create index "duplicatedismissal_organization_id_other_id" to table: "duplicate_dismissals"
DROP INDEX "duplicatedismissal_organization_id_other_id";
-- reverse: create index "duplicatedismissal_organization_id_contact_id_other_id" to table: "duplicate_dismissals"
DROP INDEX "duplicatedismissal_organization_id_contact_id_other_id";
-- reverse: create "duplicate_dismissals" table
DROP TABLE "duplicate_dismissals";
-- reverse: create index "contactoption_organization_id_option_id_contact_id" to table: "contact_options"
DROP INDEX "contactoption_organization_id_option_id_contact_id";
-- reverse: create index "contactoption_organization_id_contact_id_category_id" to table: "contact_options"
DROP INDEX "contactoption_organization_id_contact_id_category_id";
-- reverse: create "contact_options" table
DROP TABLE "contact_options";
-- reverse: create index "trackingoption_organization_id_category_id_sort_title" to table: "tracking_options"
DROP INDEX "trackingoption_organization_id_category_id_sort_title";
-- reverse: create index "tracking_options_organization_id_id" to table: "tracking_options"
DROP INDEX "tracking_options_organization_id_id";
-- reverse: create "tracking_options" table
DROP TABLE "tracking_options";
-- reverse: create index "trackingcategory_organization_id_sort_title" to table: "tracking_categories"
DROP INDEX "trackingcategory_organization_id_sort_title";
-- reverse: create index "tracking_categories_organization_id_id" to table: "tracking_categories"
DROP INDEX "tracking_categories_organization_id_id";
-- reverse: create "tracking_categories" table
DROP TABLE "tracking_categories";
-- reverse: create index "contactmerge_organization_id_survivor_id_id" to table: "contact_merges"
DROP INDEX "contactmerge_organization_id_survivor_id_id";
-- reverse: create index "contact_merges_organization_id_id" to table: "contact_merges"
DROP INDEX "contact_merges_organization_id_id";
-- reverse: create "contact_merges" table
DROP TABLE "contact_merges";
-- reverse: create index "contactimport_status_locked_until" to table: "contact_imports"
DROP INDEX "contactimport_status_locked_until";
-- reverse: create index "contact_imports_organization_id_id" to table: "contact_imports"
DROP INDEX "contact_imports_organization_id_id";
-- reverse: create "contact_imports" table
DROP TABLE "contact_imports";
-- reverse: create index "blob_organization_id_key_part" to table: "blobs"
DROP INDEX "blob_organization_id_key_part";
-- reverse: create "blobs" table
DROP TABLE "blobs";
-- reverse: create index "attachment_organization_id_contact_id_id" to table: "attachments"
DROP INDEX "attachment_organization_id_contact_id_id";
-- reverse: create "attachments" table
DROP TABLE "attachments";
-- reverse: create index "contactaddress_organization_id_sort_city_contact_id" to table: "contact_addresses"
DROP INDEX "contactaddress_organization_id_sort_city_contact_id";
-- reverse: modify "contact_addresses" table
ALTER TABLE "contact_addresses" DROP COLUMN "sort_city";
-- reverse: create index "contact_organization_id_updated_at" to table: "contacts"
DROP INDEX "contact_organization_id_updated_at";
-- reverse: create index "contact_organization_id_name_key" to table: "contacts"
DROP INDEX "contact_organization_id_name_key";
-- reverse: modify "contacts" table
ALTER TABLE "contacts" DROP COLUMN "name_key";
