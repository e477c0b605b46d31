"""The limit of the rate on eleven readings, beside what its Hessian says."""

from __future__ import annotations

import pytest
import torch

from torchvitals.lab.thermometers import (
    OPTIMIZERS,
    START,
    UNKNOWN,
    Problem,
    measured_limit,
    standardised,
)


@pytest.fixture
def raw() -> Problem:
    return Problem(UNKNOWN, torch.float64)


def test_the_gradient_is_that_of_the_loss(raw: Problem):
    weights = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    (by_autograd,) = torch.autograd.grad(raw.loss(weights), weights)
    torch.testing.assert_close(raw.gradient(weights.detach()), by_autograd)


def test_standardised_readings_are_alike_in_every_direction():
    least, greatest = Problem(standardised(UNKNOWN), torch.float64).curvatures()
    assert (least, greatest) == (pytest.approx(2.0), pytest.approx(2.0))


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_stops_being_stable_where_theory_says(raw: Problem, name: str):
    build, factor = OPTIMIZERS[name]
    _, greatest = raw.curvatures()
    assert measured_limit(raw, build, factor / greatest) * greatest == pytest.approx(factor, 0.01)


def test_a_clipped_step_is_no_longer_than_rate_times_limit(raw: Problem):
    raw.descend(0.5, 1, limit=1.0)
    moved = torch.tensor(raw.end) - torch.tensor(START)
    assert float(moved.norm()) == pytest.approx(0.5)
