-- fittings --
-- Which device sat in the car when; the last instant is included, so the end is one microsecond later.
SELECT device_key, device_id, GREATEST(lower(during), %(first)s) AS first,
    LEAST(upper(during), %(last)s + INTERVAL '1 microsecond') AS until
FROM fitting JOIN device USING (device_key)
WHERE vehicle_id = %(vehicle)s AND during && tstzrange(%(first)s, %(last)s, '[]')
ORDER BY 3

-- extent --
-- The index gives first and last of each device; stored trips count too, for their readings may have moved away.
WITH fitted AS (
    SELECT device_key, coalesce(lower(during), '-infinity') AS first, coalesce(upper(during), 'infinity') AS until
    FROM fitting WHERE vehicle_id = %(vehicle)s
), ends AS (
    SELECT edge.time FROM fitted CROSS JOIN LATERAL (
        (SELECT time FROM reading WHERE device_key = fitted.device_key AND time >= fitted.first
            AND time < fitted.until ORDER BY time LIMIT 1)
        UNION ALL
        (SELECT time FROM reading WHERE device_key = fitted.device_key AND time >= fitted.first
            AND time < fitted.until ORDER BY time DESC LIMIT 1)
        UNION ALL
        (SELECT time FROM position WHERE device_key = fitted.device_key AND time >= fitted.first
            AND time < fitted.until ORDER BY time LIMIT 1)
        UNION ALL
        (SELECT time FROM position WHERE device_key = fitted.device_key AND time >= fitted.first
            AND time < fitted.until ORDER BY time DESC LIMIT 1)
    ) AS edge
    UNION ALL
    SELECT unnest(ARRAY[min(started_at), max(ended_at)]) FROM trip WHERE vehicle_id = %(vehicle)s
)
SELECT min(time) AS first, max(time) AS last FROM ends
