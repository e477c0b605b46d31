"""Faults of what flows through the layers, forward and backward."""
