-- authority --
-- The row is held until the transaction ends: lists are signed one after the other, each with all that were revoked.
SELECT certificate, data_key_id, key_sealed, crl_number, crl_issued_at FROM certificate_authority FOR NO KEY UPDATE

-- found --
INSERT INTO certificate_authority (certificate, data_key_id, key_sealed, crl, crl_number, crl_issued_at)
VALUES (%(certificate)s, %(key)s, %(sealed)s, %(crl)s, 1, %(issued_at)s)

-- public --
SELECT certificate, crl FROM certificate_authority

-- issue --
INSERT INTO device_certificate (serial, device_key, expires_at) VALUES (%(serial)s, %(device)s, %(expires_at)s)

-- revoke --
UPDATE device_certificate SET revoked_at = now() WHERE device_key = %s AND revoked_at IS NULL

-- revoked --
SELECT serial, revoked_at FROM revoked_certificates() ORDER BY serial

-- sign_list --
UPDATE certificate_authority SET crl = %(crl)s, crl_number = %(number)s, crl_issued_at = %(issued_at)s

-- shut_out --
-- Whoever may not send and could still log in with a certificate, or is still connected by one.
SELECT DISTINCT device_id FROM device JOIN shard USING (shard) JOIN device_certificate USING (device_key)
WHERE expires_at > now() AND (shard.broker <> %s OR NOT may_send(device.revoked_at, granted_from, granted_until))
ORDER BY device_id
