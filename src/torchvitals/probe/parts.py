"""How a loss function enters the loss of the step, by the structure of the graph between them."""

from __future__ import annotations

import math

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.values import saved

_STEPS = 24
"""Nodes between a loss function and the loss of the step, at most."""


def part_in_root(node: Node, *, alone: bool = False) -> float | None:
    """What the mean of a node's output is multiplied by in the loss of the step; None where that is
    not the same for each of its entries, or not told by the graph.

    Signs, sums, means and products with a number lie between; and what is added, unless the node is
    to be alone.
    """
    factor = 1.0
    for _ in range(_STEPS):
        if not node.consumers:
            return factor if math.prod(node.shape) == 1 else None
        if len(node.consumers) > 1:
            return None
        above, edge = node.consumers[0]
        step = _step(node, above, edge, alone=alone)
        if step is None:
            return None
        node, factor = above, factor * step
    return None


def _step(node: Node, above: Node, edge: int, *, alone: bool) -> float | None:  # noqa: PLR0911  one a kind
    """What the mean of the output is multiplied by on the way to that of the node above."""
    before, after = math.prod(node.shape), math.prod(above.shape)
    match above.kind:
        case "mean":
            return 1.0
        case "neg":
            return -1.0
        case "sum":
            return before / after if after else None
        case "add" | "sub" if not alone:
            return _sign(above, edge)
        case "mul" | "div":
            return _number(above, edge)
        case None if kinds.is_transparent(above.name) and before == after:
            return 1.0
        case _:
            return None


def _sign(above: Node, edge: int) -> float:
    """Of one side of a sum or a difference: a + alpha b, a - alpha b, or b - alpha a."""
    alpha = getattr(above.handle, "_saved_alpha", 1)
    alpha = float(alpha) if isinstance(alpha, (int, float)) else 1.0
    if above.kind == "add":
        return alpha if edge else 1.0
    reversed_ = kinds.base_name(above.name) == "Rsub"
    return -alpha if bool(edge) != reversed_ else 1.0


def _number(above: Node, edge: int) -> float | None:
    """Of a product, or of a numerator, with one number from without the graph."""
    if sum(child is not None for child in above.inputs) != 1:
        return None
    if above.kind == "div" and edge:
        return None
    name = "other" if edge == 0 else "self"
    plain = getattr(above.handle, f"_saved_{name}", None)
    if isinstance(plain, (int, float)):
        number = float(plain)
    else:
        factor = saved(above, name)
        if factor is None or factor.numel() != 1 or factor.is_complex():
            return None
        number = float(factor)
    return number if above.kind == "mul" else 1 / number if number else None
