-- What goes out, what came in, and what was asked before (platform spec 9.1).
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    payload_hash text NOT NULL,
    execution_id uuid NOT NULL,
    response json,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- body is bytea, not jsonb: these are the finished bytes as they go to the broker.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    exchange text NOT NULL,
    routing_key text NOT NULL,
    ordering_key text NOT NULL,
    body bytea NOT NULL,
    properties json NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX outbox_order ON outbox (ordering_key, seq);
CREATE INDEX outbox_next ON outbox (next_attempt_at);

CREATE TABLE inbox (
    message_id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX inbox_age ON inbox (received_at);

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    queue text NOT NULL,
    reason text NOT NULL,
    detail text,
    body bytea NOT NULL,
    properties json NOT NULL,
    failed_at timestamptz NOT NULL,
    replayed_at timestamptz,
    dropped_at timestamptz
);
CREATE INDEX dead_letters_queue ON dead_letters (queue, failed_at);
CREATE INDEX dead_letters_age ON dead_letters (failed_at);
