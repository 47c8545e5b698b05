-- +goose Up
ALTER TABLE contacts ADD CONSTRAINT contacts_merged_into_id_fkey FOREIGN KEY (organization_id, merged_into_id) REFERENCES contacts (organization_id, id);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_reverses_id_fkey FOREIGN KEY (organization_id, reverses_id) REFERENCES ledger_entries (organization_id, id);

-- Entries of the ledger and of the history are only ever added.
-- +goose StatementBegin
CREATE FUNCTION kartela_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_entries_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION kartela_only_added();
CREATE TRIGGER audit_events_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION kartela_only_added();

-- Few contacts are restricted: the row rule asks for them in every query of most roles.
CREATE INDEX contacts_restricted ON contacts (organization_id, id) WHERE restricted;
-- What is open of a contact, oldest due first, for allocation.
CREATE INDEX documents_open ON documents (organization_id, contact_id, currency, due_date, id) WHERE status = 'issued' AND settled < payable;
-- Search for parts of words.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX contacts_search ON contacts USING gin (search gin_trgm_ops);

-- +goose Down
DROP INDEX contacts_search;
DROP INDEX documents_open;
DROP INDEX contacts_restricted;
DROP TRIGGER ledger_entries_only_added ON ledger_entries;
DROP TRIGGER audit_events_only_added ON audit_events;
DROP FUNCTION kartela_only_added();
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_reverses_id_fkey;
ALTER TABLE contacts DROP CONSTRAINT contacts_merged_into_id_fkey;
