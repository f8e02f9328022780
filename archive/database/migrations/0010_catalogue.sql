-- The default catalogue of a workshop and its default limits; a store's own rules replace them.
-- Prices and hours: mainstream brand, parts with labour, practice in 2026. The maker's manual wins over every limit.

ALTER TABLE maintenance_rule ADD COLUMN fuels text[];
COMMENT ON COLUMN maintenance_rule.fuels IS 'cars it applies to by schemas.vehicle.FuelKind; null is every car';

INSERT INTO catalogue_item (item, name_zh, name_en, labour_h, price_low_cny, price_high_cny, skills) VALUES
    ('PM-FIRST', '首次保养', 'first service', 0.8, 0, 0, 'Q'),
    ('PM-MINOR', '小保养(机油和机滤)', 'minor service (oil and oil filter)', 0.8, 350, 800, 'Q'),
    ('PM-MAJOR', '大保养', 'major service', 2.0, 900, 2200, 'QM'),
    ('CHECK-12', '12项免费检查', 'free 12-item check', 0.3, 0, 0, 'Q'),
    ('FLT-AIR', '更换空气滤芯', 'engine air filter', 0.2, 80, 200, 'Q'),
    ('FLT-CAB', '更换空调滤芯', 'cabin filter', 0.2, 80, 250, 'Q'),
    ('FLT-FUEL', '更换燃油滤芯', 'fuel filter', 0.5, 150, 400, 'M'),
    ('PLUG', '更换火花塞', 'spark plugs', 0.8, 300, 900, 'M'),
    ('BRK-FLUID', '更换制动液', 'brake fluid', 0.8, 200, 450, 'M'),
    ('COOLANT', '更换防冻冷却液', 'coolant', 1.0, 250, 600, 'M'),
    ('TRN-AT', '更换自动变速箱油', 'automatic transmission fluid', 1.5, 900, 2200, 'M'),
    ('TRN-DCT', '更换双离合或CVT油', 'dual-clutch or CVT fluid', 1.8, 1000, 2500, 'M'),
    ('BRK-PAD-F', '更换前刹车片', 'front brake pads', 1.0, 400, 1000, 'M'),
    ('BRK-PAD-R', '更换后刹车片', 'rear brake pads', 1.2, 400, 1000, 'M'),
    ('BRK-DISC-F', '更换前刹车盘', 'front brake discs', 1.5, 900, 2000, 'M'),
    ('TYR-ROT', '轮胎换位', 'tyre rotation', 0.5, 50, 120, 'T'),
    ('TYR-NEW', '更换轮胎(每条)', 'new tyre (each)', 0.4, 350, 900, 'T'),
    ('TYR-BAL', '车轮动平衡(每轮)', 'wheel balancing (each)', 0.2, 20, 50, 'T'),
    ('ALIGN', '四轮定位', 'wheel alignment', 1.0, 200, 500, 'T'),
    ('BAT-12V', '更换12伏蓄电池', '12 V battery', 0.4, 450, 1100, 'E'),
    ('WIPER', '更换雨刮片', 'wiper blades', 0.2, 100, 300, 'Q'),
    ('AC-CLEAN', '空调系统清洗', 'air-conditioning cleaning', 0.8, 150, 350, 'Q'),
    ('AC-GAS', '加注空调冷媒', 'air-conditioning refrigerant', 1.0, 250, 450, 'E'),
    ('THROT', '清洗节气门', 'throttle cleaning', 0.6, 150, 300, 'M'),
    ('BELT', '更换正时或附件皮带', 'timing or drive belt', 4.0, 1200, 3000, 'M'),
    ('DIAG', '故障诊断', 'fault diagnosis', 0.7, 100, 300, 'E'),
    ('EV-CHK', '电池电机电控检查', 'battery, motor and control check', 1.0, 0, 400, 'H'),
    ('EV-GEAR', '更换减速器油', 'reduction gear oil', 0.8, 250, 500, 'H'),
    ('WARR', '保修索赔', 'warranty repair', 0.0, 0, 0, 'ME'),
    ('RECALL', '召回维修', 'recall repair', 0.0, 0, 0, 'ME'),
    ('ACCIDENT', '事故维修', 'accident repair', 0.0, 0, 0, 'BP'),
    ('SEASON', '换季或节前检测', 'seasonal or holiday check', 0.4, 0, 99, 'Q');

-- Only what holds for every car of a kind. Gearbox fluid and belts depend on the model, work on symptom or test result
-- on a finding: a store adds rules for those.
INSERT INTO maintenance_rule (item, km, months, tread_mm, once, fuels) VALUES
    ('PM-FIRST', 5000, 6, NULL, true, NULL),
    ('PM-MINOR', 10000, 12, NULL, false, '{petrol,e10,e27,e85,diesel,hybrid}'),
    ('PM-MAJOR', 40000, 24, NULL, false, '{petrol,e10,e27,e85,diesel,hybrid}'),
    ('FLT-AIR', 20000, 24, NULL, false, '{petrol,e10,e27,e85,diesel,hybrid}'),
    ('FLT-CAB', 15000, 12, NULL, false, NULL),
    ('FLT-FUEL', 40000, 36, NULL, false, '{petrol,e10,e27,e85,diesel,hybrid}'),
    ('PLUG', 40000, 48, NULL, false, '{petrol,e10,e27,e85,hybrid}'),
    ('BRK-FLUID', 40000, 24, NULL, false, NULL),
    ('COOLANT', 60000, 48, NULL, false, NULL),
    ('TYR-ROT', 10000, 12, NULL, false, NULL),
    ('TYR-NEW', NULL, 120, 3.0, false, NULL),
    ('BAT-12V', NULL, 60, NULL, false, NULL),
    ('WIPER', NULL, 12, NULL, false, NULL),
    ('AC-CLEAN', NULL, 12, NULL, false, NULL),
    ('EV-CHK', 20000, 12, NULL, false, '{ev,hybrid}'),
    ('EV-GEAR', 60000, 48, NULL, false, '{ev}');
