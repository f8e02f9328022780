-- Health reads what devices tell of trouble codes, and a maintenance rule may name codes that ask for its item.

GRANT SELECT ON device_event TO pitcall_health;

ALTER TABLE maintenance_rule ADD COLUMN codes text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN maintenance_rule.codes IS 'beginnings of trouble codes, P0128 or P03: whichever limit comes first';
ALTER TABLE maintenance_rule DROP CONSTRAINT rule_has_a_limit;
ALTER TABLE maintenance_rule ADD CONSTRAINT rule_has_a_limit
    CHECK (num_nonnulls(km, months, tread_mm) > 0 OR cardinality(codes) > 0);

INSERT INTO maintenance_rule (item, codes) VALUES ('DIAG', '{P,C,B,U}');
