"""Numbers without gradient that the terms of a loss are multiplied by, as the advantages of a
policy are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.sources import line_of_node
from torchvitals.probe.statistics import describe_array, sample
from torchvitals.probe.values import saved
from torchvitals.record.look import Crossed, Statistics

_NODES = 4096
"""Nodes between the terms and the loss that are looked at; of a sum of more terms the first."""
_FEWEST = 8
"""Terms from which single numbers count as weights, and not as the coefficients of a few parts; and
values of weights of one sign, that are not those of classes."""
_SUMS = frozenset({"mean", "sum", "neg", "add", "sub", "cat"})
_CHOICES = frozenset({"minimum", "maximum"})


def weights_of_terms(root: Node) -> Statistics | None:
    """Of all such factors, one for each term, those that differ the most in sign; None where there
    are none.

    Between them and the loss stand only sums, means, signs, products with a number and, as in a
    clipped objective, the lesser of two terms: whatever else stands there may bound the loss.
    """
    singles: list[float] = []
    found: list[Statistics] = []
    for node in _products(root):
        _read(node, singles, found)
    if len(singles) >= _FEWEST:
        found.extend(_described(np.array(singles)))
    return min(found, key=_least_share, default=None)


def crossed_terms(root: Node) -> Crossed | None:
    """The first terms of shape [N] that are multiplied by weights of shape [N, 1], or the reverse:
    what they sum up to is a product of two sums, and says nothing of any one term.
    """
    for node in _products(root):
        terms = next(child.shape for child in node.inputs if child is not None)
        weights = None if node.kind == "div" else saved(node, _constant_side(node))
        if weights is not None and _cross(terms, tuple(weights.shape)):
            signed = not weights.is_complex() and bool((weights < 0).any() and (weights > 0).any())
            return Crossed(terms, tuple(weights.shape), signed, line_of_node(node.handle))
    return None


def _cross(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """Whether a row meets a column of the same length."""
    row, column = sorted((one, two), key=len)
    return len(row) == 1 < row[0] and column == (row[0], 1)


def _products(root: Node) -> Iterator[Node]:
    """The products of what has a graph with what has none that make the terms of a loss."""
    stack, seen = [root], {id(root)}
    while stack and len(seen) < _NODES:
        node = stack.pop()
        below = [child for child in node.inputs if child is not None]
        if node.kind in ("mul", "div") and len(below) == 1:
            yield node
        elif not _passes(node, below):
            continue
        fresh = [child for child in below if id(child) not in seen]
        seen.update(map(id, fresh))
        stack.extend(fresh)


def _constant_side(node: Node) -> str:
    return "other" if node.inputs[0] is not None else "self"


def _passes(node: Node, below: list[Node]) -> bool:
    if node.kind in _CHOICES:
        return len(below) > 1
    return node.kind in _SUMS or (node.kind is None and kinds.is_transparent(node.name))


def _read(node: Node, singles: list[float], found: list[Statistics]) -> None:
    """The factor of a product that came from outside the graph."""
    if node.kind == "div" and node.inputs[0] is None:
        return
    name = _constant_side(node)
    plain = getattr(node.handle, f"_saved_{name}", None)
    if isinstance(plain, (int, float)):
        singles.append(float(plain))
        return
    factor = saved(node, name)
    if factor is None or factor.is_complex() or not factor.numel():
        return
    if factor.numel() == 1:
        singles.append(float(factor))
    elif factor.is_floating_point():
        found.extend(_described(sample(factor)))


def _described(weights: NDArray[Any]) -> list[Statistics]:
    """Of one sign and a few values only they are a mask, or those of classes."""
    known = describe_array(weights)
    if known is None:
        return []
    signed = known.minimum < 0 < known.maximum
    return [known] if signed or len(np.unique(weights)) >= _FEWEST else []


def _least_share(weights: Statistics) -> float:
    """Least where both signs weigh alike."""
    size = max(abs(weights.minimum), abs(weights.maximum))
    return math.inf if not size else (weights.minimum * weights.maximum) / size**2
