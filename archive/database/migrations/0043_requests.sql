-- A command may bring its own number, so that asking twice asks once. A replay says how far it came, in the transaction of
-- the letters themselves: a process that takes it over goes on from there.

GRANT INSERT (command_id) ON command TO pitcall_api;

ALTER TABLE replay_request
    ADD COLUMN done integer NOT NULL DEFAULT 0,
    ALTER COLUMN replayed SET NOT NULL, ALTER COLUMN replayed SET DEFAULT 0,
    ALTER COLUMN failed SET NOT NULL, ALTER COLUMN failed SET DEFAULT 0,
    ALTER COLUMN skipped SET NOT NULL, ALTER COLUMN skipped SET DEFAULT 0;
GRANT UPDATE (done) ON replay_request TO pitcall_ingest;
