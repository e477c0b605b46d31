"""One loss function in a graph: what it was fed, and with what that was compared."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.values import saved

_ELEMENTWISE = frozenset({"mse_loss", "smooth_l1_loss", "huber_loss"})


@dataclass(frozen=True)
class Site:
    """A loss function, PyTorch's or one written by hand, by the name that PyTorch has for it."""

    function: str
    node: Node
    prediction: Node | None
    fed: torch.Tensor | None
    target: torch.Tensor | None
    class_dim: int | None = None
    outer: bool = False
    value: float | None = None
    """Its mean, where it is not what PyTorch's function of that name gives."""
    part: float | None = None
    """What its mean is multiplied by in the loss of the step, where the node does not tell that."""


def built_in(node: Node) -> Site:
    """A loss function that is one node."""
    fed, target = saved(node, "self"), saved(node, "target")
    prediction = node.inputs[0] if node.inputs else None
    outer = node.kind in _ELEMENTWISE and _both_expanded(fed, target)
    return Site(node.kind or "", node, before_expand(prediction), fed, target, None, outer)


def _both_expanded(fed: torch.Tensor | None, target: torch.Tensor | None) -> bool:
    """Whether two tensors of one shape were each repeated along a dimension where the other was
    not.
    """
    if fed is None or target is None or fed.shape != target.shape:
        return False
    repeated = [
        {d for d in range(t.dim()) if t.shape[d] > 1 and t.stride(d) == 0} for t in (fed, target)
    ]
    return bool(repeated[0] - repeated[1]) and bool(repeated[1] - repeated[0])


def before_expand(node: Node | None) -> Node | None:
    """What was repeated to another shape."""
    while node is not None and node.name.startswith("Expand"):
        node = node.inputs[0]
    return node


def through(node: Node | None) -> Node | None:
    """The first node from here down that changes numbers."""
    while (
        node is not None and node.kind is None and kinds.is_transparent(node.name) and node.inputs
    ):
        node = node.inputs[0]
    return node
