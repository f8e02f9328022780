"""Routes of the API, one file per subject: parse, ask the archive, answer."""
