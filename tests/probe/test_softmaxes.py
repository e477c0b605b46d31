"""Softmaxes and dropout as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.probe.watched import only, watched
from torchvitals.record.look import Look

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(0))
Through = Callable[[Tensor], Tensor]


def first_look(made: Through, folder: Path) -> Look:
    """Of a training on what is made of the outputs of a layer."""
    torch.manual_seed(0)
    layer, last = nn.Linear(6, 4), nn.Linear(4, 1)
    optimizer = torch.optim.SGD([*layer.parameters(), *last.parameters()], lr=0.1)

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            last(made(layer(X))).square().mean().backward()
            optimizer.step()

    return only(watched(train, folder)).looks[0]


def stable(scores: Tensor) -> Tensor:
    above = torch.exp(scores - scores.amax(1, keepdim=True))
    return above / above.sum(1, keepdim=True)


@pytest.mark.parametrize(
    ("made", "dim"),
    [
        (lambda z: torch.exp(z) / torch.exp(z).sum(1, keepdim=True), 1),
        (lambda z: torch.exp(z) / torch.exp(z).sum(0), 0),
        (lambda z: torch.exp(z) / torch.exp(z).sum(-1)[:, None], -1),
        (stable, 1),
    ],
)
def test_softmax_by_hand_is_one(made: Through, dim: int, tmp_path: Path):
    (softmax,) = (o for o in first_look(made, tmp_path).operations if o.kind == "softmax")
    assert softmax.dim == dim


@pytest.mark.parametrize(
    "made",
    [
        lambda z: torch.exp(z) / torch.exp(2 * z).sum(1, keepdim=True),
        lambda z: torch.exp(z) / torch.exp(z).mean(1, keepdim=True),
        lambda z: z / z.sum(1, keepdim=True),
    ],
)
def test_other_quotients_are_none(made: Through, tmp_path: Path):
    assert all(o.kind != "softmax" for o in first_look(made, tmp_path).operations)


def test_dropout_of_everything_keeps_nothing(tmp_path: Path):
    look = first_look(lambda z: F.dropout(z, 1.0), tmp_path)
    (dropped,) = (o.dropped for o in look.operations if o.dropped is not None)
    assert dropped.kept == 0.0


@pytest.mark.parametrize(
    "made",
    [
        lambda z: z + 0.0 * z.mean(),
        lambda z: (z * torch.tensor(1j)).abs(),
        lambda z: z * 0.5,
    ],
)
def test_other_factors_are_no_dropout(made: Through, tmp_path: Path):
    assert all(o.dropped is None for o in first_look(made, tmp_path).operations)
