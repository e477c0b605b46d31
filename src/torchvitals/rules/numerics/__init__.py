"""Faults of arithmetic."""
