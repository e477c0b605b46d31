from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, clipping_saturated, learning, level
from tests.worlds import a_group, a_recording, an_optimizer, parameters
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "gradients"}
RULE = "clipping-saturated"


def clipped(factor: float, course: list[float], lr: float = 1e-5, **fields: Any) -> Recording:
    """A run each of whose steps sees this share of the gradient."""
    return a_recording(a_run(course, **({"lr": lr, "step_gradient_ratio": factor} | fields)))


def test_clipping_saturated_says_that_unscaling_came_too_late():
    found = the_finding(RULE, clipping_saturated())
    assert found.headline == "the gradient is clipped before it is unscaled"
    assert found.observed["share_of_gradient_left"] == pytest.approx(65536e-9)
    assert found.severity is Severity.ERROR
    assert "scaler.unscale_(optimizer)\ntorch.nn.utils.clip" in found.remedies[0].code


def test_clipping_saturated_explains_the_low_rate_that_it_makes():
    first, *others = diagnose(clipping_saturated()).findings
    assert first.finding.rule == RULE
    assert {other.finding.rule for other in others} == {"learning-rate-too-low", "not-learning"}


def test_clipping_saturated_names_the_share_and_a_bound_without_a_scaler():
    found = the_finding(RULE, clipped(1e-3, level(steps=512)))
    assert found.headline == "clipping leaves 0.001 of the gradient at nearly every step"
    assert found.remedies[0].name == "raise-bound"


@pytest.mark.parametrize(("factor", "fires"), [(0.98, True), (0.995, False), (1.0, False)])
def test_clipping_saturated_needs_a_gradient_that_was_cut(factor: float, fires: bool):
    assert bool(findings(RULE, clipped(factor, level(steps=512)))) is fires


def test_clipping_saturated_takes_the_scale_of_a_scaler_out():
    fair = {"loss_scale": 65536.0, "step_gradient_ratio": 1 / 65536}
    assert findings(RULE, a_recording(a_run(level(steps=512), lr=1e-5, **fair))) == []


def test_clipping_saturated_is_silent_on_a_run_that_learns():
    assert findings(RULE, clipped(0.01, learning(512))) == []


def test_clipping_saturated_only_notes_a_wrong_order_that_does_no_harm():
    run = a_recording(a_run(learning(512), loss_scale=65536.0, step_gradient_ratio=1e-9))
    assert the_finding(RULE, run).severity is Severity.NOTE


def test_clipping_saturated_is_silent_on_weights_that_go_a_long_way():
    assert findings(RULE, clipped(0.01, level(steps=512), lr=10.0)) == []


def test_clipping_saturated_is_silent_on_adam():
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-5),))
    assert findings(RULE, clipped(0.01, level(steps=512), optimizers=(adam,))) == []


@pytest.mark.parametrize(("share", "fires"), [(1, True), (2, False)])
def test_clipping_saturated_is_a_habit(share: int, fires: bool):
    def some(look: Look) -> Look:
        return look if look.step % share == 0 else look._replace(step_gradient_ratio=1.0)

    assert bool(findings(RULE, each_look(clipping_saturated(), some))) is fires


@pytest.mark.parametrize("missing", WITHOUT)
def test_clipping_saturated_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, clipping_saturated()))
    assert not (said and missing in NEEDS)


def slowly(end: float) -> list[float]:
    return [0.69 - (0.69 - end) * step / 511 for step in range(512)]


@pytest.mark.parametrize(
    ("factor", "end", "kind", "fires"),
    [
        (0.005, 0.5, "SGD", True),
        (0.02, 0.5, "SGD", False),
        (0.005, 0.1, "SGD", False),
        (0.005, 0.5, "Adam", False),
    ],
    ids=["far to go", "a fiftieth is left", "most of the way gone", "Adam divides it out"],
)
def test_clipping_saturated_warns_of_a_run_that_it_keeps_far_behind(
    factor: float, end: float, kind: str, fires: bool
):
    run = clipped(factor, slowly(end), lr=30.0, optimizers=(an_optimizer(kind=kind),))
    found = findings(RULE, run)
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


@pytest.mark.parametrize(("factor", "fires"), [(0.005, True), (0.02, False)])
def test_clipping_saturated_lets_the_last_layer_learn_the_mean_where_next_to_nothing_is_left(
    factor: float, fires: bool
):
    """One layer of three goes a long way."""
    run = clipped(factor, level(steps=512))

    def last_moves(look: Look) -> Look:
        parts = tuple(
            p._replace(update_rms=p.weight.rms) if p.name == "fc3.weight" else p
            for p in look.parameters
        )
        return look._replace(parameters=parts)

    assert findings(RULE, run) != []
    assert bool(findings(RULE, each_look(run, last_moves))) is fires


def by_nothing(**fields: Any) -> Recording:
    """Adam, of whose gradient a clip at 0 leaves nothing."""
    still = parameters(update_rms=0.0, unchanged=1.0)
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-3, eps=1e-8),))
    fields = {"parameters": still, "optimizers": (adam,), "step_gradient_ratio": 0.0} | fields
    return a_recording(a_run(level(steps=512), **fields))


def test_clipping_saturated_tells_a_bound_of_zero_under_any_optimizer():
    first, *others = diagnose(by_nothing()).findings
    assert first.finding.rule == RULE
    assert first.finding.severity is Severity.ERROR
    assert "multiplied by 0" in first.finding.because
    assert {other.finding.rule for other in others} == {"no-update", "not-learning"}


def test_clipping_saturated_is_silent_on_gradients_that_were_cleared():
    assert findings(RULE, by_nothing(cleared=True)) == []


def test_clipping_saturated_lets_one_leaf_be_zeroed_while_the_others_move():
    assert findings(RULE, by_nothing(parameters=parameters())) == []


def drowned(factor: float, decay: float, left: float = 0.1) -> Recording:
    """Adam, whose gradient is clipped and then joined by the weight decay; the weights shrink to
    this share.
    """
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-2, eps=1e-8, weight_decay=decay),))
    run = a_recording(
        a_run(level(steps=512), lr=10.0, optimizers=(adam,), step_gradient_ratio=factor)
    )

    def shrink(look: Look) -> Look:
        size = 1.0 if look.step == 0 else left
        parts = tuple(
            p._replace(weight=p.weight._replace(rms=p.weight.rms * size)) for p in look.parameters
        )
        return look._replace(parameters=parts)

    return each_look(run, shrink)


@pytest.mark.parametrize(
    ("factor", "decay", "left", "fires"),
    [
        (2e-4, 5e-4, 0.1, True),
        (1e-1, 5e-4, 0.1, False),
        (2e-4, 0.0, 0.1, False),
        (2e-4, 5e-2, 0.1, False),
        (2e-4, 5e-4, 0.5, False),
    ],
    ids=["drowned", "more is left", "no decay", "decay that rules unclipped", "weights that hold"],
)
def test_clipping_saturated_sees_what_the_weight_decay_drowns(
    factor: float, decay: float, left: float, fires: bool
):
    assert bool(findings(RULE, drowned(factor, decay, left))) is fires
