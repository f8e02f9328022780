-- devices --
SELECT device_key, device_id FROM device

-- count --
SELECT count(*) FROM reading WHERE time >= %(first)s AND time < %(until)s

-- first_chunk --
SELECT min(range_start) FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public' AND hypertable_name = 'reading'
