"""Limits on what is kept of devices that misbehave. What a device itself must keep to stands in `schemas/wire.py`."""

LETTERS_PER_HOUR = 1_000
"""Dead letters kept per reason and device in an hour and process; enough to find any cause, and a day to replay."""

LETTER_BYTES_PER_HOUR = 16 * 2**20
"""Bytes of them [B]: a thousand messages of usual size, or sixty of the greatest the broker lets through."""

ALL_LETTER_BYTES_PER_HOUR = 512 * 2**20
"""Bytes of all dead letters kept in an hour and process [B]: a thousand broken devices fill 12 GB a day, no more."""
