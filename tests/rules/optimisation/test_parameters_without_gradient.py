from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, learning, level, parameters_without_gradient, with_head
from tests.worlds import (
    SAMPLES,
    a_parameter,
    a_recording,
    a_segment,
    an_operation,
    an_optimizer,
    operations,
    parameters,
    statistics,
)
from torchvitals.record.look import Look
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


def test_parameters_without_gradient_only_notes_layers_whose_output_was_thrown_away():
    beside = each_look(parameters_without_gradient(), lambda look: look._replace(aside=("fc1",)))
    found = the_finding("parameters-without-gradient", beside)
    assert found.severity is Severity.NOTE
    assert "beside the way to the loss" in found.because


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


RULE = "parameters-without-gradient"
ZERO = statistics(0.0, minimum=0.0, maximum=0.0, zero_fraction=1.0)


def rounded(course: list[float], *, past: bool = False, through: bool = False) -> Recording:
    """Predictions rounded before the loss: all gradients are zero. `past`: a way leads past the
    step; `through`: what the parameters get is not zero.
    """
    chain = list(with_head("round"))
    if past:
        chain[-1] = chain[-1]._replace(inputs=(*chain[-1].inputs, 4))
    own = parameters(gradient=statistics(1e-3) if through else ZERO)
    return a_recording(a_run(course, operations=tuple(chain), parameters=own))


def test_parameters_without_gradient_sees_predictions_that_are_rounded():
    found = the_finding(RULE, rounded(level()))
    assert found.severity is Severity.ERROR
    assert found.observed["parameters_with_zero_gradient"] == 6
    assert found.where[0] == "round after fc3"


@pytest.mark.parametrize("fields", [{"past": True}, {"through": True}])
def test_parameters_without_gradient_is_silent_where_a_gradient_passes_by_the_step(
    fields: dict[str, bool],
):
    assert findings(RULE, rounded(level(), **fields)) == []


def test_parameters_without_gradient_only_notes_a_step_in_a_net_that_learns():
    def part(look: Look) -> Look:
        kept = look.parameters[-2:]
        moved = tuple(p._replace(gradient=statistics(1e-3)) for p in kept)
        chain = list(operations())
        step = chain[3]._replace(kind="round", units=None, slope=None)
        chain[3] = step
        return look._replace(operations=tuple(chain), parameters=(*look.parameters[:-2], *moved))

    assert the_finding(RULE, each_look(rounded(learning()), part)).severity is Severity.NOTE
    found = the_finding(RULE, each_look(rounded(level()), part))
    assert found.severity is Severity.ERROR
    assert found.observed["parameters_with_zero_gradient"] == 4


def frozen(course: list[float], **fields: Any) -> Recording:
    left = tuple(p for p in parameters() if p.name == "fc3.bias")
    fields = {"parameters": left, "frozen": ("fc1", "fc2", "fc3"), **fields}
    return a_recording(a_run(course, **fields))


def test_parameters_without_gradient_sees_a_net_that_was_frozen_untrained():
    found = the_finding(RULE, frozen(level()))
    assert found.severity is Severity.ERROR
    assert found.where == ("fc1", "fc2", "fc3")
    assert "fc3.bias" in found.because


@pytest.mark.parametrize(
    ("course", "fields"),
    [
        (learning(), {}),
        (level(0.3), {}),  # it was trained before, as where a temperature alone is fitted
        (level(), {"frozen": ()}),
        (level(), {"parameters": parameters()[-2:]}),
    ],
    ids=["learns", "trained", "no matrix", "a head"],
)
def test_parameters_without_gradient_leaves_what_is_frozen_on_purpose(
    course: list[float], fields: dict[str, Any]
):
    assert findings(RULE, frozen(course, **fields)) == []


def recurrence(
    course: list[float], *, calls: int = 8, kind: str = "linear", **named: Any
) -> Recording:
    """A GRU of whose steps the loss reads the first; `named` are gradients by parameter."""
    gradients = {"weight_ih_l0": statistics(1e-3), "weight_hh_l0": ZERO, **named}
    own = tuple(
        a_parameter(f"gru.{name}", (24, 8), gradient=one) for name, one in gradients.items()
    )
    shape = (calls, SAMPLES, 8) if kind == "rnn" else (SAMPLES, 24)
    runs = an_operation(
        0,
        kind,
        "gru",
        calls=1 if kind == "rnn" else calls,
        shape=shape,
        parameters=tuple(p.name for p in own),
    )
    return a_recording(a_run(course, operations=(runs,), parameters=own))


@pytest.mark.parametrize("kind", ["linear", "rnn"])
def test_parameters_without_gradient_sees_a_recurrence_of_which_the_first_step_is_read(kind: str):
    found = the_finding(RULE, recurrence(level(), kind=kind))
    assert found.severity is Severity.ERROR
    assert found.where == ("gru",)


@pytest.mark.parametrize(
    "run",
    [
        recurrence(learning()),
        recurrence(level(), calls=1),
        recurrence(level(), calls=1, kind="rnn"),
        recurrence(level(), weight_hh_l0=statistics(1e-6)),
        recurrence(level(), weight_ih_l0=ZERO),
        recurrence(level(), weight_hh_l0_reverse=statistics(1e-3)),
    ],
    ids=["learns", "one step", "one step, fused", "a gradient", "none at all", "two ways"],
)
def test_parameters_without_gradient_is_silent_on_other_recurrences(run: Recording):
    assert findings(RULE, run) == []
