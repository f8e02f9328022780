-- record --
INSERT INTO service_done (vehicle_id, item, axle, done_at, odometer_km, booking_id)
SELECT %(vehicle)s, item, axle, %(day)s, %(odometer)s, %(booking)s
FROM unnest(%(items)s::text[], %(axles)s::text[]) AS done (item, axle)
ON CONFLICT (vehicle_id, item, axle, done_at) DO NOTHING

-- close_covered --
-- Only cycles this service ended: a report sent twice must not close the need that came after it. What was done on one
-- axle leaves the need of the other; what was done without naming one covers both.
UPDATE due_item SET state = 'done'
FROM unnest(%(items)s::text[], %(axles)s::text[]) AS covered (item, axle)
WHERE vehicle_id = %(vehicle)s AND state IN ('open', 'booked') AND due_item.item = covered.item
    AND (due_item.axle = covered.axle) IS NOT FALSE
    AND cycle < (SELECT count(*) FROM service_done AS done
                 WHERE done.vehicle_id = due_item.vehicle_id AND done.item = due_item.item
                     AND (done.axle = due_item.axle) IS NOT FALSE)
