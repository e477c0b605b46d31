"""Faults of layers that work differently in training and in evaluation."""
