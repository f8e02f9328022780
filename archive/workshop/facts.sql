-- car --
-- One row, so that a job asks once. Of several rules for an item the store's is taken before the default one, then the
-- one for the model before the make before all. A rule for certain fuels is left out for others, and so is a store's for
-- all its cars: new limits for oil do not give electric cars an engine. A car of unknown fuel counts as petrol. One that
-- is off goes along, so that nothing takes its place.
SELECT vehicle.vehicle_id, vehicle.store_id, vehicle.state = 'active' AS in_use, store.propose_ahead_days,
    store.combine_days, store.timezone, vehicle.facts,
    (SELECT customer_id FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
        AND ownership.during @> %(as_of)s::timestamptz) AS owner_id,
    (SELECT ownership_id FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
        AND ownership.during @> %(as_of)s::timestamptz) AS ownership_id,
    (SELECT figures FROM model_figures AS others
     WHERE others.make = lower(vehicle.make) AND others.model = lower(vehicle.model)
         AND others.fuel = coalesce(vehicle.facts ->> 'fuel', 'petrol')) AS fleet,
    -- Between two owners what counts is what nobody's driving told.
    coalesce((SELECT lower(during) FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
                  AND ownership.during @> %(as_of)s::timestamptz),
             (SELECT max(upper(during)) FROM ownership WHERE ownership.vehicle_id = vehicle.vehicle_id
                  AND upper(during) <= %(as_of)s::timestamptz)) AS owned_since,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('item', item, 'at', done_at, 'odometer_km', odometer_km, 'axle', axle)
                               ORDER BY done_at, service_id), '[]')
     FROM service_done WHERE service_done.vehicle_id = vehicle.vehicle_id) AS services,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('time', measured_at, 'odometer_km', odometer_km, 'axle', axle,
                                                  'tread_mm', value_mm) ORDER BY measured_at, measurement_id), '[]')
     FROM measurement WHERE measurement.vehicle_id = vehicle.vehicle_id AND kind = 'tread') AS gauge,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('time', measured_at, 'odometer_km', odometer_km, 'axle', axle,
                                                  'pad_mm', value_mm) ORDER BY measured_at, measurement_id), '[]')
     FROM measurement WHERE measurement.vehicle_id = vehicle.vehicle_id AND kind = 'pad') AS pads,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('at', changed_at, 'kind', kind, 'set_name', set_name,
                                                  'winter', winter, 'axle', axle, 'moved', moved, 'new_mm', new_mm,
                                                  'odometer_km', odometer_km) ORDER BY changed_at), '[]')
     FROM tyre_change WHERE tyre_change.vehicle_id = vehicle.vehicle_id) AS tyre_changes,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('at', corrected_at, 'shown_km', shown_km, 'true_km', true_km,
                                                  'reason', reason) ORDER BY corrected_at), '[]')
     FROM odometer_correction WHERE odometer_correction.vehicle_id = vehicle.vehicle_id) AS odometer_corrections,
    (SELECT coalesce(jsonb_agg(to_jsonb(rule) ORDER BY item), '[]')
     FROM (SELECT DISTINCT ON (item) item, km, months, tread_mm, pad_mm, revolutions, codes, once, off,
               coalesce(fuels, (SELECT usual.fuels FROM maintenance_rule AS usual
                                WHERE usual.item = rule.item AND rule.make IS NULL
                                    AND usual.store_id IS NULL AND usual.make IS NULL)) AS fuels
           FROM maintenance_rule AS rule
           WHERE (rule.store_id IS NULL OR rule.store_id = vehicle.store_id)
               AND (rule.make IS NULL OR lower(rule.make) = lower(vehicle.make))
               AND (rule.model IS NULL OR lower(rule.model) = lower(vehicle.model))
           ORDER BY item, rule.store_id NULLS LAST, rule.model NULLS LAST, rule.make NULLS LAST) AS rule
     WHERE fuels IS NULL OR coalesce(vehicle.facts ->> 'fuel', 'petrol') = ANY (fuels)) AS rules
FROM vehicle JOIN store USING (store_id)
WHERE vehicle.vehicle_id = %(vehicle)s
