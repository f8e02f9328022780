-- add --
INSERT INTO dead_letter (received_at, topic, device_key, device_id, reason, detail, size, sha256, payload_sealed)
VALUES (%(received_at)s, %(topic)s, %(device)s, %(device_id)s, %(reason)s, %(detail)s, %(size)s, %(sha256)s, %(payload)s)

-- count_flood --
INSERT INTO dead_letter_flood AS known (hour, reason, device_key, letters, bytes)
VALUES (%(hour)s, %(reason)s, %(device_key)s, %(letters)s, %(bytes)s)
ON CONFLICT ON CONSTRAINT one_flood_per_hour
DO UPDATE SET letters = known.letters + excluded.letters, bytes = known.bytes + excluded.bytes

-- listed --
-- A device is looked for in the topic, because a letter of a device unknown at the time has no other trace of it.
SELECT dead_letter_id AS letter_id, received_at, topic, reason, detail, size, encode(sha256, 'hex') AS sha256, attempts,
    replayed_at, device_id
FROM dead_letter
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(device)s::text IS NULL OR %(device)s = ANY (string_to_array(topic, '/')))
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (replayed_at IS NULL OR NOT %(waiting)s)
ORDER BY dead_letter_id LIMIT %(limit)s

-- page --
SELECT dead_letter_id AS letter_id, received_at, topic, reason, detail, size, encode(sha256, 'hex') AS sha256, attempts,
    replayed_at, device_id
FROM dead_letter
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(device)s::text IS NULL OR device_id = %(device)s)
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (replayed_at IS NULL OR NOT %(waiting)s)
    AND (%(before)s::bigint IS NULL OR dead_letter_id < %(before)s)
ORDER BY dead_letter_id DESC LIMIT %(limit)s

-- payload --
SELECT sha256, payload_sealed FROM dead_letter WHERE dead_letter_id = %s

-- take --
-- Whoever replays the same letters at the same time gets the others.
SELECT dead_letter_id, received_at, topic, sha256, payload_sealed FROM dead_letter
WHERE dead_letter_id = ANY (%s) AND replayed_at IS NULL ORDER BY dead_letter_id FOR UPDATE SKIP LOCKED

-- mark_replayed --
UPDATE dead_letter SET replayed_at = now(), attempts = attempts + 1 WHERE dead_letter_id = ANY (%s)

-- mark_failed --
UPDATE dead_letter SET attempts = attempts + 1, reason = %(reason)s, detail = %(detail)s,
    device_key = coalesce(%(device)s, device_key)
WHERE dead_letter_id = %(letter_id)s

-- floods --
SELECT hour, reason, device_key, letters, bytes, device_id FROM dead_letter_flood LEFT JOIN device USING (device_key)
WHERE (%(since)s::timestamptz IS NULL OR hour >= %(since)s) ORDER BY hour, reason, device_key
