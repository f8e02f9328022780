-- What of a report stays with the person: whose driving it tells, weeks of use beside trips and days, and what follows
-- when a car changes hands.

ALTER TABLE report ADD COLUMN ownership_id integer;
COMMENT ON COLUMN report.ownership_id IS
    'whose use it tells; without a foreign key: of a removed ownership nobody may read it';

CREATE TABLE week (
    vehicle_id integer NOT NULL REFERENCES vehicle,
    monday date NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    figures jsonb NOT NULL,
    PRIMARY KEY (vehicle_id, monday)
);
COMMENT ON TABLE week IS 'schemas.report.Week, begins on Monday in the zone of the car''s home store';

GRANT SELECT ON week TO pitcall_backup, pitcall_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON week TO pitcall_health;
ALTER TABLE week ENABLE ROW LEVEL SECURITY;
ALTER TABLE week FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON week TO pitcall_owner, pitcall_health USING (true);
-- A week in which the car changed hands tells of two people: it is shown to neither.
CREATE POLICY with_the_person ON week TO pitcall_api USING (
    EXISTS (SELECT FROM ownership AS owned WHERE owned.vehicle_id = week.vehicle_id
            AND owned.during @> tstzrange(week.first_at, week.last_at, '[]')));

-- Reasons of due items speak of how somebody drove. Health writes those of open ones anew, for the new owner.
CREATE FUNCTION part_from_former_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    changed integer := coalesce(NEW.vehicle_id, OLD.vehicle_id);
BEGIN
    UPDATE due_item SET reason_zh = '', reason_en = '' WHERE vehicle_id = changed;
    INSERT INTO vehicle_touched (vehicle_id, first_time, last_time) VALUES (changed, 'infinity', '-infinity');
    RETURN NULL;
END
$$;
CREATE TRIGGER part_from_former_owner AFTER INSERT OR UPDATE OR DELETE ON ownership
    FOR EACH ROW EXECUTE FUNCTION part_from_former_owner();
