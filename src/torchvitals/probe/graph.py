"""Walk the autograd graph of one backward: its nodes in forward order, its leaves, and what feeds
what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import torch

from torchvitals.probe import kinds

MAX_NODES = 20000
"""A graph larger than this (an unrolled recurrence of thousands of steps) is read from the loss
down to here."""


@dataclass(eq=False)
class Node:
    """One node: the operation that PyTorch recorded, its kind, and the nodes its inputs came
    from.
    """

    handle: Any
    name: str
    kind: str | None
    order: int
    inputs: list[Node | None] = field(default_factory=list["Node | None"])
    slots: list[int] = field(default_factory=list[int])
    """For each input, which of its node's outputs it is."""
    consumers: list[tuple[Node, int]] = field(default_factory=list["tuple[Node, int]"])
    leaf: torch.Tensor | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of its first output; empty where PyTorch does not say."""
        metadata = getattr(self.handle, "_input_metadata", None)
        return tuple(metadata[0].shape) if metadata else ()

    @property
    def dtype(self) -> str:
        metadata = getattr(self.handle, "_input_metadata", None)
        return str(metadata[0].dtype).removeprefix("torch.") if metadata else ""


@dataclass(eq=False)
class Graph:
    """The nodes of one backward in forward order, leaves first; `opaque` names the parts that can't
    be read.
    """

    root: Node
    nodes: list[Node]
    leaves: list[torch.Tensor]
    opaque: tuple[str, ...]

    def __del__(self) -> None:
        # A node knows its inputs and its consumers: a ring, which would hold the user's tensors
        # until the garbage collector comes by.
        for node in self.nodes:
            node.consumers.clear()


def walk(root: Any) -> Graph:
    """Every node that a backward from `root` (a grad_fn) will run."""
    known: dict[Any, Node] = {}
    first = _make(root, known)
    stack = [first]
    while stack:
        node = stack.pop()
        for position, (below, slot) in enumerate(node.handle.next_functions):
            node.slots.append(slot)
            child = known.get(below)
            if child is None and below is not None and len(known) < MAX_NODES:
                child = _make(below, known)
                if child.leaf is None:
                    stack.append(child)
            if child is not None:
                child.consumers.append((node, position))
            node.inputs.append(child)
    nodes = sorted(known.values(), key=attrgetter("order"))
    leaves = [node.leaf for node in nodes if node.leaf is not None]
    opaque = {node.kind for node in nodes if node.kind in ("compiled", "checkpoint")}
    return Graph(first, nodes, leaves, tuple(sorted(k for k in opaque if k)))


def _make(handle: Any, known: dict[Any, Node]) -> Node:
    name: str = handle.name()
    if kinds.is_leaf(name):
        node = Node(handle, name, None, -1, leaf=handle.variable)
    else:
        order = handle._sequence_nr()
        node = Node(handle, name, kinds.kind_of(name), order if order < 1 << 62 else -1)
    known[handle] = node
    return node


def first_leaf(root: Any) -> torch.Tensor | None:
    """The leaf at the end of a grad_fn's first inputs; None where it is too deep to be worth the
    way.
    """
    node = root
    for _ in range(24):
        inputs = node.next_functions
        if not inputs:
            return getattr(node, "variable", None)
        for below, _ in inputs:
            if below is not None:
                node = below
                break
        else:
            return None
    return None
