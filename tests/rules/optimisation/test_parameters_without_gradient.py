from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, learning, parameters_without_gradient
from tests.worlds import a_recording, a_segment, an_optimizer
from torchvitals.record.recording import Recording
from torchvitals.record.store import Event
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look that lived", "optimizers"}


def event(kind: str) -> Recording:
    happened = Event(kind, -1, 0, "backward() on a leaf", "train.py:42")
    return a_recording(a_segment([], [], events=(happened,), number=-1))


def test_parameters_without_gradient_names_what_ran_and_is_cut_off():
    found = the_finding("parameters-without-gradient", parameters_without_gradient())
    assert found.severity is Severity.ERROR
    assert found.where == ("fc1",)
    assert found.observed["parameters_cut_off"] == 2
    assert found.source == "train.py:12"  # where the graph begins


def test_parameters_without_gradient_only_notes_layers_that_did_not_run():
    idle = each_look(
        parameters_without_gradient(), lambda look: look._replace(executed_without_gradient=())
    )
    assert the_finding("parameters-without-gradient", idle).severity is Severity.NOTE


def test_parameters_without_gradient_is_silent_on_what_took_part_at_another_look():
    """Experts and heads of other tasks: each has its turn."""
    cut = parameters_without_gradient().segments[0].looks
    healthy = a_run(learning()).looks
    looks = (cut[0], *healthy[1:])
    segment = replace(a_segment(), looks=looks)
    assert findings("parameters-without-gradient", a_recording(segment)) == []


def test_parameters_without_gradient_is_silent_on_networks_that_no_optimizer_holds():
    teacher = a_run(learning(), executed_without_gradient=("teacher.fc",))
    assert findings("parameters-without-gradient", a_recording(teacher)) == []


def test_parameters_without_gradient_is_silent_on_parameters_without_a_name():
    unnamed = a_run(learning(), optimizers=(an_optimizer(held_without_gradient=("",)),))
    assert findings("parameters-without-gradient", a_recording(unnamed)) == []


@pytest.mark.parametrize(
    ("kind", "silenced"), [("loss-is-leaf", True), ("loss-without-graph", False)]
)
def test_parameters_without_gradient_sees_a_loss_without_a_graph(kind: str, silenced: bool):
    found = the_finding("parameters-without-gradient", event(kind))
    assert found.source == "train.py:42"
    assert ("requires_grad was set" in found.because) is silenced


def test_parameters_without_gradient_is_silent_on_other_events():
    assert findings("parameters-without-gradient", event("note")) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_parameters_without_gradient_is_silent_without_what_it_needs(missing: str):
    said = ask("parameters-without-gradient", without(missing, parameters_without_gradient()))
    assert not (said and missing in NEEDS)
