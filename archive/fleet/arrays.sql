-- presence_at_first --
-- How often each signal was measured in the first rows at hand: most that a car answers are among them.
SELECT {counts} FROM (
    SELECT {columns} FROM {table}
    WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s LIMIT 1000
) AS at_first

-- presence --
-- The same in all rows. Nearly none has any of the signals asked for here, which one test finds sooner than many counts.
SELECT {counts} FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s AND num_nonnulls({columns}) > 0

-- arrays --
-- One array a column: as rows, in text or binary, each reading would be a message of its own to libpq and Python, which
-- costs more than all the rest. NaN for null keeps every element equally long.
SELECT array_agg(time){values} FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s

-- extras --
SELECT array_agg(time ORDER BY time), string_agg(extra::text, E'\n' ORDER BY time) FROM {table}
WHERE device_key = %(device_key)s AND time >= %(first)s AND time < %(until)s AND extra IS NOT NULL
