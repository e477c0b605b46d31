"""Shares of networks, counted; and how far chance takes a share from what is expected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from torchvitals.lab.experiment import Bench
from torchvitals.lab.experiments.born_dead.knobs import Knobs
from torchvitals.lab.stillbirth import Law, dead_by_depth, deaths
from torchvitals.words import Words

ERRORS = 4.0
"""Standard errors that chance explains: beyond it lies one normal number in 16,000."""
ONE_INPUT = np.ones((1, 1), dtype=np.float32)
TWO_INPUTS = np.array([[1.0], [-1.0]], dtype=np.float32)


class Share(NamedTuple):
    """A share of networks, and how sure it is."""

    value: float
    networks: int

    @property
    def error(self) -> float:
        """One standard error."""
        return error_of(self.value, self.networks)

    def __str__(self) -> str:
        return f"{self.value:.4f} ± {self.error:.4f}"


def error_of(chance: float, networks: int) -> float:
    """Of a share; of a chance near 0 or 1, that of one network in all."""
    chance = min(max(chance, 1.0 / networks), 1.0 - 1.0 / networks)
    return math.sqrt(chance * (1.0 - chance) / networks)


Curve = Mapping[int, Share]
"""By depth, up to that asked for."""


def by_width(
    widths: list[int], knobs: Knobs, bench: Bench, inputs: NDArray[np.float32], what: Words
) -> dict[int, Curve]:
    """The share that is born dead by depth, for each width."""
    found: dict[int, Curve] = {}
    for width in bench.track(widths, what):
        batches = deaths(width, knobs.depth - 1, knobs.networks, bench.seed, inputs)
        shares = dead_by_depth(sum(batches))  # type: ignore[arg-type]
        found[width] = {depth: Share(value, knobs.networks) for depth, value in shares.items()}
    return found


def share_of(  # noqa: PLR0913, PLR0917
    width: int,
    depth: int,
    networks: int,
    seed: int,
    inputs: NDArray[np.float32],
    law: Law = "normal",
) -> Share:
    """Of one width and depth."""
    counts = sum(deaths(width, depth - 1, networks, seed, inputs, law))
    return Share(dead_by_depth(counts)[depth], networks)  # type: ignore[arg-type]
