-- hold --
SELECT booking_id FROM booking WHERE vehicle_id = %s AND state IN ('proposed', 'offered', 'confirmed')
ORDER BY booking_id FOR UPDATE

-- release_from_former_owner --
-- A need goes with the car, the booking stays with the person.
UPDATE due_item SET state = 'open', booking_id = NULL
FROM booking
WHERE due_item.booking_id = booking.booking_id AND booking.vehicle_id = %(vehicle)s
    AND booking.state IN ('proposed', 'offered') AND booking.customer_id IS DISTINCT FROM %(owner)s::integer
    AND due_item.state IN ('open', 'booked')

-- withdraw --
-- Of a car in use only what nobody has confirmed; of one sold or scrapped also what was confirmed. A booking we did not
-- propose is the customer's own wish and stays, with or without due items.
WITH ended AS (
    SELECT booking_id, state FROM booking
    WHERE vehicle_id = %(vehicle)s AND (
        (state IN ('proposed', 'offered') AND customer_id IS DISTINCT FROM %(owner)s::integer)
        OR (state IN ('proposed', 'offered', 'confirmed') AND NOT %(in_use)s)
        OR (state IN ('proposed', 'offered')
            AND EXISTS (SELECT FROM booking_history AS first WHERE first.booking_id = booking.booking_id
                        AND first.to_state = 'proposed' AND first.actor_kind = 'system')
            AND NOT EXISTS (SELECT FROM due_item WHERE due_item.booking_id = booking.booking_id
                            AND due_item.state IN ('open', 'booked'))))
    FOR UPDATE
), withdrawn AS (
    UPDATE booking SET state = 'cancelled', version = booking.version + 1, changed_at = now()
    FROM ended WHERE booking.booking_id = ended.booking_id
    RETURNING booking.booking_id, ended.state AS from_state
)
INSERT INTO booking_history (booking_id, from_state, to_state, actor_kind)
SELECT booking_id, from_state, 'cancelled', 'system' FROM withdrawn

-- propose --
-- The unique index one_proposed_booking_per_vehicle decides; a second one at once does nothing.
WITH proposed AS (
    INSERT INTO booking (vehicle_id, customer_id, store_id, proposed_for)
    SELECT %(vehicle)s, %(owner)s, %(store)s, GREATEST(min(due_on), %(earliest)s::date)
    FROM due_item
    WHERE vehicle_id = %(vehicle)s AND state = 'open' AND booking_id IS NULL AND %(owner)s::integer IS NOT NULL
    HAVING count(*) > 0
    ON CONFLICT (vehicle_id) WHERE state = 'proposed' DO NOTHING
    RETURNING booking_id
)
INSERT INTO booking_history (booking_id, to_state, actor_kind) SELECT booking_id, 'proposed', 'system' FROM proposed

-- join --
UPDATE due_item SET booking_id = booking.booking_id
FROM booking
WHERE booking.vehicle_id = %(vehicle)s AND booking.state = 'proposed'
    AND due_item.vehicle_id = %(vehicle)s AND due_item.state = 'open' AND due_item.booking_id IS NULL
RETURNING due_item.item

-- reschedule --
-- A proposal nobody has answered moves on with the days.
UPDATE booking SET proposed_for = wanted.day, version = version + 1, changed_at = now()
FROM (SELECT booking_id, GREATEST(min(due_on), %(earliest)s::date) AS day FROM due_item
      WHERE vehicle_id = %(vehicle)s AND state = 'open' AND booking_id IS NOT NULL GROUP BY booking_id) AS wanted
WHERE booking.booking_id = wanted.booking_id AND booking.state = 'proposed'
    AND booking.proposed_for <> wanted.day
