-- of_vehicle --
SELECT device_id, coalesce(lower(during), %(always_from)s) AS first, coalesce(upper(during), %(always_until)s) AS until
FROM fitting JOIN device USING (device_key)
WHERE vehicle_id = %(number)s

-- of_customer --
-- While he owned the car and the device sat in it.
SELECT device_id, coalesce(lower(during), %(always_from)s) AS first, coalesce(upper(during), %(always_until)s) AS until
FROM (
    SELECT device_key, fitting.during * ownership.during AS during
    FROM fitting JOIN ownership USING (vehicle_id)
    WHERE ownership.customer_id = %(number)s
) AS driven
JOIN device USING (device_key)
WHERE NOT isempty(during)
