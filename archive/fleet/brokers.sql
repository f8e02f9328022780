-- set_broker --
INSERT INTO broker (broker, address) VALUES (%s, %s) ON CONFLICT (broker) DO UPDATE SET address = excluded.address

-- places --
SELECT shard.shard, broker, address, count(device_key) AS devices, is_claimed(broker, number) AS served
FROM shard JOIN broker USING (broker)
LEFT JOIN device ON device.shard = shard.shard AND may_send(revoked_at, granted_from, granted_until)
GROUP BY shard.shard, address ORDER BY number

-- addresses --
SELECT shard, address FROM shard JOIN broker USING (broker)

-- move --
UPDATE shard SET broker = %(broker)s WHERE shard = %(shard)s RETURNING shard

-- send_again --
-- Sent and not answered: they may lie at the old broker for a device that will not come there again. A device that did
-- get one answers twice, and the first answer counts.
UPDATE command SET sent_at = NULL
FROM device
WHERE device.device_key = command.device_key AND device.shard = %s
    AND command.sent_at IS NOT NULL AND command.replied_at IS NULL AND command.expires_at > now()

-- claim --
-- OFFSET 0 keeps the planner from trying locks of other shards.
SELECT shard FROM (SELECT shard, number FROM shard WHERE shard = ANY (%(shards)s) OFFSET 0) AS wanted
WHERE pg_try_advisory_lock(claims_at(%(broker)s), number)

-- release --
SELECT shard FROM (SELECT shard, number FROM shard WHERE shard = ANY (%(shards)s) OFFSET 0) AS held
WHERE pg_advisory_unlock(claims_at(%(broker)s), number)

-- claimed --
SELECT shard FROM shard WHERE shard = ANY (%(shards)s) AND is_claimed(%(broker)s, number)

-- served --
SELECT shard, is_claimed(broker, number) FROM shard
WHERE broker = %s AND EXISTS (SELECT FROM device WHERE device.shard = shard.shard) ORDER BY number
