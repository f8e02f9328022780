-- serves --
-- A store shows its arrivals to those who serve there; for anybody else it does not exist.
SELECT 1 FROM staff_role WHERE store_id = %s AND staff_id = acting_staff()
    AND role IN ('service_advisor', 'service_manager') LIMIT 1

-- pre_arrival --
-- Customer and car may have left the store's sight since; the booking still shows.
SELECT booking.booking_id, booking.store_id, booking.state, booking.proposed_for, booking.slot_at, booking.version,
    booking.vehicle_id, vehicle.make, vehicle.model, vehicle.data_key_id AS car_key, car_key.wrapped AS car_wrapped,
    vehicle.plate_sealed, coalesce(customer.kind, 'person') AS kind, customer.sex,
    coalesce(customer.vip, false) AS vip, customer.data_key_id AS person_key, person_key.wrapped AS person_wrapped,
    customer.name_sealed, booking.declined_because_sealed AS because_sealed, report.as_of AS report_as_of,
    extract(epoch FROM now() - report.as_of)::double precision AS report_age_s,
    coalesce(jsonb_path_query_array(report.body, '$.findings[*] ? (!(@.code starts with "measure_"))'), '[]')
        AS findings,
    coalesce(jsonb_path_query_array(report.body, '$.findings[*] ? (@.code starts with "measure_")'), '[]') AS measure,
    coalesce(report.body -> 'unknown', '{}') AS unknown,
    report.ownership_id IS NOT DISTINCT FROM (
        SELECT owned.ownership_id FROM ownership AS owned WHERE owned.vehicle_id = booking.vehicle_id
        AND owned.customer_id = booking.customer_id AND owned.during @> now()) AS of_customer
FROM booking
JOIN store USING (store_id)
LEFT JOIN vehicle ON vehicle.vehicle_id = booking.vehicle_id
LEFT JOIN data_key AS car_key ON car_key.data_key_id = vehicle.data_key_id
LEFT JOIN customer ON customer.customer_id = booking.customer_id
LEFT JOIN data_key AS person_key ON person_key.data_key_id = customer.data_key_id
LEFT JOIN report ON report.vehicle_id = booking.vehicle_id
WHERE (%(store)s::integer IS NULL OR booking.store_id = %(store)s)
    AND (%(booking)s::bigint IS NULL OR booking.booking_id = %(booking)s)
    AND (%(on)s::date IS NULL
         OR coalesce((booking.slot_at AT TIME ZONE store.timezone)::date, booking.proposed_for) = %(on)s)
    AND booking.state = ANY (%(states)s::text[]) AND booking.booking_id > %(after)s
ORDER BY booking.booking_id LIMIT %(limit)s
