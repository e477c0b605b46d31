"""The classifiers of the lab: linear layers fc1, fc2, …, an activation between, a sigmoid last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import skip_init

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
}
"""By the names of PyTorch; Leaky ReLU with slope 0.01."""


def activation_named(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of a name.

    Raises:
        ValueError: there is none; the message lists them.
    """
    if name not in ACTIVATIONS:
        known = ", ".join(sorted(ACTIVATIONS))
        raise ValueError(f"Expected one of {known} as the activation but got {name!r}.")
    return ACTIVATIONS[name]


class Classifier(nn.Module):
    """A probability for each point.

    Its linear layers hold what memory held until they are initialised: nothing here draws from
    the global random state.

    Args:
        widths: of the input, each hidden layer, and the output, as (2, 5, 1).
        activation: a name in ACTIVATIONS, after each hidden layer.
        normalised: BatchNorm before each activation.
        dropout: probability with which a hidden unit is dropped.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str,
        *,
        normalised: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.activation = activation_named(activation)
        self.depth = len(widths) - 1
        self.norms = nn.ModuleList(nn.BatchNorm1d(n) for n in widths[1:-1] if normalised)
        self.dropout = nn.Dropout(dropout)
        for position, (fan_in, fan_out) in enumerate(pairwise(widths), 1):
            self.add_module(f"fc{position}", skip_init(nn.Linear, fan_in, fan_out))

    @property
    def layers(self) -> list[nn.Linear]:
        """Of fc1, fc2 and so on."""
        return [self.get_submodule(f"fc{k + 1}") for k in range(self.depth)]  # type: ignore[misc]

    def hidden(self, x: Tensor) -> list[Tensor]:
        """What comes out of the activation of each hidden layer."""
        found: list[Tensor] = []
        for position, layer in enumerate(self.layers[:-1]):
            x = layer(x)
            if self.norms:
                x = self.norms[position](x)
            x = self.dropout(self.activation(x))
            found.append(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities, (n, 1)."""
        hidden = self.hidden(x)
        return torch.sigmoid(self.layers[-1](hidden[-1] if hidden else x))


def gradient_norms(model: nn.Module) -> dict[str, float]:
    """The L2 norm of each parameter's gradient, summed in float64: squares of 1e-22 do not vanish.

    A parameter without a gradient is left out.
    """
    return {
        name: float(parameter.grad.double().norm())
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
