-- provision --
INSERT INTO device (device_id, shard, password_hash) VALUES (%s, %s, %s) RETURNING device_key, device_id, shard

-- next_shard --
SELECT shard FROM unnest(%s::text[]) WITH ORDINALITY AS offered (shard, place)
LEFT JOIN device USING (shard)
GROUP BY shard, place ORDER BY count(device_key), place LIMIT 1

-- known --
SELECT device_key, device_id, shard FROM device
WHERE revoked_at IS NULL AND (%(ids)s::text[] IS NULL OR device_id = ANY (%(ids)s::text[]))

-- broker_users --
SELECT device_id, password_hash FROM device WHERE revoked_at IS NULL ORDER BY device_id
