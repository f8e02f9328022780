-- holds_role --
SELECT 1 FROM staff_role
WHERE store_id = %(store)s AND staff_id = acting_staff() AND role = ANY (%(roles)s::text[])

-- of_store --
SELECT item, make, model, km, months, tread_mm, pad_mm, revolutions, codes, once, off, store_id
FROM maintenance_rule WHERE store_id IS NULL OR store_id = %(store)s
ORDER BY item, store_id NULLS FIRST, make NULLS FIRST, model NULLS FIRST, rule_id

-- put --
-- Cars are matched whatever the case of their make and model, so a rule keeps the spelling it was first given: two that
-- differ in nothing else would leave it to chance which one holds.
INSERT INTO maintenance_rule (store_id, item, make, model, km, months, tread_mm, pad_mm, revolutions, codes, once, off)
SELECT %(store)s, %(item)s, coalesce(same.make, given.make), coalesce(same.model, given.model), %(km)s, %(months)s,
    %(tread_mm)s, %(pad_mm)s, %(revolutions)s, %(codes)s, %(once)s, %(off)s
FROM (VALUES (%(make)s::text, %(model)s::text)) AS given (make, model)
LEFT JOIN maintenance_rule AS same ON same.store_id = %(store)s AND same.item = %(item)s
    AND lower(same.make) = lower(given.make) AND lower(same.model) IS NOT DISTINCT FROM lower(given.model)
ON CONFLICT ON CONSTRAINT one_rule_per_store_model_and_item DO UPDATE
SET km = excluded.km, months = excluded.months, tread_mm = excluded.tread_mm, pad_mm = excluded.pad_mm,
    revolutions = excluded.revolutions, codes = excluded.codes, once = excluded.once, off = excluded.off
WHERE (maintenance_rule.km, maintenance_rule.months, maintenance_rule.tread_mm, maintenance_rule.pad_mm,
       maintenance_rule.revolutions, maintenance_rule.codes, maintenance_rule.once, maintenance_rule.off)
    IS DISTINCT FROM (excluded.km, excluded.months, excluded.tread_mm, excluded.pad_mm, excluded.revolutions,
                      excluded.codes, excluded.once, excluded.off)

-- drop --
DELETE FROM maintenance_rule
WHERE store_id = %(store)s AND item = %(item)s AND lower(make) IS NOT DISTINCT FROM lower(%(make)s)
    AND lower(model) IS NOT DISTINCT FROM lower(%(model)s)

-- touch_cars --
-- The empty interval: trips are as they were.
INSERT INTO vehicle_touched (vehicle_id, first_time, last_time)
SELECT vehicle_id, 'infinity', '-infinity' FROM vehicle WHERE store_id = %(store)s AND state = 'active'
