"""Small trainings as people write them, watched and judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.probe.watched import watched
from torchvitals.diagnosis import diagnose
from torchvitals.rules.base import Severity

Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]


def said(model: nn.Module, loss_of: Loss, folder: Path, steps: int = 100) -> list[str]:
    """The rules above a note after a training on three clouds of points."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(96) % 3
    x = torch.randn(96, 4, generator=generator) + 2 * F.one_hot(classes, 4)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

    def train() -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model, x, classes).backward()
            optimizer.step()

    found = diagnose(watched(train, folder)).findings
    return [r.finding.rule for r in found if r.finding.severity is not Severity.NOTE]


def net(*end: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), *end)


def normalised_entropy(model: nn.Module, x: Tensor, classes: Tensor) -> Tensor:
    """As Keras has it: outputs over their sum, away from zero."""
    p = model(x)
    p = (p / p.sum(1, keepdim=True)).clamp(1e-7, 1 - 1e-7)
    return -(F.one_hot(classes, 3).float() * p.log()).sum(1).mean()


def test_a_relu_taken_for_probabilities(tmp_path: Path):
    model = net()
    last = model[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():  # one score is below zero for every sample
        last.bias.copy_(torch.tensor([0.5, 0.5, -20.0]))
    relu = nn.Sequential(*model, nn.ReLU())
    assert said(relu, normalised_entropy, tmp_path)[0] == "restrictive-head"


def test_a_softmax_taken_for_probabilities_is_sound(tmp_path: Path):
    assert said(net(nn.Softmax(1)), normalised_entropy, tmp_path) == []


def test_dropout_by_the_share_that_was_to_be_kept(tmp_path: Path):
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(1.0), nn.Linear(16, 3))
    found = said(model, lambda m, x, y: F.cross_entropy(m(x), y), tmp_path)
    assert found[0] == "excessive-dropout"


def test_rewards_of_zero_are_no_dropout(tmp_path: Path):
    generator = torch.Generator().manual_seed(0)

    def policy(model: nn.Module, x: Tensor, classes: Tensor) -> Tensor:
        row = int(torch.randint(len(x), (1,), generator=generator))
        p = model(x[row : row + 1]).softmax(1)
        action = int(torch.multinomial(p.detach(), 1, generator=generator))
        return -torch.log(p[0, action]) * float(action == int(classes[row]))

    assert said(net(), policy, tmp_path) == []


def test_a_hinge_that_is_silent_is_no_dead_unit(tmp_path: Path):
    def triplet(model: nn.Module, x: Tensor, _classes: Tensor) -> Tensor:
        a, b, c = model(x[0::3]), model(x[3::3]), model(x[1::3])
        near = (a[:31] - b).square().sum(1, keepdim=True)
        far = (a[:31] - c[:31]).square().sum(1, keepdim=True)
        return F.relu(near - far + 0.1).mean()

    assert "dead-relu" not in said(net(), triplet, tmp_path, steps=150)


def test_logits_that_were_softmaxed_by_hand(tmp_path: Path):
    def twice(model: nn.Module, x: Tensor, classes: Tensor) -> Tensor:
        above = torch.exp(model(x))
        return F.cross_entropy(above / above.sum(1, keepdim=True), classes)

    assert said(net(), twice, tmp_path)[0] == "double-softmax"
