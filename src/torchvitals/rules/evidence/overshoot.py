"""How far steps overshoot: the change of the loss that the slope predicts, and what came."""

from __future__ import annotations

import math

from torchvitals.record.recording import Segment
from torchvitals.theory.stability import curvature_times_rate, limit_factor

_ONE_EACH = 1.5
"""Backwards for each update: with more of them, gradients are gathered."""


def overshoots(segment: Segment) -> list[tuple[int, float]]:
    """(step, rate x curvature / 2) along each looked-at step; above 1 the step was unstable.

    Only steps whose next loss is known. That may be of another batch: a single value is noise,
    growth over several is not. None where gradients are gathered over several backwards: the slope
    is then that of one, and the step that of all.
    """
    series = segment.main_loss
    if series is None or len(series.values) > _ONE_EACH * max(segment.steps, 1):
        return []
    found: list[tuple[int, float]] = []
    following = {int(step): value for step, value in zip(series.steps, series.values, strict=True)}
    for look in segment.looks:
        after = following.get(look.step + 1)
        change = look.predicted_change
        if look.stream != series.stream or after is None or change is None or not change < 0:
            continue
        if math.isfinite(after) and math.isfinite(look.loss) and math.isfinite(change):
            ratio = curvature_times_rate(change, after - look.loss)
            found.append((look.step, ratio / limit_factor()))
    return found


def worst_overshoot(segment: Segment) -> float | None:
    """The median overshoot of the steps that were unstable; None where none was."""
    unstable = sorted(value for _, value in overshoots(segment) if value > 1)
    return unstable[len(unstable) // 2] if unstable else None
