"""The losses: their value for each network, their gradient, and what torch refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_LEAST_LOG = -100.0
"""Where `torch.nn.BCELoss` cuts its logarithm."""
_LEAST_SPREAD = 1e-12
"""What `torch.nn.BCELoss` puts for p(1 - p) below it in the gradient."""


@dataclass(frozen=True)
class Gradient:
    """The gradient of the mean loss of each network, bound to tensors that stay in place.

    Args:
        outputs: the network's, after the output's activation.
        targets: broadcast against them.
        out: where the gradient goes, of the outputs' shape.
        spare: a tensor of that shape, to be overwritten.
        terms: the number of terms in each network's mean.
    """

    outputs: Tensor
    targets: Tensor
    out: Tensor
    spare: Tensor
    terms: int


@dataclass(frozen=True)
class Criterion:
    """One loss.

    `terms` gives each output's share of the loss, elementwise; `gradient` fills `out`; `middle` is
    the output between both answers; `bounded` says that torch raises an error for an output
    outside [0, 1].
    """

    terms: Callable[[Tensor, Tensor], Tensor]
    gradient: Callable[[Gradient], None]
    middle: float
    bounded: bool = False


def _bce(p: Tensor, y: Tensor) -> Tensor:
    return (y - 1) * torch.log1p(-p).clamp_min(_LEAST_LOG) - y * torch.log(p).clamp_min(_LEAST_LOG)


def _bce_gradient(at: Gradient) -> None:
    count = float(at.terms)
    torch.mul(at.outputs, -count, out=at.spare)
    at.spare.add_(count).mul_(at.outputs).clamp_min_(count * _LEAST_SPREAD)
    torch.sub(at.outputs, at.targets, out=at.out)
    at.out.div_(at.spare)


def _bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    target = y.expand_as(z)
    return torch.nn.functional.binary_cross_entropy_with_logits(z, target, reduction="none")


def _bce_with_logits_gradient(at: Gradient) -> None:
    torch.sigmoid(at.outputs, out=at.out)
    at.out.sub_(at.targets).div_(at.terms)


def _mse(p: Tensor, y: Tensor) -> Tensor:
    return (p - y) ** 2


def _mse_gradient(at: Gradient) -> None:
    torch.sub(at.outputs, at.targets, out=at.out)
    at.out.mul_(2.0 / at.terms)


CRITERIA: dict[str, Criterion] = {
    "bce": Criterion(_bce, _bce_gradient, middle=0.5, bounded=True),
    "bce_with_logits": Criterion(_bce_with_logits, _bce_with_logits_gradient, middle=0.0),
    "mse": Criterion(_mse, _mse_gradient, middle=0.5),
}
"""By the names in `spec.Loss`."""
