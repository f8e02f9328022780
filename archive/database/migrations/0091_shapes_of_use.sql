-- How somebody drove is described in a module of its own; the comments name it.

COMMENT ON COLUMN trip.figures IS 'schemas.report_use.Trip, with what is learned by now; null while not kept';
COMMENT ON TABLE week IS 'schemas.report_use.Week, begins on Monday in the zone of the car''s home store';
