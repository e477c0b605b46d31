"""What an ensemble is made of, and how it is trained: plain data, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from torchvitals.lab.ensemble.initialisation import Initialisation

Activation = Literal["relu", "leaky_relu", "elu", "tanh", "sigmoid", "gelu", "linear"]
Loss = Literal["bce", "bce_with_logits", "mse"]
FEWEST_SIZES = 2
"""A network has at least inputs and outputs."""


@dataclass(frozen=True)
class Net:
    """A fully connected network.

    Args:
        sizes: units of every layer, the inputs first: (2, 2, 1) is 2-2-1.
        hidden: activation of all layers but the last.
        output: activation of the last layer.

    Raises:
        ValueError: fewer than two sizes, a size below 1, or an unknown activation.
    """

    sizes: tuple[int, ...]
    hidden: Activation = "relu"
    output: Activation = "linear"

    def __post_init__(self) -> None:
        if len(self.sizes) < FEWEST_SIZES or min(self.sizes) < 1:
            message = f"Expected `sizes` to be two or more whole numbers above 0, got {self.sizes}."
            raise ValueError(message)
        for name in (self.hidden, self.output):
            _must_be_one_of(name, get_args(Activation), "activation")

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(fan in, fan out) of every layer."""
        return tuple(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def parameter_count(self) -> int:
        """Weights and biases of one network."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.layers)


@dataclass(frozen=True)
class Sgd:
    """Gradient descent as `torch.optim.SGD` has it.

    Args:
        lr: learning rate, above 0.
        momentum: in [0, 1).
        weight_decay: coefficient of the L2 term, not below 0.
        decay_biases: whether the decay covers the biases too, as torch's does by default.
        recreated: whether a new optimizer is made before each step, as the text on XOR does: its
            momentum is then forgotten each time.
    """

    lr: float
    momentum: float = 0.0
    weight_decay: float = 0.0
    decay_biases: bool = True
    recreated: bool = False

    def __post_init__(self) -> None:
        _must_be_rate(self.lr, self.weight_decay)
        _must_be_fraction("momentum", self.momentum)


@dataclass(frozen=True)
class Adam:
    """Adam as `torch.optim.Adam` has it, decay as an L2 term.

    Args:
        lr: learning rate, above 0.
        beta1: decay of the mean gradient, in [0, 1).
        beta2: decay of the mean squared gradient, in [0, 1).
        eps: added to the root of the mean squared gradient.
        weight_decay: coefficient of the L2 term, not below 0.
        decay_biases: whether the decay covers the biases too.
        recreated: whether a new optimizer is made before each step: every step is then Adam's
            first.
    """

    lr: float
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0
    decay_biases: bool = True
    recreated: bool = False

    def __post_init__(self) -> None:
        _must_be_rate(self.lr, self.weight_decay)
        _must_be_fraction("beta1", self.beta1)
        _must_be_fraction("beta2", self.beta2)


Optimizer = Sgd | Adam


@dataclass(frozen=True, eq=False)
class Data:
    """What every network of the ensemble is trained on, the whole of it at each step.

    Args:
        inputs: (samples, features), float32.
        targets: (samples, outputs), float32.

    Raises:
        ValueError: the two are not matrices with as many rows.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]

    def __post_init__(self) -> None:
        shapes = self.inputs.shape, self.targets.shape
        if {len(shape) for shape in shapes} != {2} or shapes[0][0] != shapes[1][0]:
            message = (
                "Expected `inputs` (samples, features) and `targets` (samples, outputs) with as "
                f"many samples, got {shapes[0]} and {shapes[1]}."
            )
            raise ValueError(message)


@dataclass(frozen=True, eq=False)
class Recipe:
    """One training, to be repeated with other first weights.

    Args:
        net: the network.
        data: its data.
        initialisation: the law of the first weights.
        loss: "bce" is `torch.nn.BCELoss`: its logarithm is cut at -100, and an output outside
            [0, 1] ends the training as an error.
        optimizer: the rule of each step.
        steps: full-batch steps; 0 looks at the first weights alone.
        solved_below: the final loss below which a network counts as solved; None asks that every
            output is on its target's side of one half (of 0 for logits).

    Raises:
        ValueError: the shapes do not agree, or there is no such loss.
    """

    net: Net
    data: Data
    initialisation: Initialisation
    loss: Loss
    optimizer: Optimizer
    steps: int
    solved_below: float | None = None

    def __post_init__(self) -> None:
        _must_be_one_of(self.loss, get_args(Loss), "loss")
        features, outputs = self.data.inputs.shape[1], self.data.targets.shape[1]
        if (features, outputs) != (self.net.sizes[0], self.net.sizes[-1]):
            message = (
                f"Expected data with {self.net.sizes[0]} features and {self.net.sizes[-1]} outputs "
                f"for a net of sizes {self.net.sizes}, got {features} and {outputs}."
            )
            raise ValueError(message)
        if self.steps < 0:
            raise ValueError(f"Expected `steps` to be 0 or more, got {self.steps}.")


def _must_be_one_of(name: str, known: tuple[str, ...], kind: str) -> None:
    if name not in known:
        raise ValueError(f"Expected the {kind} to be one of {', '.join(known)}, got {name!r}.")


def _must_be_rate(lr: float, weight_decay: float) -> None:
    if not lr > 0.0:
        raise ValueError(f"Expected `lr` above 0, got {lr}.")
    if not weight_decay >= 0.0:
        raise ValueError(f"Expected `weight_decay` to be 0 or more, got {weight_decay}.")


def _must_be_fraction(name: str, value: float) -> None:
    if not 0.0 <= value < 1.0:
        raise ValueError(f"Expected `{name}` in [0, 1), got {value}.")
