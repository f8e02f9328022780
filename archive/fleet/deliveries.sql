-- record --
-- Each number counts once however often and in whatever order it is delivered. Rows are ordered, so that two writers
-- never wait for each other in a circle. Returned are only those that need more work, which is rare.
WITH recorded AS (
    INSERT INTO device_boot AS kept
        (device_key, boot, received, first_seq, clock_ahead_ms, first_heard, last_heard)
    SELECT device_key, boot, coalesce(range_agg(int8range(seq, seq + 1)) FILTER (WHERE seq IS NOT NULL), '{}'),
        min(seq), max(ahead_ms), min(heard), max(heard)
    FROM unnest(%(device_key)s::integer[], %(boot)s::bigint[], %(seq)s::bigint[], %(ahead_ms)s::bigint[],
                %(heard)s::timestamptz[]) AS came (device_key, boot, seq, ahead_ms, heard)
    GROUP BY device_key, boot ORDER BY device_key, boot
    ON CONFLICT (device_key, boot) DO UPDATE SET
        received = kept.received + excluded.received * int8multirange(int8range(kept.settled_below, NULL)),
        first_seq = CASE WHEN kept.settled_below > 0 THEN kept.first_seq
                    ELSE least(kept.first_seq, excluded.first_seq) END,
        clock_ahead_ms = greatest(kept.clock_ahead_ms, excluded.clock_ahead_ms),
        first_heard = least(kept.first_heard, excluded.first_heard),
        last_heard = greatest(kept.last_heard, excluded.last_heard)
    RETURNING device_key, boot, xmax = 0 AS fresh, pg_column_size(received) > %(crumbled)s AS crumbled
)
SELECT device_key, boot, fresh, crumbled FROM recorded WHERE fresh OR crumbled

-- settle --
-- What lies below the newest gaps is counted and let go.
UPDATE device_boot AS kept SET
    received = newest_parts(received, %(parts)s),
    settled_below = lower(newest_parts(received, %(parts)s)),
    settled_messages = settled_messages + messages_in(received) - messages_in(newest_parts(received, %(parts)s))
FROM unnest(%(device_key)s::integer[], %(boot)s::bigint[]) AS crumbled (device_key, boot)
WHERE kept.device_key = crumbled.device_key AND kept.boot = crumbled.boot

-- fold --
-- Of each of these devices the boots beyond the newest become part of its sums.
WITH old AS (
    DELETE FROM device_boot AS gone USING (
        SELECT device_key, boot, row_number() OVER (PARTITION BY device_key ORDER BY last_heard DESC, boot) AS place
        FROM device_boot WHERE device_key = ANY (%(device_key)s::integer[])
    ) AS ranked
    WHERE gone.device_key = ranked.device_key AND gone.boot = ranked.boot AND place > %(boots)s
    RETURNING gone.*
)
INSERT INTO device_past AS past (device_key, boots, received, lost)
SELECT device_key, count(*), sum(settled_messages + messages_in(received)),
    sum(coalesce(upper(received) - first_seq - settled_messages - messages_in(received), 0))
FROM old GROUP BY device_key ORDER BY device_key
ON CONFLICT (device_key) DO UPDATE SET boots = past.boots + excluded.boots,
    received = past.received + excluded.received, lost = past.lost + excluded.lost
