-- devices --
SELECT device_key, device_id FROM device

-- mark_touched --
INSERT INTO touched (device_key, first_time, last_time)
SELECT * FROM unnest(%(device_key)s::integer[], %(first)s::timestamptz[], %(last)s::timestamptz[])
