-- What the workshop did to tyres and odometers, and maintenance rules by make, model, pads and engine revolutions.

CREATE TABLE tyre_change (
    tyre_change_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    kind text NOT NULL CHECK (kind IN ('rotated', 'mounted')),
    set_name text NOT NULL DEFAULT '',
    winter boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL,
    staff_id integer REFERENCES staff,
    CONSTRAINT one_tyre_change_at_a_time UNIQUE (vehicle_id, changed_at)
);
COMMENT ON COLUMN tyre_change.set_name IS 'which of the car''s sets was mounted; empty is the one it came with';

CREATE TABLE odometer_correction (
    correction_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    corrected_at timestamptz NOT NULL,
    shown_km double precision NOT NULL CHECK (shown_km >= 0),
    true_km double precision NOT NULL CHECK (true_km >= 0),
    reason text NOT NULL CHECK (reason IN ('cluster_replaced', 'cluster_repaired', 'tampered')),
    staff_id integer NOT NULL REFERENCES staff,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_correction_at_a_time UNIQUE (vehicle_id, corrected_at)
);
COMMENT ON TABLE odometer_correction IS
    'from this instant on the dashboard shows shown_km where the car has truly done true_km; rows are never changed';

ALTER TABLE maintenance_rule
    ADD COLUMN make text,
    ADD COLUMN model text,
    ADD COLUMN pad_mm double precision CHECK (pad_mm > 0),
    ADD COLUMN revolutions double precision CHECK (revolutions > 0),
    ADD COLUMN off boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT model_of_a_make CHECK (model IS NULL OR make IS NOT NULL),
    DROP CONSTRAINT rule_has_a_limit,
    ADD CONSTRAINT rule_has_a_limit
        CHECK (off OR num_nonnulls(km, months, tread_mm, pad_mm, revolutions) > 0 OR cardinality(codes) > 0),
    DROP CONSTRAINT one_rule_per_store_and_item,
    ADD CONSTRAINT one_rule_per_store_model_and_item UNIQUE NULLS NOT DISTINCT (store_id, item, make, model);
COMMENT ON COLUMN maintenance_rule.make IS 'null is every make; the narrower rule wins, a store''s before the default';
COMMENT ON COLUMN maintenance_rule.revolutions IS 'turns of the engine since the item was last done';
COMMENT ON COLUMN maintenance_rule.off IS 'the store does not propose this item';

INSERT INTO maintenance_rule (item, pad_mm) VALUES ('BRK-PAD-F', 3.0), ('BRK-PAD-R', 3.0);

ALTER TABLE store ADD COLUMN combine_days integer NOT NULL DEFAULT 14 CHECK (combine_days BETWEEN 0 AND 120);
COMMENT ON COLUMN store.combine_days IS 'what falls due so soon after a proposed visit is done in it';

GRANT SELECT ON tyre_change, odometer_correction TO pitcall_health, pitcall_api, pitcall_backup;
GRANT INSERT ON tyre_change, odometer_correction TO pitcall_api;
GRANT INSERT, UPDATE, DELETE ON maintenance_rule TO pitcall_api;

ALTER TABLE tyre_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE odometer_correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE maintenance_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_row ON tyre_change TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON odometer_correction TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON maintenance_rule TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY with_the_car ON tyre_change TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = tyre_change.vehicle_id));
CREATE POLICY with_the_car ON odometer_correction TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = odometer_correction.vehicle_id));
-- Everybody may read what is due when; only the managers of a store change its own rules.
CREATE POLICY readable ON maintenance_rule FOR SELECT TO pitcall_api USING (true);
CREATE POLICY of_my_store ON maintenance_rule TO pitcall_api USING (
    EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = maintenance_rule.store_id
            AND mine.staff_id = acting_staff() AND mine.role = 'service_manager'));
