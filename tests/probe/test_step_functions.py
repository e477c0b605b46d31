"""Step functions and frozen layers, as a look shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.probe.watched import only, watched
from torchvitals.record.look import Look
from torchvitals.rules.evidence.steps import STEPS, cut_by_steps


def net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def run(model: nn.Sequential, end: str, folder: Path) -> Look:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def train() -> None:
        for _ in range(3):
            output = model(torch.randn(8, 3))
            if end == "straight through":
                output = output + (output.round() - output).detach()
            elif end:
                output = getattr(output, end)()
            optimizer.zero_grad()
            (output - 3.0).square().mean().backward()
            optimizer.step()

    segment = only(watched(train, folder))
    cut = cut_by_steps(segment)
    assert (cut is not None) is (end in STEPS)
    assert cut is None or (len(cut.parameters), cut.trained) == (4, 0)
    return segment.looks[0]


@pytest.mark.parametrize("end", ["round", "floor", "ceil", "trunc", "sign"])
def test_a_step_function_is_an_operation_that_cuts_off_what_is_before_it(end: str, tmp_path: Path):
    look = run(net(), end, tmp_path)
    assert look.operations[3].name == f"{end} after 2"
    assert all(p.gradient is not None and p.gradient.rms == 0 for p in look.parameters)


@pytest.mark.parametrize("end", ["", "straight through"])
def test_what_a_gradient_passes_by_cuts_off_nothing(end: str, tmp_path: Path):
    assert not STEPS.intersection(o.kind for o in run(net(), end, tmp_path).operations)


def test_layers_whose_matrices_want_no_gradient_are_frozen(tmp_path: Path):
    model = net()
    assert run(model, "", tmp_path / "whole").frozen == ()
    model[0].weight.requires_grad_(False)
    assert run(model, "", tmp_path / "part").frozen == ("0",)
