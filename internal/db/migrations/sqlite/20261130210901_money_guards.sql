-- +goose Up
-- The migration before made tables anew, which lost what stood on them. An entry keeps its
-- exchange difference too.
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
WHEN NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id OR NEW.created_at IS NOT OLD.created_at
  OR NEW.side IS NOT OLD.side OR NEW.currency IS NOT OLD.currency OR NEW.kind IS NOT OLD.kind OR NEW.amount IS NOT OLD.amount
  OR NEW.date IS NOT OLD.date OR NEW.document_id IS NOT OLD.document_id OR NEW.payment_id IS NOT OLD.payment_id
  OR NEW.reverses_id IS NOT OLD.reverses_id OR NEW.difference IS NOT OLD.difference
  OR NOT EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = OLD.organization_id
    AND ((c.id = OLD.contact_id AND c.merged_into_id = NEW.contact_id) OR (c.id = NEW.contact_id AND c.merged_into_id = OLD.contact_id)))
BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
CREATE INDEX documents_open ON documents (organization_id, contact_id, currency, due_date, id) WHERE status = 'issued' AND settled < payable;
-- Expenses that are to be billed to a client.
CREATE INDEX document_lines_billable ON document_lines (organization_id, project_id) WHERE billable;

-- +goose Down
DROP INDEX document_lines_billable;
DROP INDEX documents_open;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER ledger_entries_no_update;
