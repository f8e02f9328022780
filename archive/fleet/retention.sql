-- rule --
SELECT hypertable, keep::text AS keep, export_after::text AS export_after, compress_after::text AS compress_after,
    %(now)s - keep AS kept_from, %(now)s - export_after AS exported_before, %(now)s - compress_after AS compressed_before,
    dropped_before
FROM retention WHERE hypertable = %(hypertable)s

-- change --
UPDATE retention SET keep = coalesce(%(keep)s::interval, keep),
    export_after = coalesce(%(export_after)s::interval, export_after),
    compress_after = coalesce(%(compress_after)s::interval, compress_after)
WHERE hypertable = %(hypertable)s

-- chunks_before --
SELECT chunk_schema AS schema, chunk_name AS name, range_start AS first, range_end AS until
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public' AND hypertable_name = %(hypertable)s AND range_end <= %(until)s
ORDER BY range_start

-- is_marked --
-- Marks that a worker is taking now still count: it has not committed. An outlook (it ends before it begins) reads none.
SELECT EXISTS (SELECT FROM touched WHERE first_time < %(until)s AND last_time >= %(first)s)
    OR EXISTS (SELECT FROM vehicle_touched
               WHERE first_time < %(until)s AND last_time >= %(first)s AND first_time <= last_time)

-- dropped_before --
SELECT dropped_before FROM retention WHERE hypertable = %(hypertable)s

-- lock_timeout --
SELECT set_config('lock_timeout', %(limit)s, true)

-- lock --
-- Whoever is writing into the chunk commits first, marks included; whoever reads it goes on.
LOCK TABLE {chunk} IN SHARE ROW EXCLUSIVE MODE

-- drop --
SELECT drop_chunks(%(hypertable)s::regclass, older_than => %(until)s::timestamptz, newer_than => %(first)s::timestamptz)

-- note_dropped --
UPDATE retention SET dropped_before = GREATEST(dropped_before, %(until)s) WHERE hypertable = %(hypertable)s
