-- +goose Up
ALTER TABLE documents ADD CONSTRAINT documents_origin_id_fkey FOREIGN KEY (organization_id, origin_id) REFERENCES documents (organization_id, id);
-- An entry keeps its exchange difference too.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION kartela_entry_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.organization_id, NEW.created_at, NEW.side, NEW.currency, NEW.kind, NEW.amount, NEW.date, NEW.difference, NEW.document_id, NEW.payment_id, NEW.reverses_id)
    IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.created_at, OLD.side, OLD.currency, OLD.kind, OLD.amount, OLD.date, OLD.difference, OLD.document_id, OLD.payment_id, OLD.reverses_id)
    OR NOT EXISTS (SELECT FROM contacts c WHERE c.organization_id = OLD.organization_id
      AND ((c.id = OLD.contact_id AND c.merged_into_id = NEW.contact_id) OR (c.id = NEW.contact_id AND c.merged_into_id = OLD.contact_id)))
  THEN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- Expenses that are to be billed to a client.
CREATE INDEX document_lines_billable ON document_lines (organization_id, project_id) WHERE billable;

-- +goose Down
DROP INDEX document_lines_billable;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION kartela_entry_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.organization_id, NEW.created_at, NEW.side, NEW.currency, NEW.kind, NEW.amount, NEW.date, NEW.document_id, NEW.payment_id, NEW.reverses_id)
    IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.created_at, OLD.side, OLD.currency, OLD.kind, OLD.amount, OLD.date, OLD.document_id, OLD.payment_id, OLD.reverses_id)
    OR NOT EXISTS (SELECT FROM contacts c WHERE c.organization_id = OLD.organization_id
      AND ((c.id = OLD.contact_id AND c.merged_into_id = NEW.contact_id) OR (c.id = NEW.contact_id AND c.merged_into_id = OLD.contact_id)))
  THEN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
ALTER TABLE documents DROP CONSTRAINT documents_origin_id_fkey;
