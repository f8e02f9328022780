-- distribute --
-- One statement, so a mark is never lost between the two tables. Two at once wait for each other, never for ingest,
-- which only appends. Marks of a device in no car vanish: fitting it later marks the whole interval.
WITH taken AS (
    DELETE FROM touched RETURNING device_key, first_time, last_time
)
INSERT INTO vehicle_touched (vehicle_id, first_time, last_time)
SELECT fitting.vehicle_id,
    GREATEST(taken.first_time, lower(fitting.during)), LEAST(taken.last_time, upper(fitting.during))
FROM taken
JOIN fitting ON fitting.device_key = taken.device_key
    AND fitting.during && tstzrange(taken.first_time, taken.last_time, '[]')

-- lock_one --
-- The first car whose lock is free: others' are passed over, nobody waits. The lock ends with the transaction.
-- OFFSET 0 keeps the planner from trying locks of cars that rest; the class keeps these locks apart from others.
SELECT vehicle_id
FROM (SELECT vehicle_id FROM vehicle_touched WHERE vehicle_id <> ALL (%(passed)s::integer[]) OFFSET 0) AS waiting
WHERE pg_try_advisory_xact_lock(1347, vehicle_id) LIMIT 1

-- lock --
SELECT pg_advisory_xact_lock(1347, %s)

-- take --
-- Only marks committed by now are seen and deleted. Infinite ends become open, for Python's calendar has none.
WITH taken AS (
    DELETE FROM vehicle_touched WHERE vehicle_id = %(vehicle)s RETURNING first_time, last_time
)
SELECT %(vehicle)s AS vehicle_id, count(*) AS marks,
    coalesce(range_agg(tstzrange(nullif(first_time, '-infinity'), nullif(last_time, 'infinity'), '[]'))
             FILTER (WHERE first_time <= last_time), '{}') AS touched
FROM taken

-- touch_outlook --
-- The empty interval: it begins after it ends, so no reading lies in it.
INSERT INTO vehicle_touched (vehicle_id, first_time, last_time) VALUES (%s, 'infinity', '-infinity')

-- touch_stale --
-- A car that already waits needs no second mark. A car without a report has calendar limits all the same.
INSERT INTO vehicle_touched (vehicle_id, first_time, last_time)
SELECT vehicle_id, 'infinity', '-infinity'
FROM vehicle LEFT JOIN report USING (vehicle_id)
WHERE vehicle.state = 'active'
    AND (report.as_of IS NULL OR report.as_of < %(as_of)s - INTERVAL '1 day' OR report.model_version <> %(version)s)
    AND NOT EXISTS (SELECT FROM vehicle_touched AS waiting WHERE waiting.vehicle_id = vehicle.vehicle_id)

-- vehicles_waiting --
SELECT count(DISTINCT vehicle_id) FROM vehicle_touched

-- waiting --
SELECT (SELECT count(*) FROM touched) + (SELECT count(*) FROM vehicle_touched)
