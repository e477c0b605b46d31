"""What rules share: readings of a recording that several judgements stand on."""
