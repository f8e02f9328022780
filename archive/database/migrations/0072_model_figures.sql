-- What cars of one model need and wear, as a picture taken once a day: health compares each car with it as with any
-- other fact, so that its report does not depend on which car was looked at first.

CREATE TABLE model_figures (
    make text NOT NULL,
    model text NOT NULL,
    fuel text NOT NULL,
    taken_on date NOT NULL,
    figures jsonb NOT NULL,
    PRIMARY KEY (make, model, fuel)
);
COMMENT ON TABLE model_figures IS
    'make and model in lower case; figures are schemas.vehicle.ModelFleet, null below ten owners';

GRANT SELECT ON model_figures TO pitcall_backup, pitcall_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON model_figures TO pitcall_health;
