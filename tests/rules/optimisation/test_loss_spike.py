from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, level, looks_at, loss_spike
from tests.worlds import a_loss, a_recording, a_segment
from torchvitals.record.look import Statistics
from torchvitals.rules.base import Severity

NEEDS = {"losses", "loss series", "finite losses"}
RULE = "loss-spike"


def spiked(height: float, after: float, before: float = 0.3) -> list[float]:
    return [*level(before, 200), height, *level(after, 200)]


def test_loss_spike_says_when_and_from_what_to_what():
    found = the_finding(RULE, loss_spike())
    assert found.headline.startswith("the loss jumped from 0.3 to 5 at step 200,")
    assert found.first_step == 200
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("height", "after", "fires"),
    [(5.0, 0.6, True), (5.0, 0.3, False), (5.0, 0.32, False), (0.55, 0.5, False)],
)
def test_loss_spike_needs_a_jump_that_the_run_does_not_get_over(
    height: float, after: float, fires: bool
):
    run = a_recording(a_run(spiked(height, after), predicted_change=-1.0))
    assert bool(findings(RULE, run)) is fires


def test_loss_spike_is_silent_on_losses_that_differ_as_much_all_along():
    course = [0.3 if step % 7 else 2.0 for step in range(400)]
    assert findings(RULE, a_recording(a_run(course))) == []


def test_loss_spike_is_silent_on_a_run_that_came_back_later():
    course = [*spiked(5.0, 0.9), *level(0.3, 300)]
    assert findings(RULE, a_recording(a_run(course, predicted_change=-1.0))) == []


def test_loss_spike_is_an_error_where_one_record_threw_the_run_out_of_a_calm():
    run = a_recording(a_run([*level(1.0, 50), *spiked(400.0, 0.98)], predicted_change=-1.0))
    found = the_finding(RULE, run)
    assert (found.first_step, found.severity) == (250, Severity.ERROR)
    assert findings("learning-rate-too-high", run) == []


def test_loss_spike_leaves_a_loss_that_grew_by_a_factor_a_step_to_the_rate():
    grown = [0.3 * 3.0**k for k in range(1, 8)]
    course = [*level(1.0, 50), *level(0.3, 200), *grown, *level(0.98, 200)]
    assert findings(RULE, a_recording(a_run(course, predicted_change=-1.0))) == []


@pytest.mark.parametrize(("height", "fires"), [(-0.05, False), (0.4, True)])
def test_loss_spike_measures_a_rise_from_below_zero_by_the_size_of_the_loss(
    height: float, fires: bool
):
    run = a_recording(a_run(spiked(height, 0.0, before=-0.3), predicted_change=-1.0))
    assert bool(findings(RULE, run)) is fires


@pytest.mark.parametrize(("moved", "fires"), [(0.0, True), (0.5, True), (3.0, False)])
def test_loss_spike_is_silent_where_the_targets_have_moved(moved: float, fires: bool):
    """As those of a value function do: the loss after it answers another question."""
    course = spiked(5.0, 0.6)
    (look, *_) = looks_at(course, predicted_change=-1.0)
    targets = {0: of(0.0), 128: of(0.0), 256: of(moved)}
    looks = [
        look._replace(step=step, loss=course[step], losses=(a_loss("mse_loss", target=told),))
        for step, told in targets.items()
    ]
    assert bool(findings(RULE, a_recording(a_segment(looks, course)))) is fires


@pytest.mark.parametrize(("first", "fires"), [(0.3, True), (0.1, False), (0.0, False)])
def test_loss_spike_needs_something_to_lose(first: float, fires: bool):
    """A value function that begins at zero has no error until a reward is seen."""
    course = [*level(first, 60), *spiked(5.0, 0.6)]
    assert bool(findings(RULE, a_recording(a_run(course, predicted_change=-1.0)))) is fires


def of(mean: float) -> Statistics:
    """Targets about a mean, one away from it."""
    return Statistics(64, mean, (mean**2 + 1) ** 0.5, mean - 1, mean + 1, 0.0, 0)


@pytest.mark.parametrize("missing", WITHOUT)
def test_loss_spike_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, loss_spike()))
    assert not (said and missing in NEEDS)
