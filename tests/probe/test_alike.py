from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from torchvitals.probe.alike import likeness
from torchvitals.probe.graph import walk


def of_tanh(rows: torch.Tensor) -> float | None:
    output = torch.tanh(rows)
    graph = walk(output.sum().grad_fn)
    (node,) = [node for node in graph.nodes if node.kind == "tanh"]
    return likeness(node)


def test_the_mean_cosine_is_that_of_a_naive_twin():
    torch.manual_seed(0)
    rows = (torch.randn(12, 20) + 0.5).requires_grad_()
    made = torch.tanh(rows.detach())
    cosines = functional.cosine_similarity(made[:, None], made[None], dim=-1)
    expected = float((cosines.sum() - 12) / (12 * 11))
    assert of_tanh(rows) == pytest.approx(expected, rel=1e-5)


def test_equal_rows_have_a_cosine_of_one():
    rows = torch.randn(1, 20).repeat(12, 1).requires_grad_()
    assert of_tanh(rows) == pytest.approx(1.0)


@pytest.mark.parametrize("shape", [(2, 20), (12, 2)])
def test_too_few_rows_or_columns_tell_nothing(shape: tuple[int, int]):
    assert of_tanh(torch.randn(*shape, requires_grad=True)) is None


def test_tokens_are_rows_of_a_linear_layer_behind_a_view():
    torch.manual_seed(0)
    output = torch.tanh(nn.LayerNorm(8)(nn.Linear(5, 8)(torch.randn(3, 7, 5))))
    graph = walk(output.sum().grad_fn)
    found = [likeness(node) for node in graph.nodes if node.kind == "linear"]
    assert len(found) == 1
    assert found[0] is not None
