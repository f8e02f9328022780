"""Health: pure models of a car. Readings and facts in, one report per vehicle out; no I/O, no clock, no logging."""

MODEL_VERSION = "2026.11-5"
"""Raised with every change that may alter a figure; stored beside each derived value."""
