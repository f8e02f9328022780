-- ledger_exists --
-- False for a database no migration has reached.
SELECT to_regclass('public.migration') IS NOT NULL

-- create_ledger --
-- Which migrations this database has seen.
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- applied --
SELECT name FROM migration ORDER BY name

-- record --
INSERT INTO migration (name) VALUES (%s)

-- lock --
-- Two processes that start at once must not migrate at once.
SELECT pg_advisory_xact_lock(hashtext('pitcall migrate'))

-- become_owner --
-- Everything after the roles belongs to pitcall_owner, not to whoever ran the command.
SET LOCAL ROLE pitcall_owner
