from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import DEEP, a_run, exploding_gradient, graded, learning, level, rising
from tests.worlds import (
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_input,
    an_operation,
    operations,
    statistics,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity
from torchvitals.theory.depth import attenuation_limit

NEEDS = {
    "looks",
    "a look at step 0",
    "operations",
    "parameters",
    "gradients",
    "readable operations",
}
LAYERS = len(DEEP) - 1
LIMIT = 1 / attenuation_limit(DEEP[1:-1], 4.0)


def growing(factor: float, course: list[float] | None = None) -> Recording:
    return a_recording(a_run(rising() if course is None else course, **graded(factor)))


def recurrent(norm: float, course: list[float] | None = None) -> Recording:
    """Looks of gradient norm 1, and then one of this norm, at a net with a recurrence."""
    cell = (an_operation(0, "rnn", "lstm", parameters=("lstm.weight_hh",)), *operations()[1:])
    norms = [1.0, 1.0, 1.0, norm]
    looks = [a_look(step, operations=cell, gradient_norm=n) for step, n in enumerate(norms)]
    return a_recording(a_segment(looks, rising() if course is None else course))


def test_exploding_gradient_names_the_first_layers():
    found = the_finding("exploding-gradient", exploding_gradient())
    assert found.where == ("fc1", "fc2", "fc3")
    assert found.source == "train.py:10"


def test_exploding_gradient_is_silent_on_a_net_that_learns():
    assert findings("exploding-gradient", growing(10.0, learning())) == []


def test_exploding_gradient_is_silent_where_it_only_grew_after_the_first_step():
    looks = growing(10.0).segments[0].looks
    healthy = a_look(0, **graded(1.0))
    recording = a_recording(a_segment([healthy, *looks[1:]], rising()))
    assert findings("exploding-gradient", recording) == []


@pytest.mark.parametrize(("side", "fires"), [(0.9, False), (1.1, True)])
def test_exploding_gradient_begins_above_what_chance_and_depth_explain(side: float, fires: bool):
    # `graded` gives each layer this RMS; what counts is the norm, and the last layer has one unit.
    norms = side * LIMIT / (DEEP[1] / DEEP[-1]) ** 0.5
    factor = norms ** (1 / (LAYERS - 1))
    assert bool(findings("exploding-gradient", growing(factor))) is fires


@pytest.mark.parametrize(("norm", "fires"), [(9.9, False), (10.1, True)])
def test_exploding_gradient_sees_a_spike_through_a_recurrence(norm: float, fires: bool):
    found = findings("exploding-gradient", recurrent(norm))
    assert bool(found) is fires
    assert not found or (found[0].where == ("lstm",) and found[0].first_step == 3)


def test_exploding_gradient_is_silent_on_a_spike_that_does_no_harm():
    assert findings("exploding-gradient", recurrent(1e4, learning())) == []


def test_exploding_gradient_is_silent_on_a_spike_without_a_recurrence():
    looks = [a_look(step, gradient_norm=n) for step, n in enumerate([1.0, 1.0, 1.0, 1e4])]
    assert findings("exploding-gradient", a_recording(a_segment(looks, rising()))) == []


def test_exploding_gradient_is_silent_on_two_layers():
    shallow = graded(1e3, widths=(2, 32, 1))
    assert findings("exploding-gradient", a_recording(a_run(rising(), **shallow))) == []


def outgrown(
    size: float = 5e4,
    calls: int = 20,
    course: list[float] | None = None,
    *,
    nonfinite: int = 0,
    **fields: Any,
) -> Recording:
    """A cell that was called so often, and whose last output has this RMS; a constant costs ln 2.

    By default the loss begins at 100, and stands still.
    """
    cell = an_operation(
        0, "linear", "cell", calls=calls, output=statistics(size, nonfinite=nonfinite)
    )
    chain = (cell, *operations()[1:])
    course = level(100.0) if course is None else course
    return a_recording(a_run(course, **({"operations": chain, "gradient_norm": 1e9} | fields)))


def test_exploding_gradient_says_to_what_size_and_in_how_many_calls_a_recurrence_grew():
    found = the_finding("exploding-gradient", outgrown())
    assert found.severity is Severity.ERROR
    assert found.headline == "the signal through the recurrence cell grows to 5.0e+04 in 20 calls"
    assert found.where == ("cell",)
    assert (found.first_step, found.source) == (0, "train.py:10")
    assert found.observed == {"calls": 20, "output_rms": 5e4, "gradient_norm": 1e9}
    assert found.expected == {"output_rms_at_most": 400.0}
    assert "1e+02" in found.because
    assert "0.69" in found.because


@pytest.mark.parametrize(("size", "fires"), [(399.0, False), (401.0, True), (1.0, False)])
def test_exploding_gradient_allows_a_recurrence_the_square_of_its_calls(size: float, fires: bool):
    assert bool(findings("exploding-gradient", outgrown(size))) is fires


@pytest.mark.parametrize(("size", "fires"), [(3990.0, False), (4010.0, True)])
def test_exploding_gradient_allows_it_that_many_times_what_entered(size: float, fires: bool):
    data = (an_input(overall=statistics(10.0)),)
    assert bool(findings("exploding-gradient", outgrown(size, data=data))) is fires


def test_exploding_gradient_sees_a_recurrence_that_left_the_finite_numbers():
    assert len(findings("exploding-gradient", outgrown(1.0, nonfinite=3))) == 1


@pytest.mark.parametrize(("calls", "fires"), [(1, False), (7, False), (8, True)])
def test_exploding_gradient_takes_eight_calls_for_a_recurrence(calls: int, fires: bool):
    assert bool(findings("exploding-gradient", outgrown(calls=calls))) is fires


@pytest.mark.parametrize(("first", "fires"), [(9.9, False), (10.1, True)])
def test_exploding_gradient_wants_a_first_loss_of_ten_times_a_constant(first: float, fires: bool):
    run = outgrown(course=level(first * math.log(2)))
    assert bool(findings("exploding-gradient", run)) is fires


def test_exploding_gradient_does_not_judge_a_recurrence_without_a_level_of_chance():
    run = outgrown(losses=(a_loss(target=None),))
    assert findings("exploding-gradient", run) == []


def test_exploding_gradient_is_silent_on_a_large_recurrence_that_learns():
    course = [100 * 0.9**step for step in range(100)]
    assert findings("exploding-gradient", outgrown(course=course)) == []


def test_exploding_gradient_does_not_blame_a_recurrence_that_grew_in_training():
    looks = outgrown().segments[0].looks
    healthy = outgrown(1.0).segments[0].looks[0]
    assert (
        findings("exploding-gradient", a_recording(a_segment([healthy, *looks[1:]], level(100.0))))
        == []
    )
    assert findings("exploding-gradient", a_recording(a_segment(looks[1:], level(100.0)))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_exploding_gradient_is_silent_without_what_it_needs(missing: str):
    said = ask("exploding-gradient", without(missing, exploding_gradient()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(("kind", "fires"), [("linear", True), ("log", False)])
def test_exploding_gradient_takes_no_function_that_is_called_twice_for_a_recurrence(
    kind: str, fires: bool
):
    """As the two logarithms of a cross-entropy that is written by hand."""
    broken = an_operation(
        1, kind, "cell", (0,), calls=2, output=statistics(1.0, nonfinite=3), parameters=()
    )
    again = kind == "linear"
    first = an_operation(0, "linear", "cell", (1,) if again else (), calls=2 if again else 1)
    looks = [a_look(0), a_look(1, loss=math.nan, operations=(first, broken))]
    found = findings("exploding-gradient", a_recording(a_segment(looks, [0.7, math.nan])))
    assert bool(found) is fires


def test_exploding_gradient_leaves_the_logarithm_of_zero_to_what_made_the_zero():
    """As a policy over eight steps takes of probabilities that were rounded."""
    layer = an_operation(0, "linear", "cell", (1,), calls=8, output=statistics())
    log = an_operation(1, "log", "cell", (0,), calls=8, output=statistics(1.0, nonfinite=3))
    for output, fires in ((statistics(), False), (statistics(nonfinite=1), True)):
        chain = (layer._replace(output=output), log)
        run = a_segment([a_look(0, loss=math.nan, operations=chain)], [math.nan])
        assert bool(findings("exploding-gradient", a_recording(run))) is fires


@pytest.mark.parametrize(("inputs", "fires"), [((1,), True), ((), False)])
def test_exploding_gradient_takes_no_row_of_calls_for_a_recurrence(
    inputs: tuple[int, ...], fires: bool
):
    """As a policy that is asked at each step of an episode, whose losses are summed."""
    called = an_operation(0, "linear", "cell", inputs, calls=8, output=statistics())
    chain = (called, an_operation(1, "tanh", "cell", (0,), calls=8))
    looks = [
        a_look(step, loss=loss, gradient_norm=norm, operations=chain)
        for step, loss, norm in ((0, 0.1, 1.0), (1, 0.1, 1.0), (16, 9.0, 50.0))
    ]
    run = a_recording(a_segment(looks, [0.1] * 16 + [9.0] * 4))
    assert bool(findings("exploding-gradient", run)) is fires
