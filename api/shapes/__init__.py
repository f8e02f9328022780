"""Shapes of requests and answers. What is not named here does not leave the house."""
