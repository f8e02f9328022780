-- count --
-- One statement, so that parallel guesses queue up behind the row instead of all reading the same number.
INSERT INTO login_attempt AS known (subject) VALUES (%(subject)s)
ON CONFLICT (subject) DO UPDATE SET
    tries = CASE WHEN known.since + %(window)s < now() THEN 1 ELSE known.tries + 1 END,
    since = CASE WHEN known.since + %(window)s < now() THEN now() ELSE known.since END
RETURNING tries, since + %(window)s - now()

-- forgive --
DELETE FROM login_attempt WHERE subject = %s

-- forget_old --
DELETE FROM login_attempt WHERE since + %(window)s < now()
