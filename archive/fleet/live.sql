-- create_staging --
CREATE TEMP TABLE IF NOT EXISTS staging_live (LIKE live) ON COMMIT DELETE ROWS

-- copy --
COPY staging_live (device_key, {columns}) FROM STDIN (FORMAT BINARY)

-- merge --
-- Sorted by device, so that two writers never wait for each other in a circle.
INSERT INTO live (device_key, {columns}) SELECT device_key, {columns} FROM staging_live ORDER BY device_key
ON CONFLICT (device_key) DO UPDATE SET {sets}
