-- provision --
INSERT INTO device (device_id, shard, password_hash, format, store_id, granted_for, granted_until)
VALUES (%(device_id)s, %(shard)s, %(password_hash)s, %(format)s, %(store)s, %(granted_for)s, %(granted_until)s)
RETURNING device_key, device_id, shard

-- per_shard --
SELECT shard, devices FROM devices_per_shard()

-- known --
SELECT device_key, device_id, shard FROM device
WHERE may_send(revoked_at, granted_from, granted_until)
    AND (%(ids)s::text[] IS NULL OR device_id = ANY (%(ids)s::text[]))

-- lately_shut_out --
-- Two short index scans, asked before every batch. Two minutes are longer than ingest believes what it read.
SELECT device_id FROM device WHERE revoked_at > now() - INTERVAL '2 minutes'
UNION ALL
SELECT device_id FROM device WHERE granted_until > now() - INTERVAL '2 minutes' AND granted_until <= now()

-- standing --
SELECT device.device_key, device_id, shard, format, device.store_id, fitting.vehicle_id, revoked_at IS NOT NULL
FROM device LEFT JOIN fitting ON fitting.device_key = device.device_key AND fitting.during @> now()
WHERE device_id = %s

-- revoke --
UPDATE device SET revoked_at = now() WHERE device_id = %s AND revoked_at IS NULL

-- rotate --
UPDATE device SET password_hash = %(password_hash)s WHERE device_key = %(device)s

-- give_to_store --
UPDATE device SET store_id = %(store)s WHERE device_key = %(device)s

-- grant --
UPDATE device SET granted_for = %(reason)s, granted_from = now(), granted_until = %(until)s
WHERE device_key = %(device)s

-- broker_users --
SELECT device_id, password_hash FROM device JOIN shard USING (shard)
WHERE shard.broker = %s AND may_send(revoked_at, granted_from, granted_until) ORDER BY device_id
