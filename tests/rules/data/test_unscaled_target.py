from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import findings, the_finding, without
from tests.planted import a_run, learning, level, rising, unscaled_target, with_head
from tests.worlds import a_loss, a_recording, an_input, an_optimizer, operations, statistics
from torchvitals.record.recording import Recording

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
    """What keeps them at the mean is another fault."""
    assert findings(RULE, run(fed=(3e4, 3e4))) == []


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
    one = {"operations": chain, "loss": {"head": 0}}
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, **one)) == []


def test_unscaled_target_does_not_blame_targets_where_inputs_are_as_bad():
    wild = (an_input(means=(50.0, 0.0), stds=(10.0, 0.1)),)
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, data=wild)) == []


def test_unscaled_target_does_not_blame_targets_for_the_steps_of_adam():
    adam = (an_optimizer(lr=300.0, kind="Adam"),)
    assert findings(RULE, run(rising(), lr=300.0, predicted_change=-0.1, optimizers=adam)) == []


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
