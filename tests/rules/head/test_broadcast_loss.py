from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, broadcast_loss, learning, level
from tests.worlds import SAMPLES, a_loss, a_recording
from torchvitals.record.look import Crossed
from torchvitals.rules.base import Severity

NEEDS = {"looks", "loss functions"}


def test_broadcast_loss_shows_both_shapes_and_the_line_of_the_loss():
    found = the_finding("broadcast-loss", broadcast_loss())
    assert found.source == "train.py:30"
    assert found.where == ("fc3",)
    assert found.observed["prediction_shape"] == "[64, 1]"
    assert found.observed["compared_as"] == "[64, 64]"


def test_broadcast_loss_is_told_once_a_run():
    assert len(findings("broadcast-loss", broadcast_loss())) == 1


def test_broadcast_loss_is_an_error_even_in_a_run_whose_loss_falls():
    pairs = a_loss("mse_loss", outer=True)
    assert findings("broadcast-loss", a_recording(a_run(learning(), losses=(pairs,))))


@pytest.mark.parametrize("target_shape", [(SAMPLES, 1), (1,), ()])
def test_broadcast_loss_is_silent_on_equal_shapes_and_on_one_value_for_all(
    target_shape: tuple[int, ...],
):
    loss = a_loss("mse_loss", target_shape=target_shape, outer=False)
    assert findings("broadcast-loss", a_recording(a_run(level(), losses=(loss,)))) == []


@pytest.mark.parametrize(
    ("signed", "losses", "severity"),
    [
        (True, learning(), Severity.ERROR),
        (False, level(), Severity.WARNING),
        (False, learning(), Severity.NOTE),
    ],
)
def test_broadcast_loss_sees_terms_that_meet_the_weights_of_all(
    signed: bool, losses: list[float], severity: Severity
):
    crossed = Crossed((SAMPLES,), (SAMPLES, 1), signed, "train.py:31")
    found = the_finding("broadcast-loss", a_recording(a_run(losses, crossed=crossed)))
    assert found.severity is severity
    assert found.source == "train.py:31"
    assert found.observed == {"terms_shape": "[64]", "weights_shape": "[64, 1]"}


@pytest.mark.parametrize("missing", WITHOUT)
def test_broadcast_loss_is_silent_without_what_it_needs(missing: str):
    said = ask("broadcast-loss", without(missing, broadcast_loss()))
    assert not (said and missing in NEEDS)
