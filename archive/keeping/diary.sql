-- last_run --
SELECT job, began_at, ended_at, ok, done FROM keeper_job WHERE job = %(job)s

-- try_lock --
-- The class keeps these locks apart from those of cars.
SELECT pg_try_advisory_lock(1348, hashtext(%(job)s))

-- unlock --
SELECT pg_advisory_unlock(1348, hashtext(%(job)s))

-- begin --
INSERT INTO keeper_job (job, began_at) VALUES (%(job)s, %(now)s)
ON CONFLICT (job) DO UPDATE SET began_at = excluded.began_at, ended_at = NULL, ok = NULL, done = '{}'

-- end --
UPDATE keeper_job SET ended_at = %(now)s, ok = %(ok)s, done = %(done)s WHERE job = %(job)s
