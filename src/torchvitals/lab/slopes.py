"""How much a layer passes back: the slope of its activation times the size of its weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from torchvitals.lab.networks import activation_named
from torchvitals.lab.stacked import Stack
from torchvitals.lab.threads import one_thread

_GRID = 20.0
_NODES = 40_001
"""A slope's largest value lies within; nodes are a thousandth apart."""


def slope_at(activation: str, z: float) -> float:
    """The derivative of an activation at a pre-activation."""
    return float(_slopes(activation, torch.tensor([z], dtype=torch.float64)))


def steepest(activation: str) -> float:
    """The largest absolute derivative: 1/4 for a sigmoid, 1 for a ReLU.

    >>> steepest("sigmoid")
    0.25
    """
    nodes = torch.linspace(-_GRID, _GRID, _NODES, dtype=torch.float64)
    return float(_slopes(activation, nodes).abs().max())


def typical_factor(width: int, std: float, slope: float) -> float:
    """What a layer of weights N(0, std^2) does to a gradient's norm: its geometric mean.

    The norm is multiplied by std * slope * chi with `width` degrees of freedom, and the mean of
    ln chi is (ln 2 + digamma(width / 2)) / 2: the Lyapunov exponent of a random product.
    """
    mean = (math.log(2) + float(torch.digamma(torch.tensor(width / 2, dtype=torch.float64)))) / 2
    return std * slope * math.exp(mean)


@one_thread()
def backward_norms(stack: Stack, inputs: Tensor, labels: Tensor) -> list[Tensor]:
    """For each hidden layer the norm of the loss's gradient in its output: (count, n)."""
    signals = stack.signals(inputs)
    probabilities = signals.pop()
    losses = torch.nn.functional.binary_cross_entropy(
        probabilities, labels.expand_as(probabilities), reduction="sum"
    )
    return [gradient.norm(dim=2) for gradient in torch.autograd.grad(losses, signals)]


def largest_share_of_bound(stack: Stack, inputs: Tensor, labels: Tensor, steep: float) -> float:
    """The largest, over layers, networks and points, of the factor over ||W|| times the slope."""
    norms = backward_norms(stack, inputs, labels)
    largest = 0.0
    for weight, before, after in zip(list(stack.weights)[1:-1], norms[:-1], norms[1:], strict=True):
        bound = torch.linalg.matrix_norm(weight.detach(), 2)[:, None] * steep * after
        shares = torch.where(bound > 0, before / bound, 0.0)
        largest = max(largest, float(shares.max()))
    return largest


def _slopes(activation: str, nodes: Tensor) -> Tensor:
    nodes = nodes.requires_grad_()
    (slopes,) = torch.autograd.grad(activation_named(activation)(nodes).sum(), nodes)
    return slopes
