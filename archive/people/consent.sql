-- grant --
-- Granting twice keeps the first: the time of the first yes is what counts.
INSERT INTO consent (customer_id, purpose, during, text_version, channel)
SELECT %(customer)s, %(purpose)s, tstzrange(coalesce(%(at)s, now()), NULL), %(text_version)s, %(channel)s
WHERE NOT EXISTS (SELECT FROM consent AS given WHERE given.customer_id = %(customer)s
                  AND given.purpose = %(purpose)s AND given.during @> coalesce(%(at)s, now()))

-- withdraw --
-- A consent withdrawn in the very moment it was given keeps one microsecond: an empty range would lose that it was given.
UPDATE consent
SET during = tstzrange(lower(during), greatest(coalesce(%(at)s, now()), lower(during) + interval '1 microsecond'))
WHERE customer_id = %(customer)s AND purpose = %(purpose)s AND during @> coalesce(%(at)s, now())

-- in_force --
SELECT purpose, coalesce(lower(during), 'epoch') AS since, text_version, channel
FROM consent WHERE customer_id = %(customer)s AND during @> now() ORDER BY purpose
