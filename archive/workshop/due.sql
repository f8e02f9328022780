-- close_superseded --
-- A service was recorded while a forecast from before it was on its way: that need is over.
UPDATE due_item SET state = 'void', booking_id = NULL
WHERE vehicle_id = %(vehicle)s AND state IN ('open', 'booked')
    AND cycle <> (SELECT count(*) FROM service_done AS done
                  WHERE done.vehicle_id = due_item.vehicle_id AND done.item = due_item.item
                      AND (done.axle = due_item.axle) IS NOT FALSE)

-- void_out_of_sight --
UPDATE due_item SET state = 'void', booking_id = NULL
WHERE vehicle_id = %(vehicle)s AND state IN ('open', 'booked')
    AND NOT EXISTS (SELECT FROM unnest(%(items)s::text[], %(axles)s::text[]) AS seen (item, axle)
                    WHERE seen.item = due_item.item AND seen.axle IS NOT DISTINCT FROM due_item.axle)
    AND NOT EXISTS (SELECT FROM booking WHERE booking.booking_id = due_item.booking_id
                    AND booking.state = ANY (%(kept_while)s::text[]))

-- follow_forecast --
-- What is booked was agreed with the customer and keeps its words.
UPDATE due_item
SET due_on = given.due_on, due_low = given.due_low, due_high = given.due_high, due_limit = given.due_limit,
    reason_zh = given.reason_zh, reason_en = given.reason_en
FROM unnest(%(items)s::text[], %(dates)s::date[], %(lows)s::date[], %(highs)s::date[], %(limits)s::text[],
            %(zh)s::text[], %(en)s::text[], %(axles)s::text[])
    AS given (item, due_on, due_low, due_high, due_limit, reason_zh, reason_en, axle)
WHERE due_item.vehicle_id = %(vehicle)s AND due_item.item = given.item
    AND due_item.axle IS NOT DISTINCT FROM given.axle AND due_item.state = 'open'
    AND (due_item.due_on, due_item.due_low, due_item.due_high, due_item.due_limit, due_item.reason_zh,
         due_item.reason_en)
        IS DISTINCT FROM (given.due_on, given.due_low, given.due_high, given.due_limit, given.reason_zh,
                          given.reason_en)

-- open_soon --
-- The cycle counts services done (on its axle, of a need of one), so a completed need never comes back. An item outside the catalogue (a car's own
-- rule) cannot be booked. A return forgets the booking it was in before.
INSERT INTO due_item (vehicle_id, item, axle, cycle, due_on, due_low, due_high, due_limit, reason_zh, reason_en)
SELECT %(vehicle)s, given.item, given.axle,
    (SELECT count(*) FROM service_done AS done WHERE done.vehicle_id = %(vehicle)s AND done.item = given.item
         AND (done.axle = given.axle) IS NOT FALSE),
    due_on, due_low, due_high, due_limit, reason_zh, reason_en
FROM unnest(%(items)s::text[], %(dates)s::date[], %(lows)s::date[], %(highs)s::date[], %(limits)s::text[],
            %(zh)s::text[], %(en)s::text[], %(axles)s::text[])
    AS given (item, due_on, due_low, due_high, due_limit, reason_zh, reason_en, axle)
JOIN catalogue_item USING (item)
ON CONFLICT ON CONSTRAINT one_due_item_per_cycle DO UPDATE
SET state = 'open', booking_id = NULL, again_at = NULL, due_on = excluded.due_on, due_low = excluded.due_low,
    due_high = excluded.due_high, due_limit = excluded.due_limit, reason_zh = excluded.reason_zh,
    reason_en = excluded.reason_en
WHERE due_item.state = 'void' OR (due_item.state = 'declined' AND due_item.again_at <= %(today)s)

-- release --
UPDATE due_item SET state = 'open', booking_id = NULL
WHERE booking_id = %(booking)s AND state IN ('open', 'booked')
