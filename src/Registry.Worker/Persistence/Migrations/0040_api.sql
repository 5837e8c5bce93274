-- Answers to HTTP requests with an Idempotency-Key (platform spec 4.5). execution_id is the id that was chosen for what the request
-- makes, response the stored answer, locked_until how long the instance that works on it may be alive without saying so again, holder
-- the try that works on it. payload_hash is keyed: bodies may hold secrets.
ALTER TABLE idempotency_keys ADD COLUMN locked_until timestamptz, ADD COLUMN holder uuid;

-- A dead letter may hold secret parameters, and the token of its sender: both are kept sealed.
ALTER TABLE dead_letters ADD COLUMN sealed boolean NOT NULL DEFAULT false;

-- What instances tell each other of tools is believed only at one revision of the catalogue: every change of a flag has to count.
DROP TRIGGER tools_changed ON tools;
CREATE CONSTRAINT TRIGGER tools_changed
    AFTER INSERT OR DELETE OR UPDATE OF slug, name, display_name, version, capabilities, security_level, requires_approval, owner, trust, pool, config,
        is_enabled, maintenance_status, archived_at, created_at ON tools
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalogue_changed();

DROP TRIGGER tool_versions_changed ON tool_versions;
CREATE CONSTRAINT TRIGGER tool_versions_changed
    AFTER INSERT OR DELETE OR UPDATE OF is_enabled, deprecated_at, deprecation_message ON tool_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalogue_changed();

-- Which tools changed, and at which revision last: who knows an older one reads only these. A tool that is purged stays in the list.
CREATE TABLE catalogue_changes (
    tool_id uuid PRIMARY KEY,
    revision bigint NOT NULL
);
CREATE INDEX catalogue_changes_revision ON catalogue_changes (revision);

-- One revision for a transaction, however many rows it changes: counted with its first row, at the commit.
CREATE OR REPLACE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid;
    counted text := current_setting('capns.catalogue_revision', true);
    now_at bigint;
BEGIN
    IF TG_TABLE_NAME = 'tools' THEN
        IF TG_OP = 'DELETE' THEN changed := OLD.id; ELSE changed := NEW.id; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        changed := OLD.tool_id;
    ELSE
        changed := NEW.tool_id;
    END IF;
    IF coalesce(counted, '') = '' THEN
        UPDATE catalogue_revision SET revision = revision + 1 RETURNING revision INTO now_at;
        PERFORM set_config('capns.catalogue_revision', now_at::text, true);
    ELSE
        now_at := counted::bigint;
    END IF;
    INSERT INTO catalogue_changes AS known (tool_id, revision) VALUES (changed, now_at)
    ON CONFLICT (tool_id) DO UPDATE SET revision = excluded.revision WHERE known.revision < excluded.revision;
    RETURN NULL;
END
$$;

-- Lists of tools, each order with the id behind it, so that pages never overlap; archived tools are in none.
CREATE INDEX tools_by_name ON tools (name, id) WHERE archived_at IS NULL;
CREATE INDEX tools_by_created ON tools (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX tools_by_updated ON tools (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX tools_by_popularity ON tools (total_executions, id) WHERE archived_at IS NULL;
CREATE INDEX tools_by_owner ON tools (owner) WHERE archived_at IS NULL;
CREATE INDEX tools_by_category ON tools (category, name, id) WHERE archived_at IS NULL;

-- Lists of executions, newest first.
ALTER TABLE executions ADD COLUMN retried_from uuid, ADD COLUMN operation text;
CREATE INDEX executions_by_created ON executions (created_at DESC, id DESC);
CREATE INDEX executions_by_status ON executions (status, created_at DESC, id DESC);
CREATE INDEX executions_by_user ON executions (user_id, created_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX executions_by_run ON executions (workflow_run_id, created_at DESC) WHERE workflow_run_id IS NOT NULL;

-- Kill switches (platform spec 5.11). A switch for one tool has its uuid, the global one the nil uuid.
CREATE TABLE kill_switches (
    scope text NOT NULL CHECK (scope IN ('global', 'tool')),
    tool_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('block', 'stop')),
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (scope, tool_id),
    CHECK ((scope = 'global') = (tool_id = '00000000-0000-0000-0000-000000000000'))
);

-- Why an execution is to be stopped by a switch of mode stop: set for all of them in the transaction of the switch, or when a
-- sweep meets one that was stored meanwhile; the sweep of due executions does it.
ALTER TABLE executions ADD COLUMN kill_reason text;

-- Text search by any part of a word. Trigrams come with PostgreSQL; where they may not be installed the search reads every tool.
ALTER TABLE tools ADD COLUMN search_text text GENERATED ALWAYS AS (slug || E'\n' || name || E'\n' || display_name || E'\n' || description) STORED;
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX tools_search_text ON tools USING gin (search_text gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm is not to be had: %', SQLERRM;
END
$$;

-- A service's own list has what it asked for in the name of others, too.
CREATE INDEX executions_acting ON executions (act_as_by, created_at DESC) WHERE act_as_by IS NOT NULL;
