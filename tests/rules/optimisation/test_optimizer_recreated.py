from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import LOOKED_AT, a_run, learning, level, optimizer_recreated
from tests.worlds import a_group, a_recording, an_optimizer
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "optimizers"}

LAST = LOOKED_AT[-1]


def rebuilt(times: int, kind: str = "Adam", momentum: float = 0.0) -> Recording:
    """A run of a hundred steps in which the optimizer was built anew so often."""
    optimizer = an_optimizer(kind=kind, groups=(a_group(0.1, momentum=momentum),), rebuilt=times)
    return a_recording(a_run(level(), optimizers=(optimizer,)))


def test_optimizer_recreated_says_how_often_and_where():
    found = the_finding("optimizer-recreated", optimizer_recreated())
    assert found.headline == "Adam is built anew every step"
    assert found.observed == {"times_built": LAST + 1, "steps_each": 1.0}
    assert found.source == "train.py:20"


def test_optimizer_recreated_is_an_error_even_in_a_run_whose_loss_falls():
    adam = an_optimizer(kind="Adam", rebuilt=LAST)
    run = a_recording(a_run(learning(), optimizers=(adam,)))
    assert the_finding("optimizer-recreated", run).severity is Severity.ERROR


@pytest.mark.parametrize(("times", "fires"), [(0, False), (2, False), (3, True)])
def test_optimizer_recreated_lets_a_training_have_phases(times: int, fires: bool):
    assert bool(findings("optimizer-recreated", rebuilt(times))) is fires


@pytest.mark.parametrize(("times", "severity"), [(5, Severity.NOTE), (6, Severity.ERROR)])
def test_optimizer_recreated_harms_one_that_lives_shorter_than_its_memory(
    times: int, severity: Severity
):
    assert the_finding("optimizer-recreated", rebuilt(times)).severity is severity


@pytest.mark.parametrize(
    ("kind", "momentum", "severity"),
    [("SGD", 0.0, Severity.NOTE), ("SGD", 0.9, Severity.ERROR), ("RMSprop", 0.0, Severity.ERROR)],
)
def test_optimizer_recreated_harms_only_what_remembers(
    kind: str, momentum: float, severity: Severity
):
    run = rebuilt(LAST, kind, momentum)
    assert the_finding("optimizer-recreated", run).severity is severity


@pytest.mark.parametrize("missing", WITHOUT)
def test_optimizer_recreated_is_silent_without_what_it_needs(missing: str):
    said = ask("optimizer-recreated", without(missing, optimizer_recreated()))
    assert not (said and missing in NEEDS)
