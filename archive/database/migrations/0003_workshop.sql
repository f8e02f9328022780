-- Maintenance rules, what fell due, and the bookings that answer it.

CREATE TABLE catalogue_item (
    item text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    labour_h numeric(4, 1) NOT NULL,
    price_low_cny integer NOT NULL,
    price_high_cny integer NOT NULL,
    skills text NOT NULL
);

CREATE TABLE maintenance_rule (
    rule_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id integer REFERENCES store,
    item text NOT NULL REFERENCES catalogue_item,
    km double precision CHECK (km > 0),
    months double precision CHECK (months > 0),
    tread_mm double precision CHECK (tread_mm > 0),
    once boolean NOT NULL DEFAULT false,
    CONSTRAINT rule_has_a_limit CHECK (num_nonnulls(km, months, tread_mm) > 0),
    CONSTRAINT one_rule_per_store_and_item UNIQUE NULLS NOT DISTINCT (store_id, item)
);
COMMENT ON COLUMN maintenance_rule.store_id IS 'null is the default catalogue; a store''s own rule replaces it';

CREATE TABLE service_done (
    service_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    item text NOT NULL REFERENCES catalogue_item,
    done_at date NOT NULL,
    odometer_km double precision,
    booking_id bigint
);
CREATE INDEX service_done_by_vehicle ON service_done (vehicle_id, item, done_at);

CREATE TABLE measurement (
    measurement_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    kind text NOT NULL CHECK (kind IN ('tread', 'pad')),
    axle text NOT NULL CHECK (axle IN ('front', 'rear')),
    value_mm double precision NOT NULL CHECK (value_mm BETWEEN 0 AND 30),
    odometer_km double precision,
    measured_at timestamptz NOT NULL,
    staff_id integer REFERENCES staff
);
CREATE INDEX measurement_by_vehicle ON measurement (vehicle_id, measured_at);

CREATE TABLE booking_step (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO booking_step VALUES
    ('proposed', 'offered'), ('proposed', 'confirmed'), ('proposed', 'declined'), ('proposed', 'cancelled'),
    ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'cancelled'),
    ('confirmed', 'arrived'), ('confirmed', 'cancelled'), ('confirmed', 'no_show'),
    ('arrived', 'in_progress'), ('arrived', 'cancelled'),
    ('in_progress', 'ready'), ('ready', 'completed');

CREATE TABLE booking (
    booking_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    customer_id integer NOT NULL REFERENCES customer,
    store_id integer NOT NULL REFERENCES store,
    state text NOT NULL DEFAULT 'proposed',
    proposed_for date NOT NULL,
    slot_at timestamptz,
    again_at date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_proposed_booking_per_vehicle ON booking (vehicle_id) WHERE state = 'proposed';
CREATE INDEX booking_by_store ON booking (store_id, state, proposed_for);
CREATE INDEX booking_by_customer ON booking (customer_id, booking_id);

CREATE TABLE booking_history (
    booking_id bigint NOT NULL REFERENCES booking,
    at timestamptz NOT NULL DEFAULT now(),
    from_state text,
    to_state text NOT NULL,
    actor_kind text NOT NULL,
    actor_id integer
);
CREATE INDEX booking_history_by_booking ON booking_history (booking_id, at);

CREATE FUNCTION only_allowed_booking_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM booking_step WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'a booking cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_allowed_booking_steps';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_allowed_booking_steps BEFORE UPDATE OF state ON booking
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION only_allowed_booking_steps();

CREATE TABLE due_item (
    due_item_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id integer NOT NULL REFERENCES vehicle,
    item text NOT NULL REFERENCES catalogue_item,
    cycle integer NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'booked', 'done', 'declined', 'void')),
    due_on date NOT NULL,
    due_low date NOT NULL,
    due_high date NOT NULL,
    due_limit text NOT NULL,
    reason_zh text NOT NULL,
    reason_en text NOT NULL,
    booking_id bigint REFERENCES booking,
    again_at date,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_due_item_per_cycle UNIQUE (vehicle_id, item, cycle)
);
COMMENT ON COLUMN due_item.cycle IS 'how often this item had been done before: a completed one never comes back';
CREATE UNIQUE INDEX one_open_due_item_per_need ON due_item (vehicle_id, item)
    WHERE state NOT IN ('done', 'declined', 'void');
CREATE INDEX due_item_by_booking ON due_item (booking_id);
