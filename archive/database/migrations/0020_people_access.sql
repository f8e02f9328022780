-- What the faces for people need beside 0004: limits on guessing, the reason of a refusal, roles that count per store.

CREATE TABLE login_attempt (
    subject bytea PRIMARY KEY CHECK (octet_length(subject) = 8),
    since timestamptz NOT NULL DEFAULT now(),
    tries integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE login_attempt IS 'guesses per account, phone and address in a window; the subject is a keyed token, never the value';
CREATE INDEX login_attempt_by_time ON login_attempt (since);
CREATE INDEX login_code_by_time ON login_code (expires_at);

ALTER TABLE booking ADD COLUMN declined_because_sealed bytea;
COMMENT ON COLUMN booking.declined_because_sealed IS 'the customer''s own words, under the customer''s data key';

GRANT SELECT ON migration TO pitcall_api, pitcall_health, pitcall_ingest, pitcall_backup;
GRANT SELECT ON login_attempt TO pitcall_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempt TO pitcall_api;
GRANT UPDATE (declined_because_sealed) ON booking TO pitcall_api;
GRANT INSERT, UPDATE (during) ON consent TO pitcall_api;

-- The passwords of devices are for the broker alone.
REVOKE SELECT ON device FROM pitcall_api;
GRANT SELECT (device_key, device_id, shard, provisioned_at, revoked_at) ON device TO pitcall_api;

-- People's rows are for those who serve them: an administrator runs devices and accounts and sees no customer.
ALTER POLICY own_stores ON customer_store USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = customer_store.store_id
               AND mine.staff_id = acting_staff() AND mine.role IN ('service_advisor', 'service_manager')));
ALTER POLICY self_or_store ON booking USING (
    customer_id = acting_customer()
    OR EXISTS (SELECT FROM staff_role AS mine WHERE mine.store_id = booking.store_id
               AND mine.staff_id = acting_staff() AND mine.role IN ('service_advisor', 'service_manager')));
-- Only the customer himself says what he agrees to.
ALTER POLICY self_or_store ON consent
    WITH CHECK (customer_id = acting_customer());

-- History and measurements follow the booking and the car they belong to.
ALTER TABLE booking_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_done ENABLE ROW LEVEL SECURITY;
ALTER TABLE measurement ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_row ON booking_history TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON service_done TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY every_row ON measurement TO pitcall_owner, pitcall_health USING (true);
CREATE POLICY with_the_booking ON booking_history TO pitcall_api USING (
    EXISTS (SELECT FROM booking AS seen WHERE seen.booking_id = booking_history.booking_id));
CREATE POLICY with_the_car ON service_done TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = service_done.vehicle_id));
CREATE POLICY with_the_car ON measurement TO pitcall_api USING (
    EXISTS (SELECT FROM vehicle AS seen WHERE seen.vehicle_id = measurement.vehicle_id));
