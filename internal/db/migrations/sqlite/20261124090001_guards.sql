-- +goose Up
-- Entries of the ledger and of the history are only ever added.
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'the history is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'the history is only ever added to'); END;
-- +goose StatementEnd
-- Few contacts are restricted: the row rule asks for them in every query of most roles.
CREATE INDEX contacts_restricted ON contacts (organization_id, id) WHERE restricted;
-- What is open of a contact, oldest due first, for allocation.
CREATE INDEX documents_open ON documents (organization_id, contact_id, currency, due_date, id) WHERE status = 'issued' AND settled < payable;
-- +goose Down
DROP TRIGGER ledger_entries_no_update;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER audit_events_no_update;
DROP TRIGGER audit_events_no_delete;
DROP INDEX contacts_restricted;
DROP INDEX documents_open;
