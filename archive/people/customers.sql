-- add --
INSERT INTO customer (kind, data_key_id, name_sealed, phone_sealed, sex, language, vip, sendable)
VALUES (%(kind)s, %(key)s, %(name)s, %(phone)s, %(sex)s, %(language)s, %(vip)s, %(sendable)s) RETURNING customer_id

-- add_store --
INSERT INTO customer_store (customer_id, store_id) VALUES (%s, %s) ON CONFLICT DO NOTHING

-- add_token --
INSERT INTO search_token (customer_id, field, token) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING

-- customer --
SELECT customer_id, kind, data_key_id, wrapped, name_sealed, phone_sealed, sex, language, vip, sendable
FROM customer JOIN data_key USING (data_key_id) WHERE customer_id = %s

-- find --
SELECT customer_id, kind, data_key_id, wrapped, name_sealed, phone_sealed, sex, language, vip, sendable
FROM search_token JOIN customer USING (customer_id) JOIN data_key USING (data_key_id)
WHERE field = %s AND token = %s ORDER BY customer_id LIMIT 50

-- candidates --
-- Before a log-in nobody acts, so no customer is visible; the token table alone names the candidates.
SELECT customer_id FROM search_token WHERE field = 'phone' AND token = %s ORDER BY customer_id LIMIT 20
