-- entries --
-- Loss: what is missing between the first and the last number heard of each boot. Letters: those kept, of the last day.
SELECT device.device_key, device.device_id, device.format, device.shard, device.store_id, device.provisioned_at,
    device.revoked_at, may_send(device.revoked_at, granted_from, granted_until) AS may_send,
    granted_for, granted_from, granted_until,
    fitting.vehicle_id, lower(fitting.during) AS fitted_from, upper(fitting.during) AS fitted_until,
    device_status.state AS connection, nullif(device_status.firmware, '') AS firmware,
    boots.last_heard AS last_seen, newest.clock_ahead_ms / 1000.0::double precision AS clock_ahead_s,
    boots.received + coalesce(device_past.received, 0) AS received,
    boots.lost + coalesce(device_past.lost, 0) AS lost,
    (SELECT count(*) FROM dead_letter AS letter WHERE letter.device_id = device.device_id
     AND letter.received_at > now() - INTERVAL '1 day') AS letters_of_a_day,
    (SELECT count(*) FROM device_certificate AS held WHERE held.device_key = device.device_key
     AND held.revoked_at IS NULL AND held.expires_at > now()) AS certificates
FROM device
LEFT JOIN fitting ON fitting.device_key = device.device_key AND fitting.during @> now()
LEFT JOIN device_status ON device_status.device_key = device.device_key
LEFT JOIN device_past ON device_past.device_key = device.device_key
LEFT JOIN LATERAL (
    SELECT max(last_heard) AS last_heard, sum(settled_messages + messages_in(received))::bigint AS received,
        sum(coalesce(upper(received) - first_seq - settled_messages - messages_in(received), 0))::bigint AS lost
    FROM device_boot WHERE device_boot.device_key = device.device_key
) AS boots ON true
LEFT JOIN LATERAL (
    SELECT clock_ahead_ms FROM device_boot WHERE device_boot.device_key = device.device_key
    AND clock_ahead_ms IS NOT NULL ORDER BY last_heard DESC LIMIT 1
) AS newest ON true
WHERE (%(device_id)s::text IS NULL OR device.device_id = %(device_id)s)
    AND (%(store)s::integer IS NULL OR device.store_id = %(store)s) AND device.device_key > %(after)s
ORDER BY device.device_key LIMIT %(limit)s
