-- presence --
-- How often each signal was measured.
SELECT count(*){counts} FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s

-- arrays --
-- One array a column: as rows, in text or binary, each reading would be a message of its own to libpq and Python, which
-- costs more than all the rest. NaN for null keeps every element equally long.
SELECT array_agg(time){values} FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s

-- extras --
SELECT array_agg(time ORDER BY time), string_agg(extra::text, E'\n' ORDER BY time) FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s AND extra IS NOT NULL
