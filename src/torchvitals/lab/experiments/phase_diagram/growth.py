"""At the start: how gradients grow from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torchvitals.lab.experiment import Bench, Claim, Part, Table
from torchvitals.lab.trainability import gradient_factors
from torchvitals.theory.meanfield import fixed_variance, gradient_growth
from torchvitals.words import say

_NETWORKS = 8
"""For each measured growth; width 400, depth 20."""
_GROWTH_ERROR = math.sqrt(5 / (400 * 20 * _NETWORKS))
"""Relative standard error of it, at most ReLU's: Hanin and Nica 2018."""


def growth(bench: Bench) -> Iterator[Part]:
    """Measured beside χ1, in either phase."""
    places = [("tanh", (sw2, 0.05)) for sw2 in (1.0, 1.5, 1.76, 2.5)]
    places += [("relu", (sw2, 0.0)) for sw2 in (1.0, 2.0)]
    rows: list[tuple[str, ...]] = []
    worst = 0.0
    for activation, place in bench.track(places, say("gradients at the start")):
        variance = fixed_variance(activation, *place) if activation == "tanh" else 1.0
        factors = gradient_factors(activation, place, variance, _NETWORKS, bench.seed)
        found, theory = sum(factors) / _NETWORKS, gradient_growth(activation, *place)
        rows.append((f"{activation}, {place[0]:g}, {place[1]:g}", f"{theory:.4f}", f"{found:.4f}"))
        worst = max(worst, abs(found / theory - 1))
    yield Table(
        say("Factor of the squared gradient per layer (width 400, depth 20, 8 networks)"),
        ["sw2, sb2", "χ1", say("measured")],
        rows,
    )
    allowed = 0.01 + 4 * _GROWTH_ERROR
    yield Claim(
        say("At the start squared gradients change by χ1 from layer to layer"),
        say("within {percent} %", percent=f"{100 * allowed:.1f}"),
        f"{100 * worst:.1f} %",
        worst <= allowed,
    )
