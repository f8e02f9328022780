-- reach --
SELECT min(started_at) AS first, max(ended_at) AS last FROM trip
WHERE vehicle_id = %(vehicle)s AND started_at <= %(last)s AND ended_at >= %(first)s

-- remove --
-- Trips of the window that no longer exist. Those with the same start stay, and keep their figures if unchanged.
DELETE FROM trip
WHERE vehicle_id = %(vehicle)s AND started_at <= %(last)s AND ended_at >= %(first)s
    AND started_at <> ALL (%(starts)s::timestamptz[])

-- put --
-- An unchanged trip is not written again: most of a window is only its margin.
INSERT INTO trip (vehicle_id, started_at, ended_at, kept, statistics, model_version)
SELECT %(vehicle)s, started_at, ended_at, kept, statistics, %(version)s
FROM ROWS FROM (unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[], %(kept)s::boolean[]),
                json_array_elements(%(statistics)s::json)) AS given (started_at, ended_at, kept, statistics)
ON CONFLICT (vehicle_id, started_at) DO UPDATE
SET ended_at = excluded.ended_at, kept = excluded.kept, statistics = excluded.statistics,
    model_version = excluded.model_version
WHERE trip.statistics::text <> excluded.statistics::text OR trip.model_version <> excluded.model_version

-- statistics --
SELECT statistics::text FROM trip WHERE vehicle_id = %s ORDER BY started_at

-- statistics_between --
SELECT statistics::text FROM trip
WHERE vehicle_id = %(vehicle)s AND started_at <= %(last)s AND ended_at >= %(first)s ORDER BY started_at

-- put_figures --
-- What is learned of a car changes the figures of its old trips too, but mostly it does not.
UPDATE trip SET figures = given.figures
FROM ROWS FROM (unnest(%(starts)s::timestamptz[]), jsonb_array_elements(%(figures)s::jsonb))
    AS given (started_at, figures)
WHERE trip.vehicle_id = %(vehicle)s AND trip.started_at = given.started_at
    AND trip.figures IS DISTINCT FROM given.figures

-- clear_figures --
UPDATE trip SET figures = NULL
WHERE vehicle_id = %(vehicle)s AND figures IS NOT NULL AND started_at <> ALL (%(starts)s::timestamptz[])
