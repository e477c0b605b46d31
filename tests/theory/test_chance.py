from __future__ import annotations

import math

import numpy as np
import pytest

from torchvitals.theory.chance import (
    base_rate_entropy,
    base_rate_error,
    bounded_cross_entropy_floor,
    squashed_cross_entropy_floor,
    uniform_cross_entropy,
)


@pytest.mark.parametrize(
    ("classes", "nats"), [(2, 0.693147), (10, 2.302585), (27, 3.295837), (1000, 6.907755)]
)
def test_a_uniform_guess_costs_the_logarithm_of_the_classes(classes: int, nats: float):
    assert uniform_cross_entropy(classes) == pytest.approx(nats, abs=1e-6)


@pytest.mark.parametrize(("classes", "nats"), [(2, 0.313262), (5, 0.904833), (10, 1.461150)])
def test_probabilities_fed_as_scores_leave_a_floor(classes: int, nats: float):
    assert squashed_cross_entropy_floor(classes) == pytest.approx(nats, abs=1e-6)


@pytest.mark.parametrize("classes", [2, 5, 10])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (-3.0, 2.0)])
def test_bounded_scores_can_do_no_better_than_the_floor(classes: int, low: float, high: float):
    scores = np.random.default_rng(0).uniform(low, high, (20_000, classes))
    scores[0] = [high, *[low] * (classes - 1)]
    losses = np.log(np.exp(scores).sum(1)) - scores[:, 0]
    assert losses.min() == pytest.approx(bounded_cross_entropy_floor(classes, low, high))


@pytest.mark.parametrize(
    ("rate", "nats"),
    [(0.5, 0.693147), (1 / 3, 0.636514), (0.1, 0.325083), (0.0, 0.0), (1.0, 0.0)],
)
def test_the_best_constant_prediction_costs_the_entropy_of_the_base_rate(rate: float, nats: float):
    assert base_rate_entropy(rate) == pytest.approx(nats, abs=1e-6)


def test_no_constant_prediction_beats_the_base_rate():
    for rate in (0.1, 1 / 3, 0.5, 0.9):
        p = np.linspace(0.001, 0.999, 9_999)
        best = (-rate * np.log(p) - (1 - rate) * np.log1p(-p)).min()
        assert base_rate_entropy(rate) == pytest.approx(best, abs=1e-6)


def test_the_local_minimum_of_xor_is_three_quarters_of_an_entropy():
    """Three of the four inputs share a prediction of one third."""
    assert 0.75 * base_rate_entropy(1 / 3) == pytest.approx(0.47739, abs=1e-5)
    assert math.isclose(0.5 * base_rate_entropy(0.5), 0.346574, abs_tol=1e-6)


@pytest.mark.parametrize(("rate", "rows"), [(0.1, 500), (0.3, 200), (0.02, 5000)])
def test_the_entropy_of_a_rate_that_was_counted_errs_by_its_standard_error(rate: float, rows: int):
    counted = np.random.default_rng(0).binomial(rows, rate, 20_000) / rows
    spread = np.std([base_rate_entropy(one) for one in counted])
    assert base_rate_error(rate, rows) == pytest.approx(spread, rel=0.05)
