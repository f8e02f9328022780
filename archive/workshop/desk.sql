-- catalogue --
SELECT item, name_zh, name_en, labour_h::double precision, price_low_cny, price_high_cny, skills
FROM catalogue_item ORDER BY item

-- due --
-- Tyres are a need of each axle: two lines with the same name would read like one said twice.
SELECT due_item_id, vehicle_id, item, axle,
    CASE axle WHEN 'front' THEN '前轮' WHEN 'rear' THEN '后轮' ELSE '' END || name_zh AS name_zh,
    name_en || CASE axle WHEN 'front' THEN ', front axle' WHEN 'rear' THEN ', rear axle' ELSE '' END AS name_en,
    state, due_on, due_low, due_high, due_limit, reason_zh, reason_en, booking_id, again_at
FROM due_item JOIN catalogue_item USING (item)
WHERE (%(vehicle)s::integer IS NULL OR vehicle_id = %(vehicle)s)
    AND (%(bookings)s::bigint[] IS NULL OR booking_id = ANY (%(bookings)s::bigint[]))
    AND state = ANY (%(states)s::text[])
ORDER BY due_on, item, axle

-- bookings --
SELECT booking_id, vehicle_id, customer_id, store_id, state, proposed_for, slot_at, again_at, version, created_at,
    changed_at
FROM booking
WHERE state = ANY (%(states)s::text[]) AND (%(before)s::bigint IS NULL OR booking_id < %(before)s)
ORDER BY booking_id DESC LIMIT %(limit)s

-- booking --
SELECT booking_id, vehicle_id, customer_id, store_id, state, proposed_for, slot_at, again_at, version, created_at,
    changed_at
FROM booking WHERE booking_id = %s

-- lock --
-- Two answers at once queue up here; the second sees what the first decided.
SELECT booking_id, vehicle_id, customer_id, store_id, state, proposed_for, slot_at, again_at, version, created_at,
    changed_at
FROM booking WHERE booking_id = %s FOR UPDATE

-- confirm --
-- Which steps are allowed is the table booking_step, guarded by the trigger only_allowed_booking_steps.
UPDATE booking SET state = 'confirmed', slot_at = %(slot)s, version = version + 1, changed_at = now()
WHERE booking_id = %(booking)s

-- decline --
UPDATE booking SET state = 'declined', again_at = %(again)s, declined_because_sealed = %(because)s,
    version = version + 1, changed_at = now()
WHERE booking_id = %(booking)s

-- due_booked --
UPDATE due_item SET state = 'booked' WHERE booking_id = %s AND state = 'open'

-- due_declined --
UPDATE due_item SET state = 'declined', again_at = %(again)s
WHERE booking_id = %(booking)s AND state IN ('open', 'booked')

-- remember --
INSERT INTO booking_history (booking_id, from_state, to_state, actor_kind, actor_id)
VALUES (%(booking)s, %(from)s, %(to)s, %(kind)s, %(actor)s)

-- customer_key --
SELECT data_key_id FROM customer WHERE customer_id = %s
