"""Pure functions that thresholds stand on, each with its source."""
