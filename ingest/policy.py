"""Limits against devices that misbehave. Each is far beyond what a healthy device does."""

LETTERS_PER_HOUR = 1_000
"""Dead letters kept per reason and device in an hour and process; enough to find any cause, and a day to replay."""

LETTER_BYTES_PER_HOUR = 16 * 2**20
"""Bytes of them [B]: a thousand messages of usual size, or sixty of the greatest the broker lets through."""

ALL_LETTER_BYTES_PER_HOUR = 512 * 2**20
"""Bytes of all dead letters kept in an hour and process [B]: a thousand broken devices fill 12 GB a day, no more."""

MESSAGES_PER_S = 50.0
"""Messages a device may send for ever [1/s]: ten times what the busiest dongle we know sends (OVMS while charging)."""

MESSAGE_BURST = 20_000
"""Messages beyond that at once: what a device kept while it was away, and what the broker kept while ingest was.
At 300 samples a message ten weeks of driving at 1 Hz without pause; at 5 messages a second an hour without ingest."""
