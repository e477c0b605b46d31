"""The training of as many networks as fit the cache at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from torchvitals.lab.ensemble.initialisation import draw
from torchvitals.lab.ensemble.kernel import Kernel
from torchvitals.lab.ensemble.losses import CRITERIA, Gradient
from torchvitals.lab.ensemble.narrow import Narrow
from torchvitals.lab.ensemble.observe import (
    NEVER_NEGATIVE,
    Sight,
    any_refused,
    forward,
    functions,
    observe,
    refused,
)
from torchvitals.lab.ensemble.optimizers import stepper
from torchvitals.lab.ensemble.outcomes import NEVER, Outcomes
from torchvitals.lab.ensemble.plan import PADDING, Plan, is_wide
from torchvitals.lab.ensemble.spec import Recipe, Sgd
from torchvitals.lab.ensemble.wide import Wide

_SWEEP_EVERY = 16
_EARLY_SWEEPS = (0, 1, 2, 4, 8)
_WORTH_IT = 0.8
"""Share of networks still running below which the rest is worth copying together."""


class Chunk:
    """Networks on their way through one training.

    Args:
        recipe: the training.
        networks: (E,) their numbers.
        seed: of the whole ensemble.
        plan: how to compute.
    """

    def __init__(self, recipe: Recipe, networks: NDArray[np.int64], seed: int, plan: Plan) -> None:
        self._recipe, self._networks, self._plan = recipe, networks, plan
        device = plan.device
        self._functions = functions(recipe)
        self._inputs = torch.as_tensor(recipe.data.inputs, dtype=torch.float32, device=device)
        self._targets = torch.as_tensor(recipe.data.targets, dtype=torch.float32, device=device)
        padded = np.concatenate((networks, np.repeat(networks[-1:], -len(networks) % PADDING)))
        first = draw(recipe.initialisation, recipe.net.layers, seed, padded)
        self._start = torch.from_numpy(first).to(device)
        rule = recipe.optimizer
        self._can_settle = plan.drop_settled and not rule.weight_decay
        self._begin(freezes=isinstance(rule, Sgd) and not rule.momentum and not rule.weight_decay)

    def _begin(self, *, freezes: bool) -> None:
        """At the first weights again.

        Args:
            freezes: whether a gradient of 0 is enough to hold a network where it is.
        """
        self._end = self._start.clone()
        self._rows = torch.arange(len(self._start), device=self._start.device)
        self._running = self._rows < len(self._networks)
        self._crashed_at = torch.full_like(self._rows, NEVER)
        self._legal = torch.ones_like(self._start[:, 0])
        self._lived = torch.zeros_like(self._legal)
        self._freezes = freezes and CRITERIA[self._recipe.loss].bounded
        self._kernel = self._made(self._start)
        self._stepper = stepper(self._recipe.optimizer, self._kernel)
        self._bind()

    def _made(self, values: Tensor) -> Kernel:
        layout = Wide if is_wide(self._recipe, self._plan) else Narrow
        return layout(self._recipe.net.layers, self._inputs, self._targets, values)

    def _bind(self) -> None:
        """Tie the loss to the kernel's tensors as they are now."""
        kernel = self._kernel
        outputs, delta = kernel.activations[-1], kernel.deltas[-1]
        terms = self._targets.numel()
        self._gradient = Gradient(outputs, kernel.targets, delta, torch.empty_like(outputs), terms)
        self._z: list[Tensor | None] = [None] * len(self._recipe.net.layers)

    def run(self) -> Outcomes:
        """Train to the end, and tell how it went."""
        first = observe(self._made(self._start), self._recipe)
        self._train()
        if not torch.isfinite(self._end[self._crashed_at != NEVER]).all():
            self._begin(freezes=False)
            self._train()
        return self._outcomes(first, observe(self._made(self._end), self._recipe))

    def _train(self) -> None:
        criterion = CRITERIA[self._recipe.loss]
        for step in range(self._recipe.steps):
            outputs = forward(self._kernel, self._functions, self._z)
            if criterion.bounded and not self._freezes and any_refused(outputs, self._recipe):
                self._crash(refused(outputs, self._recipe, self._kernel.sample_axes), step)
            criterion.gradient(self._gradient)
            if self._freezes:
                self._freeze(outputs)
            self._backward()
            if step in _EARLY_SWEEPS or step % _SWEEP_EVERY == 0:
                self._sweep()
                if not self._kernel.count:
                    break
            self._stepper.step()
        self._retire_frozen()
        self._retire(self._running)

    def _backward(self) -> None:
        kernel = self._kernel
        delta = kernel.deltas[-1]
        for layer in range(len(self._functions) - 1, -1, -1):
            given = self._z[layer]
            self._functions[layer].pull(
                delta, kernel.activations[layer] if given is None else given
            )
            kernel.fill_gradients(layer)
            if layer:
                delta = kernel.pull_back(layer)

    def _freeze(self, outputs: Tensor) -> None:
        """Without a gradient, a network whose loss raises an error keeps its parameters.

        Cheaper than writing each of them down at its step, and as good as long as all
        is finite, for 0 times infinity is no number: else the training is begun anew without this.
        """
        axes = self._kernel.sample_axes
        self._legal.mul_(outputs.amax(axes).le_(1.0))  # 0 for a NaN too
        if self._recipe.net.output not in NEVER_NEGATIVE:
            self._legal.mul_(outputs.amin(axes).ge_(0.0))
        self._lived.add_(self._legal)
        self._gradient.out.mul_(self._legal if self._kernel.axis else self._legal[:, None, None])

    def _retire_frozen(self) -> None:
        """Write down the networks that `_freeze` holds, and when it took hold."""
        if self._freezes:
            held = self._running & (self._legal == 0)
            self._crashed_at[self._rows[held]] = self._lived[held].long()
            self._retire(held)

    def _crash(self, bad: Tensor, step: int) -> None:
        """Networks whose loss raises an error keep the parameters that they had."""
        fresh = bad & self._running
        self._crashed_at[self._rows[fresh]] = step
        self._retire(fresh)

    def _retire(self, which: Tensor) -> None:
        columns = which.nonzero()[:, 0]
        if len(columns):
            self._end[self._rows[columns]] = self._kernel.read(columns)
            self._running = self._running & ~which

    def _sweep(self) -> None:
        """Leave out what has ended, if enough has."""
        self._retire_frozen()
        if self._can_settle:
            self._retire(self._settled())
        running = int(self._running.sum())
        room = running + -running % PADDING
        if not self._plan.drop_settled or room > _WORTH_IT * self._kernel.count:
            return
        order = torch.argsort(self._running.int(), descending=True, stable=True)
        columns = order[:room].sort().values
        self._kernel.keep(columns)
        self._stepper.state = [
            x.index_select(self._kernel.axis, columns) for x in self._stepper.state
        ]
        self._rows, self._running = self._rows[columns], self._running[columns]
        self._legal, self._lived = self._legal[columns], self._lived[columns]
        self._bind()

    def _settled(self) -> Tensor:
        """(E,) running networks whose step, and so every later step, changes nothing at all.

        Their gradient is exactly 0, and so is what the optimizer remembers of earlier ones.
        """
        kernel, found = self._kernel, self._running
        axes = (0, 1) if kernel.axis else (1, 2)
        for x in (*kernel.gradients, *self._stepper.state):
            found = found & (x.abs().amax(axes[: x.dim() - 1]) == 0)
        return found

    def _outcomes(self, first: Sight, last: Sight) -> Outcomes:
        crashed_at = torch.where(
            (self._crashed_at == NEVER) & last.refused, self._recipe.steps, self._crashed_at
        )
        crashed, limit = crashed_at != NEVER, self._recipe.solved_below
        solved = last.right == 1.0 if limit is None else last.loss < limit
        told = slice(None) if self._plan.details else slice(0)
        changed = (self._start != self._end).split(_tensor_sizes(self._recipe), dim=1)
        return Outcomes(
            networks=self._networks,
            loss_start=self._plain(first.loss),
            loss_end=self._plain(torch.where(crashed, torch.nan, last.loss)),
            solved=self._plain(solved & ~crashed),
            right_end=self._plain(last.right),
            crashed_at=self._plain(crashed_at),
            dead_start=self._plain(first.dead),
            dead_end=self._plain(last.dead),
            moved=self._plain(torch.stack([x.any(1) for x in changed], 1)),
            outputs_start=self._plain(first.outputs),
            outputs_end=self._plain(last.outputs),
            positive_start=tuple(self._plain(x) for x in first.positive[told]),
            positive_end=tuple(self._plain(x) for x in last.positive[told]),
            parameters_start=self._plain(self._start[:, told]),
            parameters_end=self._plain(self._end[:, told]),
        )

    def _plain(self, tensor: Tensor) -> NDArray[Any]:
        """Without the padding."""
        return tensor[: len(self._networks)].cpu().numpy()


def _tensor_sizes(recipe: Recipe) -> list[int]:
    """Entries of the weights and of the biases of each layer."""
    return [size for i, o in recipe.net.layers for size in (i * o, o)]
