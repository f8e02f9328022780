-- scans --
-- Events of the devices while they sat in the car. A number holds the two bytes of a code; an object, as some devices
-- send it, names its code inside. What is neither is handed on as it is, to be counted as unreadable.
WITH told AS (
    SELECT event.time, event.data
    FROM fitting JOIN device_event AS event ON event.device_key = fitting.device_key AND event.time <@ fitting.during
    WHERE fitting.vehicle_id = %(vehicle)s AND event.type = 'codes' AND event.time <= %(as_of)s
)
SELECT told.time, list.name AS list,
    CASE jsonb_typeof(entry) WHEN 'number' THEN CASE WHEN entry::numeric BETWEEN 0 AND 65535
                                                     THEN lpad(to_hex(entry::integer), 4, '0') ELSE entry #>> '{}' END
                             WHEN 'object' THEN coalesce(entry ->> 'code', entry::text)
                             ELSE entry #>> '{}' END AS code
FROM told
CROSS JOIN LATERAL (VALUES ('confirmed', told.data -> 'codes'), ('pending', told.data -> 'pending'),
                           ('permanent', told.data -> 'permanent')) AS list (name, entries)
LEFT JOIN LATERAL jsonb_array_elements(list.entries) AS entry ON true
WHERE jsonb_typeof(list.entries) = 'array'
UNION ALL
SELECT told.time, 'clear', NULL FROM told WHERE told.data -> 'cleared' = 'true'
