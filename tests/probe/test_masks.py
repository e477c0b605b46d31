from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from torchvitals.probe.graph import walk
from torchvitals.probe.masks import dropped_by
from torchvitals.record.look import Dropped


def dropped(output: torch.Tensor) -> Dropped | None:
    """What the first operation that drops anything, in forward order, does."""
    graph = walk(output.grad_fn)
    found = (dropped_by(node) for node in graph.nodes)
    return next((one for one in found if one is not None), None)


def hidden(*shape: int) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(*shape, requires_grad=True)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_dropout_is_known_by_its_mask(rate: float):
    found = dropped(functional.dropout(hidden(64, 24), rate))
    assert found is not None
    assert found.kept == pytest.approx(1 - rate)
    assert found.width == 24


def test_a_dropout_of_maps_drops_channels():
    found = dropped(nn.Dropout2d(0.3)(hidden(16, 12, 5, 5)))
    assert found is not None
    assert found.width == 12


def test_a_padding_mask_is_no_dropout():
    mask = (torch.rand(64, 24) < 0.5).float()
    assert dropped(hidden(64, 24) * mask) is None


def test_weights_of_a_loss_are_no_dropout():
    weights = torch.where(torch.rand(64, 24) < 0.5, 5.0, 0.0)
    assert dropped(hidden(64, 24) * weights) is None


def test_a_dropout_in_evaluation_mode_leaves_no_trace():
    assert dropped(nn.Dropout(0.5).eval()(hidden(64, 24)) * 2) is None
