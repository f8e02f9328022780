-- ask --
-- Chosen under row security: only letters of devices the asker administers.
INSERT INTO replay_request (staff_id, letters, boot, shift_ms)
SELECT %(staff)s, coalesce(array_agg(dead_letter_id ORDER BY dead_letter_id), '{}'), %(boot)s, %(shift_ms)s
FROM (SELECT dead_letter_id FROM dead_letter
      WHERE replayed_at IS NULL
          AND (%(reason)s::text IS NULL OR reason = %(reason)s)
          AND (%(device)s::text IS NULL OR device_id = %(device)s)
          AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
      ORDER BY dead_letter_id LIMIT %(most)s) AS waiting
RETURNING request_id

-- request --
SELECT request_id, asked_at, cardinality(letters) AS letters, taken_at, finished_at, done, replayed, failed, skipped
FROM replay_request WHERE request_id = %s

-- take --
-- One that nobody works on: never taken, or its taker fell silent.
UPDATE replay_request SET taken_at = now() WHERE request_id = (
    SELECT request_id FROM replay_request
    WHERE finished_at IS NULL AND (taken_at IS NULL OR taken_at < now() - %(silence)s::interval)
    ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING request_id, letters[done + 1:] AS letters, boot, shift_ms

-- progress --
UPDATE replay_request SET taken_at = now(), done = done + %(done)s, replayed = replayed + %(replayed)s,
    failed = failed + %(failed)s, skipped = skipped + %(skipped)s
WHERE request_id = %(request)s

-- finish --
UPDATE replay_request SET finished_at = now() WHERE request_id = %s
