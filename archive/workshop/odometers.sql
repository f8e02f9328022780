-- correct --
INSERT INTO odometer_correction (vehicle_id, corrected_at, shown_km, true_km, reason, staff_id)
VALUES (%(vehicle_id)s, %(corrected_at)s, %(shown_km)s, %(true_km)s, %(reason)s, %(staff_id)s)
ON CONFLICT ON CONSTRAINT one_correction_at_a_time DO NOTHING

-- stands --
SELECT 1 FROM odometer_correction
WHERE vehicle_id = %(vehicle_id)s AND corrected_at = %(corrected_at)s AND shown_km = %(shown_km)s
    AND true_km = %(true_km)s AND reason = %(reason)s
