-- mark_touched --
-- Append-only: health deletes what it has worked off, and neither ever waits for the other.
INSERT INTO touched (device_key, first_time, last_time)
SELECT * FROM unnest(%(device_key)s::integer[], %(first)s::timestamptz[], %(last)s::timestamptz[])

-- add_event --
INSERT INTO device_event (device_key, time, boot, seq, type, data)
VALUES (%(device_key)s, %(time)s, %(boot)s, %(seq)s, %(type)s, %(data)s) ON CONFLICT DO NOTHING

-- set_status --
-- A retained status comes again whenever ingest subscribes: unless it is news, it says nothing about now.
INSERT INTO device_status (device_key, state, firmware, boot, received_at)
VALUES (%(device_key)s, %(state)s, %(firmware)s, %(boot)s, %(received_at)s)
ON CONFLICT (device_key) DO UPDATE SET state = excluded.state, firmware = excluded.firmware, boot = excluded.boot,
    received_at = excluded.received_at
WHERE device_status.received_at <= excluded.received_at
    AND NOT (%(replayed)s AND (device_status.state, device_status.firmware, device_status.boot)
             = (excluded.state, excluded.firmware, excluded.boot))
