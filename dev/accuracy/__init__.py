"""Accuracy: what the models reach on standard cycles, recordings of real cars and simulated use, beside their goals."""
