-- copy --
-- Only the columns that carry a value: the others are null by default and cost nothing.
COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)

-- write_into_compressed --
-- By default 100,000 unpacked rows are the limit of a transaction, which 100 late rows a thousand rows apart reach; the
-- batch would fail for ever. A batch is bounded, so no limit is needed. Without effect where nothing is compressed.
SELECT set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', false)

-- create_staging --
CREATE TEMP TABLE IF NOT EXISTS {staging} (LIKE {table}) ON COMMIT DELETE ROWS

-- merge --
-- Null gives way, the greater value stays; rows that would not change are not written. The unique index does the
-- looking-up: a join with the hypertable would read whole days of every device, or pay for each chunk per key.
INSERT INTO {table} AS kept (device_key, time, {columns})
SELECT device_key, time, {together} FROM {staging} {grouped}
ON CONFLICT (device_key, time) DO UPDATE SET {sets}
WHERE CASE WHEN {differs} THEN note_contradiction() ELSE ({kept}) IS DISTINCT FROM ({merged}) END
RETURNING device_key, time, xmax = 0 AS inserted

-- forget_contradictions --
SELECT set_config('pitcall.contradictions', '0', true)

-- contradictions --
-- Rows since then that contradicted what was stored.
SELECT coalesce(nullif(current_setting('pitcall.contradictions', true), ''), '0')::integer
