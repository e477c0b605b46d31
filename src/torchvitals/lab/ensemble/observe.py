"""One look at networks as they are: outputs, losses, signs of the pre-activations."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from torchvitals.lab.ensemble.activations import FUNCTIONS, Function
from torchvitals.lab.ensemble.kernel import Kernel
from torchvitals.lab.ensemble.losses import CRITERIA
from torchvitals.lab.ensemble.spec import Recipe

NEVER_NEGATIVE = ("relu", "sigmoid")
"""Activations whose outputs need no check against 0."""


@dataclass(frozen=True)
class Sight:
    """Of E networks.

    Attributes:
        outputs: (E, samples, outputs).
        loss: (E,) NaN where torch would raise an error.
        right: (E,) share of the outputs on their target's side.
        refused: (E,) whether torch's loss would raise an error.
        positive: per layer (E, samples, units).
        dead: (E, hidden layers) number of units with no positive pre-activation.
    """

    outputs: Tensor
    loss: Tensor
    right: Tensor
    refused: Tensor
    positive: list[Tensor]
    dead: Tensor


def functions(recipe: Recipe) -> list[Function]:
    """The activation of each layer."""
    hidden = FUNCTIONS[recipe.net.hidden]
    return [hidden] * (len(recipe.net.layers) - 1) + [FUNCTIONS[recipe.net.output]]


def forward(kernel: Kernel, after: list[Function], inputs: list[Tensor | None]) -> Tensor:
    """Outputs for the whole batch, in the kernel's layout.

    Args:
        kernel: the networks.
        after: the activation of each layer.
        inputs: by layer, where a derivative asks for the pre-activations: a copy of them goes here.
    """
    for layer, function in enumerate(after):
        z = kernel.affine(layer)
        if function.of_input:
            inputs[layer] = z.clone()
        function.apply(z)
    return kernel.activations[-1]


def observe(kernel: Kernel, recipe: Recipe) -> Sight:
    """Look at every network of the kernel; its activations are overwritten."""
    positive: list[Tensor] = []
    for layer, function in enumerate(functions(recipe)):
        z = kernel.affine(layer)
        positive.append(kernel.samples_first(z > 0).contiguous())
        function.apply(z)
    outputs = kernel.activations[-1]
    criterion = CRITERIA[recipe.loss]
    axes = kernel.sample_axes
    bad = refused(outputs, recipe, axes)
    loss = criterion.terms(outputs, kernel.targets).mean(axes)
    same_side = (outputs > criterion.middle) == (kernel.targets > 0.5)  # noqa: PLR2004 -- of 0 and 1
    dead = [(~layer.any(1)).sum(1) for layer in positive[:-1]]
    return Sight(
        outputs=kernel.samples_first(outputs).clone(),
        loss=torch.where(bad, torch.nan, loss),
        right=same_side.float().mean(axes),
        refused=bad,
        positive=positive,
        dead=torch.stack(dead, 1) if dead else bad.new_zeros((len(bad), 0), dtype=torch.int64),
    )


def refused(outputs: Tensor, recipe: Recipe, axes: tuple[int, int]) -> Tensor:
    """(E,) whether torch's loss would raise an error for these outputs."""
    if not CRITERIA[recipe.loss].bounded:
        return torch.zeros_like(outputs.amax(axes), dtype=torch.bool)
    legal = outputs.amax(axes) <= 1.0  # false of a NaN too
    if recipe.net.output not in NEVER_NEGATIVE:
        legal &= outputs.amin(axes) >= 0.0
    return ~legal


def any_refused(outputs: Tensor, recipe: Recipe) -> bool:
    """Whether `refused` holds of any: cheaper, where it does not."""
    if not float(outputs.amax()) <= 1.0:
        return True
    return recipe.net.output not in NEVER_NEGATIVE and not float(outputs.amin()) >= 0.0
