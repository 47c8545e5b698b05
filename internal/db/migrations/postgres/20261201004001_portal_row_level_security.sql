-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['messages', 'notices', 'online_payments', 'payment_events', 'payment_providers', 'portal_preferences', 'sign_in_links']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I USING (organization_id = nullif(current_setting(''kartela.organization'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
-- What lets people in is the system's own, as sessions are.
REVOKE ALL ON sign_in_links FROM kartela_app;
ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON second_factors USING (false);

-- +goose Down
DROP POLICY nobody ON second_factors;
ALTER TABLE second_factors DISABLE ROW LEVEL SECURITY;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['messages', 'notices', 'online_payments', 'payment_events', 'payment_providers', 'portal_preferences', 'sign_in_links']
  LOOP
    EXECUTE format('DROP POLICY tenant ON %I', t);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
