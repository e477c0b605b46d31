"""Maps of what is learned: over depth and weight scale, and over bias and weight scale."""

from __future__ import annotations

import numpy as np

from torchvitals.lab.experiment import Bench
from torchvitals.lab.experiments.phase_diagram.knobs import Knobs
from torchvitals.lab.trainability import accuracies
from torchvitals.words import say

_REPEATS = 2
TANH_SW2 = tuple(round(0.5 + 0.3 * k, 2) for k in range(12))
RELU_SW2 = tuple(round(0.8 + 0.2 * k, 2) for k in range(12))
SB2 = (0.001, 0.005, 0.03, 0.17, 1.0)
Map = list[list[float]]
"""Accuracies: a row for each depth or bias variance, an entry for each weight variance."""


def depths_to(deepest: int) -> list[int]:
    """Seven, up to the deepest."""
    found = {max(2, round(deepest * share)) for share in (0.08, 0.16, 0.28, 0.4, 0.55, 0.75, 1.0)}
    return sorted(found)


def over_depth(  # noqa: PLR0913, PLR0917
    activation: str,
    sw2s: tuple[float, ...],
    sb2: float,
    depths: list[int],
    knobs: Knobs,
    bench: Bench,
) -> Map:
    """One activation and bias variance: a row for each depth."""
    places = [(sw2, sb2) for sw2 in sw2s]
    what = say("{activation} networks by depth", activation=activation)
    return [
        _row(activation, places, depth, knobs, bench.seed) for depth in bench.track(depths, what)
    ]


def over_bias(knobs: Knobs, bench: Bench) -> Map:
    """The deepest tanh networks: a row for each bias variance."""
    rows = bench.track(SB2, say("tanh networks by bias variance"))
    return [
        _row("tanh", [(sw2, sb2) for sw2 in TANH_SW2], knobs.depth, knobs, bench.seed)
        for sb2 in rows
    ]


def _row(
    activation: str, places: list[tuple[float, float]], depth: int, knobs: Knobs, seed: int
) -> list[float]:
    """Mean accuracies over the repeats."""
    found = accuracies(activation, places * _REPEATS, depth, knobs.width, seed, range(knobs.steps))
    return np.array(found).reshape(_REPEATS, -1).mean(0).tolist()
