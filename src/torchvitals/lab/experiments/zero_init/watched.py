"""A net whose weights are noted at each epoch, and how far apart its units are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiments.zero_init.knobs import Knobs
from torchvitals.lab.moons import Moons
from torchvitals.lab.networks import Classifier
from torchvitals.lab.runner import Runner
from torchvitals.lab.threads import one_thread

ROUNDING = 1e-4
"""Of the largest entry: thousands of roundings of float32, as the rule symmetric-weights has it."""


class Watched:
    """A net trained by the runner; its weights are noted at each epoch, before the step."""

    def __init__(
        self, parameters: Knobs, moons: Moons, draw: start.Draw, generator: torch.Generator
    ) -> None:
        self.net = Classifier((2, parameters.hidden, 1), parameters.activation)
        with torch.no_grad():
            for layer in self.net.layers:
                draw(layer.weight, generator)
                layer.bias.zero_()
        self.before: list[dict[str, Tensor]] = []
        optimizer = SGD(self.net.parameters(), parameters.lr)
        runner = Runner(self.net, optimizer, binary_cross_entropy, between=self._note)
        with one_thread():
            self.history = runner.train(moons.train, moons.dev, parameters.epochs)
        self._note(runner)
        self.runner = runner

    def _note(self, runner: Runner) -> None:
        state = runner.model.state_dict()
        self.before.append({name: value.clone() for name, value in state.items()})


def spread_of_rows(weight: Tensor) -> float:
    """How far the rows are from the first, in units of the largest entry."""
    largest = float(weight.abs().max())
    return float((weight - weight[0]).abs().max()) / largest if largest else 0.0
