-- is_due --
-- Once a day, by one worker: the lock ends with the transaction.
SELECT pg_try_advisory_xact_lock(1348) AND NOT EXISTS (SELECT FROM model_figures WHERE taken_on >= %(day)s)

-- take --
-- The fuel of each car over half a year from its days; its wear from its report, which goes with the car. Percentiles
-- of ten or more different owners, else null.
WITH burnt AS (
    SELECT vehicle_id, 100 * sum(fuel_l) / sum(distance_km) AS fuel
    FROM day WHERE fuel_l IS NOT NULL AND day > %(day)s::date - 180 AND day <= %(day)s
    GROUP BY vehicle_id HAVING sum(distance_km) >= %(km)s
), car AS (
    SELECT lower(vehicle.make) AS make, lower(vehicle.model) AS model,
        coalesce(vehicle.facts ->> 'fuel', 'petrol') AS fuel_kind, vehicle_id,
        coalesce((SELECT customer_id FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
                  AND ownership.during @> %(day)s::timestamptz), -vehicle_id) AS owner,
        burnt.fuel, (report.body #>> '{tyres,front,mm_per_1000km,value}')::double precision AS front,
        (report.body #>> '{tyres,rear,mm_per_1000km,value}')::double precision AS rear
    FROM vehicle LEFT JOIN burnt USING (vehicle_id) LEFT JOIN report USING (vehicle_id)
    WHERE vehicle.state = 'active' AND vehicle.make <> '' AND vehicle.model <> ''
), figure AS (
    SELECT make, model, fuel_kind, name, count(*) AS cars, count(DISTINCT owner) AS owners,
        percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY value) AS part
    FROM car CROSS JOIN LATERAL (VALUES ('fuel_l_per_100km', fuel), ('front_mm_per_1000km', front),
                                        ('rear_mm_per_1000km', rear)) AS told (name, value)
    WHERE value IS NOT NULL GROUP BY make, model, fuel_kind, name
)
INSERT INTO model_figures (make, model, fuel, taken_on, figures)
SELECT make, model, fuel_kind, %(day)s, jsonb_build_object('cars', max(cars)) || jsonb_object_agg(name,
    jsonb_build_object('low', part[1], 'median', part[2], 'high', part[3]))
FROM figure WHERE owners >= %(owners)s GROUP BY make, model, fuel_kind
ON CONFLICT (make, model, fuel) DO UPDATE SET taken_on = excluded.taken_on, figures = excluded.figures

-- forget --
-- A model with too few owners by now.
DELETE FROM model_figures WHERE taken_on < %(day)s
