-- The same reading reported twice is one reading.

DELETE FROM measurement AS later USING measurement AS first
WHERE later.measurement_id > first.measurement_id
    AND (later.vehicle_id, later.kind, later.axle, later.measured_at)
        = (first.vehicle_id, first.kind, first.axle, first.measured_at);
DROP INDEX measurement_by_vehicle;
CREATE UNIQUE INDEX one_measurement_at_a_time ON measurement (vehicle_id, measured_at, kind, axle);
