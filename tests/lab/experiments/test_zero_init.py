"""Zero initialisation: the claims over seeds, and with odd parameters."""

from __future__ import annotations

import math

import pytest
import torch

from tests.lab.experiments.bench import Alone, claims_of
from torchvitals.lab.experiment import Claim, Table
from torchvitals.lab.experiments.zero_init import EXPERIMENT, Knobs

SMALL = Knobs(patience=300, nets=4)


def failing(parameters: Knobs, seed: int) -> list[Claim]:
    return [claim for claim in claims_of(EXPERIMENT, parameters, seed) if not claim.holds]


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    assert failing(SMALL, seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_claim_of_the_long_runs_holds(seed: int):
    assert failing(Knobs(patience=1500, nets=10), seed) == []


def test_the_first_loss_is_ln_2():
    claim = claims_of(EXPERIMENT, SMALL, 0)[0]
    assert abs(float(claim.observed) - math.log(2)) < 1e-6


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_where_the_activation_is_zero_at_zero_nothing_moves(activation: str):
    found = claims_of(EXPERIMENT, Knobs(activation=activation, patience=20, nets=2, epochs=5), 0)
    assert [claim for claim in found if not claim.holds] == []
    step = next(claim for claim in found if "After step 1 the 5 output" in claim.claim)
    assert float(step.expected) == 0


@pytest.mark.parametrize("hidden", [2, 9])
def test_another_width_is_told_in_its_own_numbers(hidden: int):
    assert failing(Knobs(hidden=hidden, patience=20, nets=2), 0) == []


def test_the_weights_of_five_epochs_are_shown():
    parts = EXPERIMENT.run(Knobs(patience=20, nets=2, epochs=5), Alone(0))
    table = next(part for part in parts if isinstance(part, Table))
    assert [row[0] for row in table.rows] == ["1", "2", "3", "4", "5"]
    assert table.rows[0][1] == "5 × (0, 0)"


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match=r"Expected one of elu, .* but got 'step'"):
        claims_of(EXPERIMENT, Knobs(activation="step"), 0)


def test_the_global_random_state_is_left_alone():
    state = torch.get_rng_state()
    claims_of(EXPERIMENT, Knobs(patience=20, nets=2, epochs=5), 0)
    assert torch.equal(torch.get_rng_state(), state)
