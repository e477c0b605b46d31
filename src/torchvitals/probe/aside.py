"""Layers that ran beside the way to the loss: what they read is learned from by another way."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

import torch
from torch import nn

from torchvitals.probe.graph import Graph, walk
from torchvitals.probe.sources import variables

_NEAR = 64
"""Nodes of a graph that are followed back from one call: those of a head of some layers."""
_ARGUMENTS = 4
"""Arguments of a call that are followed."""
_UNNUMBERED = 1 << 62
"""What gathers the gradient of a leaf has no number of its own."""


def numbers_before(arguments: Sequence[Any]) -> frozenset[int]:
    """By which PyTorch counts the operations that a call's arguments were made by, the last first;
    no node is kept.
    """
    fed = [a for a in arguments[:_ARGUMENTS] if isinstance(a, torch.Tensor)]
    queue: list[Any] = [tensor.grad_fn for tensor in fed if tensor.grad_fn is not None]
    found = set[int]()
    for node in queue:
        number = node._sequence_nr()
        if len(found) < _NEAR and number < _UNNUMBERED and number not in found:
            found.add(number)
            queue.extend(below for below, _ in node.next_functions if below is not None)
    return frozenset(found)


def layers_aside(
    idle: list[nn.Module],
    graph: Graph,
    before: dict[int, frozenset[int]],
    frame: FrameType | None,
) -> list[nn.Module]:
    """Of the layers that ran and are not in the graph, those that branch off what is in it; none
    that ends in a number which the caller holds, as a loss that was left out does.
    """
    numbers = {node.handle._sequence_nr() for node in graph.nodes if node.leaf is None}
    off = [module for module in idle if not numbers.isdisjoint(before.get(id(module), ()))]
    if not off:
        return []
    measured = _behind_numbers(frame)
    return [m for m in off if measured.isdisjoint(map(id, m.parameters(recurse=False)))]


def _behind_numbers(frame: FrameType | None) -> set[int]:
    """The leaves, by their ids, behind all single numbers with a graph that a frame holds."""
    held = () if frame is None else variables(frame).values()
    roots = [
        value.grad_fn
        for value in held
        if isinstance(value, torch.Tensor) and value.grad_fn is not None and value.numel() == 1
    ]
    return {id(leaf) for root in roots for leaf in walk(root).leaves}
