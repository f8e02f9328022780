-- issue --
INSERT INTO refresh_token (token_hash, family, subject_kind, subject_id, expires_at)
VALUES (%(hash)s, %(family)s, %(kind)s, %(number)s, now() + %(life)s)

-- present --
-- Locked, so that of two parallel uses the second sees the first.
SELECT family, subject_kind, subject_id, expires_at,
    revoked_at IS NULL AND expires_at > now()
        AND (subject_kind = 'customer' OR EXISTS (SELECT FROM staff WHERE staff_id = subject_id AND active)) AS alive,
    coalesce(used_at + %(grace)s < now(), false) AS replayed
FROM refresh_token WHERE token_hash = %(hash)s FOR UPDATE

-- mark_used --
-- The first use counts: a retry within the grace does not prolong it.
UPDATE refresh_token SET used_at = coalesce(used_at, now()) WHERE token_hash = %s

-- revoke_family --
UPDATE refresh_token SET revoked_at = now() WHERE family = %s AND revoked_at IS NULL

-- revoke_all --
UPDATE refresh_token SET revoked_at = now() WHERE subject_kind = %s AND subject_id = %s AND revoked_at IS NULL

-- standing --
-- A log-out, a reused token or a dismissal counts at once, not when the access token runs out.
SELECT
    EXISTS (SELECT FROM refresh_token WHERE family = %(family)s AND subject_kind = %(kind)s
            AND subject_id = %(number)s AND revoked_at IS NULL AND expires_at > now())
    AND CASE %(kind)s WHEN 'staff' THEN EXISTS (SELECT FROM staff WHERE staff_id = %(number)s AND active)
        ELSE EXISTS (SELECT FROM customer WHERE customer_id = %(number)s) END,
    ARRAY(SELECT DISTINCT role FROM staff_role WHERE staff_id = %(number)s AND %(kind)s = 'staff')

-- forget_old --
DELETE FROM refresh_token WHERE expires_at < now() - interval '1 day'
