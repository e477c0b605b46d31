from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import DEEP, a_run, exploding_gradient, graded, learning, rising
from tests.worlds import a_look, a_recording, a_segment, an_operation, operations
from torchvitals.record.recording import Recording
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


@pytest.mark.parametrize("missing", WITHOUT)
def test_exploding_gradient_is_silent_without_what_it_needs(missing: str):
    said = ask("exploding-gradient", without(missing, exploding_gradient()))
    assert not (said and missing in NEEDS)
