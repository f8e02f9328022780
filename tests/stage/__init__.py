"""The stage tests play on: a real database cloned from a migrated template, a real broker, real processes."""
