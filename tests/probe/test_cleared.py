"""Whether the step found the gradient that backward left, zeros, or what a clip multiplied by 0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.probe.watched import only, watched


def kept(_model: nn.Module) -> None:
    pass


def dropped(model: nn.Module) -> None:
    model.zero_grad()


def zeroed(model: nn.Module) -> None:
    model.zero_grad(set_to_none=False)


def clipped_by_norm(model: nn.Module) -> None:
    nn.utils.clip_grad_norm_(model.parameters(), 0.0)


def clipped_by_value(model: nn.Module) -> None:
    nn.utils.clip_grad_value_(model.parameters(), 0.0)


def one_frozen(model: nn.Module) -> None:
    next(model.parameters()).grad = None


@pytest.mark.parametrize(
    ("between", "cleared"),
    [
        (kept, False),
        (dropped, True),
        (zeroed, True),
        (clipped_by_norm, False),
        (clipped_by_value, False),
        (one_frozen, False),
    ],
)
def test_a_look_tells_a_gradient_that_was_cleared(
    between: Callable[[nn.Module], None], cleared: bool, tmp_path: Path
):
    def train() -> None:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(32, 6)).square().mean().backward()
            between(model)
            optimizer.step()

    looks = only(watched(train, tmp_path)).looks
    assert {look.cleared for look in looks} == {cleared}
