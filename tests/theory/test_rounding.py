from __future__ import annotations

import pytest
import torch

from torchvitals.theory.rounding import largest, lost_below, rounds_to_zero, smallest_normal

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


@pytest.mark.parametrize("name", TYPES)
def test_what_rounds_to_zero_is_zero_in_torch_and_what_is_above_it_is_not(name: str):
    dtype, limit = getattr(torch, name), rounds_to_zero(name)
    assert torch.tensor(limit, dtype=torch.float64).to(dtype).item() == 0.0
    above = max(1.01 * limit, torch.finfo(torch.float64).smallest_normal * 2.0**-52)
    assert torch.tensor(above, dtype=torch.float64).to(dtype).item() > 0.0


def test_nothing_rounds_to_zero_in_a_type_that_is_not_known():
    assert rounds_to_zero("int64") == rounds_to_zero("float8_e5m2") == 0.0
