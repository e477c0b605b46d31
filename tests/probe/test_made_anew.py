"""Layers that the forward makes: other parameters at each step, of one stream."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.probe.watched import only, watched
from torchvitals.probe.clock import Clock
from torchvitals.record.look import Look
from torchvitals.record.recording import Segment

X = torch.randn(16, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(16) % 3
STEPS = 40


class MakesItsHead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        return nn.Linear(8, 3)(torch.relu(self.body(x)))


def trained(model: nn.Module, folder: Path) -> Segment:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train() -> None:
        for _ in range(STEPS):
            loss = F.cross_entropy(model(X), Y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return only(watched(train, folder))


def gone(look: Look) -> list[tuple[int, ...]]:
    return [p.shape for p in look.parameters if p.gone]


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    """Made where no assert is: pytest writes `locals()` into a function that has one."""
    return trained(MakesItsHead(), tmp_path)


def test_a_head_that_the_forward_makes_is_gone_after_its_step(segment: Segment):
    assert {look.stream for look in segment.looks} == {0}
    middle = segment.looks[1:-1]
    assert middle
    assert all(sorted(gone(look)) == [(3,), (3, 8)] for look in middle)
    assert segment.main_loss is not None
    assert len(segment.main_loss.steps) == STEPS


def test_what_a_module_holds_is_not_gone(tmp_path: Path):
    segment = trained(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)), tmp_path)
    assert not any(map(gone, segment.looks))


def test_a_perturbation_that_a_variable_holds_is_not_gone(tmp_path: Path):
    """As adversarial training has it: new for each batch, with a gradient, in no optimizer."""
    model = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train() -> None:
        for _ in range(8):
            delta = nn.Parameter(torch.zeros_like(X))
            F.cross_entropy(model(X + delta), Y).backward()
            gradient = torch.zeros_like(X) if delta.grad is None else delta.grad
            optimizer.zero_grad()
            F.cross_entropy(model(X + 0.1 * gradient.sign()), Y).backward()
            optimizer.step()

    assert not any(map(gone, only(watched(train, tmp_path)).looks))


def test_nothing_is_gone_where_the_variables_can_not_be_read(tmp_path: Path):
    model = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train() -> None:
        for _ in range(8):
            delta = nn.Parameter(torch.zeros_like(X))
            assert "delta" in locals()
            optimizer.zero_grad()
            F.cross_entropy(model(X + delta), Y).backward()
            optimizer.step()

    assert not any(map(gone, only(watched(train, tmp_path)).looks))


@pytest.mark.parametrize(("looks", "wanted"), [(0, True), (255, True), (256, False)])
def test_scheduled_looks_heed_the_budget_after_many(looks: int, wanted: bool):
    clock = Clock(overhead=0.02, looks=looks, started=0.0, spent_seconds=1e9)
    assert clock.wants(0) is wanted
