-- add --
INSERT INTO dead_letter (received_at, topic, device_key, reason, detail, size, sha256, payload_sealed)
VALUES (%(received_at)s, %(topic)s, %(device)s, %(reason)s, %(detail)s, %(size)s, %(sha256)s, %(payload)s)
