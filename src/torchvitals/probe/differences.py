"""Losses that are written by hand as squares or absolute values of differences."""

from __future__ import annotations

import torch

from torchvitals.probe.graph import Node
from torchvitals.probe.sites import Site, before_expand
from torchvitals.probe.values import computed_value, output_value

_SQUARE = 2


def difference_at(node: Node) -> Site | None:
    """(prediction - target) ** 2, its product with itself, or its absolute value."""
    difference = node.inputs[0]
    if difference is None or difference.kind != "sub" or len(difference.inputs) != 2:
        return None
    if node.kind == "pow" and getattr(node.handle, "_saved_exponent", None) != _SQUARE:
        return None
    if node.kind == "mul" and node.inputs[1] is not difference:
        return None
    left, right = difference.inputs
    if left is not None and right is not None:
        return None
    prediction, sign = (left, 1.0) if left is not None else (right, -1.0)
    if prediction is None:
        return None
    return _site(node, difference, before_expand(prediction), sign)


def _site(node: Node, difference: Node, prediction: Node | None, sign: float) -> Site:
    function = "l1_loss" if node.kind == "abs" else "mse_loss"
    fed = computed_value(prediction)
    gap = output_value(difference)
    target, outer = None, False
    if fed is not None and gap is not None and prediction is not None:
        target = fed - sign * gap
        kind = prediction.name.split("Backward")[0]
        outer = kind != "Unsqueeze" and _is_outer(fed, target)
        if outer:
            target = _collapse(fed, target)
    return Site(function, node, prediction, fed, target, None, outer)


def _is_outer(prediction: torch.Tensor, target: torch.Tensor) -> bool:
    """Whether `target`, recovered at the broadcast shape, repeats along a dimension along which the
    prediction runs.
    """
    if prediction.numel() < 2 or target.numel() <= prediction.numel():
        return False
    return bool(_repeated_dims(prediction, target))


def _repeated_dims(prediction: torch.Tensor, target: torch.Tensor) -> list[int]:
    offset = target.dim() - prediction.dim()
    scale = float(target.abs().max()) + float(prediction.abs().max())
    tolerance = 64 * torch.finfo(target.dtype).eps * scale
    return [
        d
        for d in range(offset, target.dim())
        if prediction.shape[d - offset] > 1
        and bool(((target.amax(d) - target.amin(d)) <= tolerance).all())
    ]


def _collapse(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    for d in reversed(_repeated_dims(prediction, target)):
        target = target.select(d, 0)
    return target
