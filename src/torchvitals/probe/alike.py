"""How alike what an operation makes of different samples is."""

from __future__ import annotations

import math

import numpy as np
import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.statistics import stride_for, to_array
from torchvitals.probe.values import output_value

_ROWS, _COLUMNS = 64, 512
"""Rows and columns read: the mean cosine of 2016 pairs."""
_FEWEST = 4
"""Rows, and columns, below which directions tell nothing: two numbers of one sign are alike."""
_COMPARED = kinds.LINEAR | kinds.NORMS | kinds.ACTIVATIONS | frozenset({"attention"})


def likeness(node: Node) -> float | None:
    """Mean cosine between the outputs for different samples, or tokens; None for what has no rows
    to compare.
    """
    if node.kind not in _COMPARED:
        return None
    value = output_value(node)
    if value is None or value.dim() < 2 or not _is_whole(value, node.shape):
        return None
    table = _table(value.detach(), whole_maps=node.kind != "attention" and value.dim() > 3)
    if min(table.shape) < _FEWEST or not table.is_floating_point():
        return None
    rows = to_array(table).astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    alive = np.isfinite(lengths) & (lengths > 0)
    if np.count_nonzero(alive) < _FEWEST:
        return None
    directions = rows[alive] / lengths[alive, None]
    count, total = len(directions), directions.sum(0)
    return float((total @ total - count) / (count * (count - 1)))


def _is_whole(value: torch.Tensor, shape: tuple[int, ...]) -> bool:
    """Whether a value that a consumer saved has the rows that the operation made."""
    if value.dim() > 3 or len(shape) > 3:
        return tuple(value.shape) == shape
    return bool(shape) and value.shape[-1] == shape[-1] and value.numel() == math.prod(shape)


def _table(value: torch.Tensor, *, whole_maps: bool) -> torch.Tensor:
    """Samples by features: tokens are samples, a convolution's maps are one together."""
    table = value.flatten(1) if whole_maps else value.flatten(0, -2)
    table = table[:: stride_for(table.shape[0], _ROWS)]
    return table[:, :: stride_for(table.shape[1], _COLUMNS)]
