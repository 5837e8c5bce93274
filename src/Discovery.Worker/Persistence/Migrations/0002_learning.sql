-- What learning needs beside the tables of 0001.

-- False: counted as used in the session because somebody named it as a companion; only what ran stands in the window.
ALTER TABLE discovery.session_tools ADD COLUMN ran boolean NOT NULL DEFAULT true;

-- The pairs of one tool in a session that never ends are found from both sides.
CREATE INDEX session_pairs_b ON discovery.session_pairs (session_key, b);

-- Executions among the uses of a day: feedback without an execution is a use that has no cost.
ALTER TABLE discovery.tool_days ADD COLUMN runs bigint NOT NULL DEFAULT 0;

-- Feedback that came before the end of its execution: applied when that comes.
CREATE TABLE discovery.learning_corrections (
    execution_id uuid NOT NULL,
    tool_id uuid NOT NULL,
    x numeric NOT NULL,
    patterns text[] NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (execution_id, tool_id)
);

-- From which revision of the catalogue a tool's automatic SIMILAR_TO were made.
CREATE TABLE discovery.similar_tools (
    tool_id uuid PRIMARY KEY,
    revision bigint NOT NULL
);

-- When what is done by the clock is due next.
CREATE TABLE discovery.learning_jobs (
    name text PRIMARY KEY,
    due_at timestamptz NOT NULL
);
