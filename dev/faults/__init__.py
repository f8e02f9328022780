"""The fault rig: breaks the real broker, database, network and ingest under load, and counts what is left."""
