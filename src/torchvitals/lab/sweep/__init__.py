"""An experiment asked over a grid of its knobs, on one machine or many."""
