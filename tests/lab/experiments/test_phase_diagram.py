"""The phase diagram: growth as theory has it, and every claim over several seeds."""

from __future__ import annotations

import pytest

from tests.lab.experiments.bench import claims_of
from torchvitals.lab.experiments.phase_diagram import EXPERIMENT, Knobs
from torchvitals.lab.trainability import accuracies, gradient_factors
from torchvitals.theory.meanfield import fixed_variance, gradient_growth

SMALL = Knobs(depth=24, width=32, steps=80)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, SMALL, seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) >= 5


@pytest.mark.parametrize("sw2", [1.0, 2.5])
def test_the_gradient_grows_as_theory_says(sw2: float):
    variance = fixed_variance("tanh", sw2, 0.05)
    factors = gradient_factors("tanh", (sw2, 0.05), variance, 4, 1)
    assert sum(factors) / 4 == pytest.approx(gradient_growth("tanh", sw2, 0.05), rel=0.04)


def test_a_network_learns_on_the_line_and_not_far_below_it():
    below, on = accuracies("tanh", [(0.3, 0.05), (1.76, 0.05)], 16, 32, 0, range(80))
    assert below < 0.8
    assert on > 0.95


def test_a_sweep_gets_the_accuracy_and_the_growth():
    found = EXPERIMENT.measure(Knobs(depth=8, width=16, steps=5, activation="relu", sw2=2.0), 0)
    assert found["χ1"] == 1.0
    assert 0.0 <= found["accuracy"] <= 1.0


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="Expected tanh or relu"):
        EXPERIMENT.measure(Knobs(activation="swish"), 0)
