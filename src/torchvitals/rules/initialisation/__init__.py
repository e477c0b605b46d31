"""Faults that are there before the first step."""
