-- The life of a device: whose it is, what it speaks, why and until when it may send, what came through of what it sent.
-- The API sees the devices of the stores its member of staff administers.

ALTER TABLE device
    ADD COLUMN store_id integer REFERENCES store,
    ADD COLUMN format text NOT NULL DEFAULT 'pitcall',
    ADD COLUMN granted_for text NOT NULL DEFAULT 'customer'
        CHECK (granted_for IN ('customer', 'insurance', 'loan', 'demo', 'test')),
    ADD COLUMN granted_from timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN granted_until timestamptz,
    ADD CONSTRAINT grant_ends_after_it_begins CHECK (granted_until > granted_from);
UPDATE device SET granted_from = provisioned_at;
UPDATE device SET store_id = vehicle.store_id FROM fitting JOIN vehicle USING (vehicle_id)
WHERE fitting.device_key = device.device_key AND fitting.during @> now();
COMMENT ON COLUMN device.store_id IS 'who administers it: the home store of its car; null is nobody but the operator';
COMMENT ON COLUMN device.format IS 'schemas.devices.DeviceFormat';
CREATE INDEX device_by_store ON device (store_id, device_key);
CREATE INDEX device_by_revocation ON device (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX device_by_end_of_grant ON device (granted_until) WHERE granted_until IS NOT NULL;

CREATE FUNCTION may_send(revoked_at timestamptz, granted_from timestamptz, granted_until timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT revoked_at IS NULL AND granted_from <= now() AND (granted_until IS NULL OR now() < granted_until) $$;

CREATE TABLE device_boot (
    device_key integer NOT NULL REFERENCES device,
    boot bigint NOT NULL,
    received int8multirange NOT NULL,
    first_seq bigint,
    settled_below bigint NOT NULL DEFAULT 0,
    settled_messages bigint NOT NULL DEFAULT 0,
    clock_ahead_ms bigint,
    first_heard timestamptz NOT NULL,
    last_heard timestamptz NOT NULL,
    PRIMARY KEY (device_key, boot)
) WITH (fillfactor = 60);
COMMENT ON TABLE device_boot IS 'per start of a device the seq numbers that arrived, each once however often it was delivered';
COMMENT ON COLUMN device_boot.settled_below IS 'below it nothing is looked at any more: bounds a boot with very many gaps';
COMMENT ON COLUMN device_boot.clock_ahead_ms IS 'newest sample less receipt, the greatest seen: clock error less the quickest way';

CREATE TABLE device_past (
    device_key integer PRIMARY KEY REFERENCES device,
    boots bigint NOT NULL,
    received bigint NOT NULL,
    lost bigint NOT NULL
);
COMMENT ON TABLE device_past IS 'sums over the boots that device_boot no longer holds';

CREATE FUNCTION messages_in(numbers int8multirange) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT coalesce(sum(upper(part) - lower(part)), 0)::bigint FROM unnest(numbers) AS parts (part) $$;
CREATE FUNCTION newest_parts(numbers int8multirange, kept integer) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT coalesce(range_agg(part), '{}')
       FROM (SELECT part FROM unnest(numbers) AS parts (part) ORDER BY lower(part) DESC LIMIT kept) AS newest $$;

ALTER TABLE dead_letter ADD COLUMN device_id text;
COMMENT ON COLUMN dead_letter.device_id IS 'the name in the topic, known or not: how a store finds the letters of its devices';
UPDATE dead_letter SET device_id = device.device_id FROM device WHERE device.device_key = dead_letter.device_key;
UPDATE dead_letter SET device_id = split_part(topic, '/', 4) WHERE device_id IS NULL AND topic LIKE 'pitcall/v1/%/%/up/%';
CREATE INDEX dead_letter_by_device ON dead_letter (device_id, received_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON device_boot TO pitcall_ingest;
GRANT SELECT, INSERT, UPDATE ON device_past TO pitcall_ingest;
GRANT SELECT ON device_boot, device_past TO pitcall_api, pitcall_backup;

GRANT SELECT (store_id, format, granted_for, granted_from, granted_until) ON device TO pitcall_api;
GRANT INSERT (device_id, shard, password_hash, store_id, format, granted_for, granted_until),
    UPDATE (password_hash, revoked_at, store_id, granted_for, granted_from, granted_until) ON device TO pitcall_api;
GRANT INSERT ON fitting TO pitcall_api;

ALTER TABLE device ENABLE ROW LEVEL SECURITY;
ALTER TABLE device FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON device TO pitcall_owner, pitcall_health, pitcall_ingest USING (true);
CREATE POLICY of_my_stores ON device TO pitcall_api USING (
    EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = device.store_id
            AND mine.staff_id = acting_staff() AND mine.role = 'administrator'));

-- A new device goes to the emptiest shard of all stores together; numbers only, so every role may know.
CREATE FUNCTION devices_per_shard() RETURNS TABLE (shard text, devices bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
    $$ SELECT shard, count(*) FROM device GROUP BY shard $$;
REVOKE EXECUTE ON FUNCTION devices_per_shard() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_per_shard() TO pitcall_api;

-- These names are users of ingest at the broker, with the right to read everything of a shard.
ALTER TABLE device ADD CONSTRAINT device_is_not_named_like_ingest CHECK (lower(device_id) NOT LIKE 'ingest-%');
