-- Dead letters are replayed once their cause is mended, and a flood of them is counted instead of kept.

ALTER TABLE dead_letter
    ADD COLUMN replayed_at timestamptz,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN dead_letter.replayed_at IS 'when its message was taken in after all; null while it waits';
CREATE INDEX dead_letter_waiting ON dead_letter (dead_letter_id) WHERE replayed_at IS NULL;

CREATE TABLE dead_letter_flood (
    hour timestamptz NOT NULL,
    reason text NOT NULL,
    device_key integer REFERENCES device,
    letters bigint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT one_flood_per_hour UNIQUE NULLS NOT DISTINCT (hour, reason, device_key)
);
COMMENT ON TABLE dead_letter_flood IS 'refused payloads beyond the hourly limit: acknowledged and counted, not kept';

GRANT SELECT, UPDATE (replayed_at, attempts, reason, detail, device_key) ON dead_letter TO pitcall_ingest;
GRANT SELECT, INSERT, UPDATE ON dead_letter_flood TO pitcall_ingest;
GRANT SELECT ON dead_letter_flood TO pitcall_backup;
