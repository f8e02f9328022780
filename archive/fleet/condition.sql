-- live --
-- Always one row for a visible vehicle, empty where nothing is fitted or nothing was measured.
SELECT live.*, coalesce(lower(fitting.during), 'epoch') AS fitted_since, now() AS as_of,
    device_status.state AS connection, device_status.received_at AS heard_at
FROM vehicle
LEFT JOIN fitting ON fitting.vehicle_id = vehicle.vehicle_id AND fitting.during @> now()
LEFT JOIN live ON live.device_key = fitting.device_key
LEFT JOIN device_status ON device_status.device_key = fitting.device_key
    AND device_status.received_at <@ fitting.during
WHERE vehicle.vehicle_id = %s

-- position_since --
-- From when on the acting customer may see where his car is; no row for anybody else, staff included.
SELECT greatest(coalesce(lower(ownership.during), 'epoch'), coalesce(lower(consent.during), 'epoch'))
FROM ownership JOIN consent USING (customer_id)
WHERE ownership.vehicle_id = %s AND ownership.customer_id = acting_customer() AND ownership.during @> now()
    AND consent.purpose = 'location' AND consent.during @> now()

-- report --
-- Does it tell of the owner of now? Until health has looked again, the report of a sold car tells of the former one.
SELECT as_of, extract(epoch FROM now() - as_of)::double precision AS age_s, model_version, body,
    ownership_id IS NOT DISTINCT FROM (SELECT owned.ownership_id FROM ownership AS owned
                                       WHERE owned.vehicle_id = report.vehicle_id AND owned.during @> now()) AS of_owner
FROM report WHERE vehicle_id = %s
