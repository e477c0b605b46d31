"""The pace of a run: how far its steps can have led, and what its slopes promised."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.course import LEARNING, Course
from torchvitals.rules.evidence.optimizers import main_group
from torchvitals.rules.evidence.travel import Travel, integral, travels

REACH = Threshold(
    1.0,
    "of a layer's own output",
    "theorem",
    "|dW x| <= |dW| |x|: below it no layer's output can have changed by more than itself",
)
_SURELY = Threshold(
    0.1, "of a layer's own output", "convention", "far too little, whether or not the loss shows it"
)
_USUAL = Threshold(
    1e-3,
    "update over weight, RMS",
    "published",
    "CS231n: a run too short to get anywhere at this rate is short, not slow",
)
_AS_PROMISED = Threshold(
    1 / 3,
    "of the fall that the slopes promise",
    "convention",
    "where curvature or the noise of batches eats most of it, a higher rate gains nothing",
)
_HALF = Threshold(
    0.5, "share of the loss", "convention", "a run that loses half of it has got somewhere"
)
_UNBENT = Threshold(
    0.9, "of the fall that the slopes promise", "theorem", "rate x curvature / 2 takes the rest"
)
HARDLY_MOVED = Threshold(
    0.25,
    "of a weight's own size",
    "convention",
    "all steps of the run added up, of the weight that moved furthest for its fan-in",
)
_STEADY = Threshold(
    1 / 3,
    "of the fall of the first third, in the last",
    "theorem",
    "an exponential keeps exp(-T / 3 tau) of it: 0.37 where it is 95 % of the way to its floor",
)
_ABOVE = Threshold(
    2.0,
    "times the loss of a constant prediction",
    "convention",
    "of squares it is left by predictions that lie a whole standard deviation off, all to one side",
)
_LONGER = Threshold(
    3.0,
    "times the length of the run",
    "convention",
    "what is still missing to the loss of a constant, at the pace of the last third",
)
_PLAIN = Threshold(
    0.9,
    "of the loss of a constant prediction",
    "convention",
    "a net that starts below it has been trained before: fine-tuning is slow on purpose",
)


class Crawl(NamedTuple):
    """A run that gets nowhere: the weight that went furthest, and what the run gained."""

    furthest: Travel
    progress: Progress


class Progress(NamedTuple):
    """What the run gained, against what its slopes promised; in units of the loss."""

    promised: float
    gained: float
    late: float
    """The fall of the mean loss from the second third of the run to the last."""
    steady: bool
    """The last third of the run gained not much less than the first."""
    hastening: bool
    """The second half of the way from the first third to the last gained no less than the first."""
    visible: bool
    """The gain stands out from the noise of batches."""
    promises: bool
    """As little as counts of what the slopes promise would stand out from it."""


def _progress(segment: Segment, course: Course) -> Progress:
    looks = [k for k in segment.looks if k.predicted_change is not None and k.crash is None]
    slopes = [(look.step, -(look.predicted_change or 0.0)) for look in looks]
    thirds = [float(part.mean()) for part in np.array_split(course.finite, 3)]
    noise = 2 * course.noise / (len(course.finite) / 3) ** 0.5
    early, late = thirds[0] - thirds[1], thirds[1] - thirds[2]
    promised = max(integral(slopes, segment.steps), 0.0)
    return Progress(
        promised=promised,
        gained=1.5 * (thirds[0] - thirds[2]),
        late=late,
        steady=late >= _STEADY.value * early > 0,
        hastening=late >= early > 0,
        visible=thirds[0] - thirds[2] > 2 * noise,
        promises=_AS_PROMISED.value * promised > 1.5 * 2 * noise,
    )


def _is_trained(course: Course) -> bool:
    return course.chance is not None and course.start < _PLAIN.value * course.chance


def _is_slow(course: Course, progress: Progress, reach: float, usual: float) -> bool:
    if not 0 < progress.promised < course.start - goal(course):
        return False
    kept = progress.gained >= _AS_PROMISED.value * progress.promised
    if progress.steady and progress.visible and (kept or course.surely_above_chance):
        return course.end > goal(course)
    if course.stuck and not progress.promises:  # nothing can be seen of so little
        return reach < _SURELY.value * max(usual, 1.0)
    return not course.learning and reach < _SURELY.value


def goal(course: Course) -> float:
    """The loss of a run that has got somewhere."""
    untrained = course.start if course.chance is None else min(course.start, course.chance)
    return untrained - _HALF.value * abs(untrained)


def crawl(segment: Segment, course: Course) -> Crawl | None:
    """The pace of a run whose steps are too short for it; None where they are not, or can't tell.

    Why they are short is another question: a rate, a clip, an eps, or a gradient that vanished.
    """
    if course.short or course.adversarial or course.blown_up or _is_trained(course):
        return None
    ways = travels(segment)
    if not ways:
        return None
    furthest = max(ways, key=lambda way: way.reach)
    usual = segment.steps * _USUAL.value * math.sqrt(max(way.fan_in for way in ways))
    if not furthest.reach:
        return None
    progress = _progress(segment, course)
    if not _has_risen(segment) and _is_far_above(course, progress):
        return Crawl(furthest, progress)
    if usual < REACH.value and not (course.stuck and furthest.reach < _SURELY.value * usual):
        return None
    if furthest.reach >= REACH.value:
        moved = furthest.relative >= HARDLY_MOVED.value
        slow = not moved and not _has_risen(segment) and _is_unbent(course, progress)
    else:
        slow = _is_slow(course, progress, furthest.reach, usual)
    return Crawl(furthest, progress) if slow else None


def is_held_back(segment: Segment, course: Course) -> bool:
    """Whether the loss has far to go, and falls as its slopes promise, or is promised next to
    nothing: longer steps would do more of what these do.
    """
    if course.short or course.adversarial or course.blown_up or _is_trained(course):
        return False
    progress = _progress(segment, course)
    kept = progress.gained >= _AS_PROMISED.value * progress.promised > 0
    falls = kept and progress.steady and progress.visible
    idle = course.chance is not None and progress.promised < LEARNING.value * course.chance
    return (falls or idle) and course.end > goal(course)


def _has_risen(segment: Segment) -> bool:
    """Whether the rate was raised over the run, as a warm-up does: then the fall hastens by it."""
    groups = [main_group(look) for look in segment.looks if look.crash is None]
    rates = [group[1].lr for group in groups if group is not None]
    return bool(rates) and rates[-1] > rates[0]


def _is_far_above(course: Course, progress: Progress) -> bool:
    """The loss falls evenly and as its slopes promise, and at that pace would need many times the
    run to come to where a constant prediction is at once.
    """
    if not course.chance or course.end <= _ABOVE.value * course.chance:
        return False  # of targets that are all zero, as residuals have, a constant tells nothing
    kept = progress.gained >= _AS_PROMISED.value * progress.promised > 0
    even = progress.steady and not progress.hastening and progress.visible
    missing = course.end - course.chance
    return kept and even and missing > _LONGER.value * 3 * progress.late


def _is_unbent(course: Course, progress: Progress) -> bool:
    """The loss falls as its slopes promise, faster at the end than at the start, and has far to go:
    nothing of a minimum is felt yet.
    """
    kept = progress.gained >= _UNBENT.value * progress.promised > 0
    return kept and progress.hastening and progress.visible and course.end > goal(course)
