-- vehicles --
-- Row security chooses the rows. What a device measured before it sat in this car is another car's mileage.
SELECT vehicle.vehicle_id, vehicle.store_id, vehicle.make, vehicle.model, vehicle.state,
    EXISTS (SELECT FROM ownership AS owned
            WHERE owned.vehicle_id = vehicle.vehicle_id AND owned.during @> now())
    OR EXISTS (SELECT FROM staff_role AS mine
               WHERE mine.store_id = vehicle.store_id AND mine.staff_id = acting_staff()
               AND mine.role IN ('service_advisor', 'service_manager')) AS in_full,
    vehicle.data_key_id, data_key.wrapped, vehicle.vin_sealed, vehicle.plate_sealed,
    live.odometer_km, live.odometer_km_at
FROM vehicle
JOIN data_key USING (data_key_id)
LEFT JOIN fitting ON fitting.vehicle_id = vehicle.vehicle_id AND fitting.during @> now()
LEFT JOIN live ON live.device_key = fitting.device_key AND live.odometer_km_at <@ fitting.during
WHERE (%(vehicle)s::integer IS NULL OR vehicle.vehicle_id = %(vehicle)s) AND vehicle.vehicle_id > %(after)s
ORDER BY vehicle.vehicle_id LIMIT %(limit)s

-- in_full --
-- The ownership a transaction can see is its own, or that of a customer whom its stores serve.
SELECT EXISTS (SELECT FROM ownership AS owned
               WHERE owned.vehicle_id = vehicle.vehicle_id AND owned.during @> now())
    OR EXISTS (SELECT FROM staff_role AS mine
               WHERE mine.store_id = vehicle.store_id AND mine.staff_id = acting_staff()
               AND mine.role IN ('service_advisor', 'service_manager'))
FROM vehicle WHERE vehicle_id = %(vehicle)s
