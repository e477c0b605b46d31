"""Faults of what enters the model."""
