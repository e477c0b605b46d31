from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, dropping, excessive_dropout, learning, level
from tests.worlds import a_recording, an_operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "operations", "loss series", "losses", "a look that lived"}


def run(kept: float, width: int = 8, course: list[float] | None = None) -> Recording:
    chain = dropping(kept, width=width)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_excessive_dropout_says_what_is_left_of_the_signal():
    found = the_finding("excessive-dropout", excessive_dropout())
    assert found.headline == "Dropout takes away 90% of the values, 2 times in a row"
    assert found.observed["share_kept"] == pytest.approx(0.01)
    assert found.observed["noise_over_signal"] == pytest.approx(99 / 4)  # a half of eight is on
    assert found.where[:2] == ("dropout after fc1", "dropout after fc2")
    assert found.remedies[0].code == "nn.Dropout(0.1)   # instead of nn.Dropout(0.9)"


@pytest.mark.parametrize(("width", "fires"), [(30, True), (32, False)])
def test_excessive_dropout_weighs_the_share_kept_against_the_width(width: int, fires: bool):
    """Two that keep a quarter leave 1/16: noise of 15 that 30 units bring down to a half."""
    assert bool(findings("excessive-dropout", run(0.25, width))) is fires


@pytest.mark.parametrize(("zeros", "fires"), [(0.1, False), (0.5, True)])
def test_excessive_dropout_counts_no_values_that_a_relu_leaves_at_zero(zeros: float, fires: bool):
    """19 over 48 is below a half, and over the 24 that are not zero it is not."""
    first, relu, dropout, *others = dropping(0.05, width=48)
    assert relu.output is not None
    thinned = relu._replace(output=relu.output._replace(zero_fraction=zeros))
    rest = (o._replace(dropped=None) for o in others)
    chain = (first, thinned, dropout._replace(shape=(64, 48)), *rest)
    found = findings("excessive-dropout", a_recording(a_run(level(), operations=chain)))
    assert bool(found) is fires


def test_excessive_dropout_is_silent_at_the_usual_half():
    assert findings("excessive-dropout", run(0.5, 64)) == []


def test_excessive_dropout_is_silent_on_a_net_that_learns():
    assert findings("excessive-dropout", run(0.1, course=learning())) == []


def test_excessive_dropout_warns_where_the_loss_stays_near_that_of_a_constant():
    slow = [0.69 - 0.0018 * step for step in range(100)]
    assert the_finding("excessive-dropout", run(0.1, course=slow)).severity is Severity.WARNING


def test_excessive_dropout_is_silent_where_a_connection_leads_around_it():
    chain = dropping(0.1)
    around = an_operation(30, "add", "fc2", (1, chain[5].index))
    head = next(o for o in chain if o.layer == "fc3" and o.kind == "linear")
    bypassed = tuple(o._replace(inputs=(30,)) if o is head else o for o in chain[:6])
    after = tuple(o._replace(inputs=(30,)) if o is head else o for o in chain[6:])
    recording = a_recording(a_run(level(), operations=(*bypassed, around, *after)))
    assert findings("excessive-dropout", recording) == []


def test_excessive_dropout_at_the_usual_rate_is_at_most_a_warning():
    assert the_finding("excessive-dropout", run(0.5, 2)).severity is Severity.WARNING


def test_excessive_dropout_waits_for_a_run_of_some_length():
    assert findings("excessive-dropout", run(0.1, course=level(steps=19))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_excessive_dropout_is_silent_without_what_it_needs(missing: str):
    said = ask("excessive-dropout", without(missing, excessive_dropout()))
    assert not (said and missing in NEEDS)
