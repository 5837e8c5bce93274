-- What was learned, and what follows from it (platform spec 7.1, 9.1): the truth of which every graph server holds a copy.

-- The table of earlier releases, which knew tools by their events only; catalogue.tools says more.
DROP TABLE IF EXISTS discovery.tools;
DROP SEQUENCE IF EXISTS discovery.epoch;

-- epoch grows by one with every transaction that changes something; projected_epoch is how far the graph server has come.
CREATE TABLE discovery.graph_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL,
    projected_epoch bigint NOT NULL,
    rebuilt_at timestamptz
);
INSERT INTO discovery.graph_state (epoch, projected_epoch) VALUES (0, 0);

-- What the graph server does not know yet: the whole of a tool, an agent or a context, as of an epoch.
CREATE TABLE discovery.graph_dirty (
    kind text NOT NULL CHECK (kind IN ('tool', 'agent', 'context')),
    id text NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX graph_dirty_epoch ON discovery.graph_dirty (epoch);

-- From which revision of the catalogue a tool's relations were made.
CREATE TABLE discovery.known_tools (
    tool_id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    applied_at timestamptz NOT NULL
);

-- SIMILAR_TO and USED_WITH stand once per pair, from the smaller uuid to the larger (as text), and are read both ways.
CREATE TABLE discovery.graph_relations (
    from_id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('REQUIRES', 'SIMILAR_TO', 'USED_WITH', 'ENHANCES', 'REPLACES')),
    to_id uuid NOT NULL,
    strength numeric NOT NULL CHECK (strength >= 0 AND strength <= 1),
    frequency integer NOT NULL DEFAULT 0,
    assoc numeric,
    source text NOT NULL CHECK (source IN ('definition', 'auto', 'learned', 'manual')),
    reason text,
    metadata jsonb,
    version_range text,
    last_used timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (from_id, type, to_id),
    CHECK (type NOT IN ('SIMILAR_TO', 'USED_WITH') OR from_id < to_id)
);
CREATE INDEX graph_relations_to ON discovery.graph_relations (to_id, type);

CREATE TABLE discovery.agent_tool_usage (
    agent_id text NOT NULL,
    tool_id uuid NOT NULL,
    frequency integer NOT NULL,
    success_sum numeric NOT NULL,
    total_execution_time bigint NOT NULL,
    ewma numeric NOT NULL,
    last_used timestamptz NOT NULL,
    context_patterns text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (agent_id, tool_id)
);
CREATE INDEX agent_tool_usage_tool ON discovery.agent_tool_usage (tool_id);

CREATE TABLE discovery.context_suggestions (
    pattern text NOT NULL,
    tool_id uuid NOT NULL,
    keywords text[] NOT NULL,
    n integer NOT NULL,
    s numeric NOT NULL,
    strength numeric NOT NULL,
    priority integer NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (pattern, tool_id)
);
CREATE INDEX context_suggestions_tool ON discovery.context_suggestions (tool_id);
CREATE INDEX context_suggestions_keywords ON discovery.context_suggestions USING gin (keywords);

CREATE TABLE discovery.tool_sessions (
    tool_id uuid PRIMARY KEY,
    session_count bigint NOT NULL
);

-- The open windows of sessions (platform spec 7.3, rule 3): in the database, so that a pair is counted with the run that made it or not at all.
CREATE TABLE discovery.session_tools (
    session_key text NOT NULL,
    tool_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (session_key, tool_id)
);
CREATE INDEX session_tools_at ON discovery.session_tools (at);
CREATE TABLE discovery.session_pairs (
    session_key text NOT NULL,
    a uuid NOT NULL,
    b uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (session_key, a, b)
);
CREATE INDEX session_pairs_at ON discovery.session_pairs (at);

-- Sums over all agents (qual of platform spec 7.4); what an instance has in memory is brought up to date by epoch.
CREATE TABLE discovery.tool_quality (
    tool_id uuid PRIMARY KEY,
    n bigint NOT NULL,
    s numeric NOT NULL,
    agents integer NOT NULL,
    epoch bigint NOT NULL
);
CREATE INDEX tool_quality_epoch ON discovery.tool_quality (epoch);

-- Uses by day, for pop and the mean cost; how often a duration fell into one class (class n ends at 1.5 to the n ms), for the p95.
CREATE TABLE discovery.tool_days (
    tool_id uuid NOT NULL,
    day date NOT NULL,
    uses bigint NOT NULL,
    cost numeric NOT NULL,
    PRIMARY KEY (tool_id, day)
);
CREATE INDEX tool_days_day ON discovery.tool_days (day);
CREATE TABLE discovery.tool_durations (
    tool_id uuid NOT NULL,
    class smallint NOT NULL,
    runs bigint NOT NULL,
    PRIMARY KEY (tool_id, class)
);

CREATE TABLE discovery.learning_events (
    event_id text PRIMARY KEY,
    tool_id text NOT NULL,
    agent_id text NOT NULL,
    execution_id uuid,
    outcome text NOT NULL,
    effectiveness numeric,
    payload jsonb NOT NULL,
    received_at timestamptz NOT NULL
);

-- Every rule applies once: the executions and the feedback that were counted, and with which x.
CREATE TABLE discovery.learning_applied (
    key text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('execution', 'feedback', 'workflow')),
    x numeric NOT NULL,
    tool_id uuid,
    agent_id text,
    applied_at timestamptz NOT NULL
);
