-- send --
INSERT INTO command (command_id, device_key, type, args, expires_at, staff_id)
VALUES (%(command)s, %(device)s, %(type)s, %(args)s, %(expires_at)s, %(staff)s) ON CONFLICT (command_id) DO NOTHING

-- history --
SELECT command_id, type, args, created_at, expires_at, sent_at, replied_at, reply,
    CASE WHEN replied_at IS NOT NULL THEN CASE WHEN ok THEN 'replied' ELSE 'failed' END
         WHEN expires_at <= now() THEN 'expired'
         WHEN sent_at IS NOT NULL THEN 'sent'
         ELSE 'waiting' END AS state
FROM command
WHERE device_key = %(device)s AND (%(command)s::uuid IS NULL OR command_id = %(command)s)
    AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s)
ORDER BY created_at DESC, command_id LIMIT %(limit)s

-- take_waiting --
-- While a shard moves it is served at two brokers; its devices are expected at the one it belongs to.
UPDATE command SET sent_at = now()
FROM device JOIN shard USING (shard)
WHERE device.device_key = command.device_key AND device.shard = ANY (%(shards)s) AND shard.broker = %(broker)s
  AND command.sent_at IS NULL AND command.expires_at > now()
RETURNING command.command_id, device.device_id, device.shard, command.type, command.args, command.expires_at

-- record_answer --
UPDATE command SET replied_at = now(), ok = %(ok)s, reply = %(reply)s
WHERE command_id = %(command)s AND device_key = %(device)s AND sent_at IS NOT NULL AND replied_at IS NULL
