from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, learning, level, rising, unscaled_input
from tests.worlds import (
    SAMPLES,
    a_loss,
    a_recording,
    an_input,
    an_operation,
    an_optimizer,
    operations,
    parameters,
    statistics,
)
from torchvitals.record.look import DataInput, Look, Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity
from torchvitals.rules.evidence.overshoot import worst_overshoot

NEEDS = {"looks", "data", "losses", "loss series"}


def relieved(times: float) -> DataInput:
    """Data whose largest curvature standardising would lower this many times."""
    return an_input(largest=times, scaled_largest=1.0)


def test_unscaled_input_shows_the_features_that_differ():
    found = the_finding("unscaled-input", unscaled_input())
    assert found.where == ("fc1",)
    assert found.observed["largest_feature_mean"] == 50.0
    assert found.observed["smallest_feature_std"] == 0.1
    assert found.observed["curvature_relief"] == pytest.approx(2600.0)


def test_unscaled_input_is_silent_on_a_run_that_learns_all_the_same():
    data = unscaled_input().segments[0].looks[0].data
    assert findings("unscaled-input", a_recording(a_run(learning(), data=data))) == []


@pytest.mark.parametrize(("times", "fires"), [(99.0, False), (101.0, True)])
def test_unscaled_input_needs_a_hundredfold_relief_where_nothing_moves(times: float, fires: bool):
    recording = a_recording(a_run(level(), data=(relieved(times),)))
    assert bool(findings("unscaled-input", recording)) is fires


# Two features of one RMS: their squared length is twice its square.
@pytest.mark.parametrize(("squared", "fires"), [(0.0099, True), (0.0101, False)])
def test_unscaled_input_knows_data_that_a_bias_drowns(squared: float, fires: bool):
    size = (squared / 2) ** 0.5
    data = (an_input(stds=(size, size)),)
    found = findings("unscaled-input", a_recording(a_run(level(), data=data)))
    assert bool(found) is fires
    assert all(one.observed["mean_squared_length"] == pytest.approx(squared) for one in found)
    assert findings("unscaled-input", a_recording(a_run(learning(), data=data))) == []


@pytest.mark.parametrize(("side", "fires"), [(0.99, False), (1.01, True)])
def test_unscaled_input_must_make_the_rate_in_use_stable(side: float, fires: bool):
    change = -0.01
    worst = worst_overshoot(a_run(rising(), predicted_change=change))
    assert worst is not None
    data = (relieved(side * worst),)
    run = a_recording(a_run(rising(), data=data, predicted_change=change))
    assert bool(findings("unscaled-input", run)) is fires


@pytest.mark.parametrize(("times", "fires"), [(99.0, False), (101.0, True)])
def test_unscaled_input_leaves_usual_inputs_to_the_rate(times: float, fires: bool):
    """A run that diverges, at a rate that a tenth of would do."""
    data = (relieved(times),)
    run = a_recording(a_run(rising(1.05, 100), data=data, predicted_change=-0.1))
    assert bool(findings("unscaled-input", run)) is fires


# A constant prediction costs ln 2 here, and the loss still falls.
@pytest.mark.parametrize(("end", "fires"), [(1.05, True), (1.03, False)])
def test_unscaled_input_harms_a_run_that_ends_far_above_a_constant(end: float, fires: bool):
    course = [end + 5.0 * 0.96**step for step in range(100)]
    course[-10:] = [end] * 10
    run = a_recording(a_run(course, data=(relieved(1e4),)))
    assert bool(findings("unscaled-input", run)) is fires


@pytest.mark.parametrize(("rms", "fires"), [(9.9, False), (10.1, True)])
def test_unscaled_input_saturates_a_squashing_layer_above_ten(rms: float, fires: bool):
    data = relieved(11.0)._replace(overall=statistics(rms))
    chain = operations("sigmoid")
    recording = a_recording(a_run(rising(), data=(data,), operations=chain, predicted_change=-1e-9))
    assert bool(findings("unscaled-input", recording)) is fires


def test_unscaled_input_is_silent_where_a_normalisation_reads_the_data():
    norm = an_operation(0, "batch_norm", "bn", shape=(SAMPLES, 2))
    chain = (norm, *operations()[1:])
    data = unscaled_input().segments[0].looks[0].data
    recording = a_recording(a_run(rising(), data=data, operations=chain, predicted_change=-0.1))
    assert findings("unscaled-input", recording) == []


def test_unscaled_input_is_silent_where_a_normalisation_follows_the_first_layer():
    norm = an_operation(1, "batch_norm", "bn", (0,))
    chain = (operations()[0], norm, *operations()[2:])
    data = unscaled_input().segments[0].looks[0].data
    recording = a_recording(a_run(rising(), data=data, operations=chain, predicted_change=-0.1))
    assert findings("unscaled-input", recording) == []


def joined(first: str = "linear") -> tuple[Operation, ...]:
    """The rows of an embedding beside numbers, then the layers of the world."""
    table, cat = an_operation(0, "embedding", "table"), an_operation(1, "cat", "table", (0,))
    behind = [
        o._replace(index=o.index + 2, inputs=tuple(k + 2 for k in o.inputs) or (1,))
        for o in operations()
    ]
    behind[0] = behind[0]._replace(kind=first)
    return (table, cat, *behind)


@pytest.mark.parametrize(("first", "fires"), [("linear", True), ("batch_norm", False)])
def test_unscaled_input_sees_numbers_beside_an_embedding(first: str, fires: bool):
    data = relieved(1e4)._replace(operation=1)
    found = findings(
        "unscaled-input", a_recording(a_run(level(), data=(data,), operations=joined(first)))
    )
    assert [f.where for f in found] == ([("fc1",)] if fires else [])


def test_unscaled_input_is_silent_on_a_loss_that_goes_below_zero_and_has_no_level():
    def run(height: float) -> Recording:
        return a_recording(a_run([height] * 100, data=(relieved(1e4),), losses=()))

    assert findings("unscaled-input", run(-0.1)) == []
    assert findings("unscaled-input", run(0.1))


def test_unscaled_input_waits_before_it_calls_a_short_run_stuck():
    recording = a_recording(a_run(level(steps=19), data=(relieved(1e4),)))
    assert findings("unscaled-input", recording) == []


def test_unscaled_input_goes_by_the_size_where_there_are_too_many_features_to_decompose():
    def recording(rms: float) -> Recording:
        data = an_input(largest=None, scaled_largest=None, overall=statistics(rms))
        return a_recording(a_run(level(), data=(data,)))

    assert findings("unscaled-input", recording(10.0 * 0.99)) == []
    assert findings("unscaled-input", recording(10.0 * 1.01))


@pytest.mark.parametrize("missing", WITHOUT)
def test_unscaled_input_is_silent_without_what_it_needs(missing: str):
    said = ask("unscaled-input", without(missing, unscaled_input()))
    assert not (said and missing in NEEDS)


def left_over(
    share: float, *, end: float = 1.0, times: float = 1e4, kind: str = "SGD"
) -> Recording:
    """A regression with targets of spread 10 that has stood still at `end` since its first steps,
    and what of it a bias would take away.
    """
    course = [200.0 * 0.5**step + end for step in range(100)]
    run = a_run(course, data=(relieved(times),), optimizers=(an_optimizer(kind=kind),))
    target = statistics(10.0, count=SAMPLES)

    def change(look: Look) -> Look:
        value = course[look.step]
        slope = statistics(2 * (share * value) ** 0.5, 0.0, count=1)
        slope = slope._replace(mean=slope.rms)
        parts = tuple(p._replace(gradient=slope) for p in look.parameters)
        return look._replace(
            losses=(a_loss("mse_loss", target=target, value=value),), parameters=parts
        )

    return each_look(a_recording(run), change)


@pytest.mark.parametrize(("share", "fires"), [(0.45, False), (0.55, True)])
def test_unscaled_input_holds_a_bias_back_at_the_rate_that_the_inputs_stand(
    share: float, fires: bool
):
    found = findings("unscaled-input", left_over(share))
    assert bool(found) is fires
    assert all(one.severity is Severity.WARNING for one in found)


@pytest.mark.parametrize(
    "run",
    [left_over(0.9, end=0.05), left_over(0.9, times=90.0), left_over(0.9, kind="Adam")],
    ids=["a fine fit", "usual inputs", "adaptive steps"],
)
def test_unscaled_input_is_silent_on_a_bias_that_is_left_over_for_other_reasons(run: Recording):
    assert findings("unscaled-input", run) == []


@pytest.mark.parametrize(
    ("kind", "update", "widths", "fires"),
    [
        ("Adam", 0.3, (2, 8, 8, 1), False),
        ("Adam", 0.01, (2, 8, 8, 1), True),
        ("SGD", 0.3, (2, 8, 8, 1), True),
        ("Adam", 0.3, (2, 8, 1), True),
    ],
)
def test_unscaled_input_leaves_adaptive_steps_that_uproot_the_layers_behind_to_the_rate(
    kind: str, update: float, widths: tuple[int, ...], fires: bool
):
    fields: dict[str, Any] = {
        "data": (relieved(1e6),),
        "operations": operations(widths=widths),
        "parameters": parameters(widths, update_rms=update),
        "optimizers": (an_optimizer(kind=kind),),
        "predicted_change": -0.1,
    }
    run = a_recording(a_run(rising(1.05, 100), **fields))
    assert bool(findings("unscaled-input", run)) is fires
