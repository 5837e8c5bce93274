-- What executions used, added up (platform spec 9.1, usage_buckets). Each ending writes one row to the intake, in its transaction;
-- one instance at a time adds them up. "all" rows answer for everybody; "caller" and "agent" rows for one.
CREATE TABLE usage_intake (
    ord bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id uuid NOT NULL,
    ended_at timestamptz NOT NULL,
    tool_id uuid,
    caller_id text,
    agent_id text,
    state text NOT NULL,
    duration_ms bigint NOT NULL,
    cost numeric(18, 6) NOT NULL,
    cpu_ms bigint NOT NULL,
    memory_mb double precision NOT NULL
);

CREATE TABLE usage_buckets (
    grain text NOT NULL CHECK (grain IN ('hour', 'day')),
    bucket timestamptz NOT NULL,
    scope text NOT NULL CHECK (scope IN ('all', 'caller', 'agent')),
    subject text NOT NULL,
    tool_id uuid NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    cancelled bigint NOT NULL,
    rejected bigint NOT NULL,
    expired bigint NOT NULL,
    runs bigint NOT NULL,
    duration_sum bigint NOT NULL,
    cost numeric(24, 6) NOT NULL,
    cpu_seconds numeric(24, 6) NOT NULL,
    memory_gb_seconds numeric(24, 6) NOT NULL,
    PRIMARY KEY (grain, scope, subject, bucket, tool_id)
);

-- How often a duration fell into one class: class n ends at 1.5 to the n ms. Beside the rows of each tool stand those of all tools
-- together, under the uuid of ones: totals are read from few rows, however many tools there are.
CREATE TABLE usage_durations (
    grain text NOT NULL,
    bucket timestamptz NOT NULL,
    scope text NOT NULL,
    subject text NOT NULL,
    tool_id uuid NOT NULL,
    class smallint NOT NULL,
    runs bigint NOT NULL,
    PRIMARY KEY (grain, scope, subject, bucket, tool_id, class)
);

-- What runners said of themselves last.
CREATE TABLE runners (
    id text PRIMARY KEY,
    instance_id text NOT NULL,
    pools text[] NOT NULL,
    drivers json NOT NULL,
    slots integer NOT NULL,
    slots_used integer NOT NULL,
    memory_mb integer NOT NULL,
    memory_reserved_mb integer NOT NULL,
    cpu numeric NOT NULL,
    cpu_reserved numeric NOT NULL,
    heartbeat_at timestamptz NOT NULL
);

-- Executions that have ended, in the order in which their time is over (platform spec 5.3); and how far their progress rows are deleted.
CREATE INDEX executions_ended ON executions (coalesce(security_level, ''), coalesce(completed_at, created_at), id) WHERE due_at IS NULL;
CREATE INDEX execution_results_expire ON execution_results (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE retention_marks (
    level text PRIMARY KEY,
    at timestamptz NOT NULL,
    id uuid NOT NULL
);
