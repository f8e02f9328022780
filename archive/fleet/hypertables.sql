-- copy --
-- Only the columns that carry a value: the others are null by default and cost nothing.
COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)

-- create_staging --
CREATE TEMP TABLE IF NOT EXISTS {staging} (LIKE {table}) ON COMMIT DELETE ROWS

-- existing --
-- Which of the offered keys were there before this batch.
SELECT DISTINCT staged.device_key, staged.time
FROM {staging} AS staged JOIN {table} AS kept USING (device_key, time)

-- contradictions --
-- Rows measured twice with different values: counted, because a healthy device never does that.
SELECT count(*) FROM {staging} AS staged JOIN {table} AS kept USING (device_key, time) WHERE {differs}

-- merge --
-- Null gives way, the greater value stays; rows that would not change are not written.
INSERT INTO {table} AS kept (device_key, time, {columns})
SELECT device_key, time, {together} FROM {staging} GROUP BY device_key, time ORDER BY device_key, time
ON CONFLICT (device_key, time) DO UPDATE SET {sets}
WHERE ({kept}) IS DISTINCT FROM ({merged})
