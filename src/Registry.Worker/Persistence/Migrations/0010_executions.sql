-- Executions (the saga), what happened in them, and what was said about them (platform spec 9.1).
-- Payload columns are json, not jsonb: json keeps the caller's bytes as they came and takes every valid JSON text;
-- jsonb refuses the escape \u0000, and a refused result could never be stored.
CREATE TABLE executions (
    id uuid PRIMARY KEY,
    tool_id uuid REFERENCES tools (id) ON DELETE SET NULL,
    status text NOT NULL CHECK (status IN (
        'pending', 'approval-required', 'queued', 'running', 'retrying',
        'completed', 'failed', 'cancelled', 'rejected', 'expired')),
    parameters json,
    result json,
    resources json,
    started_at timestamptz,
    completed_at timestamptz,
    tool_ref text NOT NULL,
    tool_name text,
    tool_version text,
    cap text,
    matched_cap text,
    provider text,
    parameters_hash text,
    plan json,
    result_ref json,
    error json,
    security_level text,
    priority text,
    pool text,
    caller_id text,
    agent_id text,
    user_id text,
    requested_by text,
    discussion_id text,
    conversation_id text,
    operation_id text,
    session_id text,
    project_id text,
    workflow_run_id text,
    step_id text,
    request_id text,
    source text NOT NULL,
    correlation_id text,
    trace_parent text,
    trace_state text,
    reply json,
    reply_on_accepted boolean NOT NULL DEFAULT false,
    context json,
    reasoning json,
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 1,
    dispatch integer NOT NULL DEFAULT 0,
    timeout_ms integer,
    estimated_cost numeric(18, 6),
    cost numeric(18, 6) NOT NULL DEFAULT 0,
    isolation text,
    runner_id text,
    handed_over_at timestamptz,
    lost_at timestamptz,
    lease_until timestamptz,
    run_deadline timestamptz,
    queue_deadline timestamptz,
    due_at timestamptz,
    not_before timestamptz,
    expires_at timestamptz,
    cancel_requested_at timestamptz,
    cancel_reason text,
    cancelled_by text,
    cancel_force boolean NOT NULL DEFAULT false,
    cancel_replies json,
    share_results boolean NOT NULL DEFAULT false,
    notify_participants boolean,
    format text,
    last_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    queued_at timestamptz
);

-- Every state that is not final has a due time; the sweep needs nothing else.
CREATE INDEX executions_status_due ON executions (status, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX executions_lease ON executions (lease_until) WHERE status = 'running';
CREATE INDEX executions_tool ON executions (tool_id, created_at);
CREATE INDEX executions_caller ON executions (caller_id, created_at);
CREATE INDEX executions_agent ON executions (agent_id, created_at) WHERE agent_id IS NOT NULL;
CREATE INDEX executions_discussion ON executions (discussion_id) WHERE discussion_id IS NOT NULL;
CREATE INDEX executions_request ON executions (source, request_id) WHERE request_id IS NOT NULL;

CREATE TABLE execution_events (
    execution_id uuid NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    sequence integer NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    state text NOT NULL,
    kind text,
    payload json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (execution_id, sequence)
);

CREATE TABLE execution_attempts (
    execution_id uuid NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    attempt integer NOT NULL,
    runner_id text NOT NULL,
    sandbox_id text,
    driver text,
    started_at timestamptz,
    ended_at timestamptz,
    outcome text,
    error json,
    resources json,
    cost numeric(18, 6) NOT NULL DEFAULT 0,
    PRIMARY KEY (execution_id, attempt)
);

CREATE TABLE execution_results (
    execution_id uuid PRIMARY KEY REFERENCES executions (id) ON DELETE CASCADE,
    content bytea NOT NULL,
    sealed boolean NOT NULL DEFAULT false,
    content_type text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    expires_at timestamptz
);
