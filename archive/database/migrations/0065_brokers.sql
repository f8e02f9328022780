-- Shards live on brokers. One broker, "main", has them all until somebody adds another.

CREATE TABLE broker (
    broker text PRIMARY KEY CHECK (broker ~ '^[a-z0-9-]{1,32}$'),
    address text CHECK (address ~ '^mqtts?://[^/@]+$')
);
COMMENT ON TABLE broker IS 'each keeps its own users, sessions and queues; nothing is shared between two';
COMMENT ON COLUMN broker.address IS 'what its devices are told, without credentials; null: they know it otherwise';
INSERT INTO broker (broker) VALUES ('main');

CREATE TABLE shard (
    shard text PRIMARY KEY,
    number integer NOT NULL UNIQUE,
    broker text NOT NULL DEFAULT 'main' REFERENCES broker
);
COMMENT ON TABLE shard IS 'schemas.topics.SHARDS and FOREIGN_SHARD, and the broker that lets their devices in';
COMMENT ON COLUMN shard.number IS 'its claims are locks, and locks go by numbers';
INSERT INTO shard (shard, number) SELECT 's' || to_char(number, 'FM00'), number FROM generate_series(0, 15) AS number;
INSERT INTO shard (shard, number) VALUES ('foreign', 16);
ALTER TABLE device ADD CONSTRAINT device_on_a_known_shard FOREIGN KEY (shard) REFERENCES shard;

-- An ingest process claims a shard at a broker by an advisory lock of its session: it ends with the process, however
-- that ends, and needs no clock. The same shard at two brokers is two claims, for a shard that moves is served at both.
CREATE FUNCTION claims_at(broker text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT hashtext('pitcall ingest at ' || broker) $$;
CREATE FUNCTION is_claimed(broker text, number integer) RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND classid = claims_at(broker)::oid AND objid = number::oid) $$;

GRANT SELECT ON broker, shard TO pitcall_ingest, pitcall_api, pitcall_health, pitcall_backup;
