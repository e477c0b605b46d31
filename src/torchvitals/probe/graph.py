"""Walk the autograd graph of one backward: its nodes in forward order, its leaves, and what feeds
what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

import torch

from torchvitals.probe import kinds

_NOWHERE = -1
MAX_NODES = 20000
"""A graph larger than this (an unrolled recurrence of thousands of steps) is read from the loss
down to here."""


@dataclass(eq=False, slots=True)
class Node:
    """One node: the operation that PyTorch recorded, its kind, and the nodes its inputs came
    from.
    """

    handle: Any
    name: str
    kind: str | None
    order: int
    place: int
    """In `Graph.found`."""
    inputs: list[Node | None] = field(default_factory=list["Node | None"])
    slots: list[int] = field(default_factory=list[int])
    """For each input, which of its node's outputs it is."""
    consumers: list[tuple[Node, int]] = field(default_factory=list["tuple[Node, int]"])
    leaf: torch.Tensor | None = None
    identity: int | None = None
    """The id of its leaf, also when that is let go of."""
    ways: tuple[tuple[int, int], ...] = ()
    """For each input: its place in `Graph.found` (_NOWHERE: none), and its slot."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of its first output; empty where PyTorch does not say."""
        return self.makes[0]

    @property
    def dtype(self) -> str:
        return self.makes[1]

    @property
    def makes(self) -> tuple[tuple[int, ...], str]:
        """Shape and dtype of its first output; empty where PyTorch does not say."""
        metadata = getattr(self.handle, "_input_metadata", None)
        if not metadata:
            return (), ""
        return tuple(metadata[0].shape), dtype_name(metadata[0].dtype)


@cache
def dtype_name(dtype: torch.dtype) -> str:
    """float32, not torch.float32."""
    return str(dtype).removeprefix("torch.")


@dataclass(eq=False)
class Graph:
    """The nodes of one backward in forward order, leaves first; `opaque` names the parts that can't
    be read.
    """

    root: Node
    nodes: list[Node]
    opaque: tuple[str, ...]
    found: list[Node]
    """The nodes in the order in which the walk came upon them."""
    visited: list[Node]
    """The nodes in the order in which it went on from them; leaves lead nowhere."""

    @property
    def leaves(self) -> list[torch.Tensor]:
        return [node.leaf for node in self.nodes if node.leaf is not None]

    def rebind(self, root: Any) -> bool:
        """Become the graph of another backward, where it has the same structure and the same
        leaves; false where it has not, and nothing is bound then. It takes half of a walk.
        """
        handles = self._follow(root)
        if handles is None:
            return False
        for node, handle in zip(self.found, handles, strict=True):
            node.handle = handle
            if node.identity is not None:
                node.leaf = handle.variable
        return True

    def _follow(self, root: Any) -> list[Any] | None:
        """PyTorch's node for each of ours; None where they do not match."""
        handles = [root]
        for node in self.visited:
            following = handles[node.place].next_functions
            if len(following) != len(node.ways):
                return None
            for (below, slot), (place, expected) in zip(following, node.ways, strict=True):
                if slot != expected:
                    return None
                if place == len(handles) and below is not None:
                    handles.append(below)
                elif not _leads_there(place, handles, below):
                    return None
        same = len(set(map(id, handles))) == len(self.found)
        return handles if same and all(map(_matches, handles, self.found)) else None

    def release(self) -> None:
        """Let go of PyTorch's nodes and tensors; the structure stays, for `rebind`."""
        for node in self.found:
            node.handle = node.leaf = None

    def __del__(self) -> None:
        # A node knows its inputs and its consumers: a ring, which would hold the user's tensors
        # until the garbage collector comes by.
        for node in self.nodes:
            node.consumers.clear()


def _leads_there(place: int, handles: list[Any], below: Any) -> bool:
    if place == _NOWHERE:
        return below is None
    return place < len(handles) and handles[place] is below


def _matches(handle: Any, node: Node) -> bool:
    return handle.name() == node.name and (
        node.identity is None or id(handle.variable) == node.identity
    )


def walk(root: Any) -> Graph:
    """Every node that a backward from `root` (a grad_fn) will run."""
    known: dict[Any, Node] = {}
    first = _make(root, known)
    stack, visited = [first], list[Node]()
    while stack:
        node = stack.pop()
        visited.append(node)
        for position, (below, slot) in enumerate(node.handle.next_functions):
            node.slots.append(slot)
            child = known.get(below)
            if child is None and below is not None and len(known) < MAX_NODES:
                child = _make(below, known)
                if child.identity is None:
                    stack.append(child)
            if child is not None:
                child.consumers.append((node, position))
            node.inputs.append(child)
    found = list(known.values())
    for node in visited:
        places = [_NOWHERE if child is None else child.place for child in node.inputs]
        node.ways = tuple(zip(places, node.slots, strict=True))
    nodes = sorted(found, key=attrgetter("order"))
    opaque = {node.kind for node in nodes if node.kind in ("compiled", "checkpoint")}
    return Graph(first, nodes, tuple(sorted(k for k in opaque if k)), found, visited)


def _make(handle: Any, known: dict[Any, Node]) -> Node:
    name: str = handle.name()
    if kinds.is_leaf(name):
        leaf = handle.variable
        node = Node(handle, name, None, -1, len(known), leaf=leaf, identity=id(leaf))
    else:
        order = handle._sequence_nr()
        order = order if order < 1 << 62 else -1
        node = Node(handle, name, kinds.kind_of(name), order, len(known))
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
