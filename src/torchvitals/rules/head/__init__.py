"""Faults of the loss and of the layer that feeds it."""
