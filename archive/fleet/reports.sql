-- put --
INSERT INTO report (vehicle_id, as_of, model_version, body) VALUES (%(vehicle)s, %(as_of)s, %(version)s, %(body)s)
ON CONFLICT (vehicle_id) DO UPDATE
SET as_of = excluded.as_of, model_version = excluded.model_version, body = excluded.body

-- remove_days --
DELETE FROM day WHERE vehicle_id = %(vehicle)s AND day <> ALL (%(days)s::date[])

-- put_days --
INSERT INTO day (vehicle_id, day, distance_km, fuel_l, trips)
SELECT %(vehicle)s, day, km, fuel, trips
FROM unnest(%(days)s::date[], %(km)s::double precision[], %(fuel)s::double precision[], %(trips)s::integer[])
    AS given (day, km, fuel, trips)
ON CONFLICT (vehicle_id, day) DO UPDATE
SET distance_km = excluded.distance_km, fuel_l = excluded.fuel_l, trips = excluded.trips
WHERE (day.distance_km, day.fuel_l, day.trips)
    IS DISTINCT FROM (excluded.distance_km, excluded.fuel_l, excluded.trips)
