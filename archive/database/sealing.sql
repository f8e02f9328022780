-- add_data_key --
INSERT INTO data_key (wrapped) VALUES (%s) RETURNING data_key_id

-- data_key --
SELECT wrapped FROM data_key WHERE data_key_id = %s
