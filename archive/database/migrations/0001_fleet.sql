-- Devices, what they measured, the cars they sit in, and what health derived from it.

CREATE TABLE device (
    device_key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id text NOT NULL CHECK (device_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    shard text NOT NULL,
    password_hash text NOT NULL,
    provisioned_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
COMMENT ON COLUMN device.device_key IS 'four bytes beside each reading instead of the name: a third faster to COPY';
COMMENT ON COLUMN device.password_hash IS 'as Mosquitto writes it; broker-sync carries it to the broker';
CREATE UNIQUE INDEX device_id_regardless_of_case ON device (lower(device_id));

CREATE TABLE store (
    store_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    timezone text NOT NULL DEFAULT 'Asia/Shanghai',
    propose_ahead_days integer NOT NULL DEFAULT 30 CHECK (propose_ahead_days BETWEEN 0 AND 365)
);
COMMENT ON COLUMN store.propose_ahead_days IS 'a booking is proposed when something falls due within so many days';

CREATE TABLE data_key (
    data_key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wrapped bytea
);
COMMENT ON TABLE data_key IS 'AES-256 keys of personal data, wrapped by a master key outside the database; erasure sets null';

CREATE TABLE vehicle (
    vehicle_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id integer NOT NULL REFERENCES store,
    data_key_id bigint NOT NULL REFERENCES data_key,
    vin_sealed bytea,
    vin_token bytea UNIQUE,
    plate_sealed bytea,
    make text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'sold', 'scrapped')),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN vehicle.facts IS 'schemas.vehicle.VehicleFacts; a change marks the whole history touched';

CREATE TABLE fitting (
    fitting_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_key integer NOT NULL REFERENCES device,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    CONSTRAINT one_vehicle_per_device_at_a_time EXCLUDE USING gist (device_key WITH =, during WITH &&),
    CONSTRAINT one_device_per_vehicle_at_a_time EXCLUDE USING gist (vehicle_id WITH =, during WITH &&)
);

CREATE TABLE reading (
    device_key integer NOT NULL,
    time timestamptz NOT NULL,
    speed_kmh real,
    engine_rpm real,
    engine_load_pct real,
    absolute_load_pct real,
    throttle_pct real,
    coolant_c real,
    intake_air_c real,
    ambient_c real,
    oil_c real,
    maf_g_s real,
    map_kpa real,
    baro_kpa real,
    lambda_ratio real,
    short_fuel_trim_pct real,
    long_fuel_trim_pct real,
    fuel_rate_l_h real,
    fuel_rate_g_s real,
    fuel_type_code smallint,
    fuel_level_pct real,
    odometer_km double precision,
    battery_v real,
    accel_long_m_s2 real,
    accel_lat_m_s2 real,
    tyre_kpa_fl real,
    tyre_kpa_fr real,
    tyre_kpa_rl real,
    tyre_kpa_rr real,
    run_time_s real,
    distance_since_clear_km real,
    traction_soc_pct real,
    extra jsonb
);
SELECT create_hypertable('reading', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE UNIQUE INDEX one_reading_per_device_and_time ON reading (device_key, time);

CREATE TABLE position (
    device_key integer NOT NULL,
    time timestamptz NOT NULL,
    latitude double precision,
    longitude double precision,
    altitude_m real,
    heading_deg real,
    gps_speed_kmh real
);
SELECT create_hypertable('position', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE UNIQUE INDEX one_position_per_device_and_time ON position (device_key, time);

CREATE FUNCTION merge_extra(kept jsonb, came jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN kept IS NULL THEN came
        WHEN came IS NULL THEN kept
        ELSE (SELECT jsonb_object_agg(name, GREATEST(kept -> name, came -> name))
              FROM (SELECT jsonb_object_keys(kept) UNION SELECT jsonb_object_keys(came)) AS names (name))
    END
$$;
COMMENT ON FUNCTION merge_extra IS 'union of keys; of two values the greater, so that the order of arrival does not matter';
CREATE AGGREGATE merge_extras(jsonb) (SFUNC = merge_extra, STYPE = jsonb);

CREATE TABLE live (
    device_key integer PRIMARY KEY REFERENCES device,
    speed_kmh real,
    speed_kmh_at timestamptz,
    engine_rpm real,
    engine_rpm_at timestamptz,
    engine_load_pct real,
    engine_load_pct_at timestamptz,
    absolute_load_pct real,
    absolute_load_pct_at timestamptz,
    throttle_pct real,
    throttle_pct_at timestamptz,
    coolant_c real,
    coolant_c_at timestamptz,
    intake_air_c real,
    intake_air_c_at timestamptz,
    ambient_c real,
    ambient_c_at timestamptz,
    oil_c real,
    oil_c_at timestamptz,
    maf_g_s real,
    maf_g_s_at timestamptz,
    map_kpa real,
    map_kpa_at timestamptz,
    baro_kpa real,
    baro_kpa_at timestamptz,
    lambda_ratio real,
    lambda_ratio_at timestamptz,
    short_fuel_trim_pct real,
    short_fuel_trim_pct_at timestamptz,
    long_fuel_trim_pct real,
    long_fuel_trim_pct_at timestamptz,
    fuel_rate_l_h real,
    fuel_rate_l_h_at timestamptz,
    fuel_rate_g_s real,
    fuel_rate_g_s_at timestamptz,
    fuel_type_code smallint,
    fuel_type_code_at timestamptz,
    fuel_level_pct real,
    fuel_level_pct_at timestamptz,
    odometer_km double precision,
    odometer_km_at timestamptz,
    battery_v real,
    battery_v_at timestamptz,
    latitude double precision,
    latitude_at timestamptz,
    longitude double precision,
    longitude_at timestamptz,
    altitude_m real,
    altitude_m_at timestamptz,
    heading_deg real,
    heading_deg_at timestamptz,
    gps_speed_kmh real,
    gps_speed_kmh_at timestamptz,
    accel_long_m_s2 real,
    accel_long_m_s2_at timestamptz,
    accel_lat_m_s2 real,
    accel_lat_m_s2_at timestamptz,
    tyre_kpa_fl real,
    tyre_kpa_fl_at timestamptz,
    tyre_kpa_fr real,
    tyre_kpa_fr_at timestamptz,
    tyre_kpa_rl real,
    tyre_kpa_rl_at timestamptz,
    tyre_kpa_rr real,
    tyre_kpa_rr_at timestamptz,
    run_time_s real,
    run_time_s_at timestamptz,
    distance_since_clear_km real,
    distance_since_clear_km_at timestamptz,
    traction_soc_pct real,
    traction_soc_pct_at timestamptz
) WITH (fillfactor = 50);
COMMENT ON TABLE live IS 'per device and signal the newest measured value and when it was measured';

CREATE TABLE device_status (
    device_key integer PRIMARY KEY REFERENCES device,
    state text NOT NULL,
    firmware text NOT NULL,
    boot bigint NOT NULL,
    received_at timestamptz NOT NULL
);

CREATE TABLE device_event (
    device_key integer NOT NULL REFERENCES device,
    time timestamptz NOT NULL,
    boot bigint NOT NULL,
    seq bigint NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (device_key, time, boot, seq)
);

CREATE TABLE command (
    command_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    device_key integer NOT NULL REFERENCES device,
    type text NOT NULL,
    args jsonb NOT NULL DEFAULT '{}',
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    replied_at timestamptz,
    ok boolean,
    reply jsonb
);
CREATE INDEX command_waiting ON command (device_key) WHERE sent_at IS NULL;

CREATE TABLE touched (
    device_key integer NOT NULL,
    first_time timestamptz NOT NULL,
    last_time timestamptz NOT NULL
);
COMMENT ON TABLE touched IS 'append-only marks of ingest; without a key, because an upsert waits for the worker that holds the row';

CREATE TABLE vehicle_touched (
    vehicle_id integer NOT NULL,
    first_time timestamptz NOT NULL,
    last_time timestamptz NOT NULL
);
CREATE INDEX vehicle_touched_by_vehicle ON vehicle_touched (vehicle_id);
COMMENT ON TABLE vehicle_touched IS 'what health still has to look at: device marks passed through the fittings, and changed facts';

CREATE TABLE dead_letter (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    device_key integer REFERENCES device,
    reason text NOT NULL,
    detail text NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    payload_sealed bytea NOT NULL
);
CREATE INDEX dead_letter_by_reason ON dead_letter (reason, received_at);

CREATE TABLE trip (
    vehicle_id integer NOT NULL REFERENCES vehicle,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    kept boolean NOT NULL,
    figures jsonb,
    statistics json NOT NULL,
    model_version text NOT NULL,
    PRIMARY KEY (vehicle_id, started_at)
);
COMMENT ON COLUMN trip.statistics IS 'one row of health.statistics.TRIP_STATISTICS; json keeps every float as written';
COMMENT ON COLUMN trip.figures IS 'schemas.report.Trip, with what is learned by now; null while not kept';

CREATE TABLE day (
    vehicle_id integer NOT NULL REFERENCES vehicle,
    day date NOT NULL,
    distance_km double precision NOT NULL,
    fuel_l double precision,
    trips integer NOT NULL,
    PRIMARY KEY (vehicle_id, day)
);

CREATE TABLE report (
    vehicle_id integer PRIMARY KEY REFERENCES vehicle,
    as_of timestamptz NOT NULL,
    model_version text NOT NULL,
    body jsonb NOT NULL
);
