"""Dropout as the graph shows it: the mask that an activation was multiplied by, or a node of its
own.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.statistics import sample
from torchvitals.probe.values import saved
from torchvitals.record.look import Dropped

_FEWEST = 32
"""Entries of a mask from which its share of zeros tells what its scale must be."""
_DEVIATIONS = 6.0
"""Standard deviations by which that share may differ from what the scale says: one mask in 5e8."""


def dropped_by(node: Node) -> Dropped | None:
    """What a dropout let through; None for any other operation.

    A mask that is no dropout's (padding, a prune mask) holds 0 and 1: only dropout divides by the
    share that it keeps.
    """
    if node.kind == "mul":
        if _is_zero(node):
            return Dropped(0.0, node.shape[-1] if node.shape else 1)
        mask = _mask(node)
        return None if mask is None else _read(mask)
    if node.kind == "dropout":
        mask = saved(node, "result1")
        if mask is None or mask.numel() == 0:
            return None
        return Dropped(float(np.mean(sample(mask))), _apart(mask))
    return None


def _is_zero(node: Node) -> bool:
    """Whether it multiplies a batch by the number zero, as a dropout of everything does."""
    if (
        len(node.shape) < 2
        or kinds.base_name(node.name) != "Mul"
        or len(node.inputs) != 2
        or None not in node.inputs
    ):
        return False
    factor = saved(node, "other" if node.inputs[1] is None else "self")
    return factor is not None and factor.dim() == 0 and not bool(factor)


def _mask(node: Node) -> torch.Tensor | None:
    """The factor that came from outside the graph."""
    if kinds.base_name(node.name) != "Mul" or len(node.inputs) != 2 or None not in node.inputs:
        return None
    mask = saved(node, "other" if node.inputs[1] is None else "self")
    if mask is None or not mask.is_floating_point() or mask.dim() < 2 or mask.numel() < _FEWEST:
        return None
    return mask


def _read(mask: torch.Tensor) -> Dropped | None:
    entries = sample(mask)
    scale = float(entries.max())
    if scale <= 1 or entries.min() != 0:
        return None
    kept = float(np.count_nonzero(entries == scale)) / entries.size
    if kept + np.count_nonzero(entries == 0) / entries.size != 1:
        return None
    expected = 1 / scale
    deviation = math.sqrt(expected * (1 - expected) / entries.size)
    if abs(kept - expected) > _DEVIATIONS * deviation:
        return None
    return Dropped(expected, _apart(mask))


def _apart(mask: torch.Tensor) -> int:
    """Values of one sample that are dropped one by one; of one token, where there are tokens."""
    return mask.shape[-1] if mask.dim() <= 3 else mask.numel() // max(mask.shape[0], 1)
