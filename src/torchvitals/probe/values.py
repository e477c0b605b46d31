"""The forward value of a graph node: saved by itself, by what consumes it, or computed again where
that is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Graph, Node
from torchvitals.probe.packing import is_packed

_OWN_RESULT = ("result", "output", "result0")
_EDGES: dict[str, dict[int, str]] = {
    "Addmm": {1: "mat1", 2: "mat2"},
    "Addmv": {1: "self", 2: "vec"},
    "Mm": {0: "self", 1: "mat2"},
    "Bmm": {0: "self", 1: "mat2"},
    "Mv": {0: "self", 1: "vec"},
    "Dot": {0: "self", 1: "tensor"},
    "Mul": {0: "self", 1: "other"},
    "Div": {0: "self", 1: "other"},
    "Convolution": {0: "input", 1: "weight"},
    "NativeBatchNorm": {0: "input"},
    "NativeLayerNorm": {0: "input"},
    "NativeGroupNorm": {0: "input"},
    "MkldnnRnnLayer": {0: "input"},
    "Linear": {0: "input", 1: "weight"},
}
"""Which saved tensor is which input, where it is not as with most."""
_FIRST_AND_SECOND = {0: "self", 1: "target"}
_SAME_NUMBERS = frozenset(
    {
        "View",
        "UnsafeView",
        "Reshape",
        "ReshapeAlias",
        "T",
        "Transpose",
        "Permute",
        "Unsqueeze",
        "Squeeze",
        "Clone",
        "Alias",
        "ToCopy",
    }
)
"""Nodes whose output holds exactly the numbers of their input."""
_SAME_ORDER = _SAME_NUMBERS - {"T", "Transpose", "Permute", "Alias", "ReshapeAlias"}
"""Those of them that leave the numbers in their order as well."""
_RECOMPUTE_ENTRIES = 1 << 22
"""Multiplications that a recomputed product may take: about a millisecond."""


def saved(node: Node, attribute: str) -> torch.Tensor | None:
    """A tensor that a node saved for its backward; None where it has none, or reading it would run
    user code.

    A tensor packed by a saved-tensor hook (activation checkpointing, offloading) is left alone:
    unpacking recomputes.
    """
    handle = node.handle
    if attribute not in _kept_by(type(handle)):
        return None
    if is_packed(getattr(handle, f"_raw_saved_{attribute}")):
        return None
    try:
        value: Any = getattr(handle, f"_saved_{attribute}", None)
    except RuntimeError:
        return None
    # Detached: to make a number of one that is not makes PyTorch warn, once, on the user's stderr.
    return value.detach() if isinstance(value, torch.Tensor) else None


def unreadable_parts(graph: Graph) -> tuple[str, ...]:
    """Parts whose values can't be read: compiled, checkpointed, or packed by a hook."""
    if any(_is_packed(node) for node in graph.nodes):
        return (*graph.opaque, "packed")
    return graph.opaque


def _is_packed(node: Node) -> bool:
    for attribute in _kept_by(type(node.handle)):
        raw = getattr(node.handle, f"_raw_saved_{attribute}", None)
        if raw is not None and is_packed(raw):
            return True
    return False


@lru_cache(maxsize=1024)
def _kept_by(kind: type) -> frozenset[str]:
    """Names of the tensors that nodes of a class save."""
    prefix = "_raw_saved_"
    return frozenset(name.removeprefix(prefix) for name in dir(kind) if name.startswith(prefix))


def input_value(node: Node, edge: int) -> torch.Tensor | None:
    """The value that entered a node by one of its edges, as the node saved it."""
    table = _EDGES.get(kinds.base_name(node.name), _FIRST_AND_SECOND)
    attribute = table.get(edge)
    return saved(node, attribute) if attribute else None


def output_value(node: Node) -> torch.Tensor | None:
    """What a node produced, of any shape with the same numbers; None where nobody kept it."""
    for attribute in _OWN_RESULT:
        value = saved(node, attribute)
        if value is not None:
            return value
    return _from_consumers(node, 4)


_DERIVED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "log": torch.log,
    "log1p": torch.log1p,
    "acos": torch.acos,
    "asin": torch.asin,
    "atanh": torch.atanh,
}


def derived_value(node: Node) -> torch.Tensor | None:
    """The output of an operation that can leave the finite numbers, computed again from what it
    saved.

    Of a quotient without its numerator, the reciprocal of the denominator: not finite in the same
    places.
    """
    if node.kind != "div" and node.kind not in _DERIVED:
        return None
    with torch.no_grad():
        if node.kind in _DERIVED:
            entered = saved(node, "self")
            return None if entered is None else _DERIVED[node.kind](entered.detach())
        above, below = saved(node, "self"), saved(node, "other")
        if below is None:
            return None
        return below.detach().reciprocal() if above is None else above.detach() / below.detach()


def _from_consumers(node: Node, depth: int) -> torch.Tensor | None:
    for consumer, edge in node.consumers:
        value = input_value(consumer, edge)
        if value is not None:
            return value
    if depth:
        for consumer, _ in node.consumers:
            if kinds.base_name(consumer.name) in _SAME_NUMBERS:
                value = _from_consumers(consumer, depth - 1)
                if value is not None:
                    return value
    return None


def computed_value(node: Node | None, depth: int = 8) -> torch.Tensor | None:
    """The output of a node, recomputed from saved tensors and leaves if it was not kept and the
    work is small.
    """
    if node is None or depth == 0:
        return None
    if node.leaf is not None:
        return node.leaf.detach()
    value = output_value(node)
    if value is not None:
        metadata = node.shape
        if tuple(value.shape) == metadata:
            return value.detach()
        return value.detach().reshape(metadata) if _reshapes(value, metadata, node) else None
    with torch.no_grad():
        return _recompute(node, depth)


def _reshapes(value: torch.Tensor, shape: tuple[int, ...], node: Node) -> bool:
    """Whether a consumer saw the same numbers in the same order, only in another shape."""
    size = 1
    for length in shape:
        size *= length
    return value.numel() == size and all(
        kinds.base_name(consumer.name) in _SAME_ORDER for consumer, _ in node.consumers
    )


def _recompute(node: Node, depth: int) -> torch.Tensor | None:  # noqa: PLR0911  one a kind
    base = kinds.base_name(node.name)
    if base in ("View", "UnsafeView", "Reshape", "Unsqueeze", "Squeeze"):
        inner = computed_value(node.inputs[0], depth - 1)
        return None if inner is None else inner.reshape(node.shape)
    if base in ("Clone", "Alias", "ToCopy"):
        return computed_value(node.inputs[0], depth - 1)
    if base == "T" and node.inputs:
        inner = computed_value(node.inputs[0], depth - 1)
        return None if inner is None else inner.t()
    if base == "Select":
        inner = computed_value(node.inputs[0], depth - 1)
        handle = node.handle
        return (
            None
            if inner is None
            else inner.select(kinds.signed(handle._saved_dim), kinds.signed(handle._saved_index))
        )
    if base == "Addmm":
        return _product(node, 1, 2, depth, bias=node.inputs[0])
    if base == "Mm":
        return _product(node, 0, 1, depth, bias=None)
    if base in ("Add", "Sub", "Mul", "Div"):
        return _elementwise(node, base, depth)
    if base in ("Clamp", "ClampMin", "ClampMax"):
        entered = saved(node, "self")
        return None if entered is None else entered.clamp(*_bounds(node.handle))
    return None


def _bounds(clamp: Any) -> tuple[Any, Any]:
    """The least and the greatest that a clamp lets through; None where it has no such bound."""
    return getattr(clamp, "_saved_min", None), getattr(clamp, "_saved_max", None)


def _product(
    node: Node, left: int, right: int, depth: int, bias: Node | None
) -> torch.Tensor | None:
    a = _operand(node, left, depth)
    b = _operand(node, right, depth)
    if (
        a is None
        or b is None
        or a.dim() != 2
        or b.dim() != 2
        or a.numel() * b.shape[1] > _RECOMPUTE_ENTRIES
    ):
        return None
    offset = computed_value(bias, depth - 1) if bias is not None else None
    if bias is not None and offset is None:
        return None
    product = a.to(b.dtype) @ b
    return product if offset is None else product + offset


def _elementwise(node: Node, base: str, depth: int) -> torch.Tensor | None:
    if len(node.inputs) != 2:
        return None
    a, b = _operand(node, 0, depth), _operand(node, 1, depth)
    if a is None or b is None or max(a.numel(), b.numel()) > _RECOMPUTE_ENTRIES:
        return None
    if base in ("Mul", "Div"):
        return a * b if base == "Mul" else a / b
    alpha: Any = getattr(node.handle, "_saved_alpha", 1)
    return a + alpha * b if base == "Add" else a - alpha * b


def _operand(node: Node, edge: int, depth: int) -> torch.Tensor | None:
    value = input_value(node, edge) if kinds.base_name(node.name) in _EDGES else None
    if value is not None:
        return value.detach()
    child = node.inputs[edge]
    if child is not None and kinds.base_name(child.name) == "Unbind":
        whole = computed_value(child.inputs[0], depth - 1)
        return (
            None
            if whole is None
            else whole.unbind(kinds.signed(child.handle._saved_dim))[node.slots[edge]]
        )
    return computed_value(child, depth - 1)
