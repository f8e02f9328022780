-- The keeper: when its timed jobs ran, how long measured rows stay, and since when they are gone.

CREATE TABLE keeper_job (
    job text PRIMARY KEY,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    ok boolean,
    done jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE keeper_job IS 'the last run of each timed job; ended_at is null while it runs or when its keeper died';

CREATE TABLE retention (
    hypertable text PRIMARY KEY CHECK (hypertable IN ('reading', 'position')),
    keep interval NOT NULL CHECK (keep >= INTERVAL '1 day'),
    export_after interval,
    compress_after interval,
    dropped_before timestamptz,
    CONSTRAINT only_readings_go_to_cold_storage CHECK ((hypertable = 'reading') = (export_after IS NOT NULL)),
    CONSTRAINT exported_before_it_is_dropped CHECK (export_after <= keep)
);
COMMENT ON COLUMN retention.export_after IS 'age at which whole months are in cold storage too; positions never are';
COMMENT ON COLUMN retention.compress_after IS 'age at which a chunk is compressed where the edition can; null is never';
COMMENT ON COLUMN retention.dropped_before IS 'rows measured before this instant may be gone from the database';

-- 90 days is the longest a device may have been offline: what is older is refused as a wrong clock.
INSERT INTO retention (hypertable, keep, export_after, compress_after) VALUES
    ('reading', INTERVAL '24 months', INTERVAL '90 days', INTERVAL '90 days'),
    ('position', INTERVAL '30 days', NULL, NULL);

GRANT SELECT ON keeper_job, retention TO pitcall_backup;
GRANT SELECT ON retention TO pitcall_health;

CREATE TABLE chunk_writes (
    chunk text PRIMARY KEY,
    writes bigint NOT NULL,
    since timestamptz NOT NULL
);
COMMENT ON TABLE chunk_writes IS 'rows written into a chunk that may be compressed, and since when that number has not moved';
GRANT SELECT ON chunk_writes TO pitcall_backup;
