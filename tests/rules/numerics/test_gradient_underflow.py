from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, gradient_underflow, learning, level
from tests.worlds import a_recording, operations, parameters, statistics
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "parameters", "gradients", "updates"}
RULE = "gradient-underflow"


def lossy(unchanged: float, course: list[float] | None = None, **fields: Any) -> Recording:
    parts = parameters(**({"dtype": "bfloat16", "unchanged": unchanged} | fields))
    return a_recording(a_run(level() if course is None else course, parameters=parts))


def flushed(zeros: float, largest: float = 1e-6, dtype: str = "float16") -> tuple[Operation, ...]:
    """A chain in half precision whose last layer gets a gradient, and passes on zeros."""
    first, relu, second, *rest = (o._replace(dtype=dtype) for o in operations())
    tiny = statistics(largest / 3, minimum=-largest, maximum=largest)
    gone = statistics(0.0, zero_fraction=zeros)
    return (
        first._replace(gradient=gone),
        relu._replace(gradient=gone),
        second._replace(gradient=tiny),
        *rest,
    )


def test_gradient_underflow_says_what_share_was_lost_in_which_type():
    found = the_finding(RULE, gradient_underflow())
    assert found.headline.startswith("100 % of the weights, kept in bfloat16,")
    assert found.expected["update_over_weight_at_least"] == 2.0**-9
    assert found.severity is Severity.ERROR
    assert "autocast" in found.remedies[0].code


def test_gradient_underflow_explains_that_nothing_moves():
    first, *others = diagnose(gradient_underflow()).findings
    assert first.finding.rule == RULE
    assert {other.finding.rule for other in others} == {"no-update", "not-learning"}


@pytest.mark.parametrize(("unchanged", "fires"), [(0.89, False), (0.91, True)])
def test_gradient_underflow_needs_most_entries_lost(unchanged: float, fires: bool):
    assert bool(findings(RULE, lossy(unchanged))) is fires


def test_gradient_underflow_is_silent_on_float32():
    assert findings(RULE, lossy(1.0, dtype="float32")) == []


def test_gradient_underflow_is_silent_where_half_precision_holds_few_weights():
    def mostly_single(look: Look) -> Look:
        first, *rest = look.parameters
        big = first._replace(dtype="float32", weight=statistics(0.3, count=8192))
        return look._replace(parameters=(big, *rest))

    assert findings(RULE, each_look(gradient_underflow(), mostly_single)) == []


def test_gradient_underflow_is_silent_on_rows_that_a_batch_does_not_touch():
    sparse = statistics(5e-3, zero_fraction=0.95)
    assert findings(RULE, lossy(1.0, gradient=sparse)) == []


def test_gradient_underflow_is_only_noted_in_a_run_that_learns():
    assert the_finding(RULE, lossy(0.95, learning())).severity is Severity.NOTE


def test_gradient_underflow_sees_gradients_that_float16_makes_zero():
    run = a_recording(a_run(level(), operations=flushed(1.0)))
    found = the_finding(RULE, run)
    assert found.headline == "gradients become zero in float16 below fc2"
    assert found.where[0] == "fc2"
    assert found.remedies[0].name == "scale-the-loss"


@pytest.mark.parametrize(("zeros", "fires"), [(0.98, False), (0.995, True)])
def test_gradient_underflow_lets_part_of_the_gradients_go(zeros: float, fires: bool):
    assert bool(findings(RULE, a_recording(a_run(level(), operations=flushed(zeros))))) is fires


@pytest.mark.parametrize(("largest", "fires"), [(5e-5, True), (7e-5, False)])
def test_gradient_underflow_blames_no_rounding_for_gradients_that_are_normal(
    largest: float, fires: bool
):
    run = a_recording(a_run(level(), operations=flushed(1.0, largest)))
    assert bool(findings(RULE, run)) is fires


def test_gradient_underflow_leaves_a_dead_relu_to_its_own_rule():
    first, relu, *rest = flushed(1.0)
    lives = relu._replace(gradient=statistics(1e-7, minimum=-1e-6, maximum=1e-6))
    run = a_recording(a_run(level(), operations=(first, lives, *rest)))
    assert findings(RULE, run) == []


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_gradient_underflow_is_silent_on_types_that_reach_further_down(dtype: str):
    run = a_recording(a_run(level(), operations=flushed(1.0, dtype=dtype)))
    assert findings(RULE, run) == []


def test_gradient_underflow_is_silent_under_a_gradient_scaler():
    run = a_recording(a_run(level(), operations=flushed(1.0), loss_scale=65536.0))
    assert findings(RULE, run) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_gradient_underflow_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, gradient_underflow()))
    assert not (said and missing in NEEDS)
