"""What became of the gradient between backward and step: clipped, unscaled, or neither."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from torchvitals.probe.statistics import describe
from torchvitals.record.look import Statistics


def step_ratio(leaves: Sequence[tuple[torch.Tensor, Statistics]], limit: int) -> float | None:
    """RMS of the gradient now over that which backward left, at the leaf where it was largest.

    Clipping by norm scales all leaves alike, so one tells. `limit` is that of the sample which was
    read before. None where no gradient was left.
    """
    if not leaves:
        return None
    leaf, before = max(leaves, key=_norm)
    if leaf.grad is None or before.nonfinite or not before.rms > 0:
        return None
    now = describe(leaf.grad, limit)
    return None if now is None or now.nonfinite else now.rms / before.rms


def _norm(entry: tuple[torch.Tensor, Statistics]) -> float:
    leaf, gradient = entry
    return gradient.rms * math.sqrt(leaf.numel())
