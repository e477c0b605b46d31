"""A small tanh net under full-batch gradient descent, and the sharpness of its loss: the largest
eigenvalue of the Hessian.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

_POINTS, _DEGREE = 20, 4
"""The curve to fit: a Chebyshev polynomial, as in Cohen et al. 2021, appendix C."""
_FIRST, _NEXT = 40, 4
"""Power iterations: many to find the eigenvector, few to follow it as it turns."""
_LOST = 1e6


class Descent(NamedTuple):
    """A training."""

    losses: list[float]
    """Before each step."""
    sharpness: list[float]
    """At each look."""


class Net:
    """1 - width - width - 1, tanh, float64, mean squared error; LeCun's start, biases 0."""

    def __init__(self, width: int, generator: torch.Generator) -> None:
        self.x = torch.linspace(-1, 1, _POINTS, dtype=torch.float64)[:, None]
        self.y = torch.cos(_DEGREE * torch.acos(self.x))
        self.parameters: list[Tensor] = []
        for n_in, n_out in ((1, width), (width, width), (width, 1)):
            weight = torch.randn(n_out, n_in, generator=generator, dtype=torch.float64)
            self.parameters += [weight / math.sqrt(n_in), torch.zeros(n_out, dtype=torch.float64)]
        for parameter in self.parameters:
            parameter.requires_grad_()
        drawn = [
            torch.randn(p.shape, generator=generator, dtype=torch.float64) for p in self.parameters
        ]
        self._direction: list[Tensor] = drawn
        self._looked = False

    def loss(self) -> Tensor:
        """Of all points, as a graph."""
        first, second, last = (self.parameters[k : k + 2] for k in (0, 2, 4))
        with torch.enable_grad():
            out = torch.tanh(self.x @ first[0].T + first[1])
            out = torch.tanh(out @ second[0].T + second[1])
            return (out @ last[0].T + last[1] - self.y).square().mean()

    def sharpness(self) -> float:
        """The largest eigenvalue of the Hessian, by products of it with a vector."""
        found = math.nan
        for _ in range(_NEXT if self._looked else _FIRST):
            gradients = torch.autograd.grad(self.loss(), self.parameters, create_graph=True)
            with torch.enable_grad():
                along = _dot(gradients, self._direction)
            product = torch.autograd.grad(along, self.parameters)
            found = float(_dot(product, self._direction) / _dot(self._direction, self._direction))
            norm = math.sqrt(float(_dot(product, product)))
            self._direction = [part / norm for part in product]
        self._looked = True
        return found

    def descend(self, rate: float, steps: Iterable[int], every: int) -> Descent:
        """Plain gradient descent, with a look at the sharpness each so many steps; it ends early
        where the loss is lost.
        """
        course = Descent([], [])
        for step in steps:
            if step % every == 0:
                course.sharpness.append(self.sharpness())
            loss = self.loss()
            gradients = torch.autograd.grad(loss, self.parameters)
            course.losses.append(float(loss.detach()))
            if not course.losses[-1] < _LOST:
                break
            with torch.no_grad():
                for parameter, gradient in zip(self.parameters, gradients, strict=True):
                    parameter.sub_(rate * gradient)
        return course


def catapult(times: float, width: int, steps: int, generator: torch.Generator) -> Descent:
    """The solvable model f = u.v / sqrt(n) for one sample, loss f^2 / 2, at a rate that is so many
    times the inverse of the first sharpness (|u|^2 + |v|^2) / n.

    Source: Lewkowycz et al. 2020, The large learning rate phase of deep learning.
    """
    u, v = (torch.randn(width, generator=generator, dtype=torch.float64) for _ in range(2))

    def sharpness() -> float:
        return float(u @ u + v @ v) / width

    rate = times / sharpness()
    course = Descent([], [])
    for _ in range(steps):
        f = float(u @ v) / math.sqrt(width)
        course.losses.append(f * f / 2)
        course.sharpness.append(rate * sharpness())
        if not course.losses[-1] < _LOST:
            break
        pull = rate * f / math.sqrt(width)
        u, v = u - pull * v, v - pull * u
    return course


def _dot(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    return torch.stack([(a * b).sum() for a, b in zip(first, second, strict=True)]).sum()
