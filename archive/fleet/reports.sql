-- put --
INSERT INTO report (vehicle_id, as_of, model_version, body, ownership_id)
VALUES (%(vehicle)s, %(as_of)s, %(version)s, %(body)s, %(ownership)s)
ON CONFLICT (vehicle_id) DO UPDATE
SET as_of = excluded.as_of, model_version = excluded.model_version, body = excluded.body,
    ownership_id = excluded.ownership_id

-- model_version --
SELECT model_version FROM report WHERE vehicle_id = %s

-- models --
SELECT DISTINCT model_version FROM report

-- models_of_cars --
SELECT vehicle_id, model_version FROM vehicle LEFT JOIN report USING (vehicle_id)
WHERE vehicle.state = 'active' AND (%(vehicles)s::integer[] IS NULL OR vehicle_id = ANY (%(vehicles)s::integer[]))
ORDER BY vehicle_id

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

-- remove_weeks --
DELETE FROM week WHERE vehicle_id = %(vehicle)s AND monday <> ALL (%(mondays)s::date[])

-- put_weeks --
INSERT INTO week (vehicle_id, monday, first_at, last_at, figures)
SELECT %(vehicle)s, monday, first_at, last_at, figures
FROM ROWS FROM (unnest(%(mondays)s::date[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[]),
                jsonb_array_elements(%(figures)s::jsonb)) AS given (monday, first_at, last_at, figures)
ON CONFLICT (vehicle_id, monday) DO UPDATE
SET first_at = excluded.first_at, last_at = excluded.last_at, figures = excluded.figures
WHERE (week.first_at, week.last_at, week.figures)
    IS DISTINCT FROM (excluded.first_at, excluded.last_at, excluded.figures)
