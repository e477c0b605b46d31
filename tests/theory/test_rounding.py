from __future__ import annotations

import pytest
import torch

from torchvitals.theory.rounding import largest, lost_below, smallest_normal

TYPES = ["float16", "bfloat16", "float32", "float64"]


@pytest.mark.parametrize("name", TYPES)
def test_the_ends_of_each_type_are_those_of_torch(name: str):
    info = torch.finfo(getattr(torch, name))
    assert largest(name) == info.max
    assert smallest_normal(name) == info.smallest_normal


@pytest.mark.parametrize("name", TYPES[:3])
def test_an_update_below_the_limit_moves_no_weight(name: str):
    weights = torch.linspace(1.0, 2.0, 257, dtype=torch.float64).to(getattr(torch, name))
    update = (weights.double() * lost_below(name) * 0.999).to(weights.dtype)
    assert torch.equal(weights + update, weights)
