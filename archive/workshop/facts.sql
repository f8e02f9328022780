-- car --
-- One row, so that a job asks once. Of a store's rule and the default one the store's is taken; a rule for certain
-- fuels is left out for others, and a car of unknown fuel counts as petrol.
SELECT vehicle.vehicle_id, vehicle.store_id, vehicle.state = 'active' AS in_use, store.propose_ahead_days,
    store.timezone, vehicle.facts,
    (SELECT customer_id FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
        AND ownership.during @> %(as_of)s::timestamptz) AS owner_id,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('item', item, 'at', done_at, 'odometer_km', odometer_km)
                               ORDER BY done_at, service_id), '[]')
     FROM service_done WHERE service_done.vehicle_id = vehicle.vehicle_id) AS services,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('time', measured_at, 'odometer_km', odometer_km, 'axle', axle,
                                                  'tread_mm', value_mm) ORDER BY measured_at, measurement_id), '[]')
     FROM measurement WHERE measurement.vehicle_id = vehicle.vehicle_id AND kind = 'tread') AS gauge,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('time', measured_at, 'odometer_km', odometer_km, 'axle', axle,
                                                  'pad_mm', value_mm) ORDER BY measured_at, measurement_id), '[]')
     FROM measurement WHERE measurement.vehicle_id = vehicle.vehicle_id AND kind = 'pad') AS pads,
    (SELECT coalesce(jsonb_agg(to_jsonb(rule) ORDER BY item), '[]')
     FROM (SELECT DISTINCT ON (item) item, km, months, tread_mm, once, fuels FROM maintenance_rule
           WHERE maintenance_rule.store_id IS NULL OR maintenance_rule.store_id = vehicle.store_id
           ORDER BY item, maintenance_rule.store_id NULLS LAST) AS rule
     WHERE fuels IS NULL OR coalesce(vehicle.facts ->> 'fuel', 'petrol') = ANY (fuels)) AS rules
FROM vehicle JOIN store USING (store_id)
WHERE vehicle.vehicle_id = %(vehicle)s
