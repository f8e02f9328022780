-- change --
INSERT INTO tyre_change (vehicle_id, kind, set_name, winter, axle, moved, new_mm, odometer_km, changed_at, staff_id)
VALUES (%(vehicle_id)s, %(kind)s, %(set_name)s, %(winter)s, %(axle)s, %(moved)s, %(new_mm)s, %(odometer_km)s,
        %(changed_at)s, %(staff_id)s)
ON CONFLICT ON CONSTRAINT one_tyre_change_at_a_time DO NOTHING

-- stands --
SELECT 1 FROM tyre_change
WHERE vehicle_id = %(vehicle_id)s AND changed_at = %(changed_at)s
    AND (kind, set_name, winter, moved) = (%(kind)s, %(set_name)s, %(winter)s, %(moved)s)
    AND axle IS NOT DISTINCT FROM %(axle)s AND new_mm IS NOT DISTINCT FROM %(new_mm)s
