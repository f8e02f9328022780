-- add --
INSERT INTO vehicle (store_id, data_key_id, vin_sealed, vin_token, plate_sealed, make, model, facts)
VALUES (%(store)s, %(key)s, %(vin)s, %(token)s, %(plate)s, %(make)s, %(model)s, %(facts)s)
RETURNING vehicle_id

-- by_vin --
SELECT vehicle_id FROM vehicle WHERE vin_token = %s

-- store_of --
SELECT store_id FROM vehicle WHERE vehicle_id = %s

-- fit --
-- The whole interval is marked, so that what the device measured before it was linked reaches the car too. The store
-- of the car administers the device.
WITH fitted AS (
    INSERT INTO fitting (device_key, vehicle_id, during)
    VALUES (%(device)s, %(vehicle)s, tstzrange(%(since)s, %(until)s)) RETURNING device_key, vehicle_id, during
), administered AS (
    UPDATE device SET store_id = vehicle.store_id FROM fitted JOIN vehicle USING (vehicle_id)
    WHERE device.device_key = fitted.device_key AND fitted.during @> now()
        AND device.store_id IS DISTINCT FROM vehicle.store_id
)
INSERT INTO vehicle_touched (vehicle_id, first_time, last_time)
SELECT vehicle_id, lower(during), coalesce(upper(during), 'infinity') FROM fitted

-- transaction_time --
SELECT now()

-- unfit --
-- What was measured until then stays the car's.
UPDATE fitting SET during = tstzrange(lower(during), %(until)s)
WHERE device_key = %(device)s AND during @> %(until)s::timestamptz AND lower(during) < %(until)s

-- own --
INSERT INTO ownership (customer_id, vehicle_id, during) VALUES (%(customer)s, %(vehicle)s, tstzrange(%(since)s, NULL))
