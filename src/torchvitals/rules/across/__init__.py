"""Rules about what one process, or one set of data, does not show alone."""
