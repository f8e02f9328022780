"""Performance claims: ratios measured side by side in one run, on the real database and broker."""
