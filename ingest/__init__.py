"""From the broker into the database: every message stored exactly once, or buried with its reason."""
