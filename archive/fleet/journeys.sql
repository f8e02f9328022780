-- known --
-- A visible ownership, now or once, or a car of a store that one serves opens the trips; the rest only knows the car.
SELECT
    EXISTS (SELECT FROM ownership WHERE vehicle_id = %(vehicle)s)
    OR EXISTS (SELECT FROM vehicle JOIN staff_role AS mine ON mine.store_id = vehicle.store_id
               WHERE vehicle.vehicle_id = %(vehicle)s AND mine.staff_id = acting_staff()
               AND mine.role IN ('service_advisor', 'service_manager')),
    EXISTS (SELECT FROM vehicle WHERE vehicle_id = %(vehicle)s)

-- page --
-- Along the primary key; row security keeps the trips of other owners out.
SELECT started_at, ended_at, figures FROM trip
WHERE vehicle_id = %(vehicle)s AND kept
    AND (%(before)s::timestamptz IS NULL OR started_at < %(before)s)
ORDER BY started_at DESC LIMIT %(limit)s

-- weeks --
-- Row security lets through those that lie within one visible ownership.
SELECT monday, figures FROM week
WHERE vehicle_id = %(vehicle)s AND (%(before)s::date IS NULL OR monday < %(before)s)
ORDER BY monday DESC LIMIT %(limit)s
