-- add --
INSERT INTO staff (login, password_hash, name, language)
VALUES (%(login)s, %(password_hash)s, %(name)s, %(language)s) RETURNING staff_id

-- give_role --
INSERT INTO staff_role (staff_id, store_id, role) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING

-- end_role --
DELETE FROM staff_role WHERE staff_id = %s AND store_id = %s AND role = %s

-- set_password --
UPDATE staff SET password_hash = %s WHERE staff_id = %s

-- dismiss --
UPDATE staff SET active = false WHERE staff_id = %s

-- find_login --
SELECT staff_id, password_hash FROM staff WHERE lower(login) = lower(%s) AND active

-- colleague --
SELECT staff_id, login, name, language FROM staff WHERE staff_id = %s

-- team --
SELECT staff_id, login, staff.name, language, active,
    coalesce(array_agg(store.code || ' ' || role ORDER BY store.code, role) FILTER (WHERE role IS NOT NULL), '{}') AS roles
FROM staff LEFT JOIN staff_role USING (staff_id) LEFT JOIN store USING (store_id)
GROUP BY staff_id ORDER BY lower(login)

-- posts --
SELECT store_id, code, name_zh, name_en, role FROM staff_role JOIN store USING (store_id)
WHERE staff_id = %s ORDER BY code, role

-- administered --
SELECT store_id FROM staff_role WHERE staff_id = %s AND role = %s
