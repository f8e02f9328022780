-- Customers, staff, consent and what lets them in. Names, phones, plates and VIN are sealed; search goes over tokens.

CREATE TABLE customer (
    customer_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'organisation')),
    data_key_id bigint NOT NULL REFERENCES data_key,
    name_sealed bytea,
    phone_sealed bytea,
    sex text CHECK (sex IN ('male', 'female')),
    language text NOT NULL DEFAULT 'zh-CN',
    vip boolean NOT NULL DEFAULT false,
    sendable boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN customer.sendable IS 'false for demo customers: China has no fictitious numbers, so nothing may be sent to theirs';

CREATE TABLE customer_store (
    customer_id integer NOT NULL REFERENCES customer,
    store_id integer NOT NULL REFERENCES store,
    PRIMARY KEY (customer_id, store_id)
);
CREATE INDEX customer_store_by_store ON customer_store (store_id, customer_id);

CREATE TABLE search_token (
    customer_id integer NOT NULL REFERENCES customer ON DELETE CASCADE,
    field text NOT NULL,
    token bytea NOT NULL CHECK (octet_length(token) = 8),
    PRIMARY KEY (field, token, customer_id)
);

CREATE TABLE ownership (
    ownership_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customer,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    CONSTRAINT one_owner_per_vehicle_at_a_time EXCLUDE USING gist (vehicle_id WITH =, during WITH &&)
);
CREATE INDEX ownership_by_customer ON ownership (customer_id);

CREATE TABLE consent (
    consent_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customer,
    purpose text NOT NULL CHECK (purpose IN ('telemetry', 'location', 'marketing')),
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    text_version text NOT NULL,
    channel text NOT NULL,
    CONSTRAINT one_consent_per_purpose_at_a_time
        EXCLUDE USING gist (customer_id WITH =, purpose WITH =, during WITH &&)
);

CREATE TABLE staff (
    staff_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login text NOT NULL,
    password_hash text NOT NULL,
    name text NOT NULL,
    language text NOT NULL DEFAULT 'zh-CN',
    active boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX staff_login_regardless_of_case ON staff (lower(login));

CREATE TABLE staff_role (
    staff_id integer NOT NULL REFERENCES staff,
    store_id integer NOT NULL REFERENCES store,
    role text NOT NULL CHECK (role IN ('service_advisor', 'service_manager', 'administrator')),
    PRIMARY KEY (staff_id, store_id, role)
);

CREATE TABLE login_code (
    phone_token bytea PRIMARY KEY,
    code_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE login_code IS 'one-time codes of owners: one alive per phone, five tries';

CREATE TABLE refresh_token (
    token_hash bytea PRIMARY KEY,
    family uuid NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('customer', 'staff')),
    subject_id integer NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX refresh_token_by_family ON refresh_token (family);

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_kind text NOT NULL,
    actor_id integer,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id bigint,
    store_id integer,
    allowed boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE audit IS 'who read or changed what; never the personal value itself';
