"""Listening to a real device and judging it by the contract of docs/devices.md. Reads only; sends nothing."""
