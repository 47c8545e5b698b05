-- +goose Up
-- The second net under the program's own row rules: whoever works for an organization does
-- so as kartela_app, and sees and writes rows of the organization that is set on the
-- connection, and no others. The tables' owner (migrations, sign-in before the organization
-- is known, jobs) is not bound.
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kartela_app') THEN
    CREATE ROLE kartela_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another server made it just now
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
  -- From PostgreSQL 16 on, whoever makes a role is a member of it, but may not become it.
  IF NOT pg_has_role(current_user, 'kartela_app', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    EXECUTE format('GRANT kartela_app TO %I', current_user);
  END IF;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO kartela_app', current_schema());
  FOR t IN SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables i USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND c.column_name = 'organization_id' AND i.table_type = 'BASE TABLE'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I USING (organization_id = nullif(current_setting(''kartela.organization'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
REVOKE UPDATE, DELETE ON ledger_entries, audit_events FROM kartela_app;
REVOKE ALL ON sessions FROM kartela_app;

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organizations USING (id = nullif(current_setting('kartela.organization', true), '')::uuid);
GRANT SELECT, UPDATE ON organizations TO kartela_app;

-- The people of the organization: its staff, and the customers whom it let in.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY colleagues ON users FOR SELECT USING (
  EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id) OR EXISTS (SELECT FROM portal_grants g WHERE g.user_id = users.id));
GRANT SELECT ON users TO kartela_app;

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  DROP POLICY colleagues ON users;
  FOR t IN SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = 'tenant' LOOP
    EXECUTE format('DROP POLICY tenant ON %I', t);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM kartela_app', t);
  END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON users FROM kartela_app;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
