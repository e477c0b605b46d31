"""Activations in place, and their derivatives from what they left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_LEAK = 0.01
"""Slope of `torch.nn.LeakyReLU` below 0."""
_ALPHA = 1.0
"""Depth of `torch.nn.ELU` below 0."""
_ATEN = torch.ops.aten


@dataclass(frozen=True)
class Function:
    """One activation.

    `apply` overwrites pre-activations with activations. `pull` multiplies, in place, the gradient
    of the activations by the derivative: given the gradient and the activations, or the
    pre-activations where `of_input` is true.
    """

    apply: Callable[[Tensor], object]
    pull: Callable[[Tensor, Tensor], object]
    of_input: bool = False


def _nothing(*_: Tensor) -> None:
    return None


def _gelu(z: Tensor) -> None:
    z.copy_(torch.nn.functional.gelu(z))


def _pull_relu(grad: Tensor, h: Tensor) -> None:
    _ATEN.threshold_backward.grad_input(grad, h, 0, grad_input=grad)


def _pull_leaky(grad: Tensor, h: Tensor) -> None:
    _ATEN.leaky_relu_backward.grad_input(grad, h, _LEAK, True, grad_input=grad)


def _pull_elu(grad: Tensor, h: Tensor) -> None:
    _ATEN.elu_backward.grad_input(grad, _ALPHA, 1, 1, True, h, grad_input=grad)


def _pull_tanh(grad: Tensor, h: Tensor) -> None:
    _ATEN.tanh_backward.grad_input(grad, h, grad_input=grad)


def _pull_sigmoid(grad: Tensor, h: Tensor) -> None:
    _ATEN.sigmoid_backward.grad_input(grad, h, grad_input=grad)


def _pull_gelu(grad: Tensor, z: Tensor) -> None:
    _ATEN.gelu_backward.grad_input(grad, z, grad_input=grad)


FUNCTIONS: dict[str, Function] = {
    "relu": Function(torch.relu_, _pull_relu),
    "leaky_relu": Function(lambda z: torch.nn.functional.leaky_relu_(z, _LEAK), _pull_leaky),
    "elu": Function(lambda z: torch.nn.functional.elu_(z, _ALPHA), _pull_elu),
    "tanh": Function(torch.tanh_, _pull_tanh),
    "sigmoid": Function(torch.sigmoid_, _pull_sigmoid),
    "gelu": Function(_gelu, _pull_gelu, of_input=True),
    "linear": Function(_nothing, _nothing),
}
"""By the names in `spec.Activation`."""
