-- consented --
-- A withdrawn consent ends its interval, so late uploads measured after it are refused and those before it are not.
SELECT device_key,
       greatest(coalesce(lower(during), '2000-01-01'), '2000-01-01'),
       least(coalesce(upper(during), '2200-01-01'), '2200-01-01')
FROM (
    SELECT fitting.device_key, fitting.during * ownership.during * consent.during AS during
    FROM fitting
    JOIN ownership USING (vehicle_id)
    JOIN consent ON consent.customer_id = ownership.customer_id AND consent.purpose = 'location'
) AS together
WHERE NOT isempty(during)
