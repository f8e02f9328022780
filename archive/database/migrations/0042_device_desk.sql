-- What an administrator does at the API: commands to his devices, their dead letters, and replaying them. The API asks, the
-- ingest process does: a request is a row that any ingest process takes up.

ALTER TABLE command ADD COLUMN staff_id integer REFERENCES staff;
CREATE INDEX command_by_device ON command (device_key, created_at DESC, command_id);

CREATE TABLE replay_request (
    request_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    asked_at timestamptz NOT NULL DEFAULT now(),
    staff_id integer NOT NULL REFERENCES staff,
    letters bigint[] NOT NULL,
    boot bigint,
    shift_ms bigint,
    taken_at timestamptz,
    finished_at timestamptz,
    replayed integer,
    failed integer,
    skipped integer,
    CONSTRAINT shift_names_its_boot CHECK ((boot IS NULL) = (shift_ms IS NULL))
);
COMMENT ON TABLE replay_request IS 'letters to take in once more, chosen when asked, so that nobody replays what he may not see';
CREATE INDEX replay_request_waiting ON replay_request (asked_at) WHERE finished_at IS NULL;

GRANT SELECT ON command, dead_letter TO pitcall_api;
GRANT INSERT (device_key, type, args, expires_at, staff_id) ON command TO pitcall_api;
GRANT SELECT, INSERT (staff_id, letters, boot, shift_ms) ON replay_request TO pitcall_api;
GRANT SELECT, UPDATE (taken_at, finished_at, replayed, failed, skipped) ON replay_request TO pitcall_ingest;
GRANT SELECT ON replay_request TO pitcall_backup;

ALTER TABLE command ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE replay_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE command FORCE ROW LEVEL SECURITY;
ALTER TABLE dead_letter FORCE ROW LEVEL SECURITY;
ALTER TABLE replay_request FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON command TO pitcall_owner, pitcall_ingest USING (true);
CREATE POLICY every_row ON dead_letter TO pitcall_owner, pitcall_ingest USING (true);
CREATE POLICY every_row ON replay_request TO pitcall_owner, pitcall_ingest USING (true);
CREATE POLICY with_the_device ON command TO pitcall_api USING (
    EXISTS (SELECT FROM device AS seen WHERE seen.device_key = command.device_key));
CREATE POLICY with_the_device ON dead_letter TO pitcall_api USING (
    EXISTS (SELECT FROM device AS seen WHERE seen.device_id = dead_letter.device_id));
CREATE POLICY own_requests ON replay_request TO pitcall_api USING (staff_id = acting_staff());
CREATE UNIQUE INDEX device_by_name ON device (device_id);
