"""The speed of ingest: generator, broker, ingest and database on the same machine, all real."""
