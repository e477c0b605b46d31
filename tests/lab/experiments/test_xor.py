"""XOR: the counts of theory, and every claim over several seeds."""

from __future__ import annotations

import pytest
import torch

from tests.lab.experiments.bench import claims_of
from torchvitals.lab.ensemble import Plan
from torchvitals.lab.experiments.xor import EXPERIMENT, Knobs
from torchvitals.lab.xor_questions import (
    crash_alone,
    dead_hidden_gradients,
    recreated,
    relu_slopes,
)

SMALL = Knobs(networks=5000, trials=150)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, SMALL, seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) == 22


def test_a_derivative_is_zero_below_zero_and_by_convention_at_it():
    assert relu_slopes() == ((0.0, 0.0, 1.0), (0.0, 1.0))


def test_only_the_last_bias_has_a_gradient_behind_a_dead_hidden_layer():
    found = dead_hidden_gradients()
    assert found.others == (0.0, 0.0, 0.0)
    assert found.bias == pytest.approx(found.by_difference, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_net_with_elu_crashes_alone_at_the_step_that_the_ensemble_says(seed: int):
    before = torch.get_rng_state()
    crash = crash_alone(seed)
    assert crash.step == crash.expected_step
    assert crash.high > 1.0
    assert "between 0 and 1" in crash.message
    assert torch.equal(before, torch.get_rng_state())


def test_an_optimizer_made_anew_forgets():
    found = recreated(4, Plan())
    assert found.sgd_same == found.momentum_same == found.networks
    assert found.losses["SGD, momentum 0.9"].anew > 10 * found.losses["SGD, momentum 0.9"].kept
    assert found.losses["Adam, MSE"].anew > 10 * found.losses["Adam, MSE"].kept


def test_a_sweep_gets_the_shares_of_the_census():
    found = EXPERIMENT.measure(Knobs(networks=4000, steps=5), 2)
    assert abs(found["dead at start"] - 0.42841) < 4 * found["dead at start, error"]
    assert abs(found["crashed at start"] - 0.02667) < 4 * found["crashed at start, error"]
