-- Fairness (platform spec 5.8): what is out at runners for one caller and pool, and what waits in line behind it.
ALTER TABLE executions ADD COLUMN waiting_since timestamptz;

-- Few rows at any time, however large the table: counted once for each hand-over.
CREATE INDEX executions_out ON executions (caller_id, pool) WHERE handed_over_at IS NOT NULL;
-- The lines, each with its oldest execution first.
CREATE INDEX executions_in_line ON executions (caller_id, pool, created_at, id) WHERE waiting_since IS NOT NULL;
