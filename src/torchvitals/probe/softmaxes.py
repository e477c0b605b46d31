"""Softmaxes: PyTorch's, and exponentials over their sum."""

from __future__ import annotations

from collections.abc import Iterable

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node

_BOTH = 2


def name_those_by_hand(nodes: Iterable[Node]) -> None:
    """Let each quotient of exponentials and their sum be a softmax as well."""
    for node in nodes:
        if node.kind == "div" and _exponent(node) is not None:
            node.kind = "softmax"


def scores_of(softmax: Node | None) -> Node | None:
    """What a softmax was given; None for any other node."""
    if softmax is None or softmax.kind not in kinds.SOFTMAXES:
        return None
    return _exponent(softmax) if is_by_hand(softmax) else softmax.inputs[0]


def dim_of(softmax: Node | None) -> int | None:
    """The dimension of a (log-)softmax; negative ones are stored as unsigned 64-bit integers."""
    if softmax is None or softmax.kind not in kinds.SOFTMAXES:
        return None
    return _along(quotient_of(softmax)[1] if is_by_hand(softmax) else softmax)


def _along(node: Node | None) -> int | None:
    dim = getattr(node.handle, "_saved_dim", None) if node is not None else None
    if isinstance(dim, tuple) and len(dim) == 1:  # pyright: ignore[reportUnknownArgumentType]
        (dim,) = dim  # pyright: ignore[reportUnknownVariableType]
    return kinds.signed(dim) if isinstance(dim, int) else None


def is_by_hand(softmax: Node) -> bool:
    """Whether it is a quotient that was written out."""
    return kinds.base_name(softmax.name) == "Div"


def quotient_of(node: Node) -> tuple[Node | None, Node | None]:
    """Both sides of a quotient with a sum."""
    if kinds.base_name(node.name) != "Div" or len(node.inputs) != _BOTH:
        return None, None
    total = node.inputs[1]
    while total is not None and total.kind is None and kinds.is_transparent(total.name):
        total = total.inputs[0]
    return (node.inputs[0], total) if total is not None and total.kind == "sum" else (None, None)


def normed(node: Node) -> tuple[Node | None, int | None]:
    """What was divided by its own sum, and along which dimension."""
    above, total = quotient_of(node)
    summed = total.inputs[0] if total is not None else None
    return (above, _along(total)) if above is not None and above is summed else (None, None)


def _exponent(node: Node) -> Node | None:
    """What the exponentials were taken of."""
    above, total = quotient_of(node)
    summed = total.inputs[0] if total is not None else None
    if above is None or summed is None or not above.kind == summed.kind == "exp":
        return None
    return above.inputs[0] if above.inputs[0] is summed.inputs[0] else None
