-- +goose Up
-- An entry of the ledger is only ever added, and moves only along a merge of contacts: to the
-- contact that its own was merged into, or back.
DROP TRIGGER ledger_entries_no_update;
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
WHEN NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id OR NEW.created_at IS NOT OLD.created_at
  OR NEW.side IS NOT OLD.side OR NEW.currency IS NOT OLD.currency OR NEW.kind IS NOT OLD.kind OR NEW.amount IS NOT OLD.amount
  OR NEW.date IS NOT OLD.date OR NEW.document_id IS NOT OLD.document_id OR NEW.payment_id IS NOT OLD.payment_id
  OR NEW.reverses_id IS NOT OLD.reverses_id
  OR NOT EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = OLD.organization_id
    AND ((c.id = OLD.contact_id AND c.merged_into_id = NEW.contact_id) OR (c.id = NEW.contact_id AND c.merged_into_id = OLD.contact_id)))
BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
-- +goose Down
DROP TRIGGER ledger_entries_no_update;
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger entries are only ever added'); END;
-- +goose StatementEnd
