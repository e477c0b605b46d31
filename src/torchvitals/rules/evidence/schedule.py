"""The schedule of the rate: whether it had spent the rate long before the run ended."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.course import Course
from torchvitals.rules.evidence.optimizers import main_group

SPENT = Threshold(
    0.99, "of the sum of the rates", "convention", "what is left then moves weights by a hundredth"
)
EARLY = Threshold(
    0.25,
    "of the run",
    "theorem",
    "a cosine spends 99 % of its rates by 0.87 of the run, an exponential fall to 1e-6 by a third",
)
_DONE = Threshold(0.1, "of the loss at the start", "convention", "such a run has learned")
_NO_RATE = 1e-6
_FEWEST_RATES = 5
"""Looks of which the rates are known: with fewer, the sum between them is a guess."""


class Faded(NamedTuple):
    """A schedule that was over early: the step by which it had spent its rates, the highest rate
    and the last.
    """

    step: int
    highest: float
    last: float


def faded(segment: Segment, course: Course) -> Faded | None:
    """A schedule that spent nearly all of the sum of its rates early in the run.

    None where that was late, as under any usual schedule, or where the run got where it could.
    """
    if course.short or course.blown_up or course.adversarial or course.solved(_DONE.value):
        return None
    rows = [(k.step, g[1].lr) for k in segment.looks if k.crash is None and (g := main_group(k))]
    highest = max((lr for _, lr in rows), default=0.0)
    if len(rows) < _FEWEST_RATES or not highest or not course.flat_at_end:
        return None
    spent = _spent(rows, segment.steps)
    early = spent < EARLY.value * segment.steps and rows[-1][1] < highest
    had_to_go = not course.learning or _was_falling(course, spent)
    return Faded(spent, highest, rows[-1][1]) if early and had_to_go else None


def _spent(rows: list[tuple[int, float]], steps: int) -> int:
    """The step by which nearly all of the sum of the rates was spent, where they change evenly, in
    their logarithm, from look to look.
    """
    seen = [step for step, _ in rows]
    highest = max(lr for _, lr in rows)
    logs = [math.log(max(lr, _NO_RATE * highest)) for _, lr in rows]
    every = np.arange(max(steps, 1))  # a run that never steps has looks all the same
    sums = np.cumsum(np.exp(np.interp(every, seen, logs)))
    return int((sums < SPENT.value * float(sums[-1])).sum()) + 1


def _was_falling(course: Course, step: int) -> bool:
    """Whether the loss fell on the way to this step, beyond its noise: it had not settled yet."""
    before, after = course.finite[step // 4 : step // 2], course.finite[step // 2 : step]
    if not len(before) or not len(after):
        return False
    fall = float(before.mean() - after.mean())
    return fall > 2 * course.noise * (1 / len(before) + 1 / len(after)) ** 0.5
