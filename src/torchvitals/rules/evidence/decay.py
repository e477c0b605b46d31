"""What pulls the weights to zero: weight decay of an optimizer, or a penalty that was added to the
loss.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

from torchvitals.record.look import Look, Loss, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold

_SAME = Threshold(
    1.03, "times", "convention", "a sample of 1024 entries tells a sum of squares to within 3 %"
)
_ADDED = Threshold(
    0.01, "of the loss", "convention", "less than what rounding and a mean over batches leave open"
)
_ABSOLUTE = (0.3, 1.0)
"""Mean of absolute values over the RMS: at most 1 (Cauchy and Schwarz); 0.8 of a normal variable,
0.3 where nine in ten are next to zero."""
_ALIKE = Threshold(
    1.5,
    "times the gradient of the matrix in the middle",
    "theorem",
    "of a sum of absolute values it has one size for every weight; data add to it",
)
_MATRIX = 2
_FEWEST = 2
"""Looks at which a factor must be the same: one alone would always be."""


class Penalty(NamedTuple):
    """A sum over the weights that was added to the loss: `factor` times `of` them.

    `squares` tells a sum of squares from a sum of norms.
    """

    factor: float
    of: Callable[[Look], float]
    squares: bool
    absolute: bool = False
    """A sum of absolute values."""


def penalty_of(segment: Segment) -> Penalty | None:
    """The penalty that explains what the loss is more than its loss function; None where none does.

    It must be the same factor of the same sum at each look that tells.
    """
    told = [
        (look, look.loss - loss.value)
        for look, loss in alone(segment)
        if loss.value is not None and math.isfinite(look.loss - loss.value)
    ]
    told = [(look, added) for look, added in told if added > _ADDED.value * abs(look.loss)]
    if len(told) < _FEWEST:
        return None
    found: list[tuple[float, Penalty]] = []
    for of, squares in _SUMS:
        factors = [added / total for look, added in told if (total := of(look)) > 0]
        if len(factors) == len(told):
            spread = max(factors) / min(factors)
            found.append((spread, Penalty(statistics.median(factors), of, squares)))
    spread, penalty = min(found, key=lambda entry: entry[0], default=(math.inf, None))
    return penalty if spread <= _SAME.value else _of_absolute_values(told)


def _of_absolute_values(told: list[tuple[Look, float]]) -> Penalty | None:
    """A sum of absolute values: its gradient is the factor, for each weight, whatever its size."""
    gradients: dict[str, list[float]] = {}
    entries: dict[str, int] = {}
    for look, _ in told[len(told) // 2 :]:
        for p in look.parameters:
            if len(p.shape) > 1:
                size = p.gradient.rms if p.gradient is not None else 0.0
                gradients.setdefault(p.name, []).append(size)
                entries[p.name] = math.prod(p.shape)
    alike = max((_as_steep(gradients, name) for name in gradients), key=len, default=())
    # One matrix is no proof, and what is pulled must be most of the net.
    if len(alike) < _FEWEST or sum(entries[n] for n in alike) < sum(entries.values()) / 2:
        return None
    factor = statistics.median(size for name in alike for size in gradients[name])
    added = {look.step: found for look, found in told}

    def of(look: Look) -> float:
        return added.get(look.step, 0.0) / factor

    shares = [found / factor / max(_sizes(look, alike), 1e-30) for look, found in told]
    if not all(_ABSOLUTE[0] <= share <= _ABSOLUTE[1] * _SAME.value for share in shares):
        return None
    return Penalty(factor, of, squares=False, absolute=True)


def _as_steep(gradients: dict[str, list[float]], name: str) -> tuple[str, ...]:
    """The matrices whose gradients are all of one size with that of this one."""
    middle = statistics.median(gradients[name])
    return tuple(
        other
        for other, sizes in gradients.items()
        if 0 < max(sizes) <= _ALIKE.value * middle and middle <= _ALIKE.value * min(sizes)
    )


def _sizes(look: Look, alike: tuple[str, ...]) -> float:
    counted = (p for p in look.parameters if p.name in alike or len(p.shape) < _MATRIX)
    return sum(p.weight.rms * math.prod(p.shape) for p in counted)


def alone(segment: Segment) -> list[tuple[Look, Loss]]:
    """The looks at which one loss function was seen, and it."""
    return [(k, k.losses[0]) for k in segment.looks if len(k.losses) == 1 and k.crash is None]


def _squared(p: ParameterLook) -> float:
    return p.weight.rms**2 * math.prod(p.shape)


def _all_squares(look: Look) -> float:
    return sum(_squared(p) for p in look.parameters)


def _matrix_squares(look: Look) -> float:
    return sum(_squared(p) for p in look.parameters if len(p.shape) > 1)


def _all_norms(look: Look) -> float:
    return sum(math.sqrt(_squared(p)) for p in look.parameters)


def _matrix_norms(look: Look) -> float:
    return sum(math.sqrt(_squared(p)) for p in look.parameters if len(p.shape) > 1)


_SUMS: tuple[tuple[Callable[[Look], float], bool], ...] = (
    (_all_squares, True),
    (_matrix_squares, True),
    (_all_norms, False),
    (_matrix_norms, False),
)
