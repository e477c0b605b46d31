"""Dead ReLUs: what is exactly 0, what leaks, and the claims over seeds."""

from __future__ import annotations

import pytest
import torch

from tests.lab.experiments.bench import Alone, claims_of
from torchvitals.lab.experiment import Claim, Table
from torchvitals.lab.experiments.dead_relu import EXPERIMENT, Knobs

BRIEF = Knobs(draws=100, networks=2, epochs=5)


def failing(parameters: Knobs, seed: int) -> list[Claim]:
    return [claim for claim in claims_of(EXPERIMENT, parameters, seed) if not claim.holds]


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_on_the_start_and_the_runners_holds(seed: int):
    assert failing(BRIEF, seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_claim_on_the_cures_holds(seed: int):
    assert failing(Knobs(draws=200, networks=8, epochs=400), seed) == []


def test_all_gradients_but_the_last_bias_are_exactly_zero():
    parts = EXPERIMENT.run(BRIEF, Alone(0))
    table = next(part for part in parts if isinstance(part, Table))
    norms = {row[0]: float(row[1]) for row in table.rows}
    assert 0.4 < norms.pop("fc5.bias") < 0.6
    assert set(norms.values()) == {0.0}


def test_the_share_born_dead_to_a_point_is_that_of_theory():
    claim = next(
        c
        for c in claims_of(EXPERIMENT, Knobs(width=5, depth=10, draws=10, networks=1, epochs=2), 0)
        if "born dead" in c.claim
    )
    assert claim.expected.startswith("0.2485")
    assert claim.holds


@pytest.mark.parametrize(
    "odd",
    [
        Knobs(bias=0.0, draws=10, networks=1, epochs=2),
        Knobs(bias=5.0, draws=10, networks=1, epochs=2),
        Knobs(depth=3, width=1, draws=10, networks=1, epochs=2),
        Knobs(std=3.0, draws=10, networks=1, epochs=2),
        Knobs(depth=12, width=20, draws=10, networks=1, epochs=2),
    ],
    ids=repr,
)
def test_odd_parameters_leave_claims_out_and_fail_none(odd: Knobs):
    assert failing(odd, 0) == []


def test_the_global_random_state_is_left_alone():
    state = torch.get_rng_state()
    claims_of(EXPERIMENT, Knobs(draws=10, networks=1, epochs=2), 0)
    assert torch.equal(torch.get_rng_state(), state)
