-- Who may do what, and how callers prove who they are (platform spec 8, 9.1).
CREATE TABLE service_accounts (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    amqp_user text UNIQUE,
    client_id text UNIQUE,
    roles text[] NOT NULL DEFAULT '{}',
    permissions text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL
);

CREATE TABLE permission_grants (
    id uuid PRIMARY KEY,
    subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'agent', 'service', 'role')),
    subject_id text NOT NULL,
    permission text NOT NULL,
    tool_id uuid,
    project_id text,
    limits jsonb,
    granted_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX permission_grants_subject ON permission_grants (subject_kind, subject_id);

CREATE TABLE policies (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    enabled boolean NOT NULL,
    effect text NOT NULL CHECK (effect IN ('deny', 'require-approval', 'allow')),
    match jsonb NOT NULL,
    reason text NOT NULL,
    approvers text[] NOT NULL DEFAULT '{}',
    min_approvals integer,
    row_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE api_keys (
    id text PRIMARY KEY,
    hash bytea NOT NULL,
    owner_kind text NOT NULL CHECK (owner_kind IN ('user', 'agent', 'service')),
    owner_id text NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    -- Roles and memberships of the owner when the key was made.
    owner jsonb NOT NULL,
    -- The same as of the owner's newest login by token, and when that token was made.
    owner_now jsonb,
    owner_seen_at timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_owner ON api_keys (owner_kind, owner_id, created_at);

-- Counts the changes, so that every instance notices them whoever makes them.
CREATE TABLE access_revision (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO access_revision (revision) VALUES (1);

CREATE FUNCTION access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_revision SET revision = revision + 1;
    RETURN NULL;
END
$$;

-- Deferred: the row is locked only while a transaction commits. That a key was made or used changes nothing that anybody remembers.
CREATE CONSTRAINT TRIGGER service_accounts_changed AFTER INSERT OR UPDATE OR DELETE ON service_accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER permission_grants_changed AFTER INSERT OR UPDATE OR DELETE ON permission_grants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER policies_changed AFTER INSERT OR UPDATE OR DELETE ON policies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER api_keys_changed AFTER DELETE OR UPDATE OF hash, owner_kind, owner_id, scopes, owner, owner_now, expires_at, revoked_at ON api_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();

-- Who asked for an execution, and how that is known.
ALTER TABLE executions ADD COLUMN caller_kind text;
ALTER TABLE executions ADD COLUMN act_as_by text;
