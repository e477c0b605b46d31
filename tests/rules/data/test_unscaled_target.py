from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.gauntlet import findings, the_finding, without
from tests.planted import a_run, learning, level, rising, unscaled_target, with_head
from tests.worlds import (
    a_loss,
    a_recording,
    an_input,
    an_optimizer,
    operations,
    parameters,
    statistics,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "unscaled-target"


def run(
    course: list[float] | None = None,
    *,
    mean: float = 5e4,
    rms: float = 5.1e4,
    fed: tuple[float, float] = (0.1, 0.0),
    **fields: Any,
) -> Recording:
    loss = a_loss(
        "mse_loss",
        target=statistics(rms, mean, minimum=mean - rms, maximum=mean + rms),
        fed=statistics(*fed),
        **fields.pop("loss", {}),
    )
    return a_recording(a_run(course or level(rms**2), losses=(loss,), **fields))


def test_unscaled_target_says_where_targets_and_predictions_lie():
    found = the_finding(RULE, unscaled_target())
    assert found.observed["target_mean"] == 5e4
    assert found.observed["first_prediction_rms"] == 0.1
    assert found.where == ("fc3",)


@pytest.mark.parametrize(("rms", "fires"), [(9.9, False), (10.5, True)])
def test_unscaled_target_wants_targets_ten_times_as_large(rms: float, fires: bool):
    assert bool(findings(RULE, run(mean=0.99 * rms, rms=rms))) is fires


def test_unscaled_target_is_silent_where_the_net_learns_them():
    assert findings(RULE, run([2.6e9 * value for value in learning()])) == []


def test_unscaled_target_is_silent_where_predictions_came_half_the_way():
    """What keeps them there is another fault, unless what is left is more than targets differ."""
    spread = 5.1e4**2 - 5e4**2

    def came(to: float, end: float) -> Recording:
        way = run(level(end * spread)).segments[0]
        (loss,) = way.looks[-1].losses
        there = way.looks[-1]._replace(losses=(loss._replace(fed=statistics(to, to)),))
        return a_recording(replace(way, looks=(*way.looks[:-1], there)))

    assert findings(RULE, came(3e4, 1.4)) == []
    assert findings(RULE, came(3e4, 1.6))
    assert findings(RULE, came(4.5e4, 1.6)) == []
    assert findings(RULE, came(2e4, 1.4))


def late(*, mean: float = 100.0, there: int = 20, left: float = 0.7, std: float = 5.0) -> Recording:
    """A net that comes to where a constant would be at this step, and leaves so much of it."""
    chance = std**2
    way = [mean**2 * 0.5 ** (10 * step / there) + 2.1 * chance for step in range(there)]
    course = [*way, 1.9 * chance, *(left * chance for _ in range(99 - there))]
    return run(course, mean=mean, rms=math.hypot(mean, std))


def test_unscaled_target_warns_of_a_net_that_spent_its_run_on_the_way_to_the_mean():
    found = the_finding(RULE, late())
    assert found.severity is Severity.WARNING
    assert found.observed["target_mean"] == 100.0
    assert found.observed["first_prediction_rms"] == 0.1
    assert "It took 20 of 100 steps to come to where a constant would be" in found.because
    assert "At the end 70% of a constant's loss is left." in found.because


@pytest.mark.parametrize(("std", "fires"), [(9.9, True), (10.1, False)])
def test_unscaled_target_wants_a_mean_ten_deviations_away_where_a_net_came_to_it(
    std: float, fires: bool
):
    assert bool(findings(RULE, late(std=std))) is fires
    assert bool(findings(RULE, late(std=std, mean=-100.0))) is fires


@pytest.mark.parametrize(("there", "fires"), [(10, False), (11, True)])
def test_unscaled_target_wants_a_tenth_of_the_run_spent_on_the_way(there: int, fires: bool):
    assert bool(findings(RULE, late(there=there))) is fires


@pytest.mark.parametrize(("left", "fires"), [(0.48, False), (0.52, True), (0.88, True)])
def test_unscaled_target_is_silent_where_a_net_that_came_to_the_mean_halved_the_rest(
    left: float, fires: bool
):
    assert bool(findings(RULE, late(left=left))) is fires


def test_unscaled_target_is_silent_on_a_net_that_came_to_small_targets_late():
    assert findings(RULE, late(mean=9.5, std=0.5)) == []
    assert findings(RULE, late(mean=10.5, std=0.5))


def test_unscaled_target_leaves_a_bounded_output_to_its_own_rule():
    chain = with_head("sigmoid")
    assert findings(RULE, run(operations=chain, loss={"head": 5})) == []
    assert findings(RULE, run(loss={"outer": True})) == []


@pytest.mark.parametrize(("lr", "fires"), [(30.0, False), (300.0, True)])
def test_unscaled_target_sees_first_steps_that_throw_the_weights_away(lr: float, fires: bool):
    world = run(rising(), lr=lr, predicted_change=-0.1)
    assert bool(findings(RULE, world)) is fires


def test_unscaled_target_does_not_blame_targets_for_the_blow_up_of_one_linear_layer():
    chain = operations(widths=(2, 1))
    one: dict[str, Any] = {"operations": chain, "loss": {"head": 0}}
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, **one)) == []


def test_unscaled_target_does_not_blame_targets_where_inputs_are_as_bad():
    wild = (an_input(means=(50.0, 0.0), stds=(10.0, 0.1)),)
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, data=wild)) == []


def test_unscaled_target_does_not_blame_targets_for_the_steps_of_adam():
    adam = (an_optimizer(lr=300.0, kind="Adam"),)
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, optimizers=adam)) == []


def sharpened(
    lr: float = 0.01, *, rms: float = 50.0, layers: int = 3, overshoot: float = 2.0, **fields: Any
) -> Recording:
    """Targets of this size, under which the first step of a plain descent overshoots so far."""
    course = [rms**2 * 1.5**step for step in range(40)]
    widths = (2, *[8] * (layers - 1), 1)
    own = {
        "operations": operations(widths=widths),
        "parameters": parameters(widths, lr=lr, gradient=statistics(1e-3)),
        "loss": {"head": 2 * layers - 2},
        "predicted_change": (course[0] - course[1]) / (2 * overshoot - 1),
        **fields,
    }
    return run(course, lr=lr, mean=0.9 * rms, rms=rms, **own)


def test_unscaled_target_explains_a_sane_rate_that_such_targets_do_not_stand():
    found = the_finding(RULE, sharpened())
    assert found.severity is Severity.ERROR
    assert "184 times sharper" in found.because  # 50 ** (2 - 2 / 3)


@pytest.mark.parametrize(
    "fields",
    [
        {"lr": 0.05},  # of 2 / (2 * 3) a tenth is 0.033
        {"lr": 1e-4},
        {"overshoot": 200.0},
        {"layers": 1},
        {"optimizers": (an_optimizer(lr=0.01, kind="Adam"),)},
        {"data": (an_input(means=(50.0, 0.0), stds=(10.0, 0.1)),)},
    ],
    ids=["high rate", "stable", "overshoots more", "one layer", "Adam", "inputs"],
)
def test_unscaled_target_leaves_to_others_what_it_does_not_explain(fields: dict[str, Any]):
    assert findings(RULE, sharpened(**fields)) == []


@pytest.mark.parametrize("missing", ["looks", "loss functions", "targets", "fed values", "losses"])
def test_unscaled_target_says_nothing_of_targets_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, unscaled_target())) == []


def test_unscaled_target_finds_the_one_loss_of_several_that_is_out_of_scale():
    far = a_loss(
        "mse_loss",
        target=statistics(5.1e4, 5e4, minimum=0.0, maximum=1e5),
        fed=statistics(0.1),
        value=5.1e4**2,
    )
    both = a_recording(a_run(level(5.1e4**2), losses=(a_loss(value=0.7), far)))
    assert the_finding(RULE, both).observed["target_mean"] == 5e4
