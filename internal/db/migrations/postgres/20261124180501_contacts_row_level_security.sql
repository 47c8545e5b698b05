-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['attachments', 'blobs', 'contact_imports', 'contact_merges', 'contact_options', 'duplicate_dismissals', 'import_rows',
    'merge_moves', 'registry_checks', 'registry_settings', 'tracking_categories', 'tracking_options']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I USING (organization_id = nullif(current_setting(''kartela.organization'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (contact_id, seq) ON ledger_entries TO kartela_app;

-- +goose Down
REVOKE UPDATE (contact_id, seq) ON ledger_entries FROM kartela_app;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['attachments', 'blobs', 'contact_imports', 'contact_merges', 'contact_options', 'duplicate_dismissals', 'import_rows',
    'merge_moves', 'registry_checks', 'registry_settings', 'tracking_categories', 'tracking_options']
  LOOP
    EXECUTE format('DROP POLICY tenant ON %I', t);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
