"""Faults of the update: the rate, the wiring, the optimizer."""
