"""What the best constant row costs: a mean image, the base rate of each label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.probe.watched import only, watched
from torchvitals.record.look import Loss
from torchvitals.rules.evidence.course import constant_prediction


def asked(targets: torch.Tensor, loss: str, tmp_path: Path) -> Loss:
    """The loss of one step towards these targets, as it was recorded."""
    torch.manual_seed(0)
    model = nn.Linear(3, targets[0].numel())
    x = torch.randn(len(targets), 3)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scores = model(x).reshape(targets.shape)
        {
            "mse": lambda: F.mse_loss(scores, targets),
            "bce": lambda: F.binary_cross_entropy_with_logits(scores, targets),
        }[loss]().backward()
        optimizer.step()

    (found,) = only(watched(train, tmp_path)).looks[0].losses
    return found


def test_of_squares_it_is_the_variance_of_each_column(tmp_path: Path):
    images = torch.randn(64, 1, 4, 4) * 0.1 + torch.linspace(-2, 2, 16).reshape(1, 1, 4, 4)
    loss = asked(images, "mse", tmp_path)
    expected = images.reshape(64, 16).var(0).mean().item()
    assert loss.constant == pytest.approx(expected, rel=1e-4)
    assert constant_prediction(loss) == loss.constant
    assert expected < images.var().item() / 10


def test_of_labels_it_is_the_entropy_of_each_base_rate(tmp_path: Path):
    rates = torch.tensor([0.0, 0.1, 0.5, 0.9])
    labels = (torch.arange(100)[:, None] < 100 * rates).float()
    inner = np.array([0.1, 0.5, 0.9])
    entropies = -inner * np.log(inner) - (1 - inner) * np.log(1 - inner)
    expected = np.minimum(entropies + 1 / 200, np.log(2)).sum() / 4
    loss = asked(labels, "bce", tmp_path)
    assert loss.constant == pytest.approx(expected, rel=1e-6)
    assert constant_prediction(loss) == loss.constant


@pytest.mark.parametrize("shape", [(64, 1), (7, 4)], ids=["one column", "few rows"])
def test_nothing_is_said_of(shape: tuple[int, int], tmp_path: Path):
    assert asked(torch.randn(shape), "mse", tmp_path).constant is None


def test_wide_targets_are_read_in_part(tmp_path: Path):
    wide = torch.randn(16, 20_000)
    assert asked(wide, "mse", tmp_path).constant == pytest.approx(1.0, abs=0.02)
