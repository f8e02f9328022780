-- add --
INSERT INTO store (code, name_zh, name_en, timezone) VALUES (%s, %s, %s, %s) RETURNING store_id

-- by_code --
SELECT code, store_id FROM store
