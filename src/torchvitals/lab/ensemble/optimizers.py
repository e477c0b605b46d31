"""torch's optimizers on the parameters of an ensemble, in the order of torch's own operations."""

from __future__ import annotations

import math

import torch

from torchvitals.lab.ensemble.kernel import Kernel
from torchvitals.lab.ensemble.spec import Adam, Sgd


class SgdStepper:
    """`torch.optim.SGD`.

    Args:
        rule: its settings.
        kernel: whose parameters move.
    """

    def __init__(self, rule: Sgd, kernel: Kernel) -> None:
        self._rule, self._kernel = rule, kernel
        keeps = rule.momentum > 0.0 and not rule.recreated
        self.state = [torch.zeros_like(x) for x in kernel.parameters] if keeps else []

    def step(self) -> None:
        """Move the parameters once."""
        rule, kernel = self._rule, self._kernel
        decay(kernel, rule)
        moves = kernel.gradients
        if self.state:
            for velocity, gradient in zip(self.state, kernel.gradients, strict=True):
                velocity.mul_(rule.momentum).add_(gradient)
            moves = self.state
        for parameter, move in zip(kernel.parameters, moves, strict=True):
            parameter.add_(move, alpha=-rule.lr)


class AdamStepper:
    """`torch.optim.Adam`.

    Args:
        rule: its settings.
        kernel: whose parameters move.
    """

    def __init__(self, rule: Adam, kernel: Kernel) -> None:
        self._rule, self._kernel = rule, kernel
        self._steps = 0
        self.state = [torch.zeros_like(x) for x in (*kernel.parameters, *kernel.parameters)]

    def step(self) -> None:
        """Move the parameters once."""
        rule, kernel = self._rule, self._kernel
        decay(kernel, rule)
        if rule.recreated:
            self._steps = 0
            for x in self.state:
                x.zero_()
        self._steps += 1
        half = len(self.state) // 2
        size = rule.lr / (1.0 - rule.beta1**self._steps)
        root = math.sqrt(1.0 - rule.beta2**self._steps)
        for parameter, gradient, mean, square in zip(
            kernel.parameters, kernel.gradients, self.state[:half], self.state[half:], strict=True
        ):
            mean.lerp_(gradient, 1.0 - rule.beta1)
            square.mul_(rule.beta2).addcmul_(gradient, gradient, value=1.0 - rule.beta2)
            parameter.addcdiv_(mean, square.sqrt().div_(root).add_(rule.eps), value=-size)


Stepper = SgdStepper | AdamStepper


def stepper(rule: Sgd | Adam, kernel: Kernel) -> Stepper:
    """The rule at work on the kernel's parameters."""
    return SgdStepper(rule, kernel) if isinstance(rule, Sgd) else AdamStepper(rule, kernel)


def decay(kernel: Kernel, rule: Sgd | Adam) -> None:
    """Add the gradient of the L2 term."""
    if not rule.weight_decay:
        return
    values, gradients = kernel.parameters, kernel.gradients
    if not rule.decay_biases:
        values, gradients = kernel.weights(values), kernel.weights(gradients)
    for value, gradient in zip(values, gradients, strict=True):
        gradient.add_(value, alpha=rule.weight_decay)
