-- A service counts once: the same item twice on one day is one report sent twice.

DROP INDEX service_done_by_vehicle;
CREATE UNIQUE INDEX one_service_per_item_and_day ON service_done (vehicle_id, item, done_at);
