-- forget_old --
DELETE FROM login_code WHERE expires_at < now()

-- issue --
INSERT INTO login_code (phone_token, code_hash, expires_at) VALUES (%(phone)s, %(hash)s, now() + %(life)s)
ON CONFLICT (phone_token) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries = 0

-- try --
-- Counts before it compares; parallel tries queue up behind the row.
UPDATE login_code SET tries = tries + 1
WHERE phone_token = %(phone)s AND expires_at > now() AND tries < %(tries)s
RETURNING code_hash

-- use_up --
DELETE FROM login_code WHERE phone_token = %(phone)s AND code_hash = %(hash)s
