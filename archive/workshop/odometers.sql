-- correct --
INSERT INTO odometer_correction (vehicle_id, corrected_at, shown_km, true_km, reason, staff_id)
VALUES (%(vehicle_id)s, %(corrected_at)s, %(shown_km)s, %(true_km)s, %(reason)s, %(staff_id)s)
