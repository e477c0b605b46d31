"""What the best constant row costs: a mean image, the base rate of each label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.probe.watched import only, watched
from torchvitals.record.look import Loss
from torchvitals.rules.evidence.course import course_of


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
    assert expected < images.var().item() / 10
    assert loss.columns is not None
    means, variances = np.array(loss.columns).T
    np.testing.assert_allclose(means, images.reshape(64, 16).mean(0), rtol=1e-5)
    np.testing.assert_allclose(variances, images.reshape(64, 16).var(0), rtol=1e-4)


def test_of_labels_it_is_the_entropy_of_each_base_rate(tmp_path: Path):
    rates = torch.tensor([0.0, 0.1, 0.5, 0.9])
    labels = (torch.arange(100)[:, None] < 100 * rates).float()
    inner = np.array([0.1, 0.5, 0.9])
    entropies = -inner * np.log(inner) - (1 - inner) * np.log(1 - inner)
    expected = np.minimum(entropies + 1 / 200, np.log(2)).sum() / 4
    assert asked(labels, "bce", tmp_path).constant == pytest.approx(expected, rel=1e-6)


def test_labels_that_are_hardly_ever_given_tell_no_base_rate(tmp_path: Path):
    rare = (torch.rand(32, 200) < 0.01).float()
    assert asked(rare, "bce", tmp_path).constant is None


@pytest.mark.parametrize("shape", [(64, 1), (7, 4)], ids=["one column", "few rows"])
def test_nothing_is_said_of(shape: tuple[int, int], tmp_path: Path):
    assert asked(torch.randn(shape), "mse", tmp_path).constant is None


def test_of_many_rows_some_are_read_in_all_their_columns(tmp_path: Path):
    scales = torch.tensor([0.1, 3.0])
    loss = asked(torch.randn(50_000, 2) * scales, "mse", tmp_path)
    assert loss.constant == pytest.approx(scales.square().mean().item(), rel=0.03)


def trained(targets: Callable[[int], torch.Tensor], tmp_path: Path) -> float | None:
    """The level of a constant in a run on these batches."""
    model = nn.Linear(3, 16)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for step in range(24):
            optimizer.zero_grad()
            F.mse_loss(model(torch.randn(32, 3)), targets(step)).backward()
            optimizer.step()

    return course_of(only(watched(train, tmp_path))).chance


def test_the_level_of_a_run_is_that_of_the_best_row(tmp_path: Path):
    torch.manual_seed(0)
    offsets = torch.linspace(-2, 2, 16)
    level = trained(lambda _: 0.1 * torch.randn(32, 16) + offsets, tmp_path)
    assert level == pytest.approx(0.01, rel=0.1)


def test_batches_that_are_each_one_clip_do_not_tell_the_level_of_all(tmp_path: Path):
    torch.manual_seed(0)
    level = trained(lambda _: 0.1 * torch.randn(32, 16) + torch.randn(16), tmp_path)
    assert level is not None
    assert level > 0.5
