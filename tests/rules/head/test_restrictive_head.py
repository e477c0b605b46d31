from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, level, restrictive_head, with_head
from tests.worlds import (
    SAMPLES,
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_input,
    an_operation,
    statistics,
    units,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "operations", "loss functions", "heads", "targets", "readable operations"}


def fed(
    head: str, function: str = "mse_loss", *, silent: tuple[int, ...] = (), **fields: Any
) -> Recording:
    """A run whose loss is fed by this operation, with these fields of the loss."""
    chain = with_head(head, units=units(1, silent=silent))
    return a_recording(
        a_run(level(), operations=chain, losses=(a_loss(function, head=5, **fields),))
    )


def targets(low: float, high: float) -> Any:
    return statistics(1.0, minimum=low, maximum=high)


def test_restrictive_head_shows_targets_and_reach():
    found = the_finding("restrictive-head", restrictive_head())
    assert found.where == ("relu after fc3", "fc3")
    assert found.observed == {"least_target": -2.0, "greatest_target": 2.0}
    assert found.expected == {"least_target": 0.0, "greatest_target": math.inf}


@pytest.mark.parametrize(
    ("head", "low", "high"),
    [
        ("relu", 0.0, 1e6),
        ("softplus", 0.0, 50.0),
        ("sigmoid", 0.0, 1.0),
        ("tanh", -1.0, 1.0),
        ("linear", -1e6, 1e6),
    ],
)
def test_restrictive_head_is_silent_on_targets_within_reach(head: str, low: float, high: float):
    assert findings("restrictive-head", fed(head, target=targets(low, high))) == []


@pytest.mark.parametrize(("mean", "fires"), [(0.1, False), (0.104, False), (0.106, True)])
def test_restrictive_head_wants_rows_that_sum_to_one_of_a_softmax(mean: float, fires: bool):
    target = statistics(0.3, mean, minimum=0.0, maximum=1.0)
    run = fed("softmax", fed_shape=(SAMPLES, 10), target=target)
    assert bool(findings("restrictive-head", run)) is fires


@pytest.mark.parametrize(("low", "fires"), [(-0.049, False), (-0.054, True)])
def test_restrictive_head_forgives_a_twentieth_of_the_spread(low: float, fires: bool):
    run = fed("relu", target=targets(low, 1.0 + low))
    assert bool(findings("restrictive-head", run)) is fires


@pytest.mark.parametrize(("high", "fires"), [(1.05, False), (1.06, True)])
def test_restrictive_head_judges_the_upper_bound_too(high: float, fires: bool):
    run = fed("sigmoid", target=targets(0.0, high))
    assert bool(findings("restrictive-head", run)) is fires


@pytest.mark.parametrize("function", ["l1_loss", "smooth_l1_loss", "huber_loss"])
def test_restrictive_head_judges_every_regression(function: str):
    assert findings("restrictive-head", fed("tanh", function, target=targets(-5.0, 5.0)))


def test_restrictive_head_only_warns_of_a_relu_before_the_cross_entropy_while_all_units_live():
    run = fed("relu", "cross_entropy", fed_shape=(SAMPLES, 10))
    assert the_finding("restrictive-head", run).severity is Severity.WARNING
    run = fed("relu", "cross_entropy", fed_shape=(SAMPLES, 10), silent=(0,))
    assert the_finding("restrictive-head", run).severity is Severity.ERROR


def test_restrictive_head_says_how_low_a_squeezed_cross_entropy_gets():
    run = fed("tanh", "cross_entropy", fed_shape=(SAMPLES, 10))
    assert f"{math.log1p(9 * math.exp(-2)):.3f}" in the_finding("restrictive-head", run).because
    run = fed("tanh", "binary_cross_entropy_with_logits")
    assert f"{math.log1p(math.exp(-1)):.3f}" in the_finding("restrictive-head", run).because


def test_restrictive_head_is_silent_on_a_number_that_was_made_of_a_softmax():
    target = statistics(0.6, 0.5, minimum=0.0, maximum=1.0)
    run = fed("softmax", fed_shape=(SAMPLES,), target=target)
    assert findings("restrictive-head", run) == []


def test_restrictive_head_leaves_a_sigmoid_before_logits_to_double_softmax():
    run = fed("sigmoid", "binary_cross_entropy_with_logits")
    assert findings("restrictive-head", run) == []


@pytest.mark.parametrize("function", ["cross_entropy", "binary_cross_entropy_with_logits"])
def test_restrictive_head_is_silent_on_raw_scores(function: str):
    assert findings("restrictive-head", fed("linear", function)) == []


def multilabel(mean: float, head: str = "softmax", **fields: Any) -> Recording:
    """Ten labels that a sample may have or not, each with this probability."""
    target = statistics(math.sqrt(mean), mean, minimum=0.0, maximum=1.0)
    fields = {"fed_shape": (SAMPLES, 10), "target": target} | fields
    return fed(head, "binary_cross_entropy", **fields)


def test_restrictive_head_says_to_what_the_labels_of_a_sample_sum_where_a_softmax_makes_them_1():
    found = the_finding("restrictive-head", multilabel(0.3))
    assert found.severity is Severity.ERROR
    assert found.headline == "softmax at the output can't reach the targets"
    assert found.where == ("softmax after fc3", "fc3")
    assert "its targets sum to 3," in found.because
    assert found.observed == {"sum_of_targets": pytest.approx(3.0)}
    assert found.expected == {"sum_of_targets": 1.0}
    assert "binary_cross_entropy_with_logits" in found.remedies[0].code


@pytest.mark.parametrize(
    ("mean", "fires"),
    [(0.094, True), (0.096, False), (0.1, False), (0.104, False), (0.106, True)],
)
def test_restrictive_head_is_silent_on_a_softmax_whose_samples_have_one_label_each(
    mean: float, fires: bool
):
    assert bool(findings("restrictive-head", multilabel(mean))) is fires


@pytest.mark.parametrize("head", ["sigmoid", "hardsigmoid", "linear"])
def test_restrictive_head_is_silent_on_labels_each_for_itself(head: str):
    assert findings("restrictive-head", multilabel(0.3, head)) == []


@pytest.mark.parametrize(("dim", "fires"), [(1, True), (-1, True), (0, False), (None, True)])
def test_restrictive_head_sums_the_labels_along_the_dimension_of_the_softmax(
    dim: int | None, fires: bool
):
    """One label in 64 rows, or six in ten columns."""
    chain = with_head("softmax", dim=dim)
    target = statistics(0.5, 1 / SAMPLES, minimum=0.0, maximum=1.0)
    loss = a_loss("binary_cross_entropy", head=5, fed_shape=(SAMPLES, 10), target=target)
    run = a_recording(a_run(level(), operations=chain, losses=(loss,)))
    assert bool(findings("restrictive-head", run)) is fires


@pytest.mark.parametrize(
    "fields",
    [{"target": None}, {"fed_shape": ()}, {"target": statistics(0.5, 0.3, nonfinite=1)}],
)
def test_restrictive_head_does_not_sum_labels_that_it_can_not_read(fields: dict[str, Any]):
    assert findings("restrictive-head", multilabel(0.3, **fields)) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_restrictive_head_is_silent_without_what_it_needs(missing: str):
    said = ask("restrictive-head", without(missing, restrictive_head()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(
    ("head", "low", "high"),
    [("relu", -2.0, 2.0), ("sigmoid", -2.0, 2.0), ("tanh", -7.0, 2.0), ("logsigmoid", -1.0, 9.0)],
)
def test_restrictive_head_proposes_targets_that_the_head_can_reach(
    head: str, low: float, high: float
):
    found = the_finding("restrictive-head", fed(head, target=targets(low, high)))
    scope = {"y": np.linspace(low, high, 11)}
    exec(found.remedies[1].code, scope)
    scaled = targets(float(scope["y"].min()), float(scope["y"].max()))
    assert findings("restrictive-head", fed(head, target=scaled)) == []


def adversaries(least: float, most: float, kind: str = "sigmoid", streams: int = 2) -> Recording:
    """A generator that ends in an activation feeds the layer into which another loss lets data."""
    data = an_input(overall=statistics(1.0, minimum=least, maximum=most))
    judge = an_operation(0, "linear", "D.0")
    real = a_look(0, operations=(judge,), losses=(), data=(data,))
    made = (
        an_operation(0, "linear", "G.4"),
        an_operation(1, kind, "G.4", (0,)),
        judge._replace(index=2, inputs=(1,)),
    )
    fake = a_look(1, stream=streams - 1, operations=made, losses=(), data=())
    return a_recording(a_segment([real, fake]))


@pytest.mark.parametrize(
    ("least", "most", "kind", "fires"),
    [
        (-1.5, 1.5, "sigmoid", True),
        (-1.5, 1.5, "tanh", True),
        (-1.1, 1.1, "tanh", False),
        (0.0, 1.0, "sigmoid", False),
        (-1.0, 5.0, "relu", True),
        (-9.0, 9.0, "leaky_relu", False),
    ],
)
def test_restrictive_head_compares_what_a_generator_can_make_with_the_data(
    least: float, most: float, kind: str, fires: bool
):
    assert bool(findings("restrictive-head", adversaries(least, most, kind))) is fires


def test_restrictive_head_names_the_generators_output_and_the_range_of_the_data():
    found = the_finding("restrictive-head", adversaries(-1.5, 1.5))
    assert found.where == ("sigmoid after G.4", "G.4")
    assert found.observed == {"least_input": -1.5, "greatest_input": 1.5}
    assert found.remedies[1].code == "x = (x - x.min()) / (x.max() - x.min())"


def test_restrictive_head_asks_for_two_losses_to_speak_of_a_generator():
    """One loss that reads data and a bounded value by the same layer may do so for other ends."""
    assert findings("restrictive-head", adversaries(-1.5, 1.5, streams=1)) == []
