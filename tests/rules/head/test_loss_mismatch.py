from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import findings, the_finding, without
from tests.planted import a_run, changed, learning, level, loss_mismatch, with_head
from tests.worlds import SAMPLES, a_loss, a_parameter, a_recording, operations, statistics
from torchvitals.record.look import Pairs
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "loss-mismatch"
NUMBERS = statistics(5.0, 4.5, minimum=0.0, maximum=9.0)


def run(course: list[float], function: str, /, chain: Any = None, **fields: Any) -> Recording:
    return a_recording(
        a_run(course, operations=chain or operations(), losses=(a_loss(function, **fields),))
    )


def pairs(straight: float, *, between: float = 300.0, classes: int = 10) -> Pairs:
    """Classes whose means differ, with this share of the scatter along the class number."""
    return Pairs(SAMPLES, 8, 1, classes, between, straight * between, None)


def numbers(straight: float, value: float = 4.0, **fields: Any) -> Recording:
    seen = pairs(straight, **fields)
    return run(level(value), "mse_loss", target=NUMBERS, value=value, pairs=seen)


def test_loss_mismatch_says_that_an_error_is_maximised():
    found = the_finding(RULE, loss_mismatch())
    assert found.headline == "mse_loss is maximised"
    assert found.observed == {"first_error": 1.0, "last_error": 65.0}
    assert found.severity is Severity.ERROR
    assert found.source == "train.py:30"


def test_loss_mismatch_lets_inputs_be_moved_uphill():
    """As an attack does: the loss grows on purpose, and no matrix of weights is moved."""
    run = loss_mismatch()
    (segment,) = run.segments
    delta = (a_parameter("delta", (8, 2), owned=False),)
    looks = [look._replace(parameters=delta) for look in segment.looks]
    from dataclasses import replace

    attack = replace(run, segments=(replace(segment, looks=tuple(looks)),))
    assert findings(RULE, attack) == []


def test_loss_mismatch_is_silent_where_the_gradient_pulls_down():
    assert findings(RULE, run(learning(), "mse_loss", value=0.5)) == []


@pytest.mark.parametrize(("scores", "fires"), [(1, True), (2, False)])
def test_loss_mismatch_wants_more_than_one_class_for_a_cross_entropy(scores: int, fires: bool):
    world = run(level(0.0), "cross_entropy", fed_shape=(SAMPLES, scores), target=None)
    assert bool(findings(RULE, world)) is fires


def test_loss_mismatch_sees_a_softmax_over_single_scores_of_a_batch():
    world = run(level(4.0), "cross_entropy", fed_shape=(SAMPLES,), target=None)
    assert the_finding(RULE, world).headline == "cross-entropy over one single class"


@pytest.mark.parametrize(("straight", "fires"), [(0.11, True), (0.32, True), (0.34, False)])
def test_loss_mismatch_tells_names_from_a_quantity_by_the_line_of_their_means(
    straight: float, fires: bool
):
    assert bool(findings(RULE, numbers(straight))) is fires


def test_loss_mismatch_counts_class_numbers_that_are_told_apart_as_a_note():
    assert the_finding(RULE, numbers(0.1, 0.06)).severity is Severity.NOTE
    assert the_finding(RULE, numbers(0.1, 0.07)).severity is Severity.ERROR


def test_loss_mismatch_does_not_order_classes_that_hardly_differ():
    assert findings(RULE, numbers(0.1, between=5.0)) == []


@pytest.mark.parametrize(("end", "fires"), [(0.5, True), (0.46, True), (0.44, False), (0.1, False)])
def test_loss_mismatch_wants_absolute_errors_on_labels_to_beat_the_majority(
    end: float, fires: bool
):
    labels = statistics(math.sqrt(0.5), 0.5, minimum=0.0, maximum=1.0, zero_fraction=0.5)
    assert bool(findings(RULE, run(level(end), "l1_loss", target=labels))) is fires


def test_loss_mismatch_lets_absolute_errors_be_taken_of_quantities():
    fractions = statistics(0.57, 0.5, minimum=0.0, maximum=1.0)
    assert findings(RULE, run(level(0.5), "l1_loss", target=fractions)) == []


@pytest.mark.parametrize(("least", "zeros", "fires"), [(0.0, 0.5, True), (-1.0, 0.0, False)])
def test_loss_mismatch_wants_signed_labels_for_a_soft_margin(
    least: float, zeros: float, fires: bool
):
    labels = statistics(0.7, 0.5, minimum=least, maximum=1.0, zero_fraction=zeros)
    assert bool(findings(RULE, run(level(), "soft_margin_loss", target=labels))) is fires


@pytest.mark.parametrize("missing", ["loss functions", "operations", "gradients", "a second look"])
def test_loss_mismatch_says_nothing_of_a_sign_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, loss_mismatch())) == []


def test_loss_mismatch_lets_one_of_two_losses_be_subtracted():
    chain = changed(
        operations(), "binary_cross_entropy_with_logits", gradient=statistics(1.0, -1.0)
    )
    both = (a_loss("mse_loss", value=1.0), a_loss(value=0.5))
    assert findings(RULE, a_recording(a_run(learning(), operations=chain, losses=both))) == []


ONE_HOT = statistics(0.2**0.5, 0.2, count=SAMPLES, minimum=0.0, maximum=1.0, zero_fraction=0.8)


def squared_softmax(course: list[float], kind: str = "softmax", **loss: Any) -> Recording:
    chain = with_head(kind, dim=1)
    chain = (*chain[:5], chain[5]._replace(shape=(SAMPLES, 5)), *chain[6:])
    told = {"head": 5, "target": ONE_HOT, "fed_shape": (SAMPLES, 5)} | loss
    return run(course, "mse_loss", chain, **told)


def test_loss_mismatch_warns_of_a_squared_error_of_a_softmax_that_does_not_learn():
    found = the_finding(RULE, squared_softmax(level(0.16)))
    assert found.severity is Severity.WARNING
    assert found.headline == "a softmax over 5 classes is trained by a squared error"
    assert findings(RULE, squared_softmax(learning())) == []


@pytest.mark.parametrize(
    "differs",
    [
        {"kind": "sigmoid"},
        {"target": statistics(0.3, 0.2, minimum=0.0, maximum=1.0)},
        {"fed_shape": (SAMPLES,)},
    ],
    ids=["each output for itself", "targets that are shares", "one output a sample"],
)
def test_loss_mismatch_lets_other_squared_errors_be(differs: dict[str, Any]):
    assert findings(RULE, squared_softmax(level(0.16), **differs)) == []
