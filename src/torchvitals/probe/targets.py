"""The targets of a cross-entropy that is written by hand.

They are what its logarithms are multiplied by (marks, or shares of the classes), or the place at
which they are picked out (class numbers). They are told only where all that is multiplied or picked
is then averaged or summed: what is weighed besides, as rewards weigh the choices of a policy, is
another loss.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.packing import is_packed
from torchvitals.probe.parts import part_in_root
from torchvitals.probe.values import saved

_BOTH = 2
_MOST = 1 << 22
"""Entries of targets that are read: some milliseconds."""
PICKING = frozenset({"Index", "Gather"})
"""What picks the entries at the class numbers."""


class Target(NamedTuple):
    values: torch.Tensor
    part: float
    """What the cross-entropy, a mean over rows, is multiplied by in the loss of the step."""


def target_of(node: Node, pick: Node | None, fed: torch.Tensor | None) -> Target | None:
    """The targets by which logarithms are multiplied, or at which they, or what they are taken of,
    are picked out.
    """
    if fed is None or len(node.consumers) != 1:
        return None
    consumer = node.consumers[0][0]
    if pick is not None or kinds.base_name(consumer.name) in PICKING:
        picked = node if pick is not None else consumer
        part = part_in_root(picked)
        classes = None if part is None else class_numbers(pick or consumer, fed)
        return None if part is None or classes is None else Target(classes, -part)
    marks = marks_of(node)
    return marks if marks is not None and marks.values.shape == fed.shape else None


def class_numbers(pick: Node, fed: torch.Tensor) -> torch.Tensor | None:
    """The class of each row, by which its entry was picked out of a table of rows and classes."""
    if fed.dim() != _BOTH:
        return None
    if kinds.base_name(pick.name) == "Gather":
        index = saved(pick, "index")
        along = kinds.signed(getattr(pick.handle, "_saved_dim", 0)) % _BOTH
        one_a_row = index is not None and tuple(index.shape) == (len(fed), 1)
        return index[:, 0] if index is not None and one_a_row and along == 1 else None
    indices = _indices(pick)
    if len(indices) != _BOTH:
        return None
    rows, classes = indices
    each_row = torch.arange(len(fed), device=rows.device)
    return classes if len(classes) == len(fed) and torch.equal(rows, each_row) else None


def _indices(pick: Node) -> list[torch.Tensor]:
    """Of an index by several tensors; none where they are not all there, or packed away."""
    if any(map(is_packed, getattr(pick.handle, "_raw_saved_indices", ()))):
        return []
    indices = getattr(pick.handle, "_saved_indices", ())
    return [index.reshape(-1) for index in indices if isinstance(index, torch.Tensor)]


def marks_of(node: Node, *, alone: bool = False) -> Target | None:
    """The targets that multiply a logarithm, where each entry then counts alike."""
    product = node.consumers[0][0] if len(node.consumers) == 1 else None
    if product is None or product.kind != "mul" or None not in product.inputs:
        return None
    factor = saved(product, "self" if product.inputs[0] is None else "other")
    if factor is None or not 0 < factor.numel() <= _MOST or factor.is_complex():
        return None
    part = part_in_root(product, alone=alone)
    if part is None:
        return None
    factor = factor if factor.is_floating_point() else factor.float()
    minus = float(factor.max()) <= 0
    rows = len(factor) / factor.numel() if factor.dim() else 1.0
    return Target(-factor if minus else factor, part * rows * (1 if minus else -1))
