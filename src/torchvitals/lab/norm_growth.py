"""How the gradient of a deep ReLU net grows on its way back, by the way it is normalised."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

WAYS = ("none", "BatchNorm", "LayerNorm", "BatchNorm, residual")
BATCHNORM_FACTOR = math.pi / (math.pi - 1)
"""Of the squared gradient, per layer, in wide nets with large batches: E f'^2 / Var f of ReLU is
(1/2) / ((pi - 1) / (2 pi)). Source: Yang et al. 2019, A Mean Field Theory of Batch Normalization,
theorem 8."""
_EPS = 1e-5
_LAST = 2
"""Layers next to the random gradient, which are left out."""


def squared_gradients(
    way: str, width: int, depth: int, batch: int, generator: torch.Generator
) -> list[float]:
    """Mean square of the gradient with respect to each layer's input to its ReLU, from the first.

    Weights are Kaiming's, inputs and the gradient at the end are normal.
    """
    signal = torch.randn(batch, width, generator=generator)
    std = math.sqrt(2 / width)
    inputs: list[Tensor] = []
    with torch.enable_grad():
        for layer in range(depth):
            weight = std * torch.randn(width, width, generator=generator)
            if layer == 0:
                signal = signal.requires_grad_()
            inputs.append(_NORMALISED[way](signal @ weight.T))
            out = torch.relu(inputs[-1])
            signal = signal + out if way.endswith("residual") else out
    down = torch.randn(batch, width, generator=generator)
    gradients = torch.autograd.grad(signal, inputs, down)
    return [float(gradient.square().mean()) for gradient in gradients]


def residual_factor(depth: int) -> float:
    """What `factor` should find with BatchNorm and residual connections, in the same limit.

    Each layer adds variance (pi - 1) / (2 pi), so that the next contributes a smaller share to the
    gradient: 1 + 1 / (2 v) at variance v, and the growth is a power of the depth.
    """
    layers, added = depth - _LAST - 1, (math.pi - 1) / (2 * math.pi)
    logs = [math.log1p(0.5 / (1 + added * layer)) for layer in range(1, layers + 1)]
    return math.exp(sum(logs) / layers)


def factor(squares: list[float]) -> float:
    """Growth per layer on the way back, as a geometric mean."""
    inner = squares[:-_LAST]
    return (inner[0] / inner[-1]) ** (1 / (len(inner) - 1))


def _over(dimension: int) -> Callable[[Tensor], Tensor]:
    def normalised(z: Tensor) -> Tensor:
        centred = z - z.mean(dimension, keepdim=True)
        return centred / (centred.square().mean(dimension, keepdim=True) + _EPS).sqrt()

    return normalised


_NORMALISED: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "BatchNorm": _over(0),
    "LayerNorm": _over(1),
    "BatchNorm, residual": _over(0),
}
