-- send --
INSERT INTO command (device_key, type, args, expires_at) VALUES (%(device)s, %(type)s, %(args)s, %(expires_at)s)
RETURNING command_id

-- take_waiting --
-- While a shard moves it is served at two brokers; its devices are expected at the one it belongs to.
UPDATE command SET sent_at = now()
FROM device JOIN shard USING (shard)
WHERE device.device_key = command.device_key AND device.shard = ANY (%(shards)s) AND shard.broker = %(broker)s
  AND command.sent_at IS NULL AND command.expires_at > now()
RETURNING command.command_id, device.device_id, device.shard, command.type, command.args, command.expires_at

-- record_answer --
-- The id comes from a device and may be anything: compare as text.
UPDATE command SET replied_at = now(), ok = %(ok)s, reply = %(reply)s
WHERE command_id::text = %(command)s AND device_key = %(device)s AND replied_at IS NULL
