-- record --
INSERT INTO service_done (vehicle_id, item, done_at, odometer_km, booking_id)
SELECT %(vehicle)s, item, %(day)s, %(odometer)s, %(booking)s FROM unnest(%(items)s::text[]) AS done (item)
ON CONFLICT (vehicle_id, item, done_at) DO NOTHING

-- close_covered --
-- Only cycles this service ended: a report sent twice must not close the need that came after it.
UPDATE due_item SET state = 'done'
WHERE vehicle_id = %(vehicle)s AND state IN ('open', 'booked') AND item = ANY (%(items)s::text[])
    AND cycle < (SELECT count(*) FROM service_done AS done
                 WHERE done.vehicle_id = due_item.vehicle_id AND done.item = due_item.item)
