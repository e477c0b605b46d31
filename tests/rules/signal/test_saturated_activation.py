from __future__ import annotations

import math

import numpy as np
import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, changed, learning, level, saturated_activation
from tests.worlds import a_look, a_loss, a_recording, a_segment, an_operation, operations
from torchvitals.record.recording import Recording

NEEDS = {"looks", "operations", "outputs", "readable operations", "losses", "loss series"}
THRESHOLD = 0.0531
SHUT = 0.00532


def sloped(slope: float, kind: str = "tanh", course: list[float] | None = None) -> Recording:
    """A run whose hidden activations have this mean squared slope at every look."""
    chain = changed(operations(kind), kind, slope=slope)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_saturated_activation_names_every_layer_that_is():
    found = the_finding("saturated-activation", saturated_activation())
    assert found.where == ("tanh after fc1", "fc1", "tanh after fc2", "fc2")
    assert found.source == "train.py:11"


def test_saturated_activation_is_silent_on_a_net_that_learns():
    assert findings("saturated-activation", sloped(1e-3, course=learning())) == []


@pytest.mark.parametrize(("side", "fires"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize(("kind", "largest"), [("tanh", 1.0), ("sigmoid", 0.25)])
def test_saturated_activation_judges_the_slope_against_the_largest(
    kind: str, largest: float, side: float, fires: bool
):
    slope = side * THRESHOLD * largest**2
    assert bool(findings("saturated-activation", sloped(slope, kind))) is fires


def test_saturated_activation_is_silent_where_one_look_saw_a_slope():
    flat = changed(operations("tanh"), "tanh", slope=1e-3)
    looks = [a_look(step, operations=flat) for step in (0, 1, 2, 4)]
    awake = a_look(8, operations=operations("tanh"))
    recording = a_recording(a_segment([*looks, awake], level()))
    assert findings("saturated-activation", recording) == []


def driven(slopes: list[float], course: list[float] | None = None) -> Recording:
    """A run whose hidden activations have these mean squared slopes, look by look."""
    looks = [
        a_look(
            0 if not k else 2 ** (k - 1), operations=changed(operations("tanh"), "tanh", slope=s)
        )
        for k, s in enumerate(slopes)
    ]
    return a_recording(a_segment(looks, level() if course is None else course))


def test_saturated_activation_begins_at_the_look_that_first_saw_it():
    """Awake at step 0, driven to the bounds by the first step: an effect of it, and no cause."""
    found = the_finding("saturated-activation", driven([0.15, 0.04, *[1e-4] * 6]))
    assert found.first_step == 1
    assert found.observed == {"relative_squared_slope": 0.04}
    assert found.expected == {"relative_squared_slope_at_least": THRESHOLD}
    assert "4.0e-02" in found.headline
    assert "by step 1" in found.because
    assert found.remedies[0].name == "lower-rate"


def test_saturated_activation_that_was_there_at_birth_is_no_work_of_the_steps():
    found = the_finding("saturated-activation", driven([0.04, *[1e-4] * 7]))
    assert found.first_step == 0
    assert "At first" not in found.because
    assert "lower-rate" not in {remedy.name for remedy in found.remedies}


def test_saturated_activation_names_first_the_layer_that_saturated_first():
    def look(step: int, *slopes: float):
        left = iter(slopes)
        chain = tuple(
            o._replace(slope=next(left)) if o.kind == "tanh" else o for o in operations("tanh")
        )
        return a_look(step, operations=chain)

    looks = [look(0, 0.06, 1e-3), *(look(step, 1e-3, 1e-3) for step in (1, 2, 4, 8))]
    found = the_finding("saturated-activation", a_recording(a_segment(looks, level())))
    assert found.where == ("tanh after fc2", "fc2", "tanh after fc1", "fc1")
    assert found.first_step == 0


def falling_late() -> list[float]:
    """A loss that falls by a third, so that it learns and is not solved."""
    return [math.log(2) * (1 - step / 300) for step in range(100)]


@pytest.mark.parametrize(("side", "fires"), [(0.99, True), (1.01, False)])
def test_saturated_activation_says_the_limit_that_was_broken(side: float, fires: bool):
    """Where the loss falls all the same it is a tenth of the usual one."""
    found = findings("saturated-activation", sloped(side * SHUT, course=falling_late()))
    assert bool(found) is fires
    assert all(one.expected == {"relative_squared_slope_at_least": SHUT} for one in found)


def test_saturated_activation_is_silent_on_a_gate():
    gate = an_operation(1, "sigmoid", "fc1", (0,), slope=1e-5)
    chain = operations("tanh")
    gated = an_operation(2, "mul", "fc1", (0, 1))
    after = chain[4]._replace(inputs=(2,))
    recording = a_recording(a_run(level(), operations=(chain[0], gate, gated, after, chain[5])))
    assert findings("saturated-activation", recording) == []


def test_saturated_activation_is_silent_on_the_output():
    chain = changed(operations("tanh"), "tanh", slope=1e-3)
    as_head = a_loss("mse_loss", head=1)
    recording = a_recording(
        a_run(level(), operations=(chain[0], chain[1], chain[5]), losses=(as_head,))
    )
    assert findings("saturated-activation", recording) == []


def test_saturated_activation_waits_for_a_run_of_some_length():
    short = a_recording(
        a_run(level(steps=19), operations=changed(operations("tanh"), "tanh", slope=0.0))
    )
    assert findings("saturated-activation", short) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_saturated_activation_is_silent_without_what_it_needs(missing: str):
    said = ask("saturated-activation", without(missing, saturated_activation()))
    assert not (said and missing in NEEDS)


def test_the_threshold_is_the_slope_of_tanh_at_ten_standard_deviations():
    z = np.linspace(-8, 8, 160_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    assert (density * (1 - np.tanh(10 * z) ** 2) ** 2).sum() == pytest.approx(THRESHOLD, abs=1e-4)
    assert (density * (np.abs(np.tanh(10 * z)) > 0.97)).sum() == pytest.approx(0.83, abs=0.005)
