-- add --
INSERT INTO measurement (vehicle_id, kind, axle, value_mm, measured_at, odometer_km, staff_id)
VALUES (%(vehicle_id)s, %(kind)s, %(axle)s, %(value_mm)s, %(measured_at)s, %(odometer_km)s, %(staff_id)s)
ON CONFLICT (vehicle_id, measured_at, kind, axle) DO NOTHING
