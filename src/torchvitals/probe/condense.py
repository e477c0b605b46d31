"""Graph -> the operations that matter: each with its layer, its parameters and the operations that
feed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from torchvitals.probe import kinds
from torchvitals.probe.graph import Graph, Node, walk
from torchvitals.probe.naming import LeafNames
from torchvitals.probe.softmaxes import name_those_by_hand
from torchvitals.record.look import Operation

_PICKED_BY_DATA = frozenset(
    {
        "Embedding",
        "EmbeddingBag",
        "EmbeddingBagSparse",
        "Index",
        "IndexSelect",
        "Gather",
        "MkldnnRnnLayer",
        "CudnnRnn",
    }
)
"""Nodes whose data is no edge of the graph: indices choose rows of a weight."""


@dataclass(eq=False, slots=True)
class Draft:
    """One operation to be: `nodes` are its calls in forward order; a layer that is called twice is
    one operation.
    """

    index: int
    kind: str
    layer: str
    parameters: tuple[str, ...]
    leaves: tuple[int, ...]
    nodes: list[Node] = field(default_factory=list[Node])
    inputs: list[int] = field(default_factory=list[int])
    plain: Operation | None = None
    """The operation without anything measured, as it was last made of this draft."""


@dataclass(frozen=True)
class Condensed:
    drafts: list[Draft]
    index_of: dict[int, int]
    """Index of the operation of a recorded node (by id)."""
    below: dict[int, tuple[Node, ...]]
    """For every node (by id): the recorded nodes and leaves that it leads to without passing
    another recorded one."""
    columns: frozenset[int]
    """Leaves (by id) whose units are columns: they enter a product from the right as they are."""

    def producer(self, node: Node | None) -> int | None:
        """Index of the last operation at or before a node; None where data enters."""
        if node is None:
            return None
        for found in self.below[id(node)]:
            if id(found) in self.index_of:
                return self.index_of[id(found)]
        return None


def condense(graph: Graph, names: LeafNames) -> Condensed:
    """Group the nodes of a graph into operations, in forward order."""
    name_those_by_hand(graph.nodes)
    below = _below(graph)
    only_weights = _only_weights(graph)
    groups: dict[tuple[str, str, tuple[int, ...], bool], Draft] = {}
    index_of: dict[int, int] = {}
    layer_of: dict[int, str] = {}
    drafts: list[Draft] = []
    for node in graph.nodes:
        if node.kind not in kinds.RECORDED:
            continue
        leaves = _own_leaves(node, below, only_weights)
        layer = names.layers.get(leaves[0], "") if leaves else _layer_before(node, below, layer_of)
        layer_of[id(node)] = layer
        key = (node.kind, layer, leaves, id(node) in only_weights)
        draft = groups.get(key)
        if draft is None:
            parameters = tuple(names.names[leaf] for leaf in leaves if leaf in names.names)
            draft = Draft(len(drafts), node.kind, layer, parameters, leaves)
            drafts.append(draft)
            groups[key] = draft
        draft.nodes.append(node)
        index_of[id(node)] = draft.index
    _connect(drafts, index_of, below)
    return Condensed(drafts, index_of, below, _unit_columns(graph))


class Outline:
    """The graph of one backward after another, and its operations: worked out anew only where the
    structure is no more the same, as it mostly is.
    """

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._names: LeafNames | None = None
        self._condensed: Condensed | None = None

    def bind(self, root: Any) -> Graph:
        """The graph that a backward from `root` (a grad_fn) will run; good until `release`."""
        if self._graph is None or not self._graph.rebind(root):
            self._graph, self._condensed = walk(root), None
        return self._graph

    def condensed(self, graph: Graph, names: LeafNames) -> Condensed:
        """The operations of the graph that was bound."""
        if self._condensed is None or self._names is not names:
            self._condensed, self._names = condense(graph, names), names
        return self._condensed

    def release(self) -> None:
        """Let go of all that is PyTorch's."""
        if self._graph is not None:
            self._graph.release()


_RIGHT_OPERAND = {"Addmm": 2, "Mm": 1}
"""Which input of a product of matrices stands on the right: nn.Linear's weight comes there
transposed."""


_FACTORS = {"Mm": (0, 1), "Bmm": (0, 1), "SparseAddmm": (1, 2)}
"""Which inputs of a product of matrices are its left and its right factor."""


def mixes_rows(node: Node) -> bool:
    """Whether it multiplies by a constant from the left, as by the adjacency of a graph."""
    left, right = _FACTORS.get(kinds.base_name(node.name), (None, None))
    if left is None or right is None:
        return False
    return node.inputs[left] is None and node.inputs[right] is not None


def _unit_columns(graph: Graph) -> frozenset[int]:
    found: set[int] = set()
    for node in graph.nodes:
        edge = _RIGHT_OPERAND.get(kinds.base_name(node.name))
        child = node.inputs[edge] if edge is not None else None
        if child is not None and child.identity is not None:
            found.add(child.identity)
    return frozenset(found)


def _below(graph: Graph) -> dict[int, tuple[Node, ...]]:
    below: dict[int, tuple[Node, ...]] = {}
    for node in graph.nodes:
        if node.identity is not None or node.kind in kinds.RECORDED:
            below[id(node)] = (node,)
            continue
        ways = [below.get(id(child), ()) for child in node.inputs if child is not None]
        below[id(node)] = ways[0] if len(ways) == 1 else tuple(dict.fromkeys(chain(*ways)))
    return below


def _only_weights(graph: Graph) -> set[int]:
    """Nodes that depend on parameters alone, never on data: weight normalisation, low-rank
    products, penalties.
    """
    found: set[int] = set()
    for node in graph.nodes:
        if node.identity is not None or (
            node.inputs
            and kinds.base_name(node.name) not in _PICKED_BY_DATA
            and all(child is not None and id(child) in found for child in node.inputs)
        ):
            found.add(id(node))
    return found


def _own_leaves(
    node: Node, below: dict[int, tuple[Node, ...]], only_weights: set[int]
) -> tuple[int, ...]:
    """The leaves that an operation reads, directly or through operations on weights alone."""
    leaves: dict[int, None] = {}
    whole = id(node) in only_weights
    children = [child for child in node.inputs if child is not None]
    if node.kind in ("linear", "conv", "rnn", "embedding") or node.kind in kinds.NORMS:
        children.sort(key=_is_vector)
    stack = list(reversed(children))
    while stack:
        child = stack.pop()
        if child.identity is not None:
            leaves[child.identity] = None
        elif id(child) in only_weights and not whole:
            stack.extend(c for c in reversed(child.inputs) if c is not None)
        elif child.kind not in kinds.RECORDED:
            stack.extend(
                found for found in reversed(below[id(child)]) if found.identity is not None
            )
    return tuple(leaves)


def _is_vector(node: Node) -> bool:
    return (len(node.shape) if node.leaf is None else node.leaf.dim()) < 2


def _layer_before(node: Node, below: dict[int, tuple[Node, ...]], layer_of: dict[int, str]) -> str:
    """The layer of the operation that ran last among those that feed this one: the branch, at a
    residual sum.
    """
    latest, name = -2, ""
    for child in node.inputs:
        if child is None:
            continue
        for found in below.get(id(child), ()):
            layer = layer_of.get(id(found))
            if layer and found.order > latest:
                latest, name = found.order, layer
    return name


def _connect(
    drafts: list[Draft], index_of: dict[int, int], below: dict[int, tuple[Node, ...]]
) -> None:
    for draft in drafts:
        inputs: dict[int, None] = {}
        for node in draft.nodes:
            for child in node.inputs:
                if child is None:
                    continue
                for found in below.get(id(child), ()):
                    index = index_of.get(id(found))
                    if index is not None and index != draft.index:
                        inputs[index] = None
        draft.inputs = list(inputs)
