"""The usual blocks in one MLP, with BatchNorm and Dropout on or off."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

HIDDEN = (64, 32)


@contextlib.contextmanager
def seeded(seed: int) -> Generator[None, None, None]:
    """PyTorch's own generator from a seed: Dropout takes no other. Afterwards it is as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def mlp(p: float, *, batchnorm: bool = True, dropout: bool = True) -> nn.Sequential:
    """Linear, ReLU, BatchNorm1d, Dropout, twice, and a last Linear: two inputs, one logit."""
    layers: list[nn.Module] = []
    width = 2
    for units in HIDDEN:
        layers += [nn.Linear(width, units), nn.ReLU()]
        layers += [nn.BatchNorm1d(units)] if batchnorm else []
        layers += [nn.Dropout(p)] if dropout else []
        width = units
    return nn.Sequential(*layers, nn.Linear(width, 1))


def train(model: nn.Module, data: tuple[Tensor, Tensor], epochs: int, batch: int) -> None:
    """Adam at rate 0.01 on shuffled batches, in train mode; a last smaller batch is left out."""
    inputs, labels = data
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(inputs))
        for chosen in order[: len(order) // batch * batch].split(batch):
            with torch.enable_grad():
                logits = model(inputs[chosen])
                loss = binary_cross_entropy_with_logits(logits, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


class Losses(NamedTuple):
    """Of the same weights on the same data: in train mode, one each pass, and in eval mode."""

    train: list[float]
    evaluated: float


def losses(model: nn.Module, data: tuple[Tensor, Tensor], passes: int) -> Losses:
    """The whole set as one batch; the model is left in eval mode."""
    inputs, labels = data

    def loss() -> float:
        with torch.no_grad():
            return float(binary_cross_entropy_with_logits(model(inputs), labels))

    model.eval()
    evaluated = loss()
    model.train()
    found = [loss() for _ in range(passes)]
    model.eval()
    return Losses(found, evaluated)
