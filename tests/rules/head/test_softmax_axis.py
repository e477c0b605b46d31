from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import findings, the_finding, without
from tests.planted import a_run, learning, level, softmax_axis
from tests.worlds import (
    SAMPLES,
    a_loss,
    a_parameter,
    a_recording,
    an_operation,
    operations,
    parameters,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "softmax-axis"
WIDTHS = (2, 8, 5)


def classes(
    dim: int,
    *,
    kind: str = "softmax",
    shape: tuple[int, ...] = (SAMPLES, 5),
    widths: tuple[int, ...] = WIDTHS,
    function: str = "mse_loss",
    **fields: Any,
) -> Recording:
    """A net of five classes that ends in this softmax."""
    chain = operations(widths=widths)[:-1]
    chain = (*chain[:-1], chain[-1]._replace(shape=shape))
    head = an_operation(len(chain), kind, "fc2", (len(chain) - 1,), shape=shape, dim=dim)
    loss = a_loss(
        function,
        operation=len(chain) + 1,
        head=len(chain) if kind == "softmax" else len(chain) - 1,
        prediction_shape=shape,
        fed_shape=shape,
        **fields,
    )
    return a_recording(
        a_run(level(), operations=(*chain, head), losses=(loss,), parameters=parameters(widths))
    )


def test_softmax_axis_says_that_one_entry_is_always_the_same():
    found = the_finding(RULE, softmax_axis())
    assert found.where == ("softmax after fc3", "fc3")
    assert found.observed == {"softmax_dimension": 1, "entries": 1}


@pytest.mark.parametrize(("dim", "fires"), [(0, True), (-2, True), (1, False), (-1, False)])
@pytest.mark.parametrize("function", ["mse_loss", "binary_cross_entropy", "cross_entropy"])
def test_softmax_axis_follows_the_units_of_the_layer_before(dim: int, function: str, fires: bool):
    assert bool(findings(RULE, classes(dim, function=function))) is fires


@pytest.mark.parametrize(("dim", "fires"), [(0, True), (1, False), (-1, False)])
def test_softmax_axis_follows_the_classes_that_nll_loss_looks_up(dim: int, fires: bool):
    world = classes(dim, kind="log_softmax", function="cross_entropy", scored_shape=(SAMPLES, 5))
    assert bool(findings(RULE, world)) is fires


@pytest.mark.parametrize(("dim", "fires"), [(1, True), (2, False)])
def test_softmax_axis_sees_a_softmax_over_time(dim: int, fires: bool):
    world = classes(
        dim,
        kind="log_softmax",
        function="cross_entropy",
        shape=(SAMPLES, 12, 5),
        scored_shape=(SAMPLES * 12, 5),
    )
    assert bool(findings(RULE, world)) is fires


def test_softmax_axis_does_not_judge_a_square():
    """As of a similarity matrix, whose rows and columns both are softmaxed."""
    for dim in (0, 1):
        world = classes(
            dim,
            kind="log_softmax",
            function="cross_entropy",
            shape=(5, 5),
            scored_shape=(5, 5),
        )
        assert findings(RULE, world) == []


def test_softmax_axis_does_not_judge_a_batch_as_long_as_the_classes():
    assert findings(RULE, classes(0, shape=(5, 5))) == []


@pytest.mark.parametrize(
    ("shape", "dim", "fires"),
    [((12, 10), 0, True), ((12, 10), -2, True), ((12, 10), 1, False), ((10, 12), 0, False)],
)
def test_softmax_axis_counts_the_rows_that_share_a_sum(
    shape: tuple[int, int], dim: int, fires: bool
):
    """Scores of candidates, one unit for each: no layer tells where the classes lie."""
    found = findings(RULE, classes(dim, shape=shape, widths=(2, 8, 1), function="nll_loss"))
    assert bool(found) is fires


def test_softmax_axis_lets_attention_run_along_time():
    chain = (*operations(), an_operation(6, "softmax", "fc1", (0,), shape=(SAMPLES, 12), dim=0))
    assert findings(RULE, a_recording(a_run(level(), operations=chain))) == []


def weighing(shape: tuple[int, ...], dim: int, losses: list[float], *, mixed: bool) -> Recording:
    """A query that weighs the entries of a memory."""
    chain = operations()
    end = len(chain)
    scores = an_operation(end, "matmul", "fc1", (0, 1), shape=shape)
    softmax = an_operation(end + 1, "softmax", "fc1", (end,), shape=shape, dim=dim)
    reader = an_operation(end + 2, "matmul" if mixed else "mul", "fc1", (end + 1, 0))
    return a_recording(a_run(losses, operations=(*chain, scores, softmax, reader)))


@pytest.mark.parametrize(
    ("shape", "dim", "mixed", "fires"),
    [
        ((1, 5), 0, True, True),
        ((1, 5), -2, True, True),
        ((1, 5), 1, True, False),
        ((1, 5), 0, False, False),
        ((4, 5), 0, True, False),
        ((1, 1), 0, True, False),
        ((5, 1), 1, True, False),
    ],
)
def test_softmax_axis_sees_one_row_of_weights_that_do_not_meet(
    shape: tuple[int, int], dim: int, mixed: bool, fires: bool
):
    found = findings(RULE, weighing(shape, dim, level(), mixed=mixed))
    assert [f.severity for f in found] == [Severity.ERROR] * fires


def test_softmax_axis_only_notes_such_a_row_in_a_net_that_learns():
    found = the_finding(RULE, weighing((1, 5), 0, learning(), mixed=True))
    assert found.severity is Severity.NOTE


@pytest.mark.parametrize("missing", ["looks", "operations", "loss functions", "heads"])
def test_softmax_axis_says_nothing_where_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, softmax_axis())) == []


def within(
    course: list[float], *, dim: int = 2, shape: tuple[int, ...] = (SAMPLES, 20, 1)
) -> Recording:
    """The weights of twenty entries of a bag, by a softmax within the net."""
    chain = operations()
    inner = an_operation(2, "softmax", "fc1", (1,), shape=shape, dim=dim)
    return a_recording(a_run(course, operations=(*chain[:2], inner, *chain[2:])))


def test_softmax_axis_sees_weights_that_are_all_1_within_the_net():
    found = the_finding(RULE, within(level()))
    assert found.severity is Severity.ERROR
    assert found.observed == {"softmax_dimension": 2, "entries": 1}
    assert found.remedies[0].code == "torch.softmax(..., dim=1)"


def test_softmax_axis_only_notes_them_in_a_net_that_learns():
    assert the_finding(RULE, within(learning())).severity is Severity.NOTE


def ending(share: float) -> list[float]:
    """A loss that falls to this share of what a constant costs."""
    return [math.log(2) * (share + (1 - share) * 0.9**step) for step in range(100)]


def scored(course: list[float], units: int = 1) -> Recording:
    """The weights of twenty entries of a bag, each scored by a layer of so many units."""
    chain, shape = operations(), (SAMPLES, 20, 1)
    score = an_operation(2, "linear", "score", (1,), shape=(SAMPLES * 20, 1))
    inner = an_operation(3, "softmax", "score", (2,), shape=shape, dim=2)
    weights = (*parameters(), a_parameter("score.weight", (units, 8)))
    fields = {"operations": (*chain[:2], score, inner, *chain[4:]), "parameters": weights}
    return a_recording(a_run(course, **fields))


@pytest.mark.parametrize(
    ("share", "severity"), [(0.52, Severity.WARNING), (0.48, Severity.NOTE), (1.0, Severity.ERROR)]
)
def test_softmax_axis_warns_of_them_in_a_net_that_does_not_get_half_of_the_way(
    share: float, severity: Severity
):
    assert the_finding(RULE, scored(ending(share))).severity is severity


def test_softmax_axis_only_notes_one_that_was_picked_of_several():
    """A router's top expert has a weight of 1, whatever the net learns."""
    assert the_finding(RULE, scored(ending(0.7), units=8)).severity is Severity.NOTE


@pytest.mark.parametrize(
    ("dim", "shape"),
    [(1, (SAMPLES, 20, 1)), (2, (SAMPLES, 1, 1)), (3, (SAMPLES, 4, 9, 1)), (1, (SAMPLES, 1))],
    ids=["along the bag", "nothing else to weigh", "heads and a single key", "no entries"],
)
def test_softmax_axis_lets_other_weights_be(dim: int, shape: tuple[int, ...]):
    assert findings(RULE, within(level(), dim=dim, shape=shape)) == []
