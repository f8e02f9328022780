"""What the broker reads: its configuration, who may write where, and passwords."""
