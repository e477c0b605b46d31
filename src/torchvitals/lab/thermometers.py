"""Two thermometers: a line through eleven readings, and the rates at which its descent is stable.

The data are those of Stevens, Antiga and Viehmann, Deep Learning with PyTorch (2020), chapter 5.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.optim import SGD, Adam, Optimizer

from torchvitals.theory.stability import limit_factor

CELSIUS = (0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0)
UNKNOWN = (35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4)
START = (1.0, 0.0)
MANY = 1e6
"""A loss this many times the first is on its way to infinity."""
_BISECTIONS = 18
"""Halvings of an interval of rates: what is left of it is 1e-5 of its width."""


class Problem:
    """Mean squared error of y = w x + b, in float64."""

    def __init__(self, inputs: tuple[float, ...] | torch.Tensor, dtype: torch.dtype) -> None:
        self.x = torch.as_tensor(inputs, dtype=dtype)
        self.y = torch.tensor(CELSIUS, dtype=dtype)

    def loss(self, weights: torch.Tensor) -> torch.Tensor:
        """Of (w, b)."""
        return ((weights[0] * self.x + weights[1] - self.y) ** 2).mean()

    def gradient(self, weights: torch.Tensor) -> torch.Tensor:
        """Of the loss, at (w, b)."""
        error = weights[0] * self.x + weights[1] - self.y
        return 2 * torch.stack(((error * self.x).mean(), error.mean()))

    def curvatures(self) -> tuple[float, float]:
        """Least and greatest eigenvalue of the Hessian: by autograd, which knows no formula."""
        start = torch.tensor(START, dtype=self.x.dtype)
        hessian = torch.autograd.functional.hessian(self.loss, start)
        least, greatest = torch.linalg.eigvalsh(hessian).tolist()  # type: ignore[arg-type]
        return least, greatest

    def descend(self, rate: float, steps: int, limit: float | None = None) -> list[float]:
        """Losses of plain gradient descent, the first before any step; gradients clipped to the
        norm `limit`, if any.
        """
        weights = torch.tensor(START, dtype=self.x.dtype)
        losses = [float(self.loss(weights))]
        for _ in range(steps):
            gradient = self.gradient(weights)
            if limit is not None:
                gradient = gradient * min(1.0, limit / float(gradient.norm()))
            weights = weights - rate * gradient
            losses.append(float(self.loss(weights)))
        self.end = weights.tolist()
        return losses


Build = Callable[[list[torch.Tensor], float], Optimizer]
OPTIMIZERS: dict[str, tuple[Build, float]] = {
    "SGD": (SGD, limit_factor()),
    "SGD, momentum 0.9": (lambda p, lr: SGD(p, lr, momentum=0.9), limit_factor(0.9)),
    "SGD, Nesterov 0.9": (
        lambda p, lr: SGD(p, lr, momentum=0.9, nesterov=True),
        limit_factor(0.9, nesterov=True),
    ),
}


def is_stable(problem: Problem, build: Build, rate: float, steps: int = 1500) -> bool:
    """Whether a real optimizer of PyTorch keeps the loss bounded, from beside the optimum."""
    weights = torch.tensor(START, dtype=problem.x.dtype, requires_grad=True)
    optimizer = build([weights], rate)
    first = float(problem.loss(weights.detach()))
    for _ in range(steps):
        weights.grad = problem.gradient(weights.detach())
        optimizer.step()
        if not float(weights.detach().abs().max()) < MANY * first:
            return False
    return float(problem.loss(weights.detach())) < first


def measured_limit(problem: Problem, build: Build, expected: float) -> float:
    """The largest stable rate, by bisection between half and twice what is expected."""
    low, high = expected / 2, expected * 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_stable(problem, build, middle) else (low, middle)
    return (low + high) / 2


def standardised(values: tuple[float, ...]) -> torch.Tensor:
    """Zero mean and unit (population) standard deviation."""
    x = torch.tensor(values, dtype=torch.float64)
    return (x - x.mean()) / x.std(correction=0)


def by_adam(raw: Problem, steps: int) -> float:
    """The loss after so many steps of Adam, rate 0.01."""
    weights = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = Adam([weights], 1e-2)
    for _ in range(steps):
        weights.grad = raw.gradient(weights.detach())
        optimizer.step()
    return float(raw.loss(weights.detach()))
