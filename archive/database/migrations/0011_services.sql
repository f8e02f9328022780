-- A service counts once: the same item twice on one day is one report sent twice. And a worker may see which bookings it
-- proposed itself, for only those does it take back.

DROP INDEX service_done_by_vehicle;
CREATE UNIQUE INDEX one_service_per_item_and_day ON service_done (vehicle_id, item, done_at);

GRANT SELECT ON booking_history TO pitcall_health;
