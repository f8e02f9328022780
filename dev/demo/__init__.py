"""`make demo`: the main job end to end on real parts, from driving cars to booked visits."""
