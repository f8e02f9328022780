-- edition --
SELECT current_setting('timescaledb.license'), extversion FROM pg_extension WHERE extname = 'timescaledb'

-- is_on --
SELECT FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public' AND hypertable_name = %(hypertable)s AND compression_enabled

-- switch_on --
-- Rows of one device lie together, in the order of time, which is how history is read.
ALTER TABLE {hypertable} SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'device_key',
    timescaledb.orderby = 'time')

-- resting --
-- Rows written into each chunk, as PostgreSQL counts them; a chunk whose count has not moved since `quiet_since` rests.
-- Statistics that were reset look like a write, which only means waiting once more. Bit 8 of the status says that rows
-- came after the compression.
WITH seen AS (
    INSERT INTO chunk_writes AS known (chunk, writes, since)
    SELECT format('%%I.%%I', chunk.schema_name, chunk.table_name),
        coalesce(pg_stat_get_tuples_inserted(relation) + pg_stat_get_tuples_updated(relation), 0), %(now)s
    FROM timescaledb_information.chunks AS listed
    JOIN _timescaledb_catalog.chunk ON (chunk.schema_name, chunk.table_name) = (listed.chunk_schema, listed.chunk_name)
    CROSS JOIN LATERAL to_regclass(format('%%I.%%I', chunk.schema_name, chunk.table_name)) AS relation
    WHERE listed.hypertable_schema = 'public' AND listed.hypertable_name = %(hypertable)s
        AND listed.range_end <= %(before)s AND (NOT listed.is_compressed OR chunk.status & 8 <> 0)
    ON CONFLICT (chunk) DO UPDATE SET writes = excluded.writes,
        since = CASE WHEN known.writes = excluded.writes THEN known.since ELSE excluded.since END
    RETURNING chunk, since
)
SELECT chunk.schema_name AS schema, chunk.table_name AS name
FROM seen JOIN _timescaledb_catalog.chunk ON seen.chunk = format('%%I.%%I', chunk.schema_name, chunk.table_name)
WHERE seen.since <= %(quiet_since)s
ORDER BY chunk.id

-- forget_dropped --
DELETE FROM chunk_writes WHERE to_regclass(chunk) IS NULL

-- compress --
SELECT compress_chunk(%(chunk)s::regclass, if_not_compressed => true)
