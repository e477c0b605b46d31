from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.probe.watched import only, watched

X = torch.randn(16, 4, generator=torch.Generator().manual_seed(0))


class Net(nn.Module):
    """A body with two heads, of which the first is read."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.first = nn.Linear(8, 1)
        self.second = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = functional.relu(self.body(x))
        return self.first(features), self.second(features)


def thrown_away(net: Net) -> None:
    output, _ = net(X)
    output.square().mean().backward()


def left_out(net: Net) -> None:
    output, other = net(X)
    second = other.square().mean()
    (output.square().mean() + second.item()).backward()


def cut_before(net: Net) -> None:
    with torch.enable_grad():
        features = net.body(X)
    net.first(functional.relu(features).detach()).square().mean().backward()


@pytest.mark.parametrize(
    ("step", "idle", "aside"),
    [
        (thrown_away, ("second.0", "second.2"), ("second.0", "second.2")),
        (left_out, ("second.0", "second.2"), ()),
        (cut_before, ("body",), ()),
    ],
)
def test_layers_aside_branch_off_what_is_learned_from(
    step: Callable[[Net], None],
    idle: tuple[str, ...],
    aside: tuple[str, ...],
    tmp_path: Path,
):
    def train() -> None:
        net = Net()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            step(net)
            optimizer.step()

    look = only(watched(train, tmp_path)).looks[0]
    assert tuple(n.removeprefix("net.") for n in look.executed_without_gradient) == idle
    assert tuple(n.removeprefix("net.") for n in look.aside) == aside
