"""How far a run moved each weight matrix, and what that can have changed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from torchvitals.record.look import ParameterLook
from torchvitals.record.recording import Segment


class Travel(NamedTuple):
    """The way of one weight over the run. `path` is the sum of the RMS of its updates.

    `reach` bounds by how much, relative to itself, the output of its layer can have changed: |dW x|
    is at most |dW|_F |x|, and |W x| of a random W is near rms(W) sqrt(fan_out) |x|. An embedding
    gives out its rows as they are: it has a fan-in of one.
    """

    name: str
    path: float
    size: float
    reach: float
    fan_in: int

    @property
    def relative(self) -> float:
        """The path in units of the weight's own RMS."""
        return self.path / self.size


def travels(segment: Segment) -> list[Travel]:
    """The way of every weight matrix that a gradient moved; of all weights where none is a matrix.

    What lay between two looks is taken as what they saw, on average.
    """
    seen: dict[str, list[tuple[int, ParameterLook]]] = {}
    tables: set[str] = set()
    for look in segment.looks:
        tables |= {name for o in look.operations if o.kind == "embedding" for name in o.parameters}
        for p in look.parameters:
            if look.crash is None and p.update_rms is not None and math.isfinite(p.update_rms):
                seen.setdefault(p.name, []).append((look.step, p))
    found = {name: rows for name, rows in seen.items() if _is_driven(rows)}
    matrices = {name: rows for name, rows in found.items() if len(rows[0][1].shape) > 1}
    return [
        _travel(rows, segment.steps, fan_in=1 if name in tables else rows[0][1].fan_in)
        for name, rows in (matrices or found).items()
    ]


def _is_driven(rows: list[tuple[int, ParameterLook]]) -> bool:
    """A gradient that is not zero reached it at some look."""
    return any(p.gradient is not None and p.gradient.rms > 0 for _, p in rows)


def _travel(rows: list[tuple[int, ParameterLook]], steps: int, *, fan_in: int) -> Travel:
    first = rows[0][1]
    usual = 1.0 / math.sqrt(3.0 * first.fan_in)
    size = first.weight.rms if first.weight.rms > 0 else usual
    path = integral(((step, p.update_rms or 0.0) for step, p in rows), steps)
    return Travel(first.name, path, size, path / size * math.sqrt(fan_in), fan_in)


def integral(rows: Iterable[tuple[int, float]], steps: int) -> float:
    """The sum over all steps of a run of what some of them showed.

    >>> integral([(0, 1.0), (2, 3.0)], 4)
    10.0
    """
    known = list(rows)
    total = 0.0
    for (step, value), (after, following) in pairwise(known):
        total += (after - step) * (value + following) / 2
    if known:
        total += max(steps - known[-1][0], 1) * known[-1][1]
        total += known[0][0] * known[0][1]
    return total
