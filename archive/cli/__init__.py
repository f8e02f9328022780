"""The parts of `python -m archive`, one file per subject."""
