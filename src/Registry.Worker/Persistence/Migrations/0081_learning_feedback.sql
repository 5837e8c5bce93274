-- Feedback that was taken over HTTP (platform spec 3.22): which event id was used with which content, as long as what was learned from it.
-- The feedback itself is in the outbox until the broker has it, and is discovery's from then on.
CREATE TABLE learning_feedback (
    event_id text PRIMARY KEY,
    digest text NOT NULL,
    received_at timestamptz NOT NULL
);
