-- New tyres on one axle: a change that says so, and needs that tell the axles apart.

ALTER TABLE tyre_change
    ADD COLUMN axle text CHECK (axle IN ('front', 'rear')),
    ADD COLUMN moved boolean NOT NULL DEFAULT false,
    ADD COLUMN new_mm double precision CHECK (new_mm BETWEEN 1 AND 30),
    ADD COLUMN odometer_km double precision CHECK (odometer_km >= 0),
    DROP CONSTRAINT tyre_change_kind_check,
    ADD CONSTRAINT tyre_change_kind_check CHECK (kind IN ('rotated', 'mounted', 'new')),
    ADD CONSTRAINT axle_and_depth_of_new_tyres CHECK (kind = 'new' OR num_nonnulls(axle, new_mm) = 0);
COMMENT ON COLUMN tyre_change.axle IS 'where new tyres went on; null is both axles';
COMMENT ON COLUMN tyre_change.moved IS 'before the new tyres went on, the pairs had swapped axles';

ALTER TABLE service_done ADD COLUMN axle text CHECK (axle IN ('front', 'rear'));
COMMENT ON COLUMN service_done.axle IS 'tyres are replaced by axle; null is the whole car';
DROP INDEX one_service_per_item_and_day;
CREATE UNIQUE INDEX one_service_per_item_axle_and_day ON service_done (vehicle_id, item, axle, done_at)
    NULLS NOT DISTINCT;

ALTER TABLE due_item
    ADD COLUMN axle text CHECK (axle IN ('front', 'rear')),
    DROP CONSTRAINT one_due_item_per_cycle,
    ADD CONSTRAINT one_due_item_per_cycle UNIQUE NULLS NOT DISTINCT (vehicle_id, item, axle, cycle);
COMMENT ON COLUMN due_item.axle IS 'tyres are a need of each axle; null is a need of the whole car';
DROP INDEX one_open_due_item_per_need;
CREATE UNIQUE INDEX one_open_due_item_per_need ON due_item (vehicle_id, item, axle) NULLS NOT DISTINCT
    WHERE state NOT IN ('done', 'declined', 'void');
-- Until now new tyres were one need, that of the axle its reason names.
UPDATE due_item SET axle = CASE WHEN reason_en LIKE 'The rear%' THEN 'rear' ELSE 'front' END WHERE item = 'TYR-NEW';
