"""One neuron a layer, several layers: the chain rule in the open, in any precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from torchvitals.theory.rounding import lost_below, smallest_normal

_DEEPEST = 2048
"""No precision holds 2^-2048 or 2^2048."""


class Chain(NamedTuple):
    """What came out, and the gradient of the output by each weight, the first layer's first."""

    out: float
    gradients: list[float]


def chain(
    depth: int,
    x: float,
    w: float,
    activation: Callable[[Tensor], Tensor] | None = None,
    dtype: torch.dtype = torch.float64,
) -> Chain:
    """By autograd, in a precision; without an activation the chain is a product."""
    weights = [torch.tensor(w, dtype=dtype, requires_grad=True) for _ in range(depth)]
    with torch.enable_grad():
        out = _forward(weights, x, activation)
    gradients = torch.autograd.grad(out, weights)
    return Chain(float(out.detach()), [float(gradient) for gradient in gradients])


class Ends(NamedTuple):
    """Depths from which the first gradient of a chain without activation, x = w, has ended."""

    zero: int
    """For w = 1/2, whose gradient is 2^-depth."""
    infinite: int
    """For w = 2, whose gradient is 2^depth."""


def ends(dtype: str) -> Ends:
    """Those of a precision, from its exponents and its bits.

    Half of the least number is a tie, which rounds to its even neighbour: 0.

    >>> ends("float32")
    Ends(zero=150, infinite=128)
    """
    exponent = round(math.log2(smallest_normal(dtype)))
    bits = -round(math.log2(lost_below(dtype))) - 1
    return Ends(bits - exponent, 2 - exponent)


def measured_ends(dtype: torch.dtype) -> Ends:
    """The same by autograd and bisection."""
    return Ends(
        _first_depth(lambda gradient: gradient == 0, 0.5, dtype),
        _first_depth(lambda gradient: gradient == math.inf, 2.0, dtype),
    )


def _first_depth(ended: Callable[[float], bool], w: float, dtype: torch.dtype) -> int:
    low, high = 1, _DEEPEST
    while low < high:
        middle = (low + high) // 2
        if ended(chain(middle, w, w, dtype=dtype).gradients[0]):
            high = middle
        else:
            low = middle + 1
    return low


class Step(NamedTuple):
    """Of a training, one step."""

    loss: float
    gradient: float
    """Of the first weight."""
    weight: float
    """The first, after the step."""


def trained(depth: int, w: float, steps: int, lr: float = 0.1) -> list[Step]:
    """Gradient descent on (out - 1)^2 in float32, from x = w and all weights w."""
    weights = [torch.tensor(w, requires_grad=True) for _ in range(depth)]
    course: list[Step] = []
    for _ in range(steps):
        with torch.enable_grad():
            loss = (_forward(weights, w, None) - 1) ** 2
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.sub_(lr * gradient)
        course.append(Step(float(loss.detach()), float(gradients[0]), float(weights[0].detach())))
    return course


def _forward(
    weights: list[Tensor], x: float, activation: Callable[[Tensor], Tensor] | None
) -> Tensor:
    out = torch.tensor(x, dtype=weights[0].dtype)
    for weight in weights:
        out = weight * out
        out = out if activation is None else activation(out)
    return out
