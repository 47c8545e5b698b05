-- +goose Up
-- modify "documents" table
ALTER TABLE "documents" ADD COLUMN "decided_name" character varying NOT NULL DEFAULT '';
-- create index "document_organization_id_contact_id_updated_at" to table: "documents"
CREATE INDEX "document_organization_id_contact_id_updated_at" ON "documents" ("organization_id", "contact_id", "updated_at");
-- modify "organizations" table
ALTER TABLE "organizations" ADD COLUMN "mail_documents" boolean NOT NULL DEFAULT false, ADD COLUMN "mail_payments" boolean NOT NULL DEFAULT false;
-- modify "sessions" table
ALTER TABLE "sessions" ADD COLUMN "preview_contact_id" uuid NULL, ADD CONSTRAINT "sessions_preview_contact_id_fkey" FOREIGN KEY ("organization_id", "preview_contact_id") REFERENCES "contacts" ("organization_id", "id") ON UPDATE NO ACTION ON DELETE NO ACTION;

-- +goose Down
-- reverse: modify "sessions" table
ALTER TABLE "sessions" DROP CONSTRAINT "sessions_preview_contact_id_fkey", DROP COLUMN "preview_contact_id";
-- reverse: modify "organizations" table
ALTER TABLE "organizations" DROP COLUMN "mail_payments", DROP COLUMN "mail_documents";
-- reverse: create index "document_organization_id_contact_id_updated_at" to table: "documents"
DROP INDEX "document_organization_id_contact_id_updated_at";
-- reverse: modify "documents" table
ALTER TABLE "documents" DROP COLUMN "decided_name";
