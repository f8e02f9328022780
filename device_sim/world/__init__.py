"""The world: cars, drivers, roads and what they do to each other. Pure, seeded, and knows the truth."""
