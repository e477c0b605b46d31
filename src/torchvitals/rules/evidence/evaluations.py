"""What the loss that is trained was on other data."""

from __future__ import annotations

import math

from torchvitals.record.recording import Segment
from torchvitals.record.store import Evaluation

_ON_LOG_SOFTMAX = {"cross_entropy": ("cross_entropy", "nll_loss")}
"""What the graph shows as cross-entropy may be nll_loss of a log-softmax."""


def evaluations_of(segment: Segment, function: str) -> list[list[Evaluation]]:
    """The evaluations of each call that computed the mean of this loss function without gradients,
    by their steps.
    """
    same = _ON_LOG_SOFTMAX.get(function, (function,))
    places: dict[int, list[Evaluation]] = {}
    for one in segment.evaluations:
        if one.function in same and one.reduction == "mean" and math.isfinite(one.loss):
            places.setdefault(one.place, []).append(one)
    return list(places.values())
