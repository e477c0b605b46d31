"""A runner for learners: it trains, evaluates, predicts, saves and loads a model.

    runner = Runner(model, optimizer, torch.nn.functional.binary_cross_entropy)
    runner.train((x, y), (x_dev, y_dev), epochs=100)
    runner.restore_best()
    loss, score = runner.evaluate((x_test, y_test))

Evaluation leaves the model in the mode in which it found it. A runner that calls `model.eval()`
there and never `model.train()` again trains in eval mode from the second epoch on: BatchNorm then
no longer learns nor uses the batch's statistics, and dropout is off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

Data = tuple[Tensor, Tensor]
"""Inputs and labels, as one batch."""
Measure = Callable[[Tensor, Tensor], Tensor]
"""Of predictions and labels, one number."""


_HALF = 0.5
"""A probability above it speaks for class 1."""


class Evaluation(NamedTuple):
    """On one data set."""

    loss: float
    score: float


@dataclass
class History:
    """A number for each epoch."""

    train_losses: list[float] = field(default_factory=list[float])
    train_scores: list[float] = field(default_factory=list[float])
    dev_losses: list[float] = field(default_factory=list[float])
    dev_scores: list[float] = field(default_factory=list[float])


def accuracy(predictions: Tensor, labels: Tensor) -> Tensor:
    """Share of the probabilities on the right side of 0.5."""
    return ((predictions > _HALF) == (labels > _HALF)).double().mean()


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Generator[None]:
    """Evaluation mode and no gradients; afterwards each module is in the mode it was in."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


class Runner:
    """Trains a model on the full batch, and keeps the parameters with the best dev score.

    Args:
        model: gives predictions for inputs.
        optimizer: holds its parameters.
        loss: of predictions and labels; it is made small.
        score: of predictions and labels; more is better. Accuracy at 0.5 by default.
        between: called in each epoch after `backward` and before the step, with the runner: the
            gradients are there to be looked at, and the weights are still the old ones.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        loss: Measure,
        score: Measure = accuracy,
        *,
        between: Callable[[Runner], object] | None = None,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss = loss
        self.score = score
        self.between = between
        self.history = History()
        self.epoch = 0
        """Epochs trained."""
        self.best_score = -float("inf")
        self.best_epoch = 0
        self._best: dict[str, Tensor] = {}

    def train(self, train_set: Data, dev_set: Data, epochs: int) -> History:
        """Train for some more epochs; the history of all of them."""
        for _ in range(epochs):
            self._step(train_set)
            self._note(self.evaluate(dev_set))
        return self.history

    def evaluate(self, data: Data) -> Evaluation:
        """Loss and score in evaluation mode; the model's mode is left as it was."""
        inputs, labels = data
        predictions = self.predict(inputs)
        return Evaluation(
            float(self.loss(predictions, labels)), float(self.score(predictions, labels))
        )

    def predict(self, inputs: Tensor) -> Tensor:
        """What the model answers in evaluation mode, without gradients."""
        with evaluating(self.model):
            self.model.eval()
            return self.model(inputs)

    def restore_best(self) -> None:
        """Give the model the parameters and buffers that had the best dev score.

        Raises:
            RuntimeError: no epoch has been trained.
        """
        if not self._best:
            raise RuntimeError("Expected a trained model but got none: call train() first.")
        self.model.load_state_dict(self._best)

    def save(self, path: str | Path) -> None:
        """Write the model's state dict as it is now; nothing else is pickled."""
        torch.save(self.model.state_dict(), path)

    def load(self, path: str | Path) -> None:
        """Give the model the state dict of a file; a file that holds code is refused.

        Raises:
            pickle.UnpicklingError: the file holds more than tensors.
            RuntimeError: its names or shapes are not this model's.
        """
        self.model.load_state_dict(torch.load(path, weights_only=True))

    def _step(self, train_set: Data) -> None:
        if self.epoch == 0:
            self.model.train()
        inputs, labels = train_set
        predictions = self.model(inputs)
        loss = self.loss(predictions, labels)
        self.optimizer.zero_grad()
        loss.backward()
        if self.between is not None:
            self.between(self)
        self.optimizer.step()
        self.epoch += 1
        self.history.train_losses.append(float(loss.detach()))
        self.history.train_scores.append(float(self.score(predictions.detach(), labels)))

    def _note(self, dev: Evaluation) -> None:
        self.history.dev_losses.append(dev.loss)
        self.history.dev_scores.append(dev.score)
        if dev.score > self.best_score:
            self.best_score, self.best_epoch = dev.score, self.epoch
            state = self.model.state_dict()
            self._best = {name: value.detach().clone() for name, value in state.items()}
