-- Approvals of people, and secrets at rest (platform spec 5.6, 5.13, 9.1).
CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    -- One for each execution: an approval allows one execution, and an execution waits for one approval.
    execution_id uuid NOT NULL UNIQUE REFERENCES executions (id) ON DELETE CASCADE,
    tool_id uuid NOT NULL,
    tool_name text NOT NULL,
    tool_version text NOT NULL,
    security_level text NOT NULL CHECK (security_level IN ('safe', 'moderate', 'restricted', 'dangerous')),
    caller_id text NOT NULL,
    requesters text[] NOT NULL,
    parameters_hash text NOT NULL,
    parameters_preview json NOT NULL,
    reason text,
    required_roles text[] NOT NULL,
    required_approvers text[] NOT NULL,
    min_approvals integer NOT NULL CHECK (min_approvals BETWEEN 1 AND 100),
    status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
    expires_at timestamptz NOT NULL,
    remind_at timestamptz NOT NULL,
    escalate_at timestamptz NOT NULL,
    reminded_at timestamptz,
    escalated_at timestamptz,
    usable_until timestamptz,
    used_at timestamptz,
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    row_version bigint NOT NULL DEFAULT 1
);
CREATE INDEX approvals_status ON approvals (status, expires_at);
CREATE INDEX approvals_created ON approvals (created_at, id);
CREATE INDEX approvals_caller ON approvals (caller_id, created_at);

-- What is bound stays bound, a decided approval stays decided, and one that was used is not used again; whoever writes the row.
CREATE FUNCTION approvals_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.execution_id, NEW.tool_id, NEW.tool_version, NEW.security_level, NEW.caller_id, NEW.requesters, NEW.parameters_hash, NEW.min_approvals, NEW.expires_at)
        IS DISTINCT FROM
       (OLD.id, OLD.execution_id, OLD.tool_id, OLD.tool_version, OLD.security_level, OLD.caller_id, OLD.requesters, OLD.parameters_hash, OLD.min_approvals, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'approval % is bound to what it was asked for', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status <> 'pending' AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'approval % is % and stays so', OLD.id, OLD.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.used_at := coalesce(OLD.used_at, NEW.used_at);
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
END
$$;

CREATE TRIGGER approvals_guard BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION approvals_guard();

CREATE TABLE approval_decisions (
    approval_id uuid NOT NULL REFERENCES approvals (id) ON DELETE CASCADE,
    approver_id text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'reject')),
    conditions text[] NOT NULL,
    feedback text,
    via text NOT NULL CHECK (via IN ('rest', 'message', 'gateway')),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (approval_id, approver_id)
);

ALTER TABLE executions
    ADD COLUMN approval_id uuid,
    ADD COLUMN approval_until timestamptz,
    ADD COLUMN usable_until timestamptz,
    ADD COLUMN sealed_parameters bytea;
