-- change --
INSERT INTO tyre_change (vehicle_id, kind, set_name, winter, changed_at, staff_id)
VALUES (%(vehicle_id)s, %(kind)s, %(set_name)s, %(winter)s, %(changed_at)s, %(staff_id)s)
ON CONFLICT ON CONSTRAINT one_tyre_change_at_a_time DO NOTHING
