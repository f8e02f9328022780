"""The dongle: turns the truth into wire messages, with the sins of real devices."""
