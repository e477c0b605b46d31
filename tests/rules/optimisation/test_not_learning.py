from __future__ import annotations

import math

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, learning, level, looks_at, not_learning
from tests.worlds import a_loss, a_recording, a_segment, a_series, an_optimizer, statistics
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "finite losses", "loss functions", "targets"}
LN2 = math.log(2)


def falling(share: float, steps: int = 100) -> Recording:
    """A noiseless loss that ends this share below a constant prediction."""
    course = [LN2] * (steps // 2) + [LN2 * (1 - share)] * (steps - steps // 2)
    return a_recording(a_run(course))


def test_not_learning_says_where_the_loss_ended_and_what_a_constant_costs():
    found = the_finding("not-learning", not_learning())
    assert found.expected["last_loss_below"] == pytest.approx(LN2)
    assert found.source == "train.py:30"


@pytest.mark.parametrize(("share", "fires"), [(0.019, True), (0.021, False)])
def test_not_learning_needs_an_end_within_a_fiftieth_of_a_constant(share: float, fires: bool):
    assert bool(findings("not-learning", falling(share))) is fires


@pytest.mark.parametrize(("steps", "fires"), [(49, False), (50, True)])
def test_not_learning_lets_an_early_plateau_end(steps: int, fires: bool):
    assert bool(findings("not-learning", falling(0.0, steps))) is fires


@pytest.mark.parametrize(("start", "fires"), [(0.89, False), (0.91, True)])
def test_not_learning_is_silent_on_a_net_that_was_trained_before(start: float, fires: bool):
    course = level(start * LN2)
    assert bool(findings("not-learning", a_recording(a_run(course)))) is fires


@pytest.mark.parametrize(
    ("rows", "first", "fires"),
    [(400, 0.46, False), (40_000, 0.46, True), (400, 0.1, True)],
    ids=["few rare rows", "many", "never fell"],
)
def test_not_learning_knows_how_surely_a_level_is_told(rows: int, first: float, fires: bool):
    """Of one row in eighty the entropy is 0.067, its standard error 0.024 among 400 rows."""
    looked = 8
    targets = statistics(
        0.0125**0.5, 0.0125, count=rows // looked, minimum=0.0, maximum=1.0, zero_fraction=0.9875
    )
    course = [first] * 20 + [0.095] * 80
    looks = looks_at(course, losses=(a_loss(target=targets),))
    assert len(looks) == looked
    assert bool(findings("not-learning", a_recording(a_segment(looks, course)))) is fires


def test_not_learning_is_silent_on_a_run_that_learns():
    assert findings("not-learning", a_recording(a_run(learning()))) == []


def test_not_learning_is_silent_on_a_loss_of_the_users_own():
    own = a_loss("mul", whole=False)
    assert findings("not-learning", a_recording(a_run(level(), losses=(own,)))) == []


def test_not_learning_is_silent_on_targets_that_move():
    spreads = [1.0, 1.0, 1.0, 4.0]
    looks = [
        look._replace(losses=(a_loss("mse_loss", target=statistics(spread)),))
        for look, spread in zip(looks_at(level()), spreads, strict=False)
    ]
    assert findings("not-learning", a_recording(a_segment(looks, level(16.0)))) == []


def test_not_learning_is_silent_on_adversaries():
    two = (an_optimizer(0), an_optimizer(1))
    series = [a_series(level()), a_series(level(), stream=1)]
    run = a_recording(a_segment(looks_at(level(), optimizers=two), series))
    assert findings("not-learning", run) == []


@pytest.mark.parametrize(
    ("function", "classes", "chance"), [("cross_entropy", 10, math.log(10)), ("mse_loss", 1, 0.25)]
)
def test_not_learning_knows_what_a_constant_prediction_costs(
    function: str, classes: int, chance: float
):
    target = statistics(0.5**0.5, 0.5)
    loss = a_loss(function, fed_shape=(64, classes), target=target)
    found = the_finding("not-learning", a_recording(a_run(level(chance), losses=(loss,))))
    assert found.expected["last_loss_below"] == pytest.approx(chance, rel=0.01)


@pytest.mark.parametrize("missing", WITHOUT)
def test_not_learning_is_silent_without_what_it_needs(missing: str):
    said = ask("not-learning", without(missing, not_learning()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(("times", "fires"), [(1.45, False), (1.55, True)])
def test_not_learning_warns_of_a_fall_that_ends_far_above_a_constant(times: float, fires: bool):
    steady = [LN2 * (times + 0.02 * (94.5 - k)) for k in range(100)]
    found = findings("not-learning", a_recording(a_run(steady)))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING
