-- Who did what (platform spec 8.5, 9.1). What happens is written to audit_intake, in the transaction in which it happens; one
-- instance at a time takes it from there into its chain. So no transaction ever waits for another one's place in a chain.
CREATE TABLE audit_intake (
    ord bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    chain text NOT NULL CHECK (chain IN ('30d', '90d', '365d', '2555d')),
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    on_behalf_of text,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text,
    security_level text,
    outcome text NOT NULL,
    code text,
    ip text,
    request_id text,
    trace_id text,
    details json,
    mac char(64)
);

-- details is json, not jsonb: the canonical text as it was hashed.
CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    chain text NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    on_behalf_of text,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text,
    security_level text,
    outcome text NOT NULL,
    code text,
    ip text,
    request_id text,
    trace_id text,
    details json,
    prev_hash char(64) NOT NULL,
    hash char(64) NOT NULL,
    mac char(64) NOT NULL,
    UNIQUE (chain, seq)
);
-- Rows are only added: without this, an index alone answers nothing until a fifth of the table is new.
ALTER TABLE audit_log SET (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0.01);
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, at, id);
CREATE INDEX audit_log_action ON audit_log (action, at, id);
CREATE INDEX audit_log_outcome ON audit_log (outcome, at, id) WHERE outcome <> 'ok';
CREATE INDEX audit_log_object ON audit_log (object_id, at, id) WHERE object_id IS NOT NULL;

-- Where a page far from both ends begins: entries of each day and minute. Read by nothing but paging.
CREATE TABLE audit_counts (
    grain text NOT NULL CHECK (grain IN ('day', 'minute')),
    bucket timestamptz NOT NULL,
    entries bigint NOT NULL,
    PRIMARY KEY (grain, bucket)
);

-- Both ends of each chain, signed: a tail that was cut off or added shows. All are signed anew with each sealing, and get its number:
-- one that was put back alone has a smaller one.
CREATE TABLE audit_chains (
    chain text PRIMARY KEY,
    retention_days integer NOT NULL,
    seq bigint NOT NULL DEFAULT 0,
    hash char(64) NOT NULL,
    removed_seq bigint NOT NULL DEFAULT 0,
    removed_hash char(64) NOT NULL,
    generation bigint NOT NULL DEFAULT 0,
    signature char(64)
);
INSERT INTO audit_chains (chain, retention_days, hash, removed_hash)
SELECT days || 'd', days, repeat('0', 64), repeat('0', 64) FROM unnest(ARRAY[30, 90, 365, 2555]) AS days;

CREATE TABLE audit_checkpoints (
    chain text NOT NULL,
    day date NOT NULL,
    seq bigint NOT NULL,
    hash char(64) NOT NULL,
    signature char(64) NOT NULL,
    PRIMARY KEY (chain, day)
);

CREATE FUNCTION audit_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE TRIGGER audit_intake_no_update BEFORE UPDATE OR TRUNCATE ON audit_intake FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE TRIGGER audit_chains_no_delete BEFORE DELETE OR TRUNCATE ON audit_chains FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();

-- An entry leaves the intake only when it stands in a chain.
CREATE FUNCTION audit_intake_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM gone WHERE NOT EXISTS (SELECT 1 FROM audit_log l WHERE l.id = gone.id)) THEN
        RAISE EXCEPTION 'an audit entry that is not sealed yet cannot be deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_intake_delete AFTER DELETE ON audit_intake REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_intake_sealed();

-- Retention removes whole stretches from the old end, of entries past their time, and leaves the last removed hash.
CREATE FUNCTION audit_log_retention() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cut record;
BEGIN
    FOR cut IN
        SELECT g.chain, max(g.seq) AS last, max(g.at) AS newest FROM gone g GROUP BY g.chain
    LOOP
        IF EXISTS (SELECT 1 FROM audit_log l WHERE l.chain = cut.chain AND l.seq <= cut.last)
            OR NOT EXISTS (
                SELECT 1 FROM audit_chains c
                WHERE c.chain = cut.chain AND c.removed_seq = cut.last
                  AND cut.newest < now() - make_interval(days => c.retention_days)
                  AND c.removed_hash = (SELECT g.hash FROM gone g WHERE g.chain = cut.chain AND g.seq = cut.last))
        THEN
            RAISE EXCEPTION 'audit entries are removed by retention only' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_log_delete AFTER DELETE ON audit_log REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_retention();

CREATE TABLE alert_rules (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    rule json NOT NULL,
    enabled boolean NOT NULL,
    built_in boolean NOT NULL DEFAULT false,
    last_fired_at timestamptz,
    row_version bigint NOT NULL DEFAULT 1
);
INSERT INTO alert_rules (id, name, rule, enabled, built_in) VALUES
    ('a0000000-0000-4000-8000-000000000001', 'repeated-denials',
     '{"match":{"outcome":"denied"},"threshold":5,"windowSeconds":60,"severity":"warning","per":"actor"}', true, true),
    ('a0000000-0000-4000-8000-000000000002', 'dangerous-execution',
     '{"match":{"action":"execution.accept","level":"dangerous"},"threshold":1,"windowSeconds":60,"severity":"warning","per":"object"}', true, true),
    ('a0000000-0000-4000-8000-000000000003', 'self-approval',
     '{"match":{"code":"SELF_APPROVAL"},"threshold":1,"windowSeconds":60,"severity":"warning","per":"actor"}', true, true),
    ('a0000000-0000-4000-8000-000000000004', 'kill-switch',
     '{"match":{"action":"kill-switch.*"},"threshold":1,"windowSeconds":60,"severity":"critical","per":"object"}', true, true),
    ('a0000000-0000-4000-8000-000000000005', 'broken-chain',
     '{"match":{"action":"audit.broken"},"threshold":1,"windowSeconds":3600,"severity":"critical","per":"object"}', true, true),
    ('a0000000-0000-4000-8000-000000000006', 'forged-entry',
     '{"match":{"action":"audit.forged"},"threshold":1,"windowSeconds":60,"severity":"critical","per":"rule"}', true, true);

-- When a rule last fired for one subject: at most once per window, over all instances.
CREATE TABLE alert_firings (
    rule_id uuid NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    subject text NOT NULL,
    fired_at timestamptz NOT NULL,
    PRIMARY KEY (rule_id, subject)
);

CREATE TABLE alert_deliveries (
    id uuid PRIMARY KEY,
    rule_id uuid NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    url text NOT NULL,
    body bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    last_error text
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (due_at);
