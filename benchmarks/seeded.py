"""Run the `torchvitals` command with every seed of the script moved, the script itself unchanged.

    python benchmarks/seeded.py OFFSET run train.py

What the script gives to `torch.manual_seed`, `numpy.random.seed` and `random.seed` grows by 1000
times OFFSET; what it never seeds starts from that number. Generators that a script makes for itself
stay as they are: they make its data. OFFSET 0 is the script as it stands.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from torchvitals.cli import main

APART = 1000
"""Between the seeds of two offsets: further than a script counts up by itself."""
NAMES = frozenset({"seed", "a"})
"""What the functions call their argument."""


def moved(seed: Callable[..., Any], distance: int) -> Callable[..., Any]:
    """A seeding function that adds a distance to a whole number, and leaves all else alone."""

    def far(value: Any) -> Any:
        return value + distance if type(value) is int else value

    def shifted(*arguments: Any, **options: Any) -> Any:
        options = {name: far(v) if name in NAMES else v for name, v in options.items()}
        return seed(*map(far, arguments[:1]), *arguments[1:], **options)

    return shifted


def move_seeds(offset: int) -> None:
    """Seed everything, and move every seed to come."""
    distance = APART * offset
    for owner, name in ((random, "seed"), (np.random, "seed"), (torch, "manual_seed")):
        seed = getattr(owner, name)
        seed(distance)
        setattr(owner, name, moved(seed, distance))


def run(words: list[str]) -> None:
    """The command, of which the first word is the offset; it does not return."""
    move_seeds(int(words[0]))
    sys.argv = ["torchvitals", *words[1:]]
    main()


if __name__ == "__main__":
    run(sys.argv[1:])
