"""How fast health is: one vehicle-year, a fleet-day, database to report; beside a plain loop and a bare memory pass."""
