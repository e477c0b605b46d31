"""MEASURE: a live training step becomes a Look. The only package that touches live tensors."""
