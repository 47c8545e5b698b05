-- +goose Up
-- An entry of the ledger is only ever added, and moves only along a merge of contacts: to the
-- contact that its own was merged into, or back.
DROP TRIGGER ledger_entries_only_added ON ledger_entries;
CREATE TRIGGER ledger_entries_only_added BEFORE DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION kartela_only_added();
-- +goose StatementBegin
CREATE FUNCTION kartela_entry_moves() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER ledger_entries_move BEFORE UPDATE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION kartela_entry_moves();

-- +goose Down
DROP TRIGGER ledger_entries_move ON ledger_entries;
DROP FUNCTION kartela_entry_moves();
DROP TRIGGER ledger_entries_only_added ON ledger_entries;
CREATE TRIGGER ledger_entries_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION kartela_only_added();
