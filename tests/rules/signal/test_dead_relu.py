from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import STEPS, a_run, changed, dead_relu, learning, level
from tests.worlds import (
    a_look,
    a_parameter,
    a_recording,
    a_segment,
    an_operation,
    operations,
    statistics,
    units,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "operations", "units", "readable operations"}


def silent_units(count: int, course: list[float] | None = None) -> Recording:
    """A run in which this many of the eight units of the first layer are silent."""
    first, *others = changed(operations(), "relu")[1:]
    dead = first._replace(units=units(8, silent=range(count)))
    chain = (operations()[0], dead, *others)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_dead_relu_names_the_layer_and_its_line():
    found = the_finding("dead-relu", dead_relu())
    assert found.severity is Severity.ERROR
    assert found.where[:2] == ("relu after fc1", "fc1")
    assert found.source == "train.py:11"
    assert found.observed["dead_units"] == found.observed["units"] == 8


def test_dead_relu_counts_only_what_is_silent_at_every_late_look():
    alternating = [
        a_look(
            step,
            operations=changed(
                operations(), "relu", units=units(8, silent=range(8) if step % 2 else ())
            ),
        )
        for step in (0, 1, 2, 3, 4, 5)
    ]
    assert findings("dead-relu", a_recording(a_segment(alternating, level()))) == []


def test_dead_relu_is_silent_on_a_net_that_learns_with_half_of_its_units():
    assert findings("dead-relu", silent_units(4, learning())) == []


@pytest.mark.parametrize(("silent", "fires"), [(3, False), (4, True)])
def test_dead_relu_counts_a_part_of_a_layer_from_one_half(silent: int, fires: bool):
    assert bool(findings("dead-relu", silent_units(silent))) is fires


@pytest.mark.parametrize(("end", "fires"), [(0.6, False), (0.66, True)])
def test_dead_relu_lets_a_part_be_where_the_net_learns(end: float, fires: bool):
    course = [1.0] * (STEPS // 2) + [end] * (STEPS // 2)
    assert bool(findings("dead-relu", silent_units(4, course))) is fires


def test_dead_relu_is_silent_on_a_layer_that_a_residual_branch_passes_by():
    chain = operations()
    dead = chain[1]._replace(units=units(8, silent=range(8)))
    join = an_operation(6, "add", "fc2", (0, 2), shape=(64, 8))
    beside = (chain[0], dead, chain[2], join._replace(index=3), *chain[4:])
    assert findings("dead-relu", a_recording(a_run(learning(), operations=beside))) == []


def test_dead_relu_tells_units_that_died_from_units_that_were_born_dead():
    born = the_finding("dead-relu", dead_relu())
    assert born.remedies[0].name == "kaiming-initialisation"
    dead = changed(operations(), "relu", units=units(8, silent=range(8)))
    died = [a_look(0), *[a_look(step, operations=dead) for step in (1, 2, 4, 8)]]
    found = the_finding("dead-relu", a_recording(a_segment(died, level())))
    assert found.remedies[0].name == "lower-rate"
    assert found.first_step == 1
    assert found.observed["share_died_in_training"] == 1.0
    assert "At first none was silent" in found.because
    assert born.observed["share_died_in_training"] == 0.0


def test_dead_relu_blames_biases_far_below_zero():
    low = statistics(8.0, -8.0, minimum=-8.0, maximum=-8.0)
    biases = tuple(a_parameter(f"fc{k}.bias", (8,), weight=low) for k in (1, 2))
    dead = changed(operations(), "relu", units=units(8, silent=range(8)))
    recording = a_recording(a_run(level(), operations=dead, parameters=biases))
    assert "biases of fc1" in the_finding("dead-relu", recording).because


@pytest.mark.parametrize("missing", WITHOUT)
def test_dead_relu_is_silent_without_what_it_needs(missing: str):
    said = ask("dead-relu", without(missing, dead_relu()))
    assert not (said and missing in NEEDS)


def dying(from_step: int, last: int = 512, *, samples: int = 32) -> Recording:
    """A run, looked at ever more rarely, that loses six of eight units at this step."""

    def chain(step: int):
        silent = range(6) if step >= from_step else range(1)
        return changed(operations(), "relu", units=units(8, silent=silent, samples=samples))

    steps = [0, *(2**k for k in range(last.bit_length()))]
    looks = [a_look(step, operations=chain(step)) for step in steps]
    return a_recording(a_segment(looks, level(steps=last)))


@pytest.mark.parametrize(("from_step", "fires"), [(128, True), (256, False)])
def test_dead_relu_sees_units_that_died_after_half_of_the_looks(from_step: int, fires: bool):
    """Looks grow rare: half of eleven saw the first 16 steps, and three are enough to tell."""
    found = findings("dead-relu", dying(from_step))
    assert bool(found) is fires
    for one in found:
        assert one.first_step == from_step
        assert one.observed["dead_at_first_look"] == 1
        assert one.observed["share_died_in_training"] == 5 / 8


@pytest.mark.parametrize(("samples", "fires"), [(16, True), (15, False)])
def test_dead_relu_wants_samples_enough_to_tell_rare_units_from_dead_ones(
    samples: int, fires: bool
):
    """Four looks of 16 samples hold 64; with 15 the fifth is needed, which saw them alive."""
    assert bool(findings("dead-relu", dying(64, samples=samples))) is fires


@pytest.mark.parametrize(
    ("silent", "severity"),
    [(7, Severity.WARNING), (8, Severity.ERROR)],
)
def test_dead_relu_only_warns_where_other_units_let_the_signal_pass(
    silent: int, severity: Severity
):
    """Seven of eight are less than nine tenths."""
    found = the_finding("dead-relu", silent_units(silent))
    assert found.severity is severity
    assert ("let the signal pass" in found.because) is (severity is Severity.WARNING)


def killed(from_step: int) -> Recording:
    """A run that stands at one level from its first step, and loses a whole layer at this one."""
    dead = changed(operations(), "relu", units=units(8, silent=range(8)))
    steps = [0, *(2**k for k in range(10))]
    looks = [a_look(step, operations=dead if step >= from_step else operations()) for step in steps]
    return a_recording(a_segment(looks, level(steps=512)))


@pytest.mark.parametrize(("from_step", "severity"), [(32, Severity.ERROR), (128, Severity.WARNING)])
def test_dead_relu_is_no_cause_where_the_loss_had_stood_before(from_step: int, severity: Severity):
    found = the_finding("dead-relu", killed(from_step))
    assert found.severity is severity
    assert ("something else" in found.because) is (severity is Severity.WARNING)
    assert found.first_step == from_step
