"""SHOW: one renderer of words; the terminal and JSON are its faces. Knows no torch."""
