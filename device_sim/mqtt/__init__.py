"""Devices as MQTT clients: they forget only what has a receipt."""
