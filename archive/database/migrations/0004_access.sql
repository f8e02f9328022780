-- Who may do what. Working roles get the least they need; people's tables carry row security for the API's role.
-- The API says per transaction for whom it acts: set_config('pitcall.customer_id' or 'pitcall.staff_id', ..., true).
-- Without that setting it sees no row. Hypertables carry no policies: they are reached through fitting and ownership.

GRANT SELECT ON ALL TABLES IN SCHEMA public TO pitcall_backup;

GRANT SELECT ON device, fitting, ownership, consent, store TO pitcall_ingest;
GRANT SELECT, INSERT, UPDATE ON reading, position, live, device_status TO pitcall_ingest;
GRANT SELECT, INSERT ON device_event TO pitcall_ingest;
GRANT INSERT ON touched, dead_letter TO pitcall_ingest;
GRANT SELECT, UPDATE ON command TO pitcall_ingest;

GRANT SELECT ON device, fitting, reading, position, store, vehicle, ownership, catalogue_item, maintenance_rule,
    service_done, measurement, booking_step, customer_store TO pitcall_health;
GRANT SELECT, DELETE ON touched TO pitcall_health;
GRANT SELECT, INSERT, DELETE ON vehicle_touched TO pitcall_health;
GRANT SELECT, INSERT, UPDATE, DELETE ON trip, day, report TO pitcall_health;
GRANT SELECT, INSERT, UPDATE ON due_item, booking TO pitcall_health;
GRANT INSERT ON booking_history TO pitcall_health;

GRANT SELECT ON store, vehicle, customer, customer_store, ownership, consent, fitting, device, live, device_status,
    device_event, trip, day, report, due_item, booking, booking_history, booking_step, catalogue_item, maintenance_rule,
    service_done, measurement, staff, staff_role, search_token, data_key TO pitcall_api;
GRANT UPDATE (state, slot_at, again_at, version, changed_at) ON booking TO pitcall_api;
GRANT UPDATE (state, again_at, booking_id) ON due_item TO pitcall_api;
GRANT INSERT ON booking_history, audit TO pitcall_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_code, refresh_token TO pitcall_api;
GRANT INSERT ON service_done, measurement, vehicle_touched TO pitcall_api;

CREATE FUNCTION acting_customer() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('pitcall.customer_id', true), '')::integer $$;
CREATE FUNCTION acting_staff() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('pitcall.staff_id', true), '')::integer $$;

ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_store ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
ALTER TABLE trip ENABLE ROW LEVEL SECURITY;
ALTER TABLE day ENABLE ROW LEVEL SECURITY;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE due_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer FORCE ROW LEVEL SECURITY;
ALTER TABLE customer_store FORCE ROW LEVEL SECURITY;
ALTER TABLE ownership FORCE ROW LEVEL SECURITY;
ALTER TABLE consent FORCE ROW LEVEL SECURITY;
ALTER TABLE vehicle FORCE ROW LEVEL SECURITY;
ALTER TABLE trip FORCE ROW LEVEL SECURITY;
ALTER TABLE day FORCE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
ALTER TABLE due_item FORCE ROW LEVEL SECURITY;
ALTER TABLE booking FORCE ROW LEVEL SECURITY;

-- Machines and the owner (provisioning, seeding) see every row; what they may do with it is in the grants above.
CREATE POLICY every_row ON customer TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON customer_store TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON ownership TO pitcall_owner, pitcall_health, pitcall_ingest USING (true);
CREATE POLICY every_row ON consent TO pitcall_owner, pitcall_ingest USING (true);
CREATE POLICY every_row ON vehicle TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON trip TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON day TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON report TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON due_item TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON booking TO pitcall_owner, pitcall_health USING (true);

-- A store sees its own visiting customers; a customer sees himself.
CREATE POLICY own_stores ON customer_store TO pitcall_api USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = customer_store.store_id
               AND mine.staff_id = acting_staff()));
CREATE POLICY self_or_store ON customer TO pitcall_api USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM customer_store AS seen WHERE seen.customer_id = customer.customer_id
               AND acting_staff() IS NOT NULL));
CREATE POLICY self_or_store ON ownership TO pitcall_api USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM customer_store AS seen WHERE seen.customer_id = ownership.customer_id
               AND acting_staff() IS NOT NULL));
CREATE POLICY self_or_store ON consent TO pitcall_api USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM customer_store AS seen WHERE seen.customer_id = consent.customer_id
               AND acting_staff() IS NOT NULL));

-- With the car go its facts and report, to whoever owns it now; its home store sees it too.
CREATE POLICY owner_or_store ON vehicle TO pitcall_api USING (
    EXISTS (SELECT FROM ownership AS owned WHERE owned.vehicle_id = vehicle.vehicle_id AND owned.during @> now())
    OR EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = vehicle.store_id
               AND mine.staff_id = acting_staff()));
CREATE POLICY with_the_car ON report TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = report.vehicle_id));
CREATE POLICY with_the_car ON due_item TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = due_item.vehicle_id));

-- With the person stay trips, days and bookings: the next owner does not see where the last one drove.
CREATE POLICY with_the_person ON trip TO pitcall_api USING (
    EXISTS (SELECT FROM ownership AS owned WHERE owned.vehicle_id = trip.vehicle_id
            AND owned.during @> trip.started_at));
CREATE POLICY with_the_person ON day TO pitcall_api USING (
    EXISTS (SELECT FROM ownership AS owned WHERE owned.vehicle_id = day.vehicle_id
            AND owned.during && tstzrange(day.day::timestamptz, (day.day + 1)::timestamptz)));
CREATE POLICY self_or_store ON booking TO pitcall_api USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = booking.store_id
               AND mine.staff_id = acting_staff()));
