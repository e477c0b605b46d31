"""Small classifiers side by side: one batched product a layer computes the same layer of each.

Nothing couples them: the loss is a sum over the networks, and SGD and Adam work number by number.
So each trains as it would alone, and a figure has a spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy
from torch.optim import Optimizer

from torchvitals.lab.initialisation import Draw
from torchvitals.lab.moons import Labelled, two_moons
from torchvitals.lab.networks import activation_named
from torchvitals.lab.threads import one_thread

_EPSILON = 1e-5
"""That of torch.nn.BatchNorm1d."""


class Recipe(NamedTuple):
    """How a classifier is made and started."""

    activation: str
    """A name in `networks.ACTIVATIONS`, after each hidden layer."""
    draw: Draw
    """Fills the weights of all networks at once."""
    bias: float = 0.0
    """What every bias starts at."""
    normalised: bool = False
    """Batch statistics are taken out of each hidden layer before its activation, and scale and
    shift learnt, as BatchNorm does in training."""
    residual: bool = False
    """A hidden layer as wide as its input adds its input to its output."""


class Stack(nn.Module):
    """`count` classifiers with linear layers of the same widths and a sigmoid at the end.

    Args:
        widths: of the input, each hidden layer, and the output.
        recipe: the same for all.
        generator: their draws differ.
    """

    def __init__(
        self, count: int, widths: Sequence[int], recipe: Recipe, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.activation = activation_named(recipe.activation)
        self.normalised, self.residual = recipe.normalised, recipe.residual
        pairs = list(pairwise(widths))
        with torch.no_grad():
            drawn = [recipe.draw(torch.empty(count, fan_out, n), generator) for n, fan_out in pairs]
        self.weights = nn.ParameterList(drawn)
        biases = [torch.full((count, 1, fan_out), recipe.bias) for _, fan_out in pairs]
        self.biases = nn.ParameterList(biases)
        hidden = [n for n in widths[1:-1] if recipe.normalised]
        self.scales = nn.ParameterList([torch.ones(count, 1, n) for n in hidden])
        self.shifts = nn.ParameterList([torch.zeros(count, 1, n) for n in hidden])

    def signals(self, x: Tensor) -> list[Tensor]:
        """What each hidden layer gives, then the probabilities, (count, n, 1)."""
        found: list[Tensor] = []
        last = len(self.weights) - 1
        for position, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = x @ weight.transpose(1, 2) + bias
            if position == last:
                return [*found, torch.sigmoid(z)]
            if self.normalised:
                variance, mean = torch.var_mean(z, dim=1, correction=0, keepdim=True)
                z = (z - mean) / (variance + _EPSILON).sqrt()
                z = z * self.scales[position] + self.shifts[position]
            out = self.activation(z)
            x = x + out if self.residual and x.shape[-1] == out.shape[-1] else out
            found.append(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities, (count, n, 1), of points (n, 2) or (count, n, 2)."""
        return self.signals(x)[-1]

    def losses(self, data: Labelled) -> Tensor:
        """Binary cross-entropy of each network, (count,): NaN where it has diverged."""
        predicted = self(data.inputs)
        labels = data.labels.expand_as(predicted)
        # Of a NaN the function would raise, and end the other networks' training too.
        lost = predicted.isnan()
        losses = binary_cross_entropy(predicted.masked_fill(lost, 0.5), labels, reduction="none")
        return losses.masked_fill(lost, float("nan")).mean((1, 2))

    def scores(self, data: Labelled) -> Tensor:
        """Accuracy of each network at 0.5, (count,)."""
        with torch.no_grad():
            right = (self(data.inputs) > 0.5) == (data.labels > 0.5)  # noqa: PLR2004
        return right.double().mean((1, 2))

    @one_thread()
    def differentiate(self, data: Labelled) -> tuple[list[Tensor], list[Tensor]]:
        """The L2 norm of the gradient of each layer's weight, and of its bias: (count,) each."""
        self.zero_grad()
        self.losses(data).sum().backward()
        return _norms(self.weights), _norms(self.biases)


@one_thread()
def moons_for(seeds: Iterable[int]) -> Labelled:
    """The training points of two moons for each network its own, (count, 640, 2)."""
    drawn = [two_moons(seed).train for seed in seeds]
    return Labelled(
        torch.stack([part.inputs for part in drawn]), torch.stack([part.labels for part in drawn])
    )


@one_thread()
def train(
    stack: Stack, optimizer: Optimizer, data: Labelled, steps: Iterable[object]
) -> list[Tensor]:
    """Full-batch descent; the loss of each network before each step, (count,)."""
    found: list[Tensor] = []
    for _ in steps:
        losses = stack.losses(data)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        found.append(losses.detach())
    return found


def _norms(parameters: Iterable[nn.Parameter]) -> list[Tensor]:
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    return [gradient.double().flatten(1).norm(dim=1) for gradient in gradients]
