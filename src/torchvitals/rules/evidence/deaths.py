"""Layers of ReLUs that died in the course of a run: whether before the loss stood still, and the
steps that their biases took.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from torchvitals.record.look import Look, Operation, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.chain import cuts, feeding
from torchvitals.rules.evidence.course import STUCK, Course
from torchvitals.rules.evidence.units import UnitHistory

_ALIVE = Threshold(
    0.5, "of the units silent at the first look", "convention", "initialisation leaves few of them"
)
DEAD = Threshold(
    0.9, "of the units silent at the last looks", "convention", "one may fire at one sample in all"
)
_STOOD = Threshold(
    50, "steps", "convention", "the shortest plateau that not-learning calls none of the early ones"
)
_LAST = 2
"""Looks at the end at which a dead layer is seen dead: one batch is no proof."""


def stood_before(segment: Segment, course: Course, history: UnitHistory) -> bool:
    """Whether the loss stood where it ends for long while most units of a layer still lived: what
    keeps it there is then something else, and units that nothing needs may die of it.
    """
    series = segment.main_loss
    if series is None or history.lived_until is None or not course.stuck:
        return False
    steps = int(_STOOD.value)
    lived = series.values[: int(np.searchsorted(series.steps, history.lived_until))]
    if len(lived) < steps:
        return False
    level = float(np.median(lived[-steps:]))
    return abs(level - course.end) <= max(
        STUCK.value * abs(course.start), course.noise / steps**0.5
    )


class Killed(NamedTuple):
    """A layer that was killed: the steps of its bias, and the first look from which it was dead.

    Of each step the look, the name, and its size in units of what PyTorch draws biases from,
    U(-b, b) with b = 1/sqrt(fan_in).
    """

    steps: list[tuple[Look, str, float]]
    dead_since: int


def killed_layers(segment: Segment) -> Iterator[Killed]:
    """Layers most of whose units lived at the first look, and hardly one at the last ones."""
    looks = [k for k in segment.looks if k.crash is None and not k.brief]
    for relu in looks[0].operations if len(looks) > _LAST else ():
        before = next(iter(feeding(looks[0], relu)), None)
        if relu.kind != "relu" or before is None or not _has_died(looks, relu):
            continue
        parts = [(k, p) for k in segment.looks for p in k.parameters if p.name in before.parameters]
        fans = [p.fan_in for _, p in parts if len(p.shape) > 1]
        if fans:
            steps = [
                (k, p.name, p.update_rms * math.sqrt(3.0 * max(fans)))
                for k, p in parts
                if _is_bias(p) and p.update_rms is not None
            ]
            yield Killed(steps, _dead_since(looks, relu))


def _dead_since(looks: list[Look], relu: Operation) -> int:
    since = looks[-1].step
    for look in reversed(looks):
        here = [o for o in look.operations if (o.kind, o.layer) == (relu.kind, relu.layer)]
        if any(_silent(o) < DEAD.value for o in here):
            break
        since = look.step
    return since


def _is_bias(p: ParameterLook) -> bool:
    return len(p.shape) == 1


def _has_died(looks: list[Look], relu: Operation) -> bool:
    """Whether most units of an activation lived at the first look and hardly one at the last ones,
    with no way around them.
    """
    later = [
        next((o for o in k.operations if (o.kind, o.layer) == (relu.kind, relu.layer)), relu)
        for k in looks[-_LAST:]
    ]
    alive = _silent(relu) < _ALIVE.value
    dead = all(_silent(o) >= DEAD.value for o in later)
    return alive and dead and cuts(looks[-1], later[-1].index)


def _silent(relu: Operation) -> float:
    """Share of the units that were never above zero; none where they were not followed."""
    units = relu.units
    if units is None or not units.followed:
        return 0.0
    return int(units.silent, 16).bit_count() / units.followed
