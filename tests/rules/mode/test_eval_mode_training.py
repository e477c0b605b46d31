from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, eval_mode_training, learning, level, normalised, rising
from tests.worlds import LOOKED_AT, a_look, a_recording, a_segment, an_optimizer
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a second look", "operations", "readable operations", "a look that lived"}


def switched(at: int, course: Sequence[float], *, new_optimizer: bool = False) -> Recording:
    """A run of a hundred steps that is in evaluation mode from this step on."""

    def look(step: int) -> Look:
        number = 1 if new_optimizer and step >= at else 0
        chain = normalised(training=step < at, fresh_statistics=False)
        return a_look(step, loss=course[step], operations=chain, optimizers=(an_optimizer(number),))

    return a_recording(a_segment([look(step) for step in LOOKED_AT], course))


def test_eval_mode_training_says_which_layers_and_how_to_put_it_back():
    found = the_finding("eval-mode-training", eval_mode_training())
    assert found.severity is Severity.ERROR
    assert found.where == ("bn",)
    assert found.first_step == 0
    assert "model.train()" in found.remedies[0].code


def test_eval_mode_training_is_a_warning_where_the_net_learns_without_its_norms():
    chain = normalised(training=False, fresh_statistics=True)
    run = a_recording(a_run(learning(), operations=chain))
    assert the_finding("eval-mode-training", run).severity is Severity.WARNING


@pytest.mark.parametrize("course", [level(), learning()])
def test_eval_mode_training_is_silent_in_training_mode(course: list[float]):
    chain = normalised(training=True, fresh_statistics=False)
    assert findings("eval-mode-training", a_recording(a_run(course, operations=chain))) == []


@pytest.mark.parametrize("course", [level(), learning()])
def test_eval_mode_training_is_silent_where_statistics_were_frozen_on_purpose(
    course: list[float],
):
    chain = normalised(training=False, fresh_statistics=False)
    assert findings("eval-mode-training", a_recording(a_run(course, operations=chain))) == []


@pytest.mark.parametrize(
    ("course", "severity"),
    [(level(), Severity.ERROR), (rising(1.2, 100), Severity.ERROR), (learning(), Severity.NOTE)],
)
def test_eval_mode_training_after_an_evaluation_is_judged_by_harm(
    course: list[float], severity: Severity
):
    found = the_finding("eval-mode-training", switched(8, course))
    assert found.severity is severity
    assert found.first_step == 8


def test_eval_mode_training_is_silent_where_a_new_phase_begins_so():
    assert findings("eval-mode-training", switched(8, level(), new_optimizer=True)) == []


def test_eval_mode_training_is_silent_near_the_end():
    assert findings("eval-mode-training", switched(64, level())) == []


def test_eval_mode_training_is_silent_where_only_some_layers_are_frozen():
    frozen = normalised(training=False, fresh_statistics=True)
    other = frozen[1]._replace(index=7, layer="bn2", training=True)
    run = a_recording(a_run(level(), operations=(*frozen, other)))
    assert findings("eval-mode-training", run) == []


def test_eval_mode_training_harms_where_the_loss_left_the_finite_numbers():
    course = [*learning(40), *[math.nan] * 60]
    assert the_finding("eval-mode-training", switched(8, course)).severity is Severity.ERROR


@pytest.mark.parametrize("missing", WITHOUT)
def test_eval_mode_training_is_silent_without_what_it_needs(missing: str):
    said = ask("eval-mode-training", without(missing, eval_mode_training()))
    assert not (said and missing in NEEDS)
