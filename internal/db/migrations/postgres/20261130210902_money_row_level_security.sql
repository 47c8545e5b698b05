-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['billed_items', 'document_adjustments', 'document_links', 'document_options', 'document_reminders', 'exchange_rates', 'expense_categories',
    'payment_options', 'products', 'project_fees', 'project_members', 'project_options', 'project_tasks', 'projects', 'recurring_invoices', 'time_entries']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I USING (organization_id = nullif(current_setting(''kartela.organization'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['billed_items', 'document_adjustments', 'document_links', 'document_options', 'document_reminders', 'exchange_rates', 'expense_categories',
    'payment_options', 'products', 'project_fees', 'project_members', 'project_options', 'project_tasks', 'projects', 'recurring_invoices', 'time_entries']
  LOOP
    EXECUTE format('DROP POLICY tenant ON %I', t);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
