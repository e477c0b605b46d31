"""First steps that replace the weights a net was given."""

from __future__ import annotations

import math
from collections.abc import Collection

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.travel import integral

_UPROOTED = Threshold(
    1.0,
    "of the initial weights, in five steps",
    "theorem",
    "what moved by its own length in random directions has half of its variance from the steps",
)
_FIRST_STEPS = 5
"""Steps of which all but one are always looked at, and half of what Adam's momentum remembers."""
Leaps = list[tuple[Look, str, float]]
"""A look, a weight, and by how much of its size the step moved it."""


def uprooting(segment: Segment, *, but: Collection[str] = (), fewest: int = 1) -> Leaps:
    """The first steps, where together they moved the middle matrix by its own initial length.

    Of all matrices but some, where they are not too few.
    """
    looks = [k for k in segment.looks if k.step < _FIRST_STEPS and k.crash is None and k.stepped]
    sizes = {p.name: p.weight.rms for k in looks[:1] for p in k.parameters if len(p.shape) > 1}
    leaps: Leaps = []
    for look in looks:
        moved = sorted(
            (p.update_rms / max(sizes[p.name], 1.0 / math.sqrt(3.0 * p.fan_in)), p.name)
            for p in look.parameters
            if p.name in sizes.keys() - set(but)
            and p.update_rms is not None
            and not p.weight.nonfinite
        )
        if len(moved) >= fewest:
            ratio, name = moved[len(moved) // 2]
            leaps.append((look, name, ratio))
    way = integral(((look.step, ratio) for look, _, ratio in leaps), _FIRST_STEPS)
    return leaps if way > _UPROOTED.value else []
